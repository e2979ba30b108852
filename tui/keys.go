package tui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
)

// keyContext is the part of the screen that handles a key. In each context, a key has one
// meaning.
type keyContext uint8

const (
	contextUnknown keyContext = iota
	contextBrowse
	contextSearch
	contextPrograms
	contextSnippet
	contextPrompt
	contextConfirm
	contextAdopt
	contextInto
	contextHelp
)

var contextNames = [...]string{"unknown", "browse", "search", "programs", "snippet", "file name", "confirm", "adopt", "into", "help"}

// String returns the name of the context in KeyTable and in the help.
func (c keyContext) String() string {
	if int(c) < len(contextNames) {
		return contextNames[c]
	}
	return contextNames[contextUnknown]
}

// keyMap defines all keys. The help and the table in docs/keys.md are generated from it.
type keyMap struct {
	browse   browseKeys
	search   searchKeys
	programs programsKeys
	snippet  snippetKeys
	prompt   promptKeys
	confirm  confirmKeys
	adopt    adoptKeys
	into     intoKeys
	help     dialogKeys
	suspend  key.Binding // in every context
}

// moveKeys move the cursor or scroll.
type moveKeys struct {
	up, down, pageUp, pageDown, first, last key.Binding
}

// listKeys act on the list, with or without a search.
type listKeys struct {
	move                           moveKeys
	toggle, selectAll, deselectAll key.Binding
	nextView                       key.Binding
	programs, clearProgram         key.Binding
	confirm, showHelp, quit        key.Binding
}

type browseKeys struct {
	listKeys
	search, expand, collapse, onlyMarked, undo, sort, reverse, unread, hideCaches, group, refused, rescan, preview, explain, copy, dialect key.Binding
}

// editKeys edit a line of text.
type editKeys struct {
	left, right, erase, eraseForward, eraseWord, eraseAll key.Binding
}

type searchKeys struct {
	listKeys
	editKeys
	leave, space key.Binding
}

type programsKeys struct {
	dialogKeys
	editKeys
}

type promptKeys struct {
	editKeys
	accept, close, quit key.Binding
}

type confirmKeys struct{ accept, close, quit key.Binding }

type adoptKeys struct {
	accept, close, quit key.Binding
	move                moveKeys
}

type intoKeys struct {
	accept, close, quit key.Binding
	move                moveKeys
}

type dialogKeys struct {
	move                moveKeys
	accept, close, quit key.Binding
}

type snippetKeys struct {
	move                                                           moveKeys
	back, leave, write, copy, dialect, adopt, into, showHelp, quit key.Binding
}

// bind makes a binding whose help shows the labels of its keys.
func bind(action string, keys ...string) key.Binding {
	shown := make([]string, len(keys))
	for i, k := range keys {
		shown[i] = keyLabel(k)
	}
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(strings.Join(shown, ", "), action))
}

// keyLabel returns the usual name of a key: "Ctrl-P" for "ctrl+p".
func keyLabel(k string) string {
	if letter, ok := strings.CutPrefix(k, "ctrl+"); ok {
		return "Ctrl-" + strings.ToUpper(letter[:1]) + letter[1:]
	}
	switch k {
	case "pgup":
		return "PgUp"
	case "pgdown":
		return "PgDn"
	}
	if len(k) == 1 {
		return k
	}
	return strings.ToUpper(k[:1]) + k[1:]
}

// arrowKeys returns the keys that move where letters are text.
func arrowKeys() moveKeys {
	return moveKeys{
		up:       bind("move up", "up"),
		down:     bind("move down", "down"),
		pageUp:   bind("page up", "pgup"),
		pageDown: bind("page down", "pgdown"),
		first:    bind("go to the first line", "home"),
		last:     bind("go to the last line", "end"),
	}
}

// letterKeys returns the keys that move where letters are not text.
func letterKeys() moveKeys {
	m := arrowKeys()
	m.up = bind("move up", "up", "k")
	m.down = bind("move down", "down", "j")
	m.first = bind("go to the first line", "home", "g")
	m.last = bind("go to the last line", "end", "G")
	return m
}

func newKeyMap() keyMap {
	quit := bind("quit, print nothing", "ctrl+c")
	list := listKeys{
		move:         arrowKeys(),
		toggle:       bind("keep or not, and move down", "space"),
		selectAll:    bind("select all shown", "ctrl+a"),
		deselectAll:  bind("deselect all", "ctrl+d"),
		nextView:     bind("next view: places, programs, tree, files", "tab"),
		programs:     bind("filter by program", "ctrl+p"),
		clearProgram: bind("clear the program filter", "ctrl+x"),
		confirm:      bind("show the snippet", "enter"),
		showHelp:     bind("show the keys", "f1"),
		quit:         quit,
	}
	browse := newBrowseKeys(list)
	return keyMap{
		suspend: bind("suspend; fg resumes", "ctrl+z"),
		browse:  browse,
		search: searchKeys{
			listKeys: list,
			editKeys: newEditKeys(),
			leave:    bind("leave the search and clear the query", "esc"),
			space:    bind("type a space, which separates terms", "ctrl+space"),
		},
		programs: programsKeys{
			editKeys: newEditKeys(),
			dialogKeys: dialogKeys{
				move:   arrowKeys(),
				accept: bind("filter by this program", "enter"),
				close:  bind("close", "esc", "ctrl+p"),
				quit:   quit,
			},
		},
		prompt: promptKeys{
			editKeys: newEditKeys(),
			accept:   bind("write the file", "enter"),
			close:    bind("close", "esc"),
			quit:     quit,
		},
		confirm: confirmKeys{
			accept: bind("write the snippet anyway", "enter"),
			close:  bind("back to the list", "esc"),
			quit:   quit,
		},
		adopt: adoptKeys{
			accept: bind("copy", "enter"),
			close:  bind("go back, or stop copying", "esc"),
			quit:   quit,
			move:   letterKeys(),
		},
		into:    newIntoKeys(quit),
		snippet: newSnippetKeys(quit),
		help: dialogKeys{
			move:   letterKeys(),
			accept: bind("close", "enter"),
			close:  bind("close", "esc", "q", "?", "f1"),
			quit:   quit,
		},
	}
}

func newIntoKeys(quit key.Binding) intoKeys {
	return intoKeys{
		accept: bind("choose the file, or write it", "enter"),
		close:  bind("go back", "esc"),
		quit:   quit,
		move:   letterKeys(),
	}
}

func newBrowseKeys(list listKeys) browseKeys {
	browse := browseKeys{
		listKeys:   list,
		search:     bind("search", "/"),
		expand:     bind("open a program, a directory of the tree, or \"probably not\"", "right", "l"),
		collapse:   bind("close it, or go to its parent", "left", "h"),
		onlyMarked: bind("show only the selection, or everything", "v"),
		undo:       bind("undo the last selection", "u"),
		hideCaches: bind("show or hide caches", "c"),
		group:      bind("cycle the trace filter: written, executed, read, looked up", "o"),
		refused:    bind("show or hide excluded and persisted paths", "x"),
		sort:       bind("sort by the next column", "s"),
		reverse:    bind("reverse the sort order", "S"),
		unread:     bind("list the paths that could not be read", "!"),
		rescan:     bind("scan again", "r"),
		explain:    bind("explain why this path is a candidate", "e"),
		copy:       bind("copy the path", "y"),
		dialect:    bind("switch to the next dialect", "f"),
		preview:    bind("show or hide the preview", "p"),
	}
	browse.move = letterKeys()
	browse.showHelp = bind("show the keys", "?", "f1")
	browse.quit = bind("quit, print nothing", "q", "ctrl+c")
	return browse
}

func newSnippetKeys(quit key.Binding) snippetKeys {
	return snippetKeys{
		move:     letterKeys(),
		back:     bind("back to the list", "esc"),
		write:    bind("write the snippet to a file", "w"),
		copy:     bind("copy the snippet again", "y"),
		dialect:  bind("switch to the next dialect", "f"),
		adopt:    bind("copy the data into storage now", "a"),
		into:     bind("insert the snippet into your Nix file", "i"),
		leave:    bind("leave and print the snippet", "enter", "q"),
		showHelp: bind("show the keys", "?", "f1"),
		quit:     quit,
	}
}

func newEditKeys() editKeys {
	return editKeys{
		left:         bind("move left in the text", "left"),
		right:        bind("move right in the text", "right"),
		erase:        bind("erase a character", "backspace", "ctrl+h"),
		eraseForward: bind("erase the next character", "delete"),
		eraseWord:    bind("erase a word", "ctrl+w"),
		eraseAll:     bind("erase the text", "ctrl+u"),
	}
}

func (k editKeys) bindings() []key.Binding {
	return []key.Binding{k.left, k.right, k.erase, k.eraseForward, k.eraseWord, k.eraseAll}
}

// target returns the position that a key moves to from position from. There are count positions
// and page of them on a page. It returns false if the key does not move.
func (k moveKeys) target(msg fmt.Stringer, from, page, count int) (int, bool) {
	switch {
	case key.Matches(msg, k.up):
		from--
	case key.Matches(msg, k.down):
		from++
	case key.Matches(msg, k.pageUp):
		from -= max(page, 1)
	case key.Matches(msg, k.pageDown):
		from += max(page, 1)
	case key.Matches(msg, k.first):
		from = 0
	case key.Matches(msg, k.last):
		from = count - 1
	default:
		return from, false
	}
	return max(0, min(from, count-1)), true
}

func (k moveKeys) bindings() []key.Binding {
	return []key.Binding{k.up, k.down, k.pageUp, k.pageDown, k.first, k.last}
}

func (k listKeys) listBindings() []key.Binding {
	actions := []key.Binding{
		k.toggle, k.selectAll, k.deselectAll, k.nextView, k.programs, k.clearProgram, k.confirm, k.showHelp, k.quit,
	}
	return append(actions, k.move.bindings()...)
}

func (k dialogKeys) bindings() []key.Binding {
	return append([]key.Binding{k.accept, k.close, k.quit}, k.move.bindings()...)
}

// onRows returns the keys that act on the rows on the screen.
func (k listKeys) onRows() []key.Binding {
	return append([]key.Binding{k.toggle, k.selectAll, k.confirm}, k.move.bindings()...)
}

// bindings returns all bindings of a context, in the order of the help.
func (k *keyMap) bindings(c keyContext) []key.Binding {
	var own []key.Binding
	switch c {
	case contextBrowse:
		b := k.browse
		own = slices.Concat([]key.Binding{
			b.search, b.expand, b.collapse, b.onlyMarked, b.undo, b.sort, b.reverse, b.hideCaches, b.group, b.refused, b.rescan, b.unread, b.explain, b.copy, b.dialect, b.preview,
		}, b.listBindings())
	case contextSearch:
		s := k.search
		own = slices.Concat([]key.Binding{s.leave, s.space}, s.bindings(), s.listBindings())
	case contextPrograms:
		own = slices.Concat(k.programs.dialogKeys.bindings(), k.programs.editKeys.bindings())
	case contextPrompt:
		p := k.prompt
		own = slices.Concat([]key.Binding{p.accept, p.close, p.quit}, p.bindings())
	case contextConfirm:
		own = []key.Binding{k.confirm.accept, k.confirm.close, k.confirm.quit}
	case contextSnippet:
		s := k.snippet
		own = slices.Concat([]key.Binding{s.leave, s.back, s.write, s.into, s.adopt, s.dialect, s.copy, s.showHelp, s.quit}, s.move.bindings())
	case contextAdopt:
		own = append([]key.Binding{k.adopt.accept, k.adopt.close, k.adopt.quit}, k.adopt.move.bindings()...)
	case contextInto:
		own = append([]key.Binding{k.into.accept, k.into.close, k.into.quit}, k.into.move.bindings()...)
	case contextHelp:
		own = k.help.bindings()
	case contextUnknown:
		return nil
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
