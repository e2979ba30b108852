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
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

func TestNoTwoBindingsOfAContextShareAKey(t *testing.T) {
	keys := newKeyMap()
	for c := contextBrowse; c <= contextHelp; c++ {
		owner := map[string]string{}
		for _, b := range keys.bindings(c) {
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
	keys := newKeyMap()
	for c := contextBrowse; c <= contextHelp; c++ {
		for _, b := range keys.bindings(c) {
			if b.Help().Key == "" || b.Help().Desc == "" || len(b.Keys()) == 0 {
				t.Errorf("%s: %v has no help", c, b.Keys())
			}
		}
	}
}

// keyMap.bindings lists the bindings by hand. The test counts them by reflection.
func TestBindingsListsAllOfTheKeyMap(t *testing.T) {
	keys := newKeyMap()
	for c, group := range map[keyContext]any{
		contextBrowse: keys.browse, contextSearch: keys.search, pane.ContextPrograms: keys.Programs,
		contextSnippet: keys.Snippet, pane.ContextPrompt: keys.Prompt, contextHelp: keys.Help,
	} {
		equal(t, c.String(), len(keys.bindings(c)), countBindings(reflect.TypeOf(group))+1) // suspend is in every context
	}
	own := reflect.TypeOf(keys).NumField() - 2 // without those of the panes, and suspend
	equal(t, "contexts", own+reflect.TypeOf(keys.Keys).NumField(), int(contextHelp))
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
	keys := newKeyMap()
	for _, b := range keys.bindings(contextSearch) {
		for _, k := range b.Keys() {
			if utf8.RuneCountInString(k) == 1 {
				t.Errorf("%q cannot be typed into a query", k)
			}
		}
	}
}

func TestHintsAreBindingsOfTheirContext(t *testing.T) {
	keys := newKeyMap()
	for c := contextBrowse; c <= contextHelp; c++ {
		known := map[string]bool{}
		for _, b := range keys.bindings(c) {
			known[b.Help().Key] = true
		}
		for _, h := range keys.hints(c, &adoptJob) {
			if !known[h.binding.Help().Key] || h.label == "" {
				t.Errorf("%s: %q is not one of its keys", c, h.binding.Help().Key)
			}
		}
	}
}

func TestKeyTableNamesTheKeysOfTheOriginal(t *testing.T) {
	rows := map[KeyRow]bool{}
	for _, r := range KeyTable() {
		rows[r] = true
	}
	for _, want := range []KeyRow{
		{"browse", "/", "search"},
		{"search", "Esc", "leave the search and clear the query"},
		{"browse", "Ctrl-P", "filter by program"},
		{"browse", "Ctrl-X", "clear the program filter"},
		{"browse", "Space", "keep or not, and move down"},
		{"search", "Space", "keep or not, and move down"},
		{"browse", "Ctrl-A", "select all shown"},
		{"browse", "Ctrl-D", "deselect all"},
		{"browse", "q, Ctrl-C", "quit, print nothing"},
		{"browse", "Enter", "show the snippet"},
		{"browse", "PgUp", "page up"},
	} {
		if !rows[want] {
			t.Errorf("the table has no %+v", want)
		}
	}
}

// TestEveryKeyDoesSomethingInEveryView presses each key of browse and search in a state where it
// has an effect, and checks that the state changes.
func TestEveryKeyDoesSomethingInEveryView(t *testing.T) {
	keys := newKeyMap()
	for view := setting.ViewFiles; view <= setting.ViewTree; view++ {
		for _, c := range []keyContext{contextBrowse, contextSearch} {
			for _, b := range keys.bindings(c) {
				if view != setting.ViewTree && slices.Contains([]string{keys.browse.expand.Help().Key, keys.browse.collapse.Help().Key}, b.Help().Key) {
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
func midway(t *testing.T, view setting.View, c keyContext) *driver {
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
	if c == contextSearch {
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
