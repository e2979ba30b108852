// Package roff writes manual pages in the macros of man(7).
package roff

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Page is a page to which its methods append. The zero value is an empty page.
type Page struct{ b strings.Builder }

// String returns the source of the page.
func (p *Page) String() string { return p.b.String() }

// Escape returns text as roff source that prints exactly this text. A dash becomes a minus sign, so
// commands can be copied from a page. A line that starts like a request is escaped. A character that
// is not ASCII is written as its code point.
func Escape(text string) string {
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

// Macro writes a request with arguments, which are escaped and quoted.
func (p *Page) Macro(name string, args ...string) {
	p.b.WriteString("." + name)
	for _, arg := range args {
		p.b.WriteString(` "` + strings.ReplaceAll(Escape(arg), `"`, `\(dq`) + `"`)
	}
	p.b.WriteByte('\n')
}

// Line writes a line of texts, each of which is escaped.
func (p *Page) Line(texts ...string) {
	for _, text := range texts {
		p.b.WriteString(Escape(text))
	}
	p.b.WriteByte('\n')
}

// Name writes the line of the section NAME, from which mandb(8) builds its index: the name of the
// page and what it is about.
func (p *Page) Name(name, about string) {
	p.b.WriteString(Escape(name) + ` \- ` + Escape(about) + "\n")
}

// Text writes paragraphs, which are separated by empty lines.
func (p *Page) Text(text string) {
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			p.Macro("PP")
		}
		p.Line(paragraph)
	}
}

// Verbatim writes lines as they are, without filling them.
func (p *Page) Verbatim(text string) {
	p.Macro("nf")
	p.Line(strings.Trim(text, "\n"))
	p.Macro("fi")
}

// Item writes a term and its meaning.
func (p *Page) Item(term, meaning string) {
	p.Macro("TP")
	p.Macro("B", term)
	p.Text(meaning)
}

// References writes the names of other pages of section 1, separated by commas.
func (p *Page) References(names ...string) {
	for i, name := range names {
		end := ","
		if i == len(names)-1 {
			end = ""
		}
		p.b.WriteString(`.BR "` + Escape(name) + `" "(1)` + end + "\"\n")
	}
}
