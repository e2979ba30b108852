package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/must"
)

// TestStoryCtrlCEndsRestore presses Ctrl-C while two directories are being restored: each of them is
// whole or absent, the terminal is as before, and restoring again completes them. The test is not
// parallel, because restoring locks "/".
func TestStoryCtrlCEndsRestore(t *testing.T) {
	const large = 4000
	dir, binary := t.TempDir(), buildStatic(t)
	was, root := dir+"/was"+dir+"/root", dir+"/root"
	must.Do(t, os.MkdirAll(was+"/large", 0o755), os.MkdirAll(was+"/a small", 0o755), os.Mkdir(root, 0o755))
	must.Do(t, os.WriteFile(was+"/a small/file", []byte("x"), 0o644), os.WriteFile(dir+"/config.json", []byte(`{"excludes": []}`), 0o644))
	for i := range large {
		must.Do(t, os.WriteFile(fmt.Sprint(was, "/large/", i), []byte("some text\n"), 0o644))
	}
	command := binary + " --config " + dir + "/config.json --root " + root + " restore --from " + dir + "/was '" + root + "/a small' " + root + "/large"
	s := start(t, 300, 24, "trap : INT; "+command+"; echo status $?; stty -a | grep -q ' echo ' && echo clean; echo end")
	s.waitFor(" of 4001 files, ") // the progress
	s.send(keyCtrlC)
	s.waitFor("end")
	status := 130
	if strings.Contains(s.screen(), "status 0") { // it was faster
		status = 0
	}
	s.waitFor(fmt.Sprint("status ", status), "clean")
	for name, want := range map[string]int{"a small": 1, "large": large} {
		found, err := os.ReadDir(filepath.Join(root, name))
		if n := len(found); err == nil && n != want || err != nil && (!os.IsNotExist(err) || status == 0) {
			t.Errorf("status %d: %q has %d of %d files, %v", status, name, n, want, err)
		}
	}
	if left, _ := filepath.Glob(root + "/.*"); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	again := start(t, 300, 24, command+"; echo status $?")
	again.waitFor("status 0", " to where they were")
	for name, want := range map[string]int{"a small": 1, "large": large} {
		if found, err := os.ReadDir(filepath.Join(root, name)); err != nil || len(found) != want {
			t.Errorf("%q has %d of %d files after the second run, %v", name, len(found), want, err)
		}
	}
}
