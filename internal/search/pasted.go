package search

import "strings"

// Pasted returns the query for pasted text. Several lines are a union: each is one term, with its
// spaces. In a single line, spaces separate terms. Quotes around a line are removed; they make it one
// term.
func Pasted(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	var terms []string
	quoted := false
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if n := len(line); n >= 2 && (line[0] == '\'' || line[0] == '"') && line[n-1] == line[0] {
			line, quoted = line[1:n-1], true
		}
		if line != "" {
			terms = append(terms, line)
		}
	}
	if len(terms) == 1 && !quoted {
		return terms[0]
	}
	for i, term := range terms {
		terms[i] = strings.ReplaceAll(strings.ReplaceAll(term, `\ `, " "), " ", `\ `)
	}
	return strings.Join(terms, " | ")
}
