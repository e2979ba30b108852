package keymap

import (
	"slices"

	"charm.land/bubbles/v2/key"

	"github.com/DaRacci/list-ephemeral/tui/guide"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// Groups returns the enabled keys of a context by purpose, for the help.
func (k *Map) Groups(c pane.Context) []guide.Group {
	group := func(title string, all ...key.Binding) (g guide.Group) {
		g.Title = title
		for _, b := range all {
			if b.Enabled() {
				g.Keys = append(g.Keys, guide.Key{Keys: b.Help().Key, Action: b.Help().Desc})
			}
		}
		return g
	}
	list, b := k.Browse.ListKeys, k.Browse
	var find, see, act []key.Binding
	choose := []key.Binding{list.Toggle, list.SelectAll, list.DeselectAll}
	switch c {
	case pane.ContextBrowse:
		choose = append(choose, b.Ignore, b.NotNow, b.NextNew, b.PreviousNew, b.Usual, b.Directories, b.Undo, b.Redo)
		find = []key.Binding{b.Search, b.Programs, b.ClearProgram, b.HideCaches, b.Group, b.OnlyMarked, b.Hidden, b.Refused}
		see = []key.Binding{b.NextView, b.Expand, b.Collapse, b.Sort, b.Reverse, b.Preview, b.Explain, b.Unread}
		act = []key.Binding{b.Confirm, b.Copy, b.Dialect, b.DialectBack, b.Rescan, b.Dismiss, b.ShowHelp, k.Suspend, b.Quit}
	case pane.ContextSearch:
		s := k.Search
		list = s.ListKeys
		choose = []key.Binding{s.Toggle, s.SelectAll, s.DeselectAll}
		find = slices.Concat([]key.Binding{s.Leave, s.Space, s.Programs, s.ClearProgram}, s.Bindings())
		see = []key.Binding{s.NextView}
		act = []key.Binding{s.Confirm, s.ShowHelp, k.Suspend, s.Quit}
	default:
		return []guide.Group{group("", k.Bindings(c)...)}
	}
	return []guide.Group{
		group("choose", choose...), group("find", find...), group("see", slices.Concat(see, list.Move.Bindings())...), group("act", act...),
	}
}

// Hint is one entry of the line at the bottom of the screen.
type Hint struct {
	Binding key.Binding
	Label   string
}

// Hints returns the hints of a context, the most useful first.
func (k *Map) Hints(c pane.Context, job *pane.Job) []Hint {
	switch c {
	case pane.ContextBrowse:
		b := k.Browse
		return []Hint{
			{b.Toggle, job.Picks},
			{b.Ignore, "ignore"},
			{b.NextNew, "next"},
			{b.Search, "search"},
			{b.Confirm, job.Shows},
			{b.ShowHelp, "help"},
			{b.NextView, "view"},
			{b.Programs, "program"},
			{b.Quit, "quit"},
		}
	case pane.ContextSearch:
		s := k.Search
		return []Hint{
			{s.Toggle, job.Picks},
			{s.Leave, "leave"},
			{s.Confirm, job.Shows},
			{s.SelectAll, "all"},
			{s.NextView, "view"},
			{s.Programs, "program"},
			{s.ShowHelp, "help"},
		}
	case pane.ContextSnippet:
		s := k.Snippet
		return []Hint{{s.Leave, "print and leave"}, {s.Back, "back"}, {s.Write, "write"}, {s.Into, "insert"}, {s.Adopt, job.Key}, {s.Directories, "directories"}, {s.Dialect, "dialect"}, {s.Copy, "copy"}, {s.ShowHelp, "help"}}
	case pane.ContextPrompt:
		return []Hint{{k.Prompt.Accept, "write"}, {k.Prompt.Complete, "complete"}, {k.Prompt.Close, "close"}}
	case pane.ContextConfirm:
		return []Hint{{k.Confirm.Accept, "write it"}, {k.Confirm.Close, "back"}}
	case pane.ContextAdopt:
		return []Hint{{k.Adopt.Accept, job.Verb}, {k.Adopt.Close, "back"}}
	case pane.ContextInto:
		return []Hint{{k.Into.Accept, "accept"}, {k.Into.Close, "back"}}
	case pane.ContextPrograms:
		return []Hint{{k.Programs.Accept, "filter"}, {k.Programs.Close, "close"}}
	case pane.ContextHelp:
		return []Hint{{k.Help.Close, "close"}, {k.Help.Move.Down, "more"}}
	case pane.ContextUnknown:
	}
	return nil
}
