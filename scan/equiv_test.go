package scan

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fd lists the files below root with the real fd, excluding what the patterns
// match relative to root.
func fd(t *testing.T, root string, excludes []string) []string {
	t.Helper()
	args := []string{"--no-ignore", "--hidden", "--type", "f", "--print0", "--one-file-system"}
	for _, text := range excludes {
		args = append(args, "--exclude", text)
	}
	cmd := exec.Command(fdCommand(t), append(args, "--base-directory", root)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("fd: %v\n%s", err, stderr.Bytes())
	}
	var paths []string
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if name != "" {
			paths = append(paths, strings.TrimSuffix(root, "/")+"/"+strings.TrimPrefix(name, "./"))
		}
	}
	slices.Sort(paths)
	return paths
}

// fdCommand returns fd's name, which is fdfind on Debian.
func fdCommand(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"fdfind", "fd"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("fd is not installed (Debian: fd-find)")
	return ""
}

// below anchors a pattern that fd takes relative to root at "/".
func below(root, text string) string {
	anchored := strings.Contains(strings.TrimSuffix(text, "/"), "/") && !strings.HasPrefix(text, "**/")
	if !anchored {
		return text
	}
	return root + "/" + strings.TrimPrefix(text, "/")
}

// TestListEqualsFd walks generated trees with generated sets of excludes, and
// compares with fd. Two things that Debian's fd 8.6 gets wrong are kept out of
// the names: a dot at the end, and newlines.
func TestListEqualsFd(t *testing.T) {
	choices := []string{"*log", "a*", "**/b", "a/", "/a", "*a/b*", "x/**", "é*", "*[!a-z]", "{a,b}~", "*.", "**/*log/", "日本", "\\$*"}
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 9))
		root := fdTree(t, random)
		var excludes []string
		for range random.IntN(5) {
			excludes = append(excludes, choices[random.IntN(len(choices))])
		}
		var anchored []string
		for _, text := range excludes {
			anchored = append(anchored, below(root, text))
		}
		got, _ := list(t, rootOptions(root, Rules{Exclude: patterns(t, anchored...)}))
		if diff := cmp.Diff(fd(t, root, excludes), got); diff != "" {
			t.Errorf("seed %d, excludes %q: differs from fd (-fd +ours):\n%s", seed, excludes, diff)
		}
	}
}

func fdTree(t *testing.T, random *rand.Rand) string {
	t.Helper()
	root := t.TempDir()
	parts := []string{"a", "b", ".", "-", "~", " ", "é", "日本", "log", "$", "\"", "\x1b[31m", "'", "z", "A", "x"}
	dirs := []string{""}
	for range 300 {
		var name strings.Builder
		for range 1 + random.IntN(3) {
			name.WriteString(parts[random.IntN(len(parts))])
		}
		if strings.HasSuffix(name.String(), ".") {
			continue
		}
		path := dirs[random.IntN(len(dirs))] + "/" + name.String()
		if random.IntN(3) == 0 {
			dirs = append(dirs, path)
			path += "/"
		}
		makeTreeLoosely(root, path)
	}
	return root
}

// TestListOfThisMachineEqualsFd compares the listing of the real "/", where fd
// is given the mount points as excludes: it stops at devices, and would go into
// a bind mount from the same file system. What changes meanwhile is left out, by
// listing before and after; so are the temporary directories, where other tests
// are at work.
func TestListOfThisMachineEqualsFd(t *testing.T) {
	mounts, err := ReadMounts()
	if err != nil {
		t.Fatal(err)
	}
	literal := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`, "}", `\}`)
	var excludes []string
	for _, mount := range mounts.Points() {
		excludes = append(excludes, "/"+literal.Replace(strings.TrimPrefix(mount.Point, "/")))
	}
	excludes = append(append(excludes, SystemDirs()...), "/tmp", "/var/tmp")
	opts := Options{Policy: NewPolicy(Rules{Mounts: mounts, Exclude: patterns(t, "/tmp", "/var/tmp")})}
	before, stats := list(t, opts)
	want := fd(t, "/", excludes)
	after, _ := list(t, opts)
	if len(stats.Errors) > 0 {
		t.Logf("%d paths could not be read", len(stats.Errors))
	}
	steady := intersect(before, after)
	if len(steady) < 1000 {
		t.Fatalf("only %d files on this machine that stay", len(steady))
	}
	if missing := subtract(steady, want); len(missing) > 0 {
		t.Errorf("%d files that fd does not have, first %q", len(missing), missing[0])
	}
	union := append(slices.Clone(before), after...)
	slices.Sort(union)
	// A file that lived only while fd ran is in neither list of ours.
	if extra := subtract(stillThere(want), union); len(extra) > 0 {
		t.Errorf("%d files that only fd has, first %q", len(extra), extra[0])
	}
}

// stillThere returns the paths that exist now.
func stillThere(paths []string) []string {
	var there []string
	for _, path := range paths {
		if _, _, err := Stat(path); err == nil {
			there = append(there, path)
		}
	}
	return there
}

// intersect returns what is in both sorted lists.
func intersect(a, b []string) []string {
	var both []string
	for _, s := range a {
		if _, found := slices.BinarySearch(b, s); found {
			both = append(both, s)
		}
	}
	return both
}

// subtract returns what is in the sorted list a and not in b.
func subtract(a, b []string) []string {
	var rest []string
	for _, s := range a {
		if _, found := slices.BinarySearch(b, s); !found {
			rest = append(rest, s)
		}
	}
	return rest
}

// makeTreeLoosely makes a file, or a directory for a name that ends in '/',
// unless something of another kind is in the way.
func makeTreeLoosely(root, name string) {
	path := root + name
	if strings.HasSuffix(name, "/") {
		_ = os.MkdirAll(path, 0o755)
	} else if _, err := os.Lstat(path); err != nil {
		_ = os.WriteFile(path, nil, 0o644)
	}
}
