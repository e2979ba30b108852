package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// Strays are selected on the screen and moved to the trash. A directory with declared paths in it
// cannot be selected. A stray whose path exists outside storage is not moved.
func TestStoryStraysAreMovedFromTheScreen(t *testing.T) {
	t.Parallel()
	dir, binary := t.TempDir(), buildStatic(t)
	for name, text := range map[string]string{
		"persist/kept/x": "a", "persist/near/old/y": "b", "persist/near/kept/z": "c", "persist" + dir + "/here/v": "d", "here/v": "e",
		"config.json": `{"roots": ["` + dir + `/none"], "storagePaths": ["` + dir + `/persist"], "persistedDirs": ["/kept", "/near/kept"]}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "none"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := start(t, 150, 30, binary+" --config "+dir+"/config.json stray --browse; echo status $?")
	s.waitFor("/persist/near/old/", "undeclared", "Enter list")
	s.send("\x01\r")
	s.waitFor("list of 2 paths", "a trash")
	s.send("a")
	s.waitFor("move to the trash?", "1 path to move", "left, "+"/", "exists, so it may have been adopted", "Enter moves")
	s.send("\r")
	s.waitFor("moved 1 path", "stray --restore")
	if _, err := os.Stat(filepath.Join(dir, "persist/near/old")); !os.IsNotExist(err) {
		t.Errorf("the stray was not moved: %v", err)
	}
	for _, name := range []string{"persist/kept/x", "persist/near/kept/z", "persist" + dir + "/here/v"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("a path that has to stay was moved: %v", err)
		}
	}
	s.send("\x1b")
	s.waitFor("print and leave")
	s.send("\x03")
	s.waitFor("status 130")
}
