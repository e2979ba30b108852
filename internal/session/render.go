package session

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// SnippetText is a rendered snippet.
type SnippetText struct {
	// Text is what is printed, written and copied.
	Text string
	// Visible is what is shown in place of Text, line by line, where lines of Text may
	// break within a name.
	Visible string
	// Notes are shown beside it: what was left out, and why.
	Notes []string
	// LeftOut is the number of paths that Text does not contain.
	LeftOut int
}

// Render writes the snippet in the session's style.
func (s *Session) Render(items []snippet.Item) SnippetText {
	code := snippet.Render(items, s.Style)
	text := SnippetText{Text: code.Text, LeftOut: len(code.LeftOut)}
	if s.Style.Dialect == snippet.Paths && code.Text != "" {
		text.Visible = visiblePaths(items, s.Style)
	}
	for _, note := range code.Unread {
		text.Notes = append(text.Notes, printable.Name(note.Path)+": "+note.Reason)
	}
	for _, notes := range [][]snippet.Note{code.Kept, code.LeftOut} {
		for _, note := range notes {
			text.Notes = append(text.Notes, "not written, "+note.String())
		}
	}
	for _, note := range code.Warnings {
		text.Notes = append(text.Notes, note.String())
	}
	if code.Split && s.Style.Form == snippet.Module {
		text.Notes = append(text.Notes, "one block is for Home Manager and one for NixOS: they belong in two modules")
	}
	if s.unclear != "" && s.Style.Dialect.NamesStorage() && code.Directories+code.Files > 0 {
		text.Notes = append(text.Notes, s.unclear)
	}
	return text
}

// visiblePaths is the snippet of the dialect paths for a screen: one line for each
// path, also for a name with line breaks in it.
func visiblePaths(items []snippet.Item, style snippet.Options) string {
	style.Null = true
	var b strings.Builder
	for path := range strings.SplitSeq(strings.TrimSuffix(snippet.Render(items, style).Text, "\x00"), "\x00") {
		b.WriteString(printable.Name(path) + "\n")
	}
	return b.String()
}
