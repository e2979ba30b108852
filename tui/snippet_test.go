package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// codeMachine opens the view of files with two directories of an editor, and files of others.
func codeMachine(t *testing.T) *driver {
	t.Helper()
	d := newDriver(t, Options{
		Programs: []string{"vscode", "firefox"},
		Machine: fakeMachine{splits: func(dir string) bool {
			return dir == "/" || dir == "/home" || dir == "/home/me" || dir == "/home/me/.config"
		}},
	})
	for i := range 700 {
		d.add2(fmt.Sprintf("/home/me/.config/Code/IndexedDB/%06d", i))
	}
	for i := range 49 {
		d.add2(fmt.Sprintf("/home/me/.vscode/extensions/%d", i))
	}
	d.add("/home/me/.mozilla/firefox/a", "/etc/hosts")
	d.end(nil)
	return d
}

// add2 adds a file without an update of the screen.
func (d *driver) add2(path string) { d.store.AddPath([]byte(path), 0) }

// The shortest way to everything of an editor in the view of files is 8 keys. It leads to 749 entries,
// so it offers the two directories.
func TestEverythingOfAProgramOffersItsDirectories(t *testing.T) {
	d := codeMachine(t)
	keys := []string{"ctrl+p", "c", "o", "d", "e", "enter", "ctrl+a", "enter"}
	d.keys(keys[:7]...)
	d.has("749 files fill 2 directories: d keeps those")
	d.keys(keys[7:]...)
	d.has("749 files fill 2 directories: d keeps those instead", "749 paths")
	d.keys("d")
	d.hasNot("fill")
	d.has("2 paths, 749 files", "2 directories kept instead of 749 files: u undoes")
	equal(t, "lines", strings.Count(d.app.result.Snippet.Text, "\n"), 2)
	equal(t, "selected", d.selected(), []string{"/home/me/.config/Code", "/home/me/.vscode"})
	d.keys("esc", "u")
	equal(t, "selected after undo", d.app.selection.Len(), 749)
	d.keys("d")
	equal(t, "selected in the list", d.selected(), []string{"/home/me/.config/Code", "/home/me/.vscode"})
}

func TestOfferEndsWithTheSelection(t *testing.T) {
	d := codeMachine(t)
	d.keys("ctrl+p", "c", "o", "d", "e", "enter", "ctrl+a")
	d.has("fill 2 directories")
	d.keys("space")
	d.hasNot("fill")
	d.keys("d")
	d.has("the selected files fill no directory")
}

// notesOfAll are notes of every kind.
func notesOfAll([]index.Selected, int) SnippetText {
	var text strings.Builder
	text.WriteString("user.persistence = {\n  directories = [\n")
	for i := range 20 {
		fmt.Fprintf(&text, "    \".config/app-%02d\"\n", i)
	}
	text.WriteString("  ]; # end\n};\n")
	return SnippetText{Text: text.String(), LeftOut: 1, Groups: []NoteGroup{
		{Reason: "it belongs to several programs; persist directories in it instead", Paths: []string{"/var/lib"}, LeftOut: true},
		{
			Reason: "programs replace it when they save, which fails if the file is a mount point (EBUSY)", Instead: []string{"/home/me/.config/app"},
			Paths: []string{"/home/me/.config/app/a\x1b", "/home/me/.config/app/b", "/home/me/.config/app/c", "/home/me/.config/app/d", "/home/me/.config/app/e"},
		},
		{Reason: "one block is for Home Manager and one for NixOS: they belong in two modules"},
	}}
}

// snippetScreen opens the snippet of two files.
func snippetScreen(t *testing.T, width, height int) *driver {
	t.Helper()
	d := newDriver(t, Options{
		Dialects: []string{"plain", "impermanence", "impermanence-hm", "preservation", "json", "paths"}, Dialect: 2,
		Machine: fakeMachine{snippet: notesOfAll, storage: "/persist", adopt: func(context.Context, []index.Selected) (Adoption, error) {
			return Adoption{}, errors.New("not possible")
		}},
	})
	d.add(sample...)
	d.end(nil)
	d.send(tea.WindowSizeMsg{Width: width, Height: height})
	d.keys("space", "space", "enter")
	d.fire(noticeExpired{})
	return d
}

func TestSnippetScreenShowsTheCodeFirst(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 35}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			d := snippetScreen(t, size[0], size[1])
			golden(t, fmt.Sprintf("snippet-%dx%d", size[0], size[1]), emulated(d.app.View().Content, size[0], size[1]))
		})
	}
}

func TestSnippetNotesScrollIfTheyDoNotFit(t *testing.T) {
	d := snippetScreen(t, 80, 24)
	d.hasNot("one block is for")
	d.keys("tab", "G")
	d.has("one block is for", "user.persistence = {")
	d.keys("tab", "G")
	d.has("};")
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.keys("G")
	d.has("one block is for")
	d.hasNot("╭")
}

func TestFileOfTheSnippetHasANameAndCompletesPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	d := snippetScreen(t, 80, 24)
	d.keys("w")
	d.has("persistence.nix", "Tab complete")
	d.keys("enter")
	d.has("written to persistence.nix")
	d.keys("w", "tab")
	d.has("persistence.nix")
	d.keys("enter")
	d.has("file exists")
	d.keys("esc", "w", "text:x.nix", "enter")
	d.has("written to x.nix")
}

func TestHintsOfAdoptAreWhatWorks(t *testing.T) {
	d := snippetScreen(t, 80, 24)
	d.keys("a")
	d.hasNot("Enter copy")
	d.has("Esc back")
}
