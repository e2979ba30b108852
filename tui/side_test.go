package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// wide opens the screen with paths in a terminal that has room for the pane.
func wide(t *testing.T, opts Options, paths ...string) *driver {
	t.Helper()
	d := newDriver(t, opts)
	d.send(tea.WindowSizeMsg{Width: 140, Height: 30})
	d.add(paths...)
	d.end(nil)
	d.fire(sideDue{})
	return d
}

func TestSideShowsThePathUnderTheCursor(t *testing.T) {
	known := func(path string) string { return "known\x1b: " + path }
	owner := func(_, _ uint32) string { return "alice users" }
	d := wide(t, Options{Machine: fakeMachine{known: known, owner: owner}}, sample...)
	d.has("─ /etc/hosts ─", "alice users 0000", "9.8K, changed 10h ago", `known\e: /etc/hosts`, "this place", `│ file "/etc/hosts"`)
	d.keys("down")
	d.has("─ /etc/hosts ─") // until the cursor has rested
	d.fire(sideDue{})
	d.has("─ /home/me/.bashrc ─", `│ file "/home/me/.bashrc"`)
	d.keys("space", "down", "space")
	d.fire(sideDue{})
	d.has("2 kept", `│ file "/home/me/.bashrc"`, `│ file "/home/me/.mozilla/firefox/abc/`)
}

func TestSideOfADirectoryListsTheLargestFirst(t *testing.T) {
	d := wide(t, Options{}, "/a/b", "/a/dir/with/files", "/a/longer", "/c")
	d.keys("tab", "tab", "tab")
	d.fire(sideDue{})
	d.has("│ 3 files, 38K, newest 4h ago")
	screen := strings.Join(d.lines(), "\n")
	if large, small := strings.Index(screen, "28K  dir/with/"), strings.Index(screen, "1.6K  b"); large < 0 || small < large {
		t.Errorf("the largest is not first:\n%s", screen)
	}
}

func TestSideIsHiddenOnANarrowTerminalOrOnRequest(t *testing.T) {
	d := wide(t, Options{}, sample...)
	d.keys("p")
	d.hasNot("╭")
	d.keys("p")
	d.has("─ /etc/hosts ─")
	d.send(tea.WindowSizeMsg{Width: sideFrom - 1, Height: 30})
	equal(t, "width of the cards", d.app.layout.side, 0)
	d.send(tea.WindowSizeMsg{Width: sideFrom, Height: 30})
	d.has("─ /etc/hosts ─")
	d.keys("enter")
	d.hasNot("╭─ /etc/hosts")
}

func TestSideDoesNotRenderALargeSelection(t *testing.T) {
	var many []string
	for i := range liveMarks + 1 {
		many = append(many, fmt.Sprintf("/f%d", i))
	}
	d := newDriver(t, Options{})
	d.send(tea.WindowSizeMsg{Width: 140, Height: 30})
	d.add(many...)
	d.keys("ctrl+a")
	d.fire(sideDue{})
	d.has("2,001 kept: Enter shows the snippet")
	equal(t, "rendered", len(d.asked), 0)
}

func TestSnippetPaneIsRenderedBeforeTheLiveSnippet(t *testing.T) {
	d := wide(t, Options{}, sample...)
	d.keys("down")
	d.hold = true
	d.fire(sideDue{})
	d.keys("enter")
	d.has("rendering")
	d.release()
	d.has("snippet for 1 path", `file "/home/me/.bashrc"`)
	d.keys("enter")
	equal(t, "text", d.app.result.Snippet.Text, "file \"/home/me/.bashrc\"\n")
}
