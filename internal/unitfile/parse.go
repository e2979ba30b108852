package unitfile

import (
	"strings"
	"unicode/utf8"
)

// MaxLine is the longest line in bytes, with its continuations: systemd's LONG_LINE_MAX,
// 1 MiB. It is the limit of a file's size here as well.
const MaxLine = 1 << 20

// space is what systemd strips from lines, keys and values (WHITESPACE).
const space = " \t\n\r"

// Setting is one assignment "Key=Value" of a unit file.
type Setting struct {
	Section string // without brackets
	Key     string
	Value   string // with quotes, escapes and specifiers as written; continuations are joined by a space
	File    string // as passed to Parse
	Line    int    // where the assignment begins; the first line is 1
}

// Problem is a line or a file that is wrong, or that could not be read.
type Problem struct {
	File string
	Line int // the first line is 1; 0 for the whole file
	Kind ProblemKind
	Text string // the line, or the part of it that is wrong; bytes as they are in the file
	Err  error  // for Unreadable
}

// ProblemKind says what is wrong.
type ProblemKind uint8

// The kinds. systemd ignores a line with one of the first group, and does not load a unit with
// one of the second.
const (
	ProblemUnknown ProblemKind = iota
	MissingEquals              // a line that is neither a section nor an assignment
	MissingKey                 // nothing in front of "="
	OutsideSection             // an assignment before the first section
	BadLine                    // tmpfiles.d: a line that does not have the form
	BadSpecifier               // an unknown specifier, or one whose value is not known
	BadEscape                  // an unknown C escape
	RelativePath               // tmpfiles.d: a path that is relative or has ".." in it
	DuplicatePath              // tmpfiles.d: an earlier line creates this path

	BadSection  // a line that begins with "[" and does not end with "]", or a quote in the name
	InvalidUTF8 // a line that is not UTF-8
	LineTooLong // more than MaxLine bytes
	Unreadable  // Err says why
)

// Fatal reports whether systemd refuses the whole unit file. Parse stops at such a line.
func (k ProblemKind) Fatal() bool { return k >= BadSection }

// String returns a few words.
func (k ProblemKind) String() string {
	switch k {
	case MissingEquals:
		return "missing '='"
	case MissingKey:
		return "missing key before '='"
	case OutsideSection:
		return "assignment outside of a section"
	case BadLine:
		return "malformed line"
	case BadSpecifier:
		return "unknown specifier"
	case BadEscape:
		return "unknown escape"
	case RelativePath:
		return "path is relative or contains \"..\""
	case DuplicatePath:
		return "an earlier line creates this path"
	case BadSection:
		return "invalid section header"
	case InvalidUTF8:
		return "invalid UTF-8"
	case LineTooLong:
		return "line too long"
	case Unreadable:
		return "unreadable"
	default:
		return "unknown problem"
	}
}

// parser is the state of Parse. The rules are those of config_parse in systemd's
// src/shared/conf-parser.c.
type parser struct {
	file     string
	section  string
	inside   bool // a section has begun
	settings []Setting
	problems []Problem
}

// Parse reads the text of a unit file. file is for Setting.File only. A Fatal problem is the last
// one, and the settings are then those of the lines before it.
func Parse(text, file string) ([]Setting, []Problem) {
	p := parser{file: file}
	p.settings = make([]Setting, 0, strings.Count(text, "=")/2+1)
	text = strings.TrimPrefix(text, "\ufeff")
	joined, first, number := "", 0, 0
	for text != "" {
		var line string
		line, text = cutLine(text)
		number++
		if start := strings.TrimLeft(line, space); start != "" && (start[0] == '#' || start[0] == ';') {
			continue // also within a continued line
		}
		if first == 0 {
			joined, first = line, number
		} else {
			joined += line
		}
		if len(joined) > MaxLine {
			p.problem(first, LineTooLong, "")
			return p.settings, p.problems
		}
		if endsInBackslash(joined) {
			joined = joined[:len(joined)-1] + " "
			continue
		}
		if !p.line(joined, first) {
			return p.settings, p.problems
		}
		first = 0
	}
	if first != 0 {
		p.line(joined, first)
	}
	return p.settings, p.problems
}

// cutLine splits at the first end of a line. As systemd's read_line, it takes a NUL for one,
// and different characters in a row, such as "\r\n", for a single one.
func cutLine(text string) (line, rest string) {
	end := strings.IndexAny(text, "\n\r\x00")
	if end < 0 {
		return text, ""
	}
	next := end + 1
	if text[end] != 0 && next < len(text) && text[next] != text[end] && strings.IndexByte("\n\r\x00", text[next]) >= 0 {
		next++
		if text[next-1] != 0 && next < len(text) && text[next] == 0 {
			next++
		}
	}
	return text[:end], text[next:]
}

// endsInBackslash reports whether the last byte is a backslash that no other one escapes.
func endsInBackslash(line string) bool {
	n := len(line) - len(strings.TrimRight(line, `\`))
	return n%2 == 1
}

func (p *parser) problem(line int, kind ProblemKind, text string) {
	p.problems = append(p.problems, Problem{File: p.file, Line: line, Kind: kind, Text: text})
}

// line reads a line whose continuations are joined, and reports whether to go on.
func (p *parser) line(text string, number int) bool {
	text = strings.Trim(text, space)
	switch {
	case text == "":
		return true
	case !utf8.ValidString(text):
		p.problem(number, InvalidUTF8, text)
		return false
	case text[0] == '[':
		name := strings.TrimSuffix(text[1:], "]")
		if len(name)+2 != len(text) || strings.ContainsFunc(name, unsafe) {
			p.problem(number, BadSection, text)
			return false
		}
		p.section, p.inside = name, true
		return true
	}
	key, value, found := strings.Cut(text, "=")
	key = strings.TrimRight(key, space)
	switch {
	case !p.inside:
		p.problem(number, OutsideSection, text)
	case !found:
		p.problem(number, MissingEquals, text)
	case key == "":
		p.problem(number, MissingKey, text)
	default:
		p.settings = append(p.settings, Setting{p.section, key, strings.TrimLeft(value, space), p.file, number})
	}
	return true
}

// unsafe reports the characters that systemd's string_is_safe refuses.
func unsafe(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\'' || r == '\\' }
