package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
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
	d.hasNot("╭")
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

func TestHeadShowsOnlyText(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := unix.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", link); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		want       []string
	}{
		{"text", file("text", "a\tb\r\nc\x1b[2J\xff\n"), []string{"a    b", `c\e[2J\xff`, ""}},
		{"binary", file("binary", "a\x00b"), []string{"binary file"}},
		{"empty", file("empty", ""), []string{"empty file"}},
		{"gone", filepath.Join(dir, "gone"), []string{"cannot read: no such file or directory"}},
		{"a pipe without a writer", pipe, nil},
		{"a symlink", link, []string{"cannot read: too many levels of symbolic links"}},
		{"a long file", file("long", strings.Repeat("x\n", headSize)), strings.Split(strings.Repeat("x", sideLines), "")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "lines", firstLines(tt.path), tt.want)
		})
	}
}

func TestPreviewOfASymlinkNamesItsTarget(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/etc/\x1bhostname", link); err != nil {
		t.Fatal(err)
	}
	var s index.Store
	s.AddPath([]byte(link), scan.KindSymlink)
	show := previewer{Listing: listOf(t, &s), stat: scan.Stat, machine: fakeMachine{}}.preview(t.Context(), 0)
	equal(t, "text", show.text, []string{`symlink to /etc/\ehostname`})
}
