package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// Rows appear while the screen is open, with the program that wrote them.
func TestStoryWatch(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Fanotify)
	root, binary := storyTree(t)
	s := start(t, 120, 24, "cd "+root+"; "+binary+" --root "+root+" watch; echo status $?")
	s.waitFor("watching")
	cmd := exec.Command("sh", "-c", "echo 1 >first; cp first second")
	cmd.Dir = root
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	s.waitFor("first", "sh, ", "second", "cp, ", " ago", "last write")
	s.send("q")
	s.waitFor("status 130")
	s.status()
}

// The last writes are in the file of --record, and list and explain know them.
func TestStoryRecord(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Fanotify)
	root, binary := storyTree(t)
	record := filepath.Join(t.TempDir(), "record")
	s := start(t, 120, 24, "cd "+root+"; "+binary+" --root "+root+" watch --record "+record+" --timeout 5s & until [ -e "+record+
		" ]; do sleep 0.1; done; sleep 1; echo 1 >made; wait $!; echo status $?; LIST_EPHEMERAL_RECORD="+record+" "+binary+" --root "+root+" explain made")
	s.waitFor("status 0", "created, written by ", " ago")
	s.status()
	text, err := os.ReadFile(record)
	info, statErr := os.Stat(record)
	if err := errors.Join(err, statErr); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), root+`/made","ops":["created","written"]`) || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v\n%s", info.Mode(), text)
	}
}

func TestWatchPrintsUntilItsTimeLimit(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Fanotify)
	root, binary := storyTree(t)
	s := start(t, 120, 24, "cd "+root+"; ("+binary+" --root "+root+" watch --timeout 3s | sed 's/^/got /') & sleep 1.5; echo 1 >one; echo 2 >one; echo 3 >two; wait")
	s.waitFor("got "+filepath.Join(root, "one"), "got "+filepath.Join(root, "two"))
	s.status()
	if strings.Count(s.screen(), "got "+filepath.Join(root, "one")) != 1 {
		t.Errorf("a path is printed twice:\n%s", s.screen())
	}
}

func TestWatchNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	_, binary := storyTree(t)
	for args, want := range map[string]string{
		"watch --json -l":            "mutually exclusive",
		"watch --record-size 1Mi":    "--record-size requires --record",
		"watch --record /no/such/f":  "/no/such/f",
		"watch --record x --json":    "mutually exclusive",
		"trace --unit x -- cmd":      "--unit cannot be combined with a command",
		"trace --unit x -p 1":        "mutually exclusive",
		"trace --unit x --user root": "mutually exclusive",
	} {
		s := start(t, 160, 24, binary+" "+args+"; echo status $?")
		s.waitFor(want, "status ")
		s.status()
		if strings.Contains(s.screen(), "status 0") {
			t.Errorf("%s: it succeeds\n%s", args, s.screen())
		}
	}
}
