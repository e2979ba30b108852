package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// Origin says where something was written.
type Origin struct {
	// File is the configuration file as it was found, or "" for what is built in.
	File string
	// Line and Column count from 1. A column is a character (a code point; a tab
	// is one), not a byte. Both are 0 where the file as a whole is meant.
	Line, Column int
	// Key is the way to the value: "homeDir", "snippet.dialect", "excludes[3]".
	// It is "" outside of all keys.
	Key string
}

// String returns the place as compilers write it, with the key behind:
// "config.json:3:17: excludes[2]", or "built-in excludes[2]". It is safe for a
// terminal.
func (o Origin) String() string {
	text := o.File
	switch {
	case o.File == "" && o.Key != "":
		text = "built-in " + o.Key
	case o.Line > 0 && o.Key != "":
		text = fmt.Sprintf("%s:%d:%d: %s", o.File, o.Line, o.Column, o.Key)
	case o.Line > 0:
		text = fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Column)
	}
	return printable.Name(text)
}

// Error is one reason why there is no configuration.
type Error struct {
	Origin
	// Reason says in plain words what is wrong, or what was expected.
	Reason string
	// Err is what the system said, or nil.
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

// Unwrap returns what the system said.
func (e *Error) Unwrap() error { return e.Err }

// Warning is a mistake that changes nothing.
type Warning struct {
	Origin Origin
	// Text says in plain words what is odd.
	Text string
}

// String returns one line that is safe for a terminal:
// `config.json:2:3: unknown key "exclude" (did you mean "excludes"?)`.
func (w Warning) String() string {
	return w.Origin.String() + ": " + printable.Name(w.Text)
}

// longestQuote is how many characters of a text a message repeats: enough to
// know it by, and to keep the message on a screen.
const longestQuote = 80

// quote returns untrusted text in quotes, on one line, cut if it is long.
func quote(text string) string {
	dots := ""
	if utf8.RuneCountInString(text) > longestQuote {
		text, dots = string([]rune(text)[:longestQuote]), "…"
	}
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	return `"` + printable.Name(text) + dots + `"`
}
