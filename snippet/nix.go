package snippet

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// maxWidth is the maximum width of a line in code points, without indentation, before nixfmt breaks
// it (its standard.md, "Line length").
const maxWidth = 100

// A writer writes Nix in the format of nixfmt.
type writer struct {
	strings.Builder
	indent string
	notes  []Note // those written as comments
}

// A binding is a name that needs no quotes, and the Nix code of its value.
type binding struct{ name, value string }

// quoted returns a string literal.
func quoted(s string) string { return string(appendString(nil, s)) }

// attribute returns one attribute of a path, quoted only if required.
func attribute(name string) string {
	if isIdentifier(name) {
		return name
	}
	return quoted(name)
}

// write writes comments and blocks in a form.
func (w *writer) write(comments []string, blocks []block, form Form) {
	if len(comments) == 0 && !slices.ContainsFunc(blocks, func(b block) bool { return !b.empty() }) {
		return
	}
	if form == Module {
		w.open("{")
	}
	for _, text := range comments {
		w.comment(text)
	}
	for i := range blocks {
		if form == Items {
			w.items(&blocks[i], "")
		} else {
			w.block(&blocks[i], true)
		}
	}
	if form == Module {
		w.close("}")
	}
}

// line writes a line.
func (w *writer) line(parts ...string) {
	w.WriteString(w.indent)
	for _, part := range parts {
		w.WriteString(part)
	}
	w.WriteByte('\n')
}

// open writes a line and indents the following ones, until close.
func (w *writer) open(parts ...string) {
	w.line(parts...)
	w.indent += "  "
}

func (w *writer) close(text string) {
	w.indent = w.indent[2:]
	w.line(text)
}

// comment writes a comment line. The text may be untrusted.
func (w *writer) comment(text string) { w.line("# ", printable.Name(text)) }

// blank writes a blank line, except at the start of the text or of a set.
func (w *writer) blank() {
	if w.Len() > 0 && !strings.HasSuffix(w.String(), "{\n") {
		w.WriteByte('\n')
	}
}

// block writes a block, after a blank line if it is an outermost one. It skips an empty block. A
// set that is the value of a binding is always written on several lines. An inner block with one
// list needs no set.
func (w *writer) block(b *block, outermost bool) {
	if b.empty() {
		return
	}
	if outermost {
		w.blank()
	}
	prefix := ""
	if !outermost && len(b.inner) == 0 && b.filled() == 1 {
		prefix = b.attr() + "."
	} else {
		w.open(b.attr(), " = {")
	}
	for i := range b.lists {
		w.list(prefix, &b.lists[i])
	}
	for i := range b.inner {
		w.block(&b.inner[i], false)
	}
	if prefix == "" {
		w.close("};")
	}
}

// items writes the elements of the lists of a block, below a comment with the attribute path of the
// list.
func (w *writer) items(b *block, above string) {
	for i := range b.lists {
		if l := &b.lists[i]; len(l.items) > 0 {
			w.blank()
			w.comment(above + b.attr() + "." + l.name)
			w.elements(l)
		}
	}
	for i := range b.inner {
		w.items(&b.inner[i], above+b.attr()+".")
	}
}

// list writes a list if it has elements. A single element is written on the same line if it fits.
// Several elements are always written on separate lines.
func (w *writer) list(prefix string, l *list) {
	if len(l.items) == 0 {
		return
	}
	if len(l.items) == 1 {
		if e := l.entry(&l.items[0]); e.bindings == nil && e.notes == nil && e.comment == "" {
			line := prefix + l.name + " = [ " + quoted(e.path) + " ];"
			if utf8.RuneCountInString(line) <= maxWidth {
				w.line(line)
				return
			}
		}
	}
	w.open(prefix, l.name, " = [")
	w.elements(l)
	w.close("];")
}

// elements writes the elements of a list.
func (w *writer) elements(l *list) {
	l.each(func(e entry) { w.entry(l.key, e) })
}

// each calls f for the elements of a list: bare paths first, then the sets, each sorted, as in
// hand-written lists.
func (l *list) each(f func(entry)) {
	for _, sets := range []bool{false, true} {
		for i := range l.items {
			if e := l.entry(&l.items[i]); sets == (e.bindings != nil) {
				f(e)
			}
		}
	}
}

// entry writes an element on separate lines. A set has at least two bindings, so it is written on
// several lines.
func (w *writer) entry(key string, e entry) {
	if e.comment != "" {
		w.comment(e.comment)
	}
	for _, note := range e.notes {
		w.comment(note.comment())
		w.notes = append(w.notes, note)
	}
	if e.bindings == nil {
		w.WriteString(w.indent)
		w.string(e.path)
		w.WriteByte('\n')
		return
	}
	w.open("{")
	w.line(key, " = ", quoted(e.path), ";")
	for _, b := range e.bindings {
		w.line(b.name, " = ", b.value, ";")
	}
	w.close("}")
}

// string writes a string literal. Most names need no escapes.
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

// appendString appends s, which is UTF-8 without NUL, as a string literal that evaluates to s and
// is safe on a terminal.
//
// Nix has few escapes: \n \r \t, and a backslash before any other character means that character.
// There is no escape for a code point. Characters that have no escape and must not be written raw
// are therefore written as JSON, which is readable and can be edited:
//
//	"a${builtins.fromJSON "\"\\u001b\""}b"
//
// nixfmt does not break such a line, however long, because an interpolated call with one simple
// argument is simple (isSimple in its Pretty.hs).
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

// appendText appends printable text. A dollar sign must be escaped before a brace, and before an
// interpolation that follows the text, because "$${x}" is not an interpolation. An escaped dollar
// sign is correct everywhere.
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

// appendUnsafe appends unprintable text.
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

// appendJSON appends the JSON escape of a code point, with the backslash doubled for the
// surrounding Nix string. Code points above U+FFFF need two escapes.
func appendJSON(dst []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	for _, unit := range utf16.AppendRune(nil, r) {
		dst = append(dst, `\\u`...)
		dst = append(dst, digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
	}
	return dst
}
