package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// Lost paths are selected on the screen and restored. A path that exists with another content is not
// overwritten, and what is not selected stays lost. The test is not parallel, because restoring locks
// "/".
func TestStoryLostPathsAreRestoredFromTheScreen(t *testing.T) {
	dir, binary := t.TempDir(), buildStatic(t)
	was := "2026-11-03_08:00:00" + dir + "/root"
	for name, text := range map[string]string{
		was + "/a/b/one": "1", was + "/a/two": "2", was + "/c/three": "3", "root/a/two": "other", "config.json": `{"excludes": []}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	s := start(t, 150, 30, binary+" --config "+dir+"/config.json --root "+dir+"/root lost --from "+dir+"/2026-11-03_08:00:00 --browse; echo status $?")
	s.waitFor("/root/a/b/one", "11-03 08h", "5B lost", "Enter list", "Space restore", "restore file", " state", "sort: recurrence")
	s.send("?")
	s.waitFor("restore or not, and move down", "cycle the states", "show the list")
	s.send("?")
	s.send("  \r") // the first two lines
	s.waitFor("list of 2 paths", "a restore")
	s.send("a")
	s.waitFor("restore?", "from directory", "/root/a/b/one", "nothing is overwritten", "Enter restores")
	s.send("\r")
	s.waitFor("1 file with 1B restored", "it exists, and is different")
	for name, want := range map[string]string{"root/a/b/one": "1", "root/a/two": "other", "root/c/three": ""} {
		if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
	}
	s.send("\x1b")
	s.waitFor("print and leave")
	s.send("\r")
	s.waitFor("status 0")
}
