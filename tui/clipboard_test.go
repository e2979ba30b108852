package tui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// Text that is pasted must not act as a command for a shell or terminal.
func TestHostilePathsAreCopiedQuoted(t *testing.T) {
	var got []string
	d := newDriver(t, Options{Machine: fakeMachine{copy: func(_ context.Context, text string) string {
		got = append(got, text)
		return "wl-copy"
	}}})
	d.add("/a b", "/c\nreboot\n", "/d\x1b[201~\xff")
	for range 3 {
		d.keys("y", "down")
	}
	d.has("copied the path, quoted for the shell as $'...' with wl-copy")
	equal(t, "copied", got, []string{"/a b", `$'/c\012reboot\012'`, `$'/d\033[201~\377'`})
}

// Root writes a snippet into the home directory of another user, who has put a symlink there.
func TestSnippetIsNotWrittenThroughAnotherUsersSymlink(t *testing.T) {
	probe.Need(t, probe.Root)
	t.Setenv("SUDO_UID", "")
	dir := t.TempDir()
	etc, link := filepath.Join(dir, "etc.nix"), filepath.Join(dir, "persist.nix")
	if err := errors.Join(os.WriteFile(etc, []byte("root's"), 0o644), os.Symlink(etc, link), os.Lchown(link, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	d := browse(t, sample...)
	d.keys("enter", "w", "text:"+link, "enter")
	d.has("file exists")
	d.keys("enter")
	d.has("symlink of another user")
	text, err := os.ReadFile(etc)
	if err != nil || string(text) != "root's" {
		t.Errorf("%q, %v", text, err)
	}
}
