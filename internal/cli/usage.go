package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/DaRacci/list-ephemeral/internal/nearest"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// This file contains the errors about wrong usage. It replaces every error of cobra, pflag and
// strconv that a command line can cause by a session.UsageError. Its message names the flag or the
// command, the expected value and the given value.

// flagError replaces an error of pflag about the flags of a command.
func flagError(cmd *cobra.Command, err error) error {
	// A misspelled command is parsed as a PATH of the screen, which does not have its flags.
	if args := cmd.Flags().Args(); !cmd.HasParent() && len(args) > 0 {
		if unknown := unknownCommand(cmd, args[0]); unknown != nil {
			return unknown
		}
	}
	return session.WithRemedy(session.Misuse(flagReason(cmd, err)), cmd.CommandPath()+" --help lists the flags")
}

func flagReason(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var lacking *pflag.ValueRequiredError
	var syntax *pflag.InvalidSyntaxError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &lacking):
		name, _ := pflag.UnquoteUsage(lacking.GetFlag())
		return fmt.Errorf("--%s: expected a value (%s), got none", lacking.GetFlag().Name, name)
	case errors.As(err, &syntax):
		return fmt.Errorf("expected a flag, got %q", syntax.GetSpecifiedFlag())
	case errors.As(err, &invalid):
		return wrongValue("--"+invalid.GetFlag().Name, invalid.GetValue(), invalid.Unwrap())
	}
	return err
}

// wrongValue returns the error for an invalid value of a flag or an environment variable.
func wrongValue(name, given string, err error) error {
	var outOfRange rangeError
	if errors.As(err, &outOfRange) {
		return fmt.Errorf("%s %w, got %s", name, err, given)
	}
	var expected expectedError
	if !errors.As(err, &expected) {
		expected = "true or false" // the only values that pflag itself parses are booleans
	}
	return fmt.Errorf("%s: %w, got %s", name, expected, quoted(given))
}

// quoted returns a value for a message.
func quoted(text string) string {
	if text == "" {
		return "an empty string"
	}
	return fmt.Sprintf("%q", text)
}

// unknownFlag returns the error for an unknown flag. It suggests a flag with a similar name.
func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	if group := err.GetSpecifiedShortnames(); group != "" {
		r, _ := utf8.DecodeRuneInString(group)
		return fmt.Errorf("unknown flag %q", "-"+string(r))
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	given := "--" + err.GetSpecifiedName()
	if name, found := nearest.Name(err.GetSpecifiedName(), names); found {
		return fmt.Errorf("unknown flag %q; did you mean --%s?", given, name)
	}
	return fmt.Errorf("unknown flag %q", given)
}

// unknownCommand returns an error for a word that is neither a path nor a command; nil if it may
// be meant as a path.
func unknownCommand(root *cobra.Command, word string) error {
	if word == "" || strings.Contains(word, "/") {
		return nil
	}
	if _, err := os.Lstat(word); !errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return noSuchCommand(root, "command or path", word)
}

// noSuchCommand returns the error for a word that is not a command. It suggests a command with a
// similar name.
func noSuchCommand(root *cobra.Command, what, word string) error {
	const version = "version" // many programs have this command, but here it is a flag
	names := []string{version}
	for _, cmd := range root.Commands() {
		if !cmd.Hidden {
			names = append(names, cmd.Name())
		}
	}
	name, found := nearest.Name(word, names)
	if !found {
		return session.WithRemedy(session.Misuse(fmt.Errorf("unknown %s %q", what, word)), root.Name()+" --help lists the commands")
	}
	if name == version {
		name = "--" + version
	}
	return session.Misuse(fmt.Errorf("unknown %s %q; did you mean %s?", what, word, name))
}

// exclusive makes flags mutually exclusive. Completions then omit the others.
func (a *app) exclusive(cmd *cobra.Command, flags ...string) {
	cmd.MarkFlagsMutuallyExclusive(flags...)
	if a.exclusives == nil {
		a.exclusives = map[*cobra.Command][][]string{}
	}
	a.exclusives[cmd] = append(a.exclusives[cmd], flags)
}

// checkExclusive returns the error for mutually exclusive flags. It runs before cobra's own check,
// which has another message.
func (a *app) checkExclusive(cmd *cobra.Command) error {
	for _, group := range a.exclusives[cmd] {
		var given []string
		for _, name := range group {
			if cmd.Flags().Changed(name) {
				given = append(given, "--"+name)
			}
		}
		if len(given) > 1 {
			return session.Misuse(fmt.Errorf("%s are mutually exclusive", report.Enumerate(given, "and")))
		}
	}
	return nil
}

// takesNothing is for commands without arguments.
func takesNothing(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return session.Misuse(fmt.Errorf("%s: expected no arguments, got %s", cmd.Name(), quoted(args[0])))
	}
	return nil
}

// takesPaths is for commands with any number of PATHs.
func takesPaths(cmd *cobra.Command, args []string) error {
	for _, arg := range args {
		if arg == "" {
			if !cmd.HasParent() { // every message already starts with its name
				return session.Misuse(errors.New("expected a PATH, got an empty string"))
			}
			return session.Misuse(fmt.Errorf("%s: expected a PATH, got an empty string", cmd.Name()))
		}
	}
	return nil
}

// takesOne is for commands with one argument.
func takesOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return session.Misuse(fmt.Errorf("%s: expected %s, got none", cmd.Name(), what))
		case len(args) > 1:
			return session.Misuse(fmt.Errorf("%s: expected one argument, got %d", cmd.Name(), len(args)))
		case args[0] == "":
			return session.Misuse(fmt.Errorf("%s: expected %s, got an empty string", cmd.Name(), what))
		}
		return nil
	}
}
