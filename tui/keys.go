package tui

import (
	"slices"

	"charm.land/bubbles/v2/key"

	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// keyContext is the part of the screen that handles a key.
type keyContext = pane.Context

const (
	contextUnknown = pane.ContextUnknown
	contextBrowse  = pane.ContextBrowse
	contextSearch  = pane.ContextSearch
	contextSnippet = pane.ContextSnippet
	contextHelp    = pane.ContextHelp
)

// keyMap defines all keys. The help and the table in docs/keys.md are generated from it.
type keyMap struct {
	browse browseKeys
	search searchKeys
	pane.Keys
	suspend key.Binding // in every context
}

// listKeys act on the list, with or without a search.
type listKeys struct {
	move                           pane.MoveKeys
	toggle, selectAll, deselectAll key.Binding
	nextView                       key.Binding
	programs, clearProgram         key.Binding
	confirm, showHelp, quit        key.Binding
}

type browseKeys struct {
	listKeys
	search, expand, collapse, onlyMarked, ignore, notNow, nextNew, previousNew, usual, hidden, dismiss, undo, redo, sort, reverse, unread, hideCaches, group, refused, rescan, preview, explain, copy, dialect, dialectBack, directories key.Binding
}

type searchKeys struct {
	listKeys
	pane.EditKeys
	leave, space key.Binding
}

func newKeyMap() keyMap {
	quit := pane.Bind("quit, print nothing", "ctrl+c")
	list := listKeys{
		move:         pane.ArrowKeys(),
		toggle:       pane.Bind("keep or not, and move down", "space"),
		selectAll:    pane.Bind("select all shown", "ctrl+a"),
		deselectAll:  pane.Bind("deselect all", "ctrl+d"),
		nextView:     pane.Bind("next view: places, programs, tree, files", "tab"),
		programs:     pane.Bind("filter by program", "ctrl+p"),
		clearProgram: pane.Bind("clear the program filter", "ctrl+x"),
		confirm:      pane.Bind("show the snippet", "enter"),
		showHelp:     pane.Bind("show the keys", "f1"),
		quit:         quit,
	}
	browse := newBrowseKeys(list)
	return keyMap{
		suspend: pane.Bind("suspend; fg resumes", "ctrl+z"),
		browse:  browse,
		search: searchKeys{
			listKeys: list,
			EditKeys: pane.NewEditKeys(),
			leave:    pane.Bind("leave the search and clear the query", "esc"),
			space:    pane.Bind("type a space, which separates terms", "ctrl+space"),
		},
		Keys: pane.NewKeys(quit),
	}
}

func newBrowseKeys(list listKeys) browseKeys {
	browse := browseKeys{
		listKeys:    list,
		search:      pane.Bind("search", "/"),
		expand:      pane.Bind("open a program, a directory of the tree, or \"probably not\"", "right", "l"),
		collapse:    pane.Bind("close it, or go to its parent", "left", "h"),
		onlyMarked:  pane.Bind("show only the selection, or everything", "v"),
		ignore:      pane.Bind("ignore: it may be lost; again: undecided", "i"),
		notNow:      pane.Bind("not now: decide in 30 days, or when it has doubled", "z"),
		usual:       pane.Bind("keep what half of public configurations keep", "m"),
		dismiss:     pane.Bind("close the card of the first run", "esc"),
		nextNew:     pane.Bind("go to the next undecided row", "n"),
		previousNew: pane.Bind("go to the previous undecided row", "N"),
		hidden:      pane.Bind("show or hide what is ignored or postponed", "I"),
		undo:        pane.Bind("undo the last selection or decision", "u"),
		redo:        pane.Bind("redo what was undone", "U"),
		hideCaches:  pane.Bind("show or hide caches", "c"),
		group:       pane.Bind("cycle the trace filter: written, executed, read, looked up", "o"),
		refused:     pane.Bind("show or hide excluded and persisted paths", "x"),
		sort:        pane.Bind("sort by the next column", "s"),
		reverse:     pane.Bind("reverse the sort order", "S"),
		unread:      pane.Bind("list errors, and the paths that could not be read", "!"),
		rescan:      pane.Bind("scan again", "r"),
		explain:     pane.Bind("explain why this path is a candidate", "e"),
		copy:        pane.Bind("copy the path", "y"),
		dialect:     pane.Bind("switch to the next dialect", "f"),
		dialectBack: pane.Bind("switch to the previous dialect", "F"),
		directories: pane.Bind("keep the directories that the selected files fill", "d"),
		preview:     pane.Bind("show or hide the preview", "p"),
	}
	browse.move = pane.LetterKeys()
	browse.showHelp = pane.Bind("show the keys", "?", "f1")
	browse.quit = pane.Bind("quit, print nothing", "q", "ctrl+c")
	return browse
}

func (k listKeys) listBindings() []key.Binding {
	actions := []key.Binding{
		k.toggle, k.selectAll, k.deselectAll, k.nextView, k.programs, k.clearProgram, k.confirm, k.showHelp, k.quit,
	}
	return append(actions, k.move.Bindings()...)
}

// onRows returns the keys that act on the rows on the screen.
func (k listKeys) onRows() []key.Binding {
	return append([]key.Binding{k.toggle, k.selectAll, k.confirm}, k.move.Bindings()...)
}

// bindings returns all bindings of a context, in the order of the help.
func (k *keyMap) bindings(c keyContext) []key.Binding {
	var own []key.Binding
	switch c {
	case contextBrowse:
		b := k.browse
		own = slices.Concat([]key.Binding{
			b.ignore, b.notNow, b.nextNew, b.previousNew, b.usual, b.hidden, b.dismiss, b.undo, b.redo, b.search, b.expand, b.collapse, b.onlyMarked, b.sort, b.reverse, b.hideCaches, b.group, b.refused, b.rescan, b.unread, b.explain, b.copy, b.dialect, b.dialectBack, b.directories, b.preview,
		}, b.listBindings())
	case contextSearch:
		s := k.search
		own = slices.Concat([]key.Binding{s.leave, s.space}, s.EditKeys.Bindings(), s.listBindings())
	case contextUnknown:
		return nil
	default:
		own = k.Keys.Bindings(c)
	}
	return append(own, k.suspend)
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
	keys := newKeyMap()
	var rows []KeyRow
	for c := contextBrowse; c <= contextHelp; c++ {
		for _, b := range keys.bindings(c) {
			rows = append(rows, KeyRow{c.String(), b.Help().Key, b.Help().Desc})
		}
	}
	return rows
}
