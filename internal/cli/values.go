package cli

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/DaRacci/list-ephemeral/internal/report"
)

// This file contains the values of flags. They are checked while the command line is parsed,
// before a file or a terminal is opened. No value may be empty: an empty value usually comes from
// a variable that is not set in a script, and must not silently mean the default.

// expectedError describes the valid values: "a file", "auto, always or never".
type expectedError string

func (e expectedError) Error() string { return "expected " + string(e) }

// rangeError is the rule that a parsed value violates: "must be positive".
type rangeError string

func (e rangeError) Error() string { return string(e) }

// value is the value of a flag.
type value[T any] struct {
	to   *T
	read func(text string) (T, error)
	// text is the value as given, or the default.
	text string
}

// Set parses a value. Its error is an expectedError or a rangeError.
func (v *value[T]) Set(text string) error {
	read, err := v.read(text)
	if err == nil {
		*v.to, v.text = read, text
	}
	return err
}

func (v *value[T]) String() string { return v.text }

// Type is not shown, because the usage of every flag names its value.
func (v *value[T]) Type() string { return "value" }

// repeated is the value of a flag that may be given several times.
type repeated[T any] struct {
	to    *[]T
	read  func(text string) (T, error)
	texts []string
}

// Set parses a further value.
func (v *repeated[T]) Set(text string) error {
	read, err := v.read(text)
	if err == nil {
		*v.to, v.texts = append(*v.to, read), append(v.texts, text)
	}
	return err
}

func (v *repeated[T]) String() string { return strings.Join(v.texts, " ") }

// Type contains "Array", so that cobra's completions offer the flag again.
func (v *repeated[T]) Type() string { return "valueArray" }

// textVar defines a flag whose value is a text that is not empty. what describes it in errors.
func textVar(flags *pflag.FlagSet, to *string, name, short, what, usage string) {
	flags.VarP(&value[string]{to: to, read: notEmpty(what)}, name, short, usage)
}

// textsVar defines a repeatable flag whose value is a text that is not empty.
func textsVar(flags *pflag.FlagSet, to *[]string, name, what, usage string) {
	flags.Var(&repeated[string]{to: to, read: notEmpty(what)}, name, usage)
}

// choiceVar defines a flag whose value is one of several names. The default is *to.
func choiceVar(flags *pflag.FlagSet, to *string, name, usage string, names ...string) {
	read := func(text string) (string, error) {
		if !slices.Contains(names, text) {
			return "", expectedError(report.Alternatives(names))
		}
		return text, nil
	}
	flags.Var(&value[string]{to: to, read: read, text: *to}, name, usage)
}

// numberVar defines a flag whose value is a whole number that is not less than least, which is 0 or
// 1.
func numberVar(flags *pflag.FlagSet, to *int, name, short, usage string, least int) {
	read := func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
			return 0, expectedError("a whole number")
		case n < least && least == 0:
			return 0, rangeError("must not be negative")
		case n < least:
			return 0, rangeError("must be positive")
		}
		return n, nil
	}
	flags.VarP(&value[int]{to: to, read: read}, name, short, usage)
}

// durationVar defines a flag whose value is a positive duration for time.ParseDuration.
func durationVar(flags *pflag.FlagSet, to *time.Duration, name, usage string) {
	read := func(text string) (time.Duration, error) {
		d, err := time.ParseDuration(text)
		switch {
		case err != nil:
			return 0, expectedError("a duration such as 90s or 10m")
		case d <= 0:
			return 0, rangeError("must be positive")
		}
		return d, nil
	}
	flags.Var(&value[time.Duration]{to: to, read: read}, name, usage)
}

func notEmpty(what string) func(string) (string, error) {
	return func(text string) (string, error) {
		if strings.TrimSpace(text) == "" {
			return "", expectedError(what)
		}
		return text, nil
	}
}
