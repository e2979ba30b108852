package tui

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/keymap"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// conditional is a binding that may be disabled in its context. why is the reason, or "" if it
// is enabled.
type conditional struct {
	context pane.Context
	binding *key.Binding
	why     string
}

// conditionals lists the bindings that depend on the state.
func (m *app) conditionals() []conditional {
	unless := func(useful bool, why string) string {
		if useful {
			return ""
		}
		return why
	}
	programs := unless(len(m.opts.Programs) > 0 || m.opts.ProgramOf != nil, "the configuration names no programs to filter by")
	filtered := unless(m.program != "", "no program filter is set")
	dialects := unless(len(m.opts.Dialects) > 1, "there is only one dialect")
	once := unless(!m.opts.Once, "a list of paths cannot be read again")
	tree := unless(m.list.opens(), "programs and directories open and close in other views: Tab")
	decides := unless(m.decides(), "there are no decisions on paths in storage")
	b, s := &m.keys.Browse, &m.keys.Search
	return []conditional{
		{pane.ContextBrowse, &b.Programs, programs},
		{pane.ContextSearch, &s.Programs, programs},
		{pane.ContextBrowse, &b.ClearProgram, filtered},
		{pane.ContextSearch, &s.ClearProgram, filtered},
		{pane.ContextBrowse, &b.Dialect, dialects},
		{pane.ContextSnippet, &m.keys.Snippet.Dialect, dialects},
		{pane.ContextBrowse, &b.DialectBack, dialects},
		{pane.ContextSnippet, &m.keys.Snippet.DialectBack, dialects},
		{pane.ContextSnippet, &m.keys.Snippet.Directories, unless(m.offers(), "the selected files fill no directory")},
		{pane.ContextSnippet, &m.keys.Snippet.Switch, unless(m.snippet != nil && m.snippet.Overflows(), "everything is shown")},
		{pane.ContextSnippet, &m.keys.Snippet.Write, unless(m.snippet == nil || m.result.Snippet.Text != "", "nothing to write")},
		{pane.ContextSnippet, &m.keys.Snippet.Copy, unless(m.snippet == nil || m.result.Snippet.Text != "", "nothing to copy")},
		{pane.ContextSnippet, &m.keys.Snippet.Into, unless(len(m.opts.Dialects) > 0, "these paths are not a snippet")},
		{pane.ContextBrowse, &b.Rescan, once},
		{pane.ContextBrowse, &b.Refused, once},
		{pane.ContextBrowse, &b.Expand, tree},
		{pane.ContextBrowse, &b.Collapse, tree},
		{pane.ContextBrowse, &b.Group, unless(m.annotated(), "only the paths of a trace can be filtered by operation: list-ephemeral trace -- CMD")},
		{pane.ContextBrowse, &b.Unread, unless(m.problems().Chip() != "", "there are no problems")},
		{pane.ContextBrowse, &b.Undo, unless(m.history.Len() > 0, "nothing to undo")},
		{pane.ContextBrowse, &b.Directories, unless(m.offers(), "the selected files fill no directory")},
		{pane.ContextBrowse, &b.Redo, unless(m.history.Undone() > 0, "nothing to redo")},
		{pane.ContextBrowse, &b.Ignore, decides},
		{pane.ContextBrowse, &b.NotNow, decides},
		{pane.ContextBrowse, &b.NextNew, decides},
		{pane.ContextBrowse, &b.PreviousNew, decides},
		{pane.ContextBrowse, &b.Usual, cmp.Or(decides, unless(m.opts.Configurations > 0, "no configurations were counted"))},
		{pane.ContextBrowse, &b.Dismiss, unless(m.firstRun(), "Esc closes a search or a dialog; q quits")},
		{pane.ContextBrowse, &b.Hidden, unless(m.decisions.Hidden() > 0, "nothing is ignored or postponed")},
		{pane.ContextBrowse, &b.OnlyMarked, unless(m.selection.Len() > 0 || m.marked.Generation() > 0, "nothing is selected")},
	}
}

// enableKeys disables the bindings that currently have no effect, so neither the help nor the
// hints show them.
func (m *app) enableKeys() {
	for _, c := range m.conditionals() {
		c.binding.SetEnabled(c.why == "")
	}
}

// whyDisabled returns why a key has no effect here, or "" if its binding is enabled.
func (m *app) whyDisabled(msg tea.KeyPressMsg) string {
	for _, c := range m.conditionals() {
		if c.context == m.context() && slices.Contains(c.binding.Keys(), msg.String()) {
			return c.why
		}
	}
	return ""
}

// placedHint is a hint on the last line, and where it is.
type placedHint struct {
	keymap.Hint
	at draw.Range
}

// placedHints returns as many hints of the current context as fit on the last line.
func (m *app) placedHints() (all []placedHint) {
	from := 0
	hints := m.keys.Hints(m.context(), &m.opts.Job)
	if d, changes := m.overlay.Top().(pane.Hinter); changes {
		hints = nil
		for _, h := range d.Hints() {
			hints = append(hints, keymap.Hint{Binding: h.Binding, Label: h.Label})
		}
	}
	for _, h := range hints {
		if !h.Binding.Enabled() {
			continue
		}
		cells := 1 + textcell.Width(pane.Label(h.Binding.Keys()[0])) + 1 + textcell.Width(h.Label) + 1
		if from+cells > m.layout.width {
			break
		}
		all = append(all, placedHint{h, draw.Range{Start: from, End: from + cells}})
		from += cells
	}
	return all
}

// hints renders the last line.
func (m *app) hints() string {
	var b strings.Builder
	for _, h := range m.placedHints() {
		b.WriteString(" " + m.styles.Key.Render(pane.Label(h.Binding.Keys()[0])) + " " + m.styles.Dim.Render(h.Label) + " ")
	}
	return b.String()
}
