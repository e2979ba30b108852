package check_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestHiddenFilesAreThoseOfFind compares the count with that of find(1), on random trees.
func TestHiddenFilesAreThoseOfFind(t *testing.T) {
	find := probe.Tool(t, "find")
	for seed := range uint64(probe.Cases(10, 200)) {
		top := t.TempDir()
		randomTree(t, rand.New(rand.NewPCG(seed, 1)), filepath.Join(top, "covered"))
		out, err := exec.Command(find, filepath.Join(top, "covered"),
			"(", "-type", "f", "-size", "+0c", "-o", "-type", "l", "!", "-lname", "/nix/store/*", "!", "-lname", "/etc/static*", ")", "-printf", `%s\n`).Output()
		if err != nil {
			t.Fatal(err)
		}
		wantFiles, wantBytes := 0, int64(0)
		for line := range strings.Lines(string(out)) {
			var size int64
			if _, err := fmt.Sscan(line, &size); err != nil {
				t.Fatal(err)
			}
			wantFiles, wantBytes = wantFiles+1, wantBytes+size
		}
		files, bytes, err := check.CountHidden(top, "covered")
		if files != wantFiles || bytes != wantBytes || err != nil {
			t.Errorf("seed %d: %d files with %d bytes (%v), find has %d with %d", seed, files, bytes, err, wantFiles, wantBytes)
		}
	}
}

// randomTree makes a tree of directories, files, links, pipes and names with any bytes.
func randomTree(t *testing.T, rng *rand.Rand, top string) {
	t.Helper()
	dirs := []string{top}
	var errs []error
	errs = append(errs, os.Mkdir(top, 0o755))
	for i := range 40 {
		name := filepath.Join(dirs[rng.IntN(len(dirs))], fmt.Sprintf("%d\xff\n", i))
		switch rng.IntN(7) {
		case 0, 1:
			errs = append(errs, os.Mkdir(name, 0o755))
			dirs = append(dirs, name)
		case 2, 3:
			errs = append(errs, os.WriteFile(name, make([]byte, rng.IntN(3)*100), 0o644))
		case 4:
			errs = append(errs, os.Symlink([]string{"/nix/store/x", "/etc/static/y", "/persist/z", "."}[rng.IntN(4)], name))
		case 5:
			errs = append(errs, syscall.Mkfifo(name, 0o644))
		case 6:
			errs = append(errs, os.WriteFile(name, nil, 0o644))
		}
	}
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkCountHidden(b *testing.B) {
	top := b.TempDir()
	for i := range 1000 {
		if err := os.WriteFile(filepath.Join(top, fmt.Sprint(i)), []byte("x"), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if files, _, err := check.CountHidden(top, "."); files != 1000 || err != nil {
			b.Fatal(files, err)
		}
	}
}
