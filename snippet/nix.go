package snippet

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// maxWidth is how many code points a line may have, not counting indentation,
// before nixfmt breaks it (its standard.md, "Line length").
const maxWidth = 100

// A writer writes Nix, laid out as nixfmt does. Nothing else quotes.
type writer struct{ strings.Builder }

// A binding is a name, which needs no quotes, and the string bound to it.
type binding struct{ name, value string }

// comment writes a comment line. The text may come from anywhere.
func (w *writer) comment(indent, text string) {
	w.WriteString(indent)
	w.WriteString("# ")
	w.WriteString(printable.Name(text))
	w.WriteByte('\n')
}

// block writes a block, after a blank line if something stands before it, and
// returns what its comments say. An empty one writes nothing. A set that is a
// binding's value always goes over several lines.
func (w *writer) block(b *block) []Note {
	if len(b.directories)+len(b.files) == 0 {
		return nil
	}
	if w.Len() > 0 {
		w.WriteByte('\n')
	}
	w.WriteString(b.attr)
	w.WriteString(" = {\n")
	notes := w.list("directories", "directory", b.directories, b.directory)
	w.list("files", "file", b.files, func(item *Item) entry { return entry{path: item.Path[b.skip:]} })
	w.WriteString("};\n")
	return notes
}

// list writes a list of the block, if it has elements: one that fits on the
// line stays there, more never do. Bare paths come first, then the sets, each
// sorted, which is how people write these lists.
func (w *writer) list(name, key string, items []Item, toEntry func(*Item) entry) (notes []Note) {
	const indent = "  "
	if len(items) == 0 {
		return nil
	}
	w.WriteString(indent + name + " = [")
	if len(items) == 1 {
		if e := toEntry(&items[0]); e.bindings == nil && e.comment == "" {
			element := appendString(nil, e.path)
			if utf8.RuneCountInString(name+" = [  ];")+utf8.RuneCount(element) <= maxWidth {
				w.WriteByte(' ')
				w.Write(element)
				w.WriteString(" ];\n")
				return nil
			}
		}
	}
	w.WriteByte('\n')
	for _, sets := range []bool{false, true} {
		for i := range items {
			e := toEntry(&items[i])
			if sets != (e.bindings != nil) {
				continue
			}
			if e.comment != "" {
				notes = append(notes, Note{Path: items[i].Path, Reason: e.comment})
			}
			w.entry(indent+indent, key, e)
		}
	}
	w.WriteString(indent + "];\n")
	return notes
}

// entry writes an element on lines of its own. A set in it has two bindings or
// more, and goes over several lines.
func (w *writer) entry(indent, key string, e entry) {
	if e.comment != "" {
		w.comment(indent, e.comment)
	}
	if e.bindings == nil {
		w.WriteString(indent)
		w.string(e.path)
		w.WriteByte('\n')
		return
	}
	w.WriteString(indent + "{\n")
	w.binding(indent, key, e.path)
	for _, b := range e.bindings {
		w.binding(indent, b.name, b.value)
	}
	w.WriteString(indent + "}\n")
}

// binding writes one line of a set that stands at that indentation.
func (w *writer) binding(indent, name, value string) {
	w.WriteString(indent + "  " + name + " = ")
	w.string(value)
	w.WriteString(";\n")
}

// string writes a string literal. Most names are their own.
func (w *writer) string(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '$' {
			w.Write(appendString(nil, s))
			return
		}
	}
	w.WriteByte('"')
	w.WriteString(s)
	w.WriteByte('"')
}

// appendString appends s, which is UTF-8 and holds no NUL, as a string literal
// that evaluates to s and is safe on a terminal.
//
// Nix has few escapes: \n \r \t, and a backslash before any other character
// stands for that character. There is none for a code point. What has no
// escape, and must not be written raw, is therefore taken from JSON, which can
// be read and, if need be, mended:
//
//	"a${builtins.fromJSON "\"\\u001b\""}b"
//
// nixfmt keeps that on its line, however long: an interpolated call with one
// simple argument is simple (isSimple in its Pretty.hs).
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for s != "" {
		start, end := printable.FirstUnsafe(s)
		dst = appendText(dst, s[:start], start < end)
		dst = appendUnsafe(dst, s[start:end])
		s = s[end:]
	}
	return append(dst, '"')
}

// appendText appends what is printable. A dollar sign matters before a brace,
// and so before the interpolation that may follow: "$${x}" is no interpolation.
// Escaped, it is right in every place.
func appendText(dst []byte, s string, followed bool) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			dst = append(dst, '\\')
		case '$':
			if i+1 < len(s) && s[i+1] == '{' || i+1 == len(s) && followed {
				dst = append(dst, '\\')
			}
		}
		dst = append(dst, s[i])
	}
	return dst
}

// appendUnsafe appends what is not printable.
func appendUnsafe(dst []byte, s string) []byte {
	const open, end = `${builtins.fromJSON "\"`, `\""}`
	inJSON := false
	for _, r := range s {
		escape := ""
		switch r {
		case '\n':
			escape = `\n`
		case '\r':
			escape = `\r`
		case '\t':
			escape = `\t`
		}
		if inJSON != (escape == "") {
			inJSON = !inJSON
			if inJSON {
				dst = append(dst, open...)
			} else {
				dst = append(dst, end...)
			}
		}
		if inJSON {
			dst = appendJSON(dst, r)
		} else {
			dst = append(dst, escape...)
		}
	}
	if inJSON {
		dst = append(dst, end...)
	}
	return dst
}

// appendJSON appends JSON's escape for a code point, the backslash doubled for
// the Nix string around it. Beyond U+FFFF it takes two.
func appendJSON(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	for _, unit := range utf16.AppendRune(nil, r) {
		dst = append(dst, `\\u`...)
		dst = append(dst, digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
	}
	return dst
}
