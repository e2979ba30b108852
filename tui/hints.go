package tui

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/guide"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// conditional is a binding that may be disabled in its context. why is the reason, or "" if it
// is enabled.
type conditional struct {
	context keyContext
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
	decides := unless(m.decides(), "paths in storage are not decided on")
	b, s := &m.keys.browse, &m.keys.search
	return []conditional{
		{contextBrowse, &b.programs, programs},
		{contextSearch, &s.programs, programs},
		{contextBrowse, &b.clearProgram, filtered},
		{contextSearch, &s.clearProgram, filtered},
		{contextBrowse, &b.dialect, dialects},
		{contextSnippet, &m.keys.Snippet.Dialect, dialects},
		{contextBrowse, &b.dialectBack, dialects},
		{contextSnippet, &m.keys.Snippet.DialectBack, dialects},
		{contextSnippet, &m.keys.Snippet.Directories, unless(m.offers(), "the selected files fill no directory")},
		{contextSnippet, &m.keys.Snippet.Switch, unless(m.snippet != nil && m.snippet.Overflows(), "everything is shown")},
		{contextSnippet, &m.keys.Snippet.Write, unless(m.snippet == nil || m.result.Snippet.Text != "", "nothing to write")},
		{contextSnippet, &m.keys.Snippet.Copy, unless(m.snippet == nil || m.result.Snippet.Text != "", "nothing to copy")},
		{contextSnippet, &m.keys.Snippet.Into, unless(len(m.opts.Dialects) > 0, "these paths are not a snippet")},
		{contextBrowse, &b.rescan, once},
		{contextBrowse, &b.refused, once},
		{contextBrowse, &b.expand, tree},
		{contextBrowse, &b.collapse, tree},
		{contextBrowse, &b.group, unless(m.annotated(), "only the paths of a trace can be filtered by operation: list-ephemeral trace -- CMD")},
		{contextBrowse, &b.unread, unless(m.problem() != "", "there are no errors")},
		{contextBrowse, &b.undo, unless(m.history.Len() > 0, "nothing to undo")},
		{contextBrowse, &b.directories, unless(m.offers(), "the selected files fill no directory")},
		{contextBrowse, &b.redo, unless(m.history.Undone() > 0, "nothing to redo")},
		{contextBrowse, &b.ignore, decides},
		{contextBrowse, &b.notNow, decides},
		{contextBrowse, &b.nextNew, decides},
		{contextBrowse, &b.previousNew, decides},
		{contextBrowse, &b.usual, cmp.Or(decides, unless(m.opts.Configurations > 0, "no configurations were counted"))},
		{contextBrowse, &b.dismiss, unless(m.firstRun(), "Esc closes a search or a dialog; q quits")},
		{contextBrowse, &b.hidden, unless(m.decisions.Hidden() > 0, "nothing is ignored or postponed")},
		{contextBrowse, &b.onlyMarked, unless(m.selection.Len() > 0 || m.marked.Generation() > 0, "nothing is selected")},
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

// groups returns the enabled keys of a context by purpose, for the help.
func (k *keyMap) groups(c keyContext) []guide.Group {
	group := func(title string, all ...key.Binding) (g guide.Group) {
		g.Title = title
		for _, b := range all {
			if b.Enabled() {
				g.Keys = append(g.Keys, guide.Key{Keys: b.Help().Key, Action: b.Help().Desc})
			}
		}
		return g
	}
	list, b := k.browse.listKeys, k.browse
	var find, see, act []key.Binding
	choose := []key.Binding{list.toggle, list.selectAll, list.deselectAll}
	switch c {
	case contextBrowse:
		choose = append(choose, b.ignore, b.notNow, b.nextNew, b.previousNew, b.usual, b.directories, b.undo, b.redo)
		find = []key.Binding{b.search, b.programs, b.clearProgram, b.hideCaches, b.group, b.onlyMarked, b.hidden, b.refused}
		see = []key.Binding{b.nextView, b.expand, b.collapse, b.sort, b.reverse, b.preview, b.explain, b.unread}
		act = []key.Binding{b.confirm, b.copy, b.dialect, b.dialectBack, b.rescan, b.dismiss, b.showHelp, k.suspend, b.quit}
	case contextSearch:
		s := k.search
		list = s.listKeys
		choose = []key.Binding{s.toggle, s.selectAll, s.deselectAll}
		find = slices.Concat([]key.Binding{s.leave, s.space, s.programs, s.clearProgram}, s.Bindings())
		see = []key.Binding{s.nextView}
		act = []key.Binding{s.confirm, s.showHelp, k.suspend, s.quit}
	default:
		return []guide.Group{group("", k.bindings(c)...)}
	}
	return []guide.Group{
		group("choose", choose...), group("find", find...), group("see", slices.Concat(see, list.move.Bindings())...), group("act", act...),
	}
}

// hint is one entry of the line at the bottom of the screen.
type hint struct {
	binding key.Binding
	label   string
}

// hints returns the hints of a context, the most useful first.
func (k *keyMap) hints(c keyContext, job *Job) []hint {
	switch c {
	case contextBrowse:
		b := k.browse
		return []hint{
			{b.toggle, job.Picks},
			{b.ignore, "ignore"},
			{b.nextNew, "next"},
			{b.search, "search"},
			{b.confirm, job.Shows},
			{b.showHelp, "help"},
			{b.nextView, "view"},
			{b.programs, "program"},
			{b.quit, "quit"},
		}
	case contextSearch:
		s := k.search
		return []hint{
			{s.toggle, job.Picks},
			{s.leave, "leave"},
			{s.confirm, job.Shows},
			{s.selectAll, "all"},
			{s.nextView, "view"},
			{s.programs, "program"},
			{s.showHelp, "help"},
		}
	case contextSnippet:
		s := k.Snippet
		return []hint{{s.Leave, "print and leave"}, {s.Back, "back"}, {s.Write, "write"}, {s.Into, "insert"}, {s.Adopt, job.Key}, {s.Directories, "directories"}, {s.Dialect, "dialect"}, {s.Copy, "copy"}, {s.ShowHelp, "help"}}
	case pane.ContextPrompt:
		return []hint{{k.Prompt.Accept, "write"}, {k.Prompt.Complete, "complete"}, {k.Prompt.Close, "close"}}
	case pane.ContextConfirm:
		return []hint{{k.Confirm.Accept, "write it"}, {k.Confirm.Close, "back"}}
	case pane.ContextAdopt:
		return []hint{{k.Adopt.Accept, job.Verb}, {k.Adopt.Close, "back"}}
	case pane.ContextInto:
		return []hint{{k.Into.Accept, "accept"}, {k.Into.Close, "back"}}
	case pane.ContextPrograms:
		return []hint{{k.Programs.Accept, "filter"}, {k.Programs.Close, "close"}}
	case contextHelp:
		return []hint{{k.Help.Close, "close"}, {k.Help.Move.Down, "more"}}
	case contextUnknown:
	}
	return nil
}

// placedHint is a hint on the last line, and where it is.
type placedHint struct {
	hint
	at draw.Range
}

// placedHints returns as many hints of the current context as fit on the last line.
func (m *app) placedHints() (all []placedHint) {
	from := 0
	hints := m.keys.hints(m.context(), &m.opts.Job)
	if d, changes := m.overlay.Top().(pane.Hinter); changes {
		hints = nil
		for _, h := range d.Hints() {
			hints = append(hints, hint{h.Binding, h.Label})
		}
	}
	for _, h := range hints {
		if !h.binding.Enabled() {
			continue
		}
		cells := 1 + textcell.Width(pane.Label(h.binding.Keys()[0])) + 1 + textcell.Width(h.label) + 1
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
		b.WriteString(" " + m.styles.Key.Render(pane.Label(h.binding.Keys()[0])) + " " + m.styles.Dim.Render(h.label) + " ")
	}
	return b.String()
}
