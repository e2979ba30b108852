package scan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// baseOf opens a directory as one that was at path.
func baseOf(t testing.TB, dir, path string) *Base {
	t.Helper()
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return &Base{FD: fd, Path: path}
}

// entries lists with all that a listing says.
func entries(t testing.TB, opts Options) []string {
	t.Helper()
	var all []string
	stats, err := List(t.Context(), opts, func(e *Entry) error {
		info := e.Info()
		all = append(all, fmt.Sprintf("%s %s %d %s %o %t", e.Path, e.Kind, info.Size, info.ModTime, info.Mode, e.Tagged))
		return nil
	})
	if err != nil || len(stats.Errors) > 0 {
		t.Fatalf("List: %v, %v", err, stats.Errors)
	}
	return all
}

// TestListOfABaseEqualsThatOfTheMachine lists generated trees with generated rules, moves each tree
// away, and lists it there. What is left in place does not matter.
func TestListOfABaseEqualsThatOfTheMachine(t *testing.T) {
	choices := []string{"*log", "a*", "**/b", "a/", "*a/b*", "x/**", "é*", "{a,b}~", "**/*log/", "日本"}
	var listed int
	for seed := range uint64(probe.Cases(20, 200)) {
		random := rand.New(rand.NewPCG(seed, 19))
		root := fdTree(t, random)
		makeTree(t, root, "tagged/below/x", "tagged/y", "home/.cache/z")
		tag := "Signature: 8a477f597d28d172789f06886806bc55"
		if err := os.WriteFile(root+"/tagged/CACHEDIR.TAG", []byte(tag), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/nix/store/x", root+"/link"); err != nil {
			t.Fatal(err)
		}
		rules := Rules{Persisted: []Persisted{{Path: root + "/home", Source: "test"}}, Storage: []string{root + "/b"}, Include: []string{root + "/home/.cache"}}
		var texts []string
		for range random.IntN(5) {
			texts = append(texts, choices[random.IntN(len(choices))])
		}
		rules.Exclude = patterns(t, texts...)
		if random.IntN(2) == 0 {
			hidden := hidingRules()
			rules.Classes, rules.Hide = hidden.Classes, true
		}
		opts := rootOptions(root, rules)
		opts.Kinds, opts.Info, opts.Tags = KindsOf(KindFile, KindDir, KindSymlink), true, Tags(random.IntN(3))
		want := entries(t, opts)
		away := filepath.Join(t.TempDir(), "away")
		if err := os.Rename(root, away); err != nil {
			t.Fatal(err)
		}
		makeTree(t, root, "a/new", "new/file")
		opts.Base = baseOf(t, away, root)
		if diff := cmp.Diff(want, entries(t, opts)); diff != "" {
			t.Errorf("seed %d, excludes %q: the moved tree differs (-machine +base):\n%s", seed, texts, diff)
		}
		listed += len(want)
	}
	if listed < 1000 {
		t.Errorf("only %d entries were listed", listed)
	}
}

// TestABaseIsNotLeft lists a state that leads elsewhere: by a symlink in place of a directory, by a
// mount, and by a symlink to a class of paths that is not listed.
func TestABaseIsNotLeft(t *testing.T) {
	outside, away := t.TempDir(), t.TempDir()
	makeTree(t, outside, "secret/file")
	makeTree(t, away, "real/file", "point/below")
	if err := os.Symlink(outside+"/secret", away+"/secret"); err != nil {
		t.Fatal(err)
	}
	base := baseOf(t, away, "/root")
	got, stats := list(t, Options{Policy: NewPolicy(Rules{Roots: []string{"/root"}, Include: []string{"/root/secret/file"}}), Base: base})
	if diff := cmp.Diff([]string{"/root/point/below", "/root/real/file"}, got); diff != "" || len(stats.Errors) > 0 {
		t.Errorf("%v, differs:\n%s", stats.Errors, diff)
	}
	if walked := walked(t, Options{Policy: NewPolicy(Rules{Roots: []string{outside}}), Base: base}); len(walked) != 1 || !strings.HasSuffix(walked[0], "/secret/file") {
		t.Errorf("Walk with a base: %q", walked)
	}
}

// TestABaseStopsAtMounts mounts a file system below a state.
func TestABaseStopsAtMounts(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	away := t.TempDir()
	makeTree(t, away, "point/", "real/file")
	if err := unix.Mount("none", away+"/point", "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Unmount(away+"/point", unix.MNT_DETACH) }()
	makeTree(t, away, "point/file")
	got, stats := list(t, Options{Policy: NewPolicy(Rules{Roots: []string{"/root"}}), Base: baseOf(t, away, "/root")})
	if diff := cmp.Diff([]string{"/root/real/file"}, got); diff != "" || stats.Boundaries != 1 {
		t.Errorf("%d boundaries, differs:\n%s", stats.Boundaries, diff)
	}
}

// TestLengthsAreThoseOfSparseFiles lists a file that is longer than what it takes.
func TestLengthsAreThoseOfSparseFiles(t *testing.T) {
	away := t.TempDir()
	if err := os.WriteFile(away+"/sparse", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(away+"/sparse", 1<<30); err != nil {
		t.Fatal(err)
	}
	opts := rootOptions(away, Rules{})
	opts.Info = true
	sizes := map[bool]int64{}
	for _, opts.Lengths = range []bool{false, true} {
		if _, err := List(t.Context(), opts, func(e *Entry) error { sizes[opts.Lengths] = e.Info().Size; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if sizes[true] != 1<<30 || sizes[false] >= 1<<20 {
		t.Errorf("sizes %v", sizes)
	}
}
