package tui

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/keymap"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

func TestNoTwoBindingsOfAContextShareAKey(t *testing.T) {
	keys := keymap.New()
	for c := pane.ContextBrowse; c <= pane.ContextHelp; c++ {
		owner := map[string]string{}
		for _, b := range keys.Bindings(c) {
			for _, k := range b.Keys() {
				if other, taken := owner[k]; taken && b.Enabled() {
					t.Errorf("%s: %s means %q and %q", c, k, other, b.Help().Desc)
				}
				owner[k] = b.Help().Desc
			}
		}
		if len(owner) == 0 {
			t.Errorf("%s has no keys", c)
		}
	}
}

func TestEveryBindingHasHelp(t *testing.T) {
	keys := keymap.New()
	for c := pane.ContextBrowse; c <= pane.ContextHelp; c++ {
		for _, b := range keys.Bindings(c) {
			if b.Help().Key == "" || b.Help().Desc == "" || len(b.Keys()) == 0 {
				t.Errorf("%s: %v has no help", c, b.Keys())
			}
		}
	}
}

// keyMap.bindings lists the bindings by hand. The test counts them by reflection.
func TestBindingsListsAllOfTheKeyMap(t *testing.T) {
	keys := keymap.New()
	for c, group := range map[pane.Context]any{
		pane.ContextBrowse: keys.Browse, pane.ContextSearch: keys.Search, pane.ContextPrograms: keys.Programs,
		pane.ContextSnippet: keys.Snippet, pane.ContextPrompt: keys.Prompt, pane.ContextHelp: keys.Help,
	} {
		equal(t, c.String(), len(keys.Bindings(c)), countBindings(reflect.TypeOf(group))+1) // suspend is in every context
	}
	own := reflect.TypeOf(keys).NumField() - 2 // without those of the panes, and suspend
	equal(t, "contexts", own+reflect.TypeOf(keys.Keys).NumField(), int(pane.ContextHelp))
}

func countBindings(of reflect.Type) int {
	if of == reflect.TypeFor[key.Binding]() {
		return 1
	}
	n := 0
	for i := range of.NumField() {
		n += countBindings(of.Field(i).Type)
	}
	return n
}

func TestSearchBindsNoCharacterExceptSpace(t *testing.T) {
	keys := keymap.New()
	for _, b := range keys.Bindings(pane.ContextSearch) {
		for _, k := range b.Keys() {
			if utf8.RuneCountInString(k) == 1 {
				t.Errorf("%q cannot be typed into a query", k)
			}
		}
	}
}

func TestHintsAreBindingsOfTheirContext(t *testing.T) {
	keys := keymap.New()
	for c := pane.ContextBrowse; c <= pane.ContextHelp; c++ {
		known := map[string]bool{}
		for _, b := range keys.Bindings(c) {
			known[b.Help().Key] = true
		}
		for _, h := range keys.Hints(c, &keymap.AdoptJob) {
			if !known[h.Binding.Help().Key] || h.Label == "" {
				t.Errorf("%s: %q is not one of its keys", c, h.Binding.Help().Key)
			}
		}
	}
}

func TestKeyTableNamesTheKeysOfTheOriginal(t *testing.T) {
	rows := map[keymap.KeyRow]bool{}
	for _, r := range keymap.KeyTable() {
		rows[r] = true
	}
	for _, want := range []keymap.KeyRow{
		{Context: "browse", Keys: "/", Action: "search"},
		{Context: "search", Keys: "Esc", Action: "leave the search and clear the query"},
		{Context: "browse", Keys: "Ctrl-P", Action: "filter by program"},
		{Context: "browse", Keys: "Ctrl-X", Action: "clear the program filter"},
		{Context: "browse", Keys: "Space", Action: "keep or not, and move down"},
		{Context: "search", Keys: "Space", Action: "keep or not, and move down"},
		{Context: "browse", Keys: "Ctrl-A", Action: "select all shown"},
		{Context: "browse", Keys: "Ctrl-D", Action: "deselect all"},
		{Context: "browse", Keys: "q, Ctrl-C", Action: "quit, print nothing"},
		{Context: "browse", Keys: "Enter", Action: "show the snippet"},
		{Context: "browse", Keys: "PgUp", Action: "page up"},
	} {
		if !rows[want] {
			t.Errorf("the table has no %+v", want)
		}
	}
}

// TestEveryKeyDoesSomethingInEveryView presses each key of browse and search in a state where it
// has an effect, and checks that the state changes.
func TestEveryKeyDoesSomethingInEveryView(t *testing.T) {
	keys := keymap.New()
	for view := setting.ViewFiles; view <= setting.ViewTree; view++ {
		for _, c := range []pane.Context{pane.ContextBrowse, pane.ContextSearch} {
			for _, b := range keys.Bindings(c) {
				if view != setting.ViewTree && slices.Contains([]string{keys.Browse.Expand.Help().Key, keys.Browse.Collapse.Help().Key}, b.Help().Key) {
					continue
				}
				for _, name := range b.Keys() {
					d := midway(t, view, c)
					before := d.state()
					d.keys(name)
					if d.state() == before {
						t.Errorf("%s, %s: %s (%s) does nothing on\n%s", view, c, name, b.Help().Desc, before)
					}
				}
			}
		}
	}
}

// midway returns a screen with something above and below the cursor, a program, a
// selection, and a query with the text cursor inside.
func midway(t *testing.T, view setting.View, c pane.Context) *driver {
	t.Helper()
	d := newDriver(t, Options{
		View:     view,
		Programs: []string{"firefox"},
		Machine: fakeMachine{
			splits:  func(dir string) bool { return !strings.Contains(dir, "firefox") },
			explain: func(string) []string { return []string{"because"} },
			rescan: func(_ context.Context, into *index.Store, _ bool) (Summary, error) {
				into.AddPath([]byte("/again"), scan.KindFile)
				return Summary{}, nil
			},
		},
	})
	d.send(tea.WindowSizeMsg{Width: 120, Height: 12})
	d.app.filter("firefox")
	for i := range 40 {
		d.add(fmt.Sprintf("/home/me/.config/firefox%02d/profile/prefs.js", i))
	}
	d.end(nil)
	if view == setting.ViewTree {
		d.keys("right")
	}
	if c == pane.ContextSearch {
		d.keys("/", "text:fire", "left")
	}
	for range 12 {
		d.keys("down")
	}
	d.keys("space")
	return d
}

// state returns everything that a key can change.
func (d *driver) state() string {
	frame := d.app.View()
	return fmt.Sprintf("%s\n%v quit %v leaving %v", strings.Join(d.lines(), "\n"), frame.Cursor, d.quit, d.app.shutdown.leaving)
}

// A key without effect is not in the help and the hints. If it is pressed, a notice says why.
func TestKeysWithoutEffectAreDisabled(t *testing.T) {
	d := newDriver(t, Options{})
	d.add(sample...)
	d.end(nil)
	d.send(tea.WindowSizeMsg{Width: 120, Height: 60})
	d.hasNot("Ctrl-P program")
	for press, why := range map[string]string{
		"ctrl+p": "the configuration names no programs", "ctrl+x": "no program filter is set", "f": "there is only one dialect",
		"r": "a list of paths cannot be read again", "x": "a list of paths cannot be read again", "right": "open and close in other views",
		"o": "only the paths of a trace", "u": "nothing to undo", "v": "nothing is selected",
	} {
		d.keys(press)
		d.has(why)
	}
	d.keys("?")
	d.hasNot("filter by program", "scan again", "undo the last selection", "open a program, a directory")
	d.has("show or hide caches")
	d.keys("esc", "space", "tab", "tab", "tab", "?")
	d.has("undo the last selection", "open a program, a directory", "show only the selection, or everything")
}
