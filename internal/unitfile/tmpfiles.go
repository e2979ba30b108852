package unitfile

import (
	"path"
	"strings"
	"unicode/utf8"
)

// TmpfilesLine is one line of tmpfiles.d(5).
type TmpfilesLine struct {
	File      string // as passed to ParseTmpfiles
	Line      int    // the first line is 1
	Type      byte   // the letter
	Modifiers string // the characters after it: "+", "!", …
	Path      string // absolute and clean; a glob for some types
	Mode      string // octal, with the prefixes "~" and ":"; "" for "-" or nothing
	User      string // name or number, with the prefix ":"; "" as for Mode
	Group     string
	Age       string
	Argument  string // the rest of the line; "" for "-", nothing, or a type that has none
}

// IsGlob reports whether Path is a glob: glob(7), with the characters "*", "?" and "[".
func (line TmpfilesLine) IsGlob() bool {
	return strings.IndexByte(globbing, line.Type) >= 0 && strings.ContainsAny(line.Path, "*?[")
}

// modifiers are those that systemd has had up to version 258.
const modifiers = "+!-=~^$?"

// types of lines, in overlapping groups.
const (
	// creating are the types that make, fill or remove a path (takes_ownership in systemd's
	// src/tmpfiles/tmpfiles.c): one line for a path counts.
	creating = "fFwdDevqQpLcbCxXrR"
	// globbing are the types whose path is a glob. They are a list of their own.
	globbing = "wexXrRzZtTaAhH"
	// withEscapes are the types whose argument has C escapes.
	withEscapes = "fFwLC"
	// withoutArgument are the types whose argument systemd ignores.
	withoutArgument = "dDvqQepxXrRzZm"
	allTypes        = creating + "zZtTaAhH" + "m"
)

// TmpfilesOptions say how lines are read.
type TmpfilesOptions struct {
	// Specifiers are replaced in paths and arguments.
	Specifiers Specifiers
	// Before254 reads the fields before the argument as systemd up to 253 does: a
	// backslash makes the next byte literal. Later versions undo C escapes (systemd issue 26955).
	Before254 bool
}

// ParseTmpfiles reads the text of a file of tmpfiles.d(5). A line that systemd ignores is a
// problem. C escapes are undone; in the argument, only for the types that write text or links.
func ParseTmpfiles(text, file string, opts TmpfilesOptions) ([]TmpfilesLine, []Problem) {
	var lines []TmpfilesLine
	var problems []Problem
	for number := 1; text != ""; number++ {
		var raw string
		raw, text = cutLine(text)
		raw = strings.Trim(raw, space)
		if raw == "" || raw[0] == '#' {
			continue
		}
		if len(raw) > MaxLine {
			problems = append(problems, Problem{File: file, Line: number, Kind: LineTooLong})
			continue
		}
		line, kind := tmpfilesLine(raw, opts)
		if kind != ProblemUnknown {
			problems = append(problems, Problem{File: file, Line: number, Kind: kind, Text: raw})
			continue
		}
		line.File, line.Line = file, number
		lines = append(lines, line)
	}
	return lines, problems
}

func tmpfilesLine(raw string, opts TmpfilesOptions) (TmpfilesLine, ProblemKind) {
	var line TmpfilesLine
	var action string
	rest, escapes := raw, Undo
	if opts.Before254 {
		escapes = Drop
	}
	for i, field := range []*string{&action, &line.Path, &line.Mode, &line.User, &line.Group, &line.Age} {
		word, after, ok, err := cutWord(rest, escapes)
		if err != nil || !ok && i < 2 {
			return line, BadLine
		}
		if rest = after; i < 2 || word != "-" {
			*field = word
		}
	}
	if line.Argument = rest; line.Argument == "-" {
		line.Argument = ""
	}
	if !utf8.ValidString(raw) || action == "" || strings.IndexByte(allTypes, action[0]) < 0 || strings.Trim(action[1:], modifiers) != "" {
		return line, BadLine
	}
	line.Type, line.Modifiers = action[0], action[1:]
	return line.expand(opts.Specifiers)
}

// expand replaces escapes and specifiers, and cleans the path.
func (line TmpfilesLine) expand(specifiers Specifiers) (TmpfilesLine, ProblemKind) {
	var err error
	if line.Path, err = specifiers.Expand(line.Path); err != nil {
		return line, BadSpecifier
	}
	if !strings.HasPrefix(line.Path, "/") || hasDotDot(line.Path) || strings.IndexByte(line.Path, 0) >= 0 {
		return line, RelativePath
	}
	line.Path = path.Clean(line.Path)
	if strings.IndexByte(withoutArgument, line.Type) >= 0 {
		line.Argument = ""
	}
	if strings.IndexByte(withEscapes, line.Type) >= 0 {
		if line.Argument, err = UnescapeC(line.Argument); err != nil {
			return line, BadEscape
		}
	}
	if line.Argument, err = specifiers.Expand(line.Argument); err != nil {
		return line, BadSpecifier
	}
	return line, ProblemUnknown
}
