package pane

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
)

// Context is the part of the screen that handles a key. In each context, a key has one meaning.
type Context uint8

// The contexts. ContextBrowse and ContextSearch are those of the list.
const (
	ContextUnknown Context = iota
	ContextBrowse
	ContextSearch
	ContextPrograms
	ContextSnippet
	ContextPrompt
	ContextConfirm
	ContextAdopt
	ContextInto
	ContextHelp
)

var contextNames = [...]string{"unknown", "browse", "search", "programs", "snippet", "file name", "confirm", "adopt", "into", "help"}

// String returns the name of the context in the table of keys and in the help.
func (c Context) String() string {
	if int(c) < len(contextNames) {
		return contextNames[c]
	}
	return contextNames[ContextUnknown]
}

// MoveKeys move the cursor or scroll.
type MoveKeys struct {
	Up, Down, PageUp, PageDown, First, Last key.Binding
}

// EditKeys edit a line of text.
type EditKeys struct {
	Left, Right, Erase, EraseForward, EraseWord, EraseAll key.Binding
}

// DialogKeys are the keys of a dialog.
type DialogKeys struct {
	Move                MoveKeys
	Accept, Close, Quit key.Binding
}

// ProgramsKeys are the keys of Programs.
type ProgramsKeys struct {
	DialogKeys
	EditKeys
}

// PromptKeys are the keys of Prompt.
type PromptKeys struct {
	EditKeys
	Accept, Complete, Close, Quit key.Binding
}

// ConfirmKeys are the keys of Confirm.
type ConfirmKeys struct{ Accept, Close, Quit key.Binding }

// SnippetKeys are the keys of Snippet.
type SnippetKeys struct {
	Move                                                                                             MoveKeys
	Back, Leave, Write, Copy, Dialect, DialectBack, Directories, Switch, Adopt, Into, ShowHelp, Quit key.Binding
}

// Bind makes a binding whose help shows the labels of its keys.
func Bind(action string, keys ...string) key.Binding {
	shown := make([]string, len(keys))
	for i, k := range keys {
		shown[i] = Label(k)
	}
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(strings.Join(shown, ", "), action))
}

// Label returns the usual name of a key: "Ctrl-P" for "ctrl+p".
func Label(k string) string {
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

// ArrowKeys returns the keys that move where letters are text.
func ArrowKeys() MoveKeys {
	return MoveKeys{
		Up:       Bind("move up", "up"),
		Down:     Bind("move down", "down"),
		PageUp:   Bind("page up", "pgup"),
		PageDown: Bind("page down", "pgdown"),
		First:    Bind("go to the first line", "home"),
		Last:     Bind("go to the last line", "end"),
	}
}

// LetterKeys returns the keys that move where letters are not text.
func LetterKeys() MoveKeys {
	m := ArrowKeys()
	m.Up = Bind("move up", "up", "k")
	m.Down = Bind("move down", "down", "j")
	m.First = Bind("go to the first line", "home", "g")
	m.Last = Bind("go to the last line", "end", "G")
	return m
}

// NewEditKeys returns the keys that edit a line.
func NewEditKeys() EditKeys {
	return EditKeys{
		Left:         Bind("move left in the text", "left"),
		Right:        Bind("move right in the text", "right"),
		Erase:        Bind("erase a character", "backspace", "ctrl+h"),
		EraseForward: Bind("erase the next character", "delete"),
		EraseWord:    Bind("erase a word", "ctrl+w"),
		EraseAll:     Bind("erase the text", "ctrl+u"),
	}
}

// Keys are the keys of all panes.
type Keys struct {
	Programs ProgramsKeys
	Snippet  SnippetKeys
	Prompt   PromptKeys
	Confirm  ConfirmKeys
	Adopt    DialogKeys
	Into     DialogKeys
	Help     DialogKeys
}

// NewKeys returns the keys of all panes. quit is the key that ends the program in each of them.
func NewKeys(quit key.Binding) Keys {
	dialog := func(move MoveKeys, accept, back key.Binding) DialogKeys {
		return DialogKeys{Move: move, Accept: accept, Close: back, Quit: quit}
	}
	return Keys{
		Programs: ProgramsKeys{
			EditKeys:   NewEditKeys(),
			DialogKeys: dialog(ArrowKeys(), Bind("filter by this program", "enter"), Bind("close", "esc", "ctrl+p")),
		},
		Snippet: newSnippetKeys(quit),
		Prompt: PromptKeys{
			EditKeys: NewEditKeys(),
			Accept:   Bind("write the file", "enter"),
			Complete: Bind("complete the name", "tab"),
			Close:    Bind("close", "esc"),
			Quit:     quit,
		},
		Confirm: ConfirmKeys{
			Accept: Bind("write the snippet anyway", "enter"),
			Close:  Bind("back to the list", "esc"),
			Quit:   quit,
		},
		Adopt: dialog(LetterKeys(), Bind("copy", "enter"), Bind("go back, or stop copying", "esc")),
		Into:  dialog(LetterKeys(), Bind("choose the file, or write it", "enter"), Bind("go back", "esc")),
		Help:  dialog(LetterKeys(), Bind("close", "enter"), Bind("close", "esc", "q", "?", "f1")),
	}
}

func newSnippetKeys(quit key.Binding) SnippetKeys {
	return SnippetKeys{
		Move:        LetterKeys(),
		Back:        Bind("back to the list", "esc"),
		Write:       Bind("write the snippet to a file", "w"),
		Copy:        Bind("copy the snippet again", "y"),
		Dialect:     Bind("switch to the next dialect", "f"),
		DialectBack: Bind("switch to the previous dialect", "F"),
		Directories: Bind("keep the directories that the selected files fill", "d"),
		Switch:      Bind("scroll the notes, or the code again", "tab"),
		Adopt:       Bind("copy the data into storage now", "a"),
		Into:        Bind("insert the snippet into your Nix file", "i"),
		Leave:       Bind("leave and print the snippet", "enter", "q"),
		ShowHelp:    Bind("show the keys", "?", "f1"),
		Quit:        quit,
	}
}

// Target returns the position that a key moves to from position from. There are count positions
// and page of them on a page. It returns false if the key does not move.
func (k MoveKeys) Target(msg fmt.Stringer, from, page, count int) (int, bool) {
	switch {
	case key.Matches(msg, k.Up):
		from--
	case key.Matches(msg, k.Down):
		from++
	case key.Matches(msg, k.PageUp):
		from -= max(page, 1)
	case key.Matches(msg, k.PageDown):
		from += max(page, 1)
	case key.Matches(msg, k.First):
		from = 0
	case key.Matches(msg, k.Last):
		from = count - 1
	default:
		return from, false
	}
	return max(0, min(from, count-1)), true
}

// Bindings returns the keys in the order of the help.
func (k MoveKeys) Bindings() []key.Binding {
	return []key.Binding{k.Up, k.Down, k.PageUp, k.PageDown, k.First, k.Last}
}

// Bindings returns the keys in the order of the help.
func (k EditKeys) Bindings() []key.Binding {
	return []key.Binding{k.Left, k.Right, k.Erase, k.EraseForward, k.EraseWord, k.EraseAll}
}

// Bindings returns the keys in the order of the help.
func (k DialogKeys) Bindings() []key.Binding {
	return append([]key.Binding{k.Accept, k.Close, k.Quit}, k.Move.Bindings()...)
}

// Bindings returns the keys of the pane of a context, in the order of the help; nil if it is not one.
func (k *Keys) Bindings(c Context) []key.Binding {
	switch c {
	case ContextPrograms:
		return slices.Concat(k.Programs.DialogKeys.Bindings(), k.Programs.EditKeys.Bindings())
	case ContextPrompt:
		p := k.Prompt
		return slices.Concat([]key.Binding{p.Accept, p.Complete, p.Close, p.Quit}, p.Bindings())
	case ContextConfirm:
		return []key.Binding{k.Confirm.Accept, k.Confirm.Close, k.Confirm.Quit}
	case ContextSnippet:
		s := k.Snippet
		return slices.Concat([]key.Binding{s.Leave, s.Back, s.Write, s.Into, s.Adopt, s.Directories, s.Dialect, s.DialectBack, s.Copy, s.Switch, s.ShowHelp, s.Quit}, s.Move.Bindings())
	case ContextAdopt:
		return k.Adopt.Bindings()
	case ContextInto:
		return k.Into.Bindings()
	case ContextHelp:
		return k.Help.Bindings()
	case ContextUnknown, ContextBrowse, ContextSearch:
	}
	return nil
}
