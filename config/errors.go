package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// Origin is the position of a value.
type Origin struct {
	// File is the path of the configuration file as it was found, or "" for a value that is not
	// in a file.
	File string
	// Line and Column count from 1. Columns are counted in code points, not bytes; a tab is one.
	// Both are 0 for the file as a whole.
	Line, Column int
	// Key is the path of the value in the file: "homeDir", "snippet.dialect", "excludes[3]". It is
	// "" outside of all keys.
	Key string
}

// String returns the position in the format of compilers, followed by the key: "config.json:3:17:
// excludes[2]". It is safe for a terminal.
func (o Origin) String() string {
	text := o.File
	switch {
	case o.Line > 0 && o.Key != "":
		text = fmt.Sprintf("%s:%d:%d: %s", o.File, o.Line, o.Column, o.Key)
	case o.Line > 0:
		text = fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column)
	}
	return printable.Name(text)
}

// Error is a reason why a configuration could not be loaded.
type Error struct {
	Origin
	// Reason describes the mistake, or what was expected.
	Reason string
	// Err is the error of the system, or nil.
	Err error
}

// Error returns one line that is safe for a terminal:
// "config.json:3:17: excludes[2]: expected a string, got a number".
func (e *Error) Error() string {
	switch {
	case e.File == "":
		return printable.Name(e.Reason)
	case e.Line == 0:
		return printable.Name("read config " + e.File + ": " + e.Reason)
	}
	return e.String() + ": " + printable.Name(e.Reason)
}

// Unwrap returns the error of the system.
func (e *Error) Unwrap() error { return e.Err }

// Warning is a mistake without effect.
type Warning struct {
	Origin Origin
	// Text describes the mistake.
	Text string
}

// String returns one line that is safe for a terminal:
// `config.json:2:3: unknown key "exclude" (did you mean "excludes"?)`.
func (w Warning) String() string {
	return w.Origin.String() + ": " + printable.Name(w.Text)
}

// longestQuote is the maximum number of characters of a quoted text in a message: enough to
// recognise it, and short enough for a screen.
const longestQuote = 80

// quote returns untrusted text in quotes, on one line, and truncated if it is long.
func quote(text string) string {
	dots := ""
	if utf8.RuneCountInString(text) > longestQuote {
		text, dots = string([]rune(text)[:longestQuote]), "…"
	}
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	return `"` + printable.Name(text) + dots + `"`
}
