package draw

import "strings"

// Highlight colours the strings and comments in a line of Nix that is safe to show. Snippets
// have no multi-line strings.
func (s *Styles) Highlight(line string) string {
	var b strings.Builder
	for line != "" {
		at := strings.IndexAny(line, `"#`)
		if at < 0 {
			break
		}
		b.WriteString(line[:at])
		if line[at] == '#' {
			b.WriteString(s.Dim.Render(line[at:]))
			return b.String()
		}
		end := stringEnd(line[at:]) + at
		b.WriteString(s.Code.Render(line[at:end]))
		line = line[end:]
	}
	return b.String() + line
}

// stringEnd returns the length of the string literal at the start of a text.
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
