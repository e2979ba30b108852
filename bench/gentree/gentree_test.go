package main

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listing returns every path of a tree on disk, with its type.
func listing(t *testing.T, root string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		names = append(names, d.Type().String()+" "+strings.TrimPrefix(path, root))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func makeTree(t *testing.T, dir string, args ...string) error {
	t.Helper()
	return run(append([]string{"-dir", dir}, args...), strings.NewReader(""), io.Discard)
}

func mustMake(t *testing.T, dir string, args ...string) {
	t.Helper()
	if err := makeTree(t, dir, args...); err != nil {
		t.Fatal(err)
	}
}

func TestSameSeedMakesTheSameTree(t *testing.T) {
	top := t.TempDir()
	a, b, c := filepath.Join(top, "a"), filepath.Join(top, "b"), filepath.Join(top, "c")
	mustMake(t, a, "-files", "3000", "-seed", "7")
	mustMake(t, b, "-files", "3000", "-seed", "7")
	mustMake(t, c, "-files", "3000", "-seed", "8")
	if diff := cmp.Diff(listing(t, a), listing(t, b)); diff != "" {
		t.Errorf("trees with the same seed differ (-first +second):\n%s", diff)
	}
	if slices.Equal(listing(t, a), listing(t, c)) {
		t.Error("different seeds made the same tree")
	}
}

func TestPlanHasTheRequestedNumberOfFiles(t *testing.T) {
	for _, files := range []int{leastFiles, 12_345, 100_000} {
		for seed := range uint64(3) {
			p, err := planTree(files, seed)
			if err != nil {
				t.Fatalf("planTree(%d, %d): %v", files, seed, err)
			}
			if got := p.count(kindFile); got != files {
				t.Errorf("planTree(%d, %d) has %d files", files, seed, got)
			}
		}
	}
	if _, err := planTree(leastFiles-1, 1); err == nil {
		t.Errorf("planTree(%d) succeeded with too few files for all parts", leastFiles-1)
	}
}

func TestPlanHasTheDocumentedShape(t *testing.T) {
	const files = 250_000
	p, err := planTree(files, 1)
	if err != nil {
		t.Fatal(err)
	}
	if per := float64(len(p.dirs)) / files; per < 0.12 || per > 0.18 {
		t.Errorf("%.3f directories for each file, want about 0.15", per)
	}
	flat, deepest, newline, invalid := 0, 0, 0, 0
	for _, d := range p.dirs {
		if n := len(d.entries); n >= flatLeast && n <= flatMost {
			flat++
		}
		deepest = max(deepest, strings.Count(d.path, "/"))
		for _, e := range d.entries {
			if strings.Contains(e.name, "\n") {
				newline++
			}
			if strings.ToValidUTF8(e.name, "") != e.name {
				invalid++
			}
		}
	}
	if flat == 0 || deepest < 120 || newline == 0 || invalid == 0 {
		t.Errorf("%d flat directories, %d levels, %d names with newlines, %d invalid ones: want some of each, and 120 levels",
			flat, deepest, newline, invalid)
	}
}

func TestTreeOnDiskMatchesThePlan(t *testing.T) {
	p, err := planTree(2000, 1)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "tree")
	mustMake(t, dir, "-files", "2000")
	var want []string
	for _, d := range p.dirs {
		want = append(want, "d--------- "+strings.TrimSuffix("/"+d.path, "/."))
		for _, e := range d.entries {
			mode := map[kind]fs.FileMode{kindSymlink: fs.ModeSymlink, kindFIFO: fs.ModeNamedPipe}[e.kind]
			want = append(want, mode.String()+" /"+join(d.path, e.name))
		}
	}
	got := listing(t, dir)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the tree on disk differs from the plan (-planned +made):\n%s", diff)
	}
}

func TestMakeRefusesForeignDirectories(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := makeTree(t, dir, "-files", "1000")
	if err == nil || !strings.Contains(err.Error(), "not made by gentree") {
		t.Fatalf("error %v, want a refusal", err)
	}
	if diff := cmp.Diff([]string{"d--------- ", "---------- /mine"}, listing(t, dir)); diff != "" {
		t.Errorf("the refused directory changed (-want +got):\n%s", diff)
	}
	if _, err := os.Lstat(stampPath(dir)); err == nil {
		t.Error("the refused directory got a stamp")
	}
}

func TestMakeRefusesOtherTrees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	mustMake(t, dir, "-files", "1000")
	before := listing(t, dir)
	for _, args := range [][]string{{"-files", "1001"}, {"-files", "1000", "-seed", "2"}} {
		if err := makeTree(t, dir, args...); err == nil || !strings.Contains(err.Error(), "another tree") {
			t.Errorf("%v: error %v, want a refusal", args, err)
		}
	}
	if diff := cmp.Diff(before, listing(t, dir)); diff != "" {
		t.Errorf("the refused tree changed (-before +after):\n%s", diff)
	}
}

func TestMakeReusesFinishedTrees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := run([]string{"-dir", dir, "-files", "1000"}, nil, out); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.HasPrefix(first.String(), "made ") || !strings.HasPrefix(second.String(), "found ") {
		t.Errorf("printed %q, then %q", first.String(), second.String())
	}
}

func TestMakeFinishesPartialTrees(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	mustMake(t, dir, "-files", "1500")
	want := listing(t, dir)
	s, err := readStamp(dir)
	if err != nil {
		t.Fatal(err)
	}
	// The state after an interrupted run.
	if err := os.RemoveAll(filepath.Join(dir, home, "Projects")); err != nil {
		t.Fatal(err)
	}
	s.Complete = false
	if err := s.write(dir); err != nil {
		t.Fatal(err)
	}
	mustMake(t, dir, "-files", "1500")
	if diff := cmp.Diff(want, listing(t, dir)); diff != "" {
		t.Errorf("the finished tree differs (-want +got):\n%s", diff)
	}
}

func TestMirrorHasTheListedPaths(t *testing.T) {
	top := t.TempDir()
	source, dir := filepath.Join(top, "source"), filepath.Join(top, "mirror")
	mustMake(t, source, "-files", "1000")
	// In the formats that fd prints: with and without a slash after directories.
	list := "srv/empty/\x00./etc/ssh/sshd_config\x00mnt\x00" + home + "/.steam/root\x00" + home + "/Misc/0/new\nline\x00"
	if err := run([]string{"-dir", dir, "-mirror", source}, strings.NewReader(list), io.Discard); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"d--------- ",
		"d--------- /etc", "d--------- /etc/ssh", "---------- /etc/ssh/sshd_config",
		"d--------- /home", "d--------- /home/racci", "L--------- /home/racci/.steam/root", "d--------- /home/racci/.steam",
		"d--------- /home/racci/Misc", "d--------- /home/racci/Misc/0", "---------- /home/racci/Misc/0/new\nline",
		"d--------- /mnt", "d--------- /srv", "d--------- /srv/empty",
	}
	got := listing(t, dir)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the mirror differs from the list (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"../escape\x00", "/etc/passwd\x00", "a/../b\x00", "not there\x00"} {
		if err := run([]string{"-dir", dir + "2", "-mirror", source}, strings.NewReader(bad), io.Discard); err == nil {
			t.Errorf("list %q was accepted", bad)
		}
	}
}

func TestAnchorKeepsTheMeaningOfPatterns(t *testing.T) {
	for _, test := range []struct{ name, pattern, want string }{
		{"inner slash", "etc/passwd", "bench/t1/etc/passwd"},
		{"slash in front", "/etc", "bench/t1/etc"},
		{"name", "tmp", "tmp"},
		{"name of a directory", "node_modules/", "node_modules/"},
		{"any depth", "**/*log", "**/*log"},
		{"inner doublestar", "home/**/x", "bench/t1/home/**/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := anchor("/bench/t1", test.pattern); got != test.want {
				t.Errorf("anchor(%q) = %q, want %q", test.pattern, got, test.want)
			}
		})
	}
	if got, want := anchor("/a*b/[c]{d}", "x/y"), `a\*b/\[c\]\{d\}/x/y`; got != want {
		t.Errorf("anchor below odd names = %q, want %q", got, want)
	}
}

func TestInputsReferToTheTree(t *testing.T) {
	top := t.TempDir()
	dir, out := filepath.Join(top, "tree"), filepath.Join(top, "in")
	mustMake(t, dir, "-files", "1000", "-inputs", out, "-excludes", "../excludes.txt", "-persisted", "../persisted.txt")
	read := func(name string) map[string]any {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		var c map[string]any
		if err := json.Unmarshal(data, &c); err != nil {
			t.Fatal(err)
		}
		if len(c) != 7 || c["homeDir"] != dir+"/home/racci" {
			t.Errorf("%s has %d keys and homeDir %v", name, len(c), c["homeDir"])
		}
		return c
	}
	lengths := func(c map[string]any) [3]int {
		return [3]int{len(c["excludes"].([]any)), len(c["persistedDirs"].([]any)), len(c["persistedFiles"].([]any))}
	}
	for name, want := range map[string][3]int{
		"all.json": {0, 0, 0}, "config.json": {108, 0, 0}, "persisted.json": {108, 60, 6},
	} {
		if got := lengths(read(name)); got != want {
			t.Errorf("numbers of excludes, persisted directories and persisted files in %s: got %v, want %v", name, got, want)
		}
	}
	args, err := readLines(filepath.Join(out, "fd-args"))
	if err != nil {
		t.Fatal(err)
	}
	if len(args) != 108 || args[0] != "--exclude=etc/passwd" {
		t.Errorf("got %d arguments for fd, the first one %q", len(args), args[0])
	}
}
