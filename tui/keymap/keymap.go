package keymap

import (
	"slices"

	"charm.land/bubbles/v2/key"

	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// Map defines all keys. The help and the table in docs/keys.md are generated from it.
type Map struct {
	Browse browseKeys
	Search searchKeys
	pane.Keys
	Suspend key.Binding // in every context
}

// ListKeys act on the list, with or without a search.
type ListKeys struct {
	Move                           pane.MoveKeys
	Toggle, SelectAll, DeselectAll key.Binding
	NextView                       key.Binding
	Programs, ClearProgram         key.Binding
	Confirm, ShowHelp, Quit        key.Binding
}

type browseKeys struct {
	ListKeys
	Search, Expand, Collapse, OnlyMarked, Ignore, NotNow, NextNew, PreviousNew, Usual, Hidden, Dismiss, Undo, Redo, Sort, Reverse, Unread, HideCaches, Group, Refused, Rescan, Preview, Explain, Copy, Dialect, DialectBack, Directories key.Binding
}

type searchKeys struct {
	ListKeys
	pane.EditKeys
	Leave, Space key.Binding
}

// New returns all keys, enabled.
func New() Map {
	quit := pane.Bind("quit, print nothing", "ctrl+c")
	list := ListKeys{
		Move:         pane.ArrowKeys(),
		Toggle:       pane.Bind(AdoptJob.Picks+" or not, and move down", "space"),
		SelectAll:    pane.Bind("select all shown", "ctrl+a"),
		DeselectAll:  pane.Bind("deselect all", "ctrl+d"),
		NextView:     pane.Bind("next view: places, programs, tree, files", "tab"),
		Programs:     pane.Bind("filter by program", "ctrl+p"),
		ClearProgram: pane.Bind("clear the program filter", "ctrl+x"),
		Confirm:      pane.Bind("show the "+AdoptJob.Shows, "enter"),
		ShowHelp:     pane.Bind("show the keys", "f1"),
		Quit:         quit,
	}
	browse := newBrowseKeys(list)
	return Map{
		Suspend: pane.Bind("suspend; fg resumes", "ctrl+z"),
		Browse:  browse,
		Search: searchKeys{
			ListKeys: list,
			EditKeys: pane.NewEditKeys(),
			Leave:    pane.Bind("leave the search and clear the query", "esc"),
			Space:    pane.Bind("type a space, which separates terms", "ctrl+space"),
		},
		Keys: pane.NewKeys(quit),
	}
}

// Word sets the help of the keys that depend on the job.
func (k *Map) Word(job *pane.Job) {
	help := func(b *key.Binding, action string) { b.SetHelp(b.Help().Key, action) }
	help(&k.Snippet.Adopt, job.Help)
	help(&k.Browse.Group, job.Cycles)
	for _, list := range []*ListKeys{&k.Browse.ListKeys, &k.Search.ListKeys} {
		help(&list.Toggle, job.Picks+" or not, and move down")
		help(&list.Confirm, "show the "+job.Shows)
	}
}

func newBrowseKeys(list ListKeys) browseKeys {
	browse := browseKeys{
		ListKeys:    list,
		Search:      pane.Bind("search", "/"),
		Expand:      pane.Bind("open a program, a directory of the tree, or \"probably not\"", "right", "l"),
		Collapse:    pane.Bind("close it, or go to its parent", "left", "h"),
		OnlyMarked:  pane.Bind("show only the selection, or everything", "v"),
		Ignore:      pane.Bind("ignore: it may be lost; again: undecided", "i"),
		NotNow:      pane.Bind("not now: decide in 30 days, or when it has doubled", "z"),
		Usual:       pane.Bind("keep what at least half of public configurations keep", "m"),
		Dismiss:     pane.Bind("close the card of the first run", "esc"),
		NextNew:     pane.Bind("go to the next undecided row", "n"),
		PreviousNew: pane.Bind("go to the previous undecided row", "N"),
		Hidden:      pane.Bind("show or hide what is ignored or postponed", "I"),
		Undo:        pane.Bind("undo the last selection or decision", "u"),
		Redo:        pane.Bind("redo what was undone", "U"),
		HideCaches:  pane.Bind("show or hide caches", "c"),
		Group:       pane.Bind(AdoptJob.Cycles, "o"),
		Refused:     pane.Bind("show or hide excluded and persisted paths", "x"),
		Sort:        pane.Bind("sort by the next column", "s"),
		Reverse:     pane.Bind("reverse the sort order", "S"),
		Unread:      pane.Bind("list problems: data no longer kept, errors, paths that could not be read", "!"),
		Rescan:      pane.Bind("scan again", "r"),
		Explain:     pane.Bind("explain why this path is a candidate", "e"),
		Copy:        pane.Bind("copy the path", "y"),
		Dialect:     pane.Bind("switch to the next dialect", "f"),
		DialectBack: pane.Bind("switch to the previous dialect", "F"),
		Directories: pane.Bind("keep the directories that the selected files fill", "d"),
		Preview:     pane.Bind("show or hide the preview", "p"),
	}
	browse.Move = pane.LetterKeys()
	browse.ShowHelp = pane.Bind("show the keys", "?", "f1")
	browse.Quit = pane.Bind("quit, print nothing", "q", "ctrl+c")
	return browse
}

// ListBindings returns the bindings of a list.
func (k ListKeys) ListBindings() []key.Binding {
	actions := []key.Binding{
		k.Toggle, k.SelectAll, k.DeselectAll, k.NextView, k.Programs, k.ClearProgram, k.Confirm, k.ShowHelp, k.Quit,
	}
	return append(actions, k.Move.Bindings()...)
}

// OnRows returns the keys that act on the rows on the screen.
func (k ListKeys) OnRows() []key.Binding {
	return append([]key.Binding{k.Toggle, k.SelectAll, k.Confirm}, k.Move.Bindings()...)
}

// Bindings returns all bindings of a context, in the order of the help.
func (k *Map) Bindings(c pane.Context) []key.Binding {
	var own []key.Binding
	switch c {
	case pane.ContextBrowse:
		b := k.Browse
		own = slices.Concat([]key.Binding{
			b.Ignore, b.NotNow, b.NextNew, b.PreviousNew, b.Usual, b.Hidden, b.Dismiss, b.Undo, b.Redo, b.Search, b.Expand, b.Collapse, b.OnlyMarked, b.Sort, b.Reverse, b.HideCaches, b.Group, b.Refused, b.Rescan, b.Unread, b.Explain, b.Copy, b.Dialect, b.DialectBack, b.Directories, b.Preview,
		}, b.ListBindings())
	case pane.ContextSearch:
		s := k.Search
		own = slices.Concat([]key.Binding{s.Leave, s.Space}, s.Bindings(), s.ListBindings())
	case pane.ContextUnknown:
		return nil
	default:
		own = k.Keys.Bindings(c)
	}
	return append(own, k.Suspend)
}

// KeyRow is one line of the table of keys.
type KeyRow struct {
	// Context is the view in which the keys work: "browse", "search",
	// "programs", "snippet" or "help".
	Context string
	// Keys are the usual names of the keys: "Ctrl-P", "PgUp, k".
	Keys string
	// Action describes what they do.
	Action string
}

// KeyTable lists all keys of all views, in the order of the help.
func KeyTable() []KeyRow {
	keys := New()
	var rows []KeyRow
	for c := pane.ContextBrowse; c <= pane.ContextHelp; c++ {
		for _, b := range keys.Bindings(c) {
			rows = append(rows, KeyRow{c.String(), b.Help().Key, b.Help().Desc})
		}
	}
	return rows
}

// AdoptJob copies the selection into storage; its result is the snippet.
var AdoptJob = pane.Job{
	Shows: "snippet", Key: "adopt", Help: "copy the data into storage now", Title: "copy into storage", Verb: "copy",
	Asks: "Enter copies, Esc goes back; the sources do not change", Result: "snippet for", Selected: "kept",
	Picks: "keep", Note: "did", Order: "operation", Cycles: "cycle the trace filter: written, executed, read, looked up",
}
