package tui

import "strings"

// highlight colours a line of Nix that is safe to show: strings and comments. The
// snippets have no strings of several lines.
func (s *styles) highlight(line string) string {
	var b strings.Builder
	for line != "" {
		at := strings.IndexAny(line, `"#`)
		if at < 0 {
			break
		}
		b.WriteString(line[:at])
		if line[at] == '#' {
			b.WriteString(s.dim.render(line[at:]))
			return b.String()
		}
		end := stringEnd(line[at:]) + at
		b.WriteString(s.text.render(line[at:end]))
		line = line[end:]
	}
	return b.String() + line
}

// stringEnd returns the length of the string literal that a text begins with.
func stringEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
