package session

import (
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// SnippetText is a rendered snippet.
type SnippetText struct {
	// Text is the code to print, write or copy.
	Text string
	// Visible, if not empty, replaces Text on the screen: one line for each name, because names
	// in Text may contain line breaks.
	Visible string
	// Notes are shown with the snippet, for example paths that were left out, and why.
	Notes []string
	// Commented are further notes, which Text has as comments.
	Commented []string
	// Groups are all of them by reason, in the order of their first path.
	Groups []NoteGroup
	// LeftOut is the number of paths that Text does not contain.
	LeftOut int
	// Shared is the number of these that are left out because they belong to several programs.
	Shared int
}

// NoteGroup is one remark about several paths.
type NoteGroup struct {
	// Reason is a clause. Paths, if any, are what it is about; Instead are paths to persist instead.
	// Both may contain any bytes.
	Reason         string
	Paths, Instead []string
	// LeftOut reports that the text does not contain Paths.
	LeftOut bool
}

// grouped returns notes by reason. Other remarks follow as groups without paths.
func grouped(leftOut, others []snippet.Note, remarks ...string) (groups []NoteGroup) {
	type kind struct {
		reason  string
		leftOut bool
	}
	at := map[kind]int{}
	add := func(note *snippet.Note, left bool) {
		k := kind{note.Reason, left}
		i, there := at[k]
		if !there {
			i = len(groups)
			at[k] = i
			groups = append(groups, NoteGroup{Reason: note.Reason, LeftOut: left})
		}
		g := &groups[i]
		g.Paths = append(g.Paths, note.Path)
		if note.Instead != "" && !slices.Contains(g.Instead, note.Instead) {
			g.Instead = append(g.Instead, note.Instead)
		}
	}
	for i := range leftOut {
		add(&leftOut[i], true)
	}
	for i := range others {
		add(&others[i], false)
	}
	for _, remark := range remarks {
		groups = append(groups, NoteGroup{Reason: remark})
	}
	return groups
}

// splitNote is for a snippet of the plain dialect with both blocks.
const splitNote = "one block is for Home Manager and one for NixOS: they belong in two modules"

// Render writes the snippet in the session's style.
func (s *Session) Render(items []snippet.Item) SnippetText {
	code := snippet.Render(items, s.Style)
	text := SnippetText{Text: code.Text, LeftOut: len(code.LeftOut), Shared: code.Shared}
	if s.Style.Dialect == setting.DialectPaths && code.Text != "" {
		text.Visible = visiblePaths(items, s.Style)
	}
	for _, note := range code.Unread {
		text.Notes = append(text.Notes, printable.Name(note.Path)+": "+note.Reason)
	}
	notWritten := &text.Notes
	if s.Style.Dialect.Nix() {
		notWritten = &text.Commented
	}
	for _, note := range slices.Concat(code.Kept, code.LeftOut) {
		*notWritten = append(*notWritten, "not written, "+note.String())
	}
	for _, note := range code.Warnings {
		text.Notes = append(text.Notes, note.String())
	}
	var remarks []string
	if code.Split && s.Style.Form == snippet.Module {
		remarks = append(remarks, splitNote)
	}
	if s.unclear != "" && s.Style.Dialect.NamesStorage() && code.Directories+code.Files > 0 {
		remarks = append(remarks, s.unclear)
	}
	text.Notes = append(text.Notes, remarks...)
	text.Groups = grouped(slices.Concat(code.Kept, code.LeftOut), slices.Concat(code.Unread, code.Warnings), remarks...)
	return text
}

// visiblePaths returns the snippet in the dialect "paths" for the screen: one line for each
// path, even if its name contains line breaks.
func visiblePaths(items []snippet.Item, style snippet.Options) string {
	style.Null = true
	var b strings.Builder
	for path := range strings.SplitSeq(strings.TrimSuffix(snippet.Render(items, style).Text, "\x00"), "\x00") {
		b.WriteString(printable.Name(path) + "\n")
	}
	return b.String()
}
