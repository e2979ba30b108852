package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/trash"
)

// TestAForeignTrashDoesNotStopOtherStorage has two storage paths. The first one has a .trash that
// this program did not create.
func TestAForeignTrashDoesNotStopOtherStorage(t *testing.T) {
	for name, make := range map[string]func(trash string) error{
		"a file":                            func(trash string) error { return os.WriteFile(trash, nil, 0o600) },
		"a directory that others may enter": func(trash string) error { return errors.Join(os.Mkdir(trash, 0o700), os.Chmod(trash, 0o755)) },
	} {
		g := newStrayGround(t)
		foreign := filepath.Join(filepath.Dir(g.storage), "a")
		g.write(filepath.Join(foreign, "etc/old"))
		text := `{"storagePaths": ["` + foreign + `", "` + g.storage + `"], "persistedDirs": ["/etc/kept", "/home/kept"], "homeDir": "/nowhere"}`
		if err := errors.Join(os.WriteFile(g.config, []byte(text), 0o644), make(filepath.Join(foreign, trash.Name))); err != nil {
			t.Fatal(err)
		}
		problem := []string{"error: ", "hint: the trash has to be a directory that only you may enter"}
		for _, run := range []struct {
			stdout string
			args   []string
		}{
			{"moved    P/home/old\n", []string{"--trash", filepath.Join(foreign, "etc/old"), "P/home/old"}},
			{"restored P/home/old\n", []string{"--restore"}},
			{"moved    P/home/old\n", []string{"--trash", filepath.Join(foreign, "etc/old"), "P/home/old"}},
			{"removed  P/home/old\n", []string{"--empty", "--yes"}},
			{"", []string{"--empty", "--yes"}},
			{"", []string{"--restore"}},
		} {
			g.expect(1, run.stdout, append(problem, filepath.Base(foreign)+"/"+trash.Name+": "), run.args...)
		}
		if _, err := os.Lstat(filepath.Join(foreign, "etc/old")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestABrokenBatchDoesNotStopOthers has a batch whose manifest cannot be read.
func TestABrokenBatchDoesNotStopOthers(t *testing.T) {
	g := newStrayGround(t)
	g.expect(0, "moved    P/home/old\n", nil, "--trash", "P/home/old")
	broken := filepath.Join(g.storage, trash.Name, "2001-01-01T000000Z")
	if err := errors.Join(os.Mkdir(broken, 0o700), os.WriteFile(filepath.Join(broken, "manifest"), []byte("x\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	problem := []string{"error: read P/.trash/2001-01-01T000000Z/manifest: "}
	g.expect(1, "restored P/home/old\n", problem, "--restore")
	g.expect(0, "moved    P/home/old\n", nil, "--trash", "P/home/old")
	g.expect(1, "removed  P/home/old\n", problem, "--empty", "--yes")
	if _, errs, _ := g.stray("--restore"); strings.Contains(errs, "the trash is empty") {
		t.Errorf("the trash is reported as empty:\n%s", errs)
	}
}
