package tui

import (
	"strings"
	"testing"
)

// found returns options without programs, and with one program for each directory of /home.
func found() Options {
	return Options{
		Machine: fakeMachine{splits: func(dir string) bool { return dir == "/" || dir == "/home" }},
		ProgramOf: func(path string) string {
			name, ok := strings.CutPrefix(path, "/home/")
			if !ok {
				return ""
			}
			return strings.TrimSuffix(name, "/")
		},
	}
}

func TestProgramDialogShowsThoseThatAreFound(t *testing.T) {
	d := newDriver(t, found())
	d.add("/home/zed/a", "/home/zed/b", "/home/firefox/x", "/etc/hosts")
	d.end(nil)
	d.keys("ctrl+p")
	equal(t, "programs", shownPrograms(d), []string{"firefox", "zed"})
	equal(t, "counts", shownCounts(d), []int{1, 2})
	d.keys("enter") // zed has most files, so it is first
	equal(t, "rows", d.shown(), []string{"/home/zed/a", "/home/zed/b"})
	d.has("⟨zed ^X⟩")
	d.keys("ctrl+p")
	d.has("> zed")
}

func TestProgramDialogKeepsTheCursorOnAProgramWhileMoreAreFound(t *testing.T) {
	d := newDriver(t, found())
	d.add("/home/firefox/x", "/home/zed/a")
	d.keys("ctrl+p", "end")
	d.has("> zed")
	d.add("/home/gimp/x")
	equal(t, "programs", shownPrograms(d), []string{"firefox", "gimp", "zed"})
	d.has("> zed")
	d.keys("text:gi", "enter")
	d.has("⟨gimp ^X⟩")
}

// shownPrograms and shownCounts are what the dialog of programs shows.
func shownPrograms(d *driver) []string {
	programs, _ := d.app.counter.dialog.Shown()
	return programs
}

func shownCounts(d *driver) []int {
	_, counts := d.app.counter.dialog.Shown()
	return counts
}
