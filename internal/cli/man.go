package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newMan() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR",

		DisableFlagsInUseLine: true,
		Short:                 "Write the manual pages into a directory",
		Args:                  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return fmt.Errorf("make the directory for the manual pages: %w", err)
			}
			return writePages(cmd.Root(), args[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
}

// writePages writes the page of a command and of those below it: list-ephemeral.1,
// list-ephemeral-list.1. They are the same for the same program, whenever and wherever
// they are written.
func writePages(cmd *cobra.Command, dir string) error {
	if !cmd.IsAvailableCommand() && cmd.HasParent() {
		return nil
	}
	name := pageName(cmd)
	if err := os.WriteFile(filepath.Join(dir, name+".1"), []byte(page(cmd)), 0o644); err != nil {
		return fmt.Errorf("write the manual page: %w", err)
	}
	var errs []error
	for _, sub := range cmd.Commands() {
		errs = append(errs, writePages(sub, dir))
	}
	return errors.Join(errs...)
}

func pageName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// roff writes a page in the macros of man(7).
type roff struct{ strings.Builder }

// escaped returns text that roff takes for itself. A dash is a minus sign, so that
// what is copied from a page can be typed; no line begins with what would be a request;
// what is not ASCII is named by its code point.
func escaped(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\[u%04X]`, r)
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// macro writes a request with arguments.
func (r *roff) macro(name string, args ...string) {
	r.WriteString("." + name)
	for _, arg := range args {
		r.WriteString(` "` + strings.ReplaceAll(escaped(arg), `"`, `\(dq`) + `"`)
	}
	r.WriteByte('\n')
}

// text writes paragraphs.
func (r *roff) text(text string) {
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			r.macro("PP")
		}
		r.WriteString(escaped(paragraph) + "\n")
	}
}

// verbatim writes lines as they are.
func (r *roff) verbatim(text string) {
	r.macro("nf")
	r.WriteString(escaped(strings.Trim(text, "\n")) + "\n")
	r.macro("fi")
}

// item writes a term with what it means.
func (r *roff) item(term, meaning string) {
	r.macro("TP")
	r.macro("B", term)
	r.text(meaning)
}

// page returns the manual page of a command.
func page(cmd *cobra.Command) string {
	var r roff
	main := !cmd.HasParent()
	r.macro("TH", strings.ToUpper(pageName(cmd)), "1", "", "list-ephemeral "+cmd.Root().Version, "User Commands")
	r.macro("SH", "NAME")
	r.WriteString(escaped(pageName(cmd)) + ` \- ` + escaped(lowerFirst(cmd.Short)) + "\n")
	r.macro("SH", "SYNOPSIS")
	r.macro("B", cmd.CommandPath())
	r.WriteString(escaped(strings.TrimSpace(strings.TrimPrefix(cmd.UseLine(), cmd.CommandPath()))) + "\n")
	if main {
		r.macro("br")
		r.macro("B", cmd.CommandPath())
		r.WriteString(escaped("COMMAND [flags] [ARG...]") + "\n")
	}
	r.macro("SH", "DESCRIPTION")
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	r.text(long)
	if main {
		r.commands(cmd)
	}
	r.options("OPTIONS", cmd.NonInheritedFlags())
	r.options("GLOBAL OPTIONS", cmd.InheritedFlags())
	if cmd.Example != "" {
		r.macro("SH", "EXAMPLES")
		r.verbatim(cmd.Example)
	}
	if main {
		r.mainSections()
	}
	r.seeAlso(cmd)
	return r.String()
}

// lowerFirst writes a sentence as the whatis database has it.
func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// commands lists the commands.
func (r *roff) commands(root *cobra.Command) {
	r.macro("SH", "COMMANDS")
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() {
			r.item(strings.TrimPrefix(cmd.UseLine(), root.Name()+" "), cmd.Short+".")
		}
	}
}

// options lists flags.
func (r *roff) options(title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	r.macro("SH", title)
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		value, usage := pflag.UnquoteUsage(f)
		term := "--" + f.Name
		if f.Shorthand != "" {
			term = "-" + f.Shorthand + ", " + term
		}
		if value != "" {
			term += " " + value
		}
		r.item(term, usage)
	})
}

// mainSections are those that belong to all commands.
func (r *roff) mainSections() {
	r.macro("SH", "EXIT STATUS")
	for _, row := range [][2]string{
		{"0", "done; also when the reader of a pipe closed it"},
		{"1", "something failed, or some paths could not be read; what could be done was done"},
		{"2", "wrong usage or wrong configuration"},
		{"130", "interrupted, or the screen was left without a result"},
	} {
		r.item(row[0], row[1])
	}
	r.macro("PP")
	r.text("The status of trace, where it prints, is that of the command that it runs.")
	r.macro("SH", "FILES")
	r.item("$XDG_CONFIG_HOME/list-ephemeral/config.json, /etc/list-ephemeral/config.json",
		"the configuration, the first of these that is there; none is needed. Usually Home Manager writes it.")
	r.macro("SH", "ENVIRONMENT")
	for _, row := range [][2]string{
		{"LIST_EPHEMERAL_CONFIG", "the configuration file to read instead"},
		{"LIST_EPHEMERAL_TIMEOUT", "how many seconds a traced command may run"},
		{"XDG_CONFIG_HOME, XDG_CACHE_HOME", "where the configuration and caches are; by default ~/.config and ~/.cache"},
		{"SUDO_USER", "under sudo, the user whose configuration and home are used"},
		{"NO_COLOR", "no colours, if it is set to anything"},
	} {
		r.item(row[0], row[1])
	}
}

// seeAlso names the pages of the command above and of those below.
func (r *roff) seeAlso(cmd *cobra.Command) {
	var names []string
	if cmd.HasParent() {
		names = append(names, pageName(cmd.Parent()))
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, pageName(sub))
		}
	}
	if len(names) == 0 {
		return
	}
	r.macro("SH", "SEE ALSO")
	for i, name := range names {
		end := ","
		if i == len(names)-1 {
			end = ""
		}
		r.WriteString(`.BR "` + escaped(name) + `" "(1)` + end + "\"\n")
	}
}
