package scan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// fd lists the files below root with the real fd. It excludes what the patterns match relative to
// root.
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

// fdCommand returns the name of fd, which is fdfind on Debian.
func fdCommand(t *testing.T) string {
	t.Helper()
	return probe.Tool(t, "fdfind", "fd")
}

// below converts a pattern that fd matches relative to root to one anchored at "/".
func below(root, text string) string {
	anchored := strings.Contains(strings.TrimSuffix(text, "/"), "/") && !strings.HasPrefix(text, "**/")
	if !anchored {
		return text
	}
	return root + "/" + strings.TrimPrefix(text, "/")
}

// TestListEqualsFd lists generated trees with generated sets of excludes and compares with fd. The
// names contain no trailing dots and no newlines, because Debian's fd 8.6 handles both wrongly.
func TestListEqualsFd(t *testing.T) {
	choices := []string{"*log", "a*", "**/b", "a/", "/a", "*a/b*", "x/**", "é*", "*[!a-z]", "{a,b}~", "*.", "**/*log/", "日本", "\\$*"}
	for seed := range uint64(probe.Cases(10, 40)) {
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

// TestListOfThisMachineEqualsFd compares the listing of the real "/". fd gets the mount points as
// excludes, because it only stops at other devices and would enter a bind mount from the same file
// system. Files that change during the test are left out by listing before and after. The temporary
// directories are left out too, because other tests use them.
func TestListOfThisMachineEqualsFd(t *testing.T) {
	probe.NeedThorough(t)
	table, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	literal := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`, "}", `\}`)
	var excludes []string
	for _, mount := range table.Points() {
		excludes = append(excludes, "/"+literal.Replace(strings.TrimPrefix(mount.Point, "/")))
	}
	excludes = append(append(excludes, SystemDirs()...), "/tmp", "/var/tmp")
	opts := Options{Policy: NewPolicy(Rules{Mounts: table, Exclude: patterns(t, "/tmp", "/var/tmp")})}
	before, stats := list(t, opts)
	want := fd(t, "/", excludes)
	after, _ := list(t, opts)
	if len(stats.Errors) > 0 {
		t.Logf("%d paths could not be read", len(stats.Errors))
	}
	steady := intersect(before, after)
	if len(steady) < 1000 {
		t.Fatalf("only %d files on this machine are in both listings", len(steady))
	}
	if missing := subtract(steady, want); len(missing) > 0 {
		t.Errorf("%d files that fd does not have, first %q", len(missing), missing[0])
	}
	union := append(slices.Clone(before), after...)
	slices.Sort(union)
	// A file that existed only while fd ran is in neither of our listings.
	if extra := subtract(stillThere(want), union); len(extra) > 0 {
		t.Errorf("%d files that only fd has, first %q", len(extra), extra[0])
	}
}

// stillThere returns the paths that still exist.
func stillThere(paths []string) []string {
	var there []string
	for _, path := range paths {
		if _, _, err := Stat(path); err == nil {
			there = append(there, path)
		}
	}
	return there
}

// intersect returns the elements that are in both sorted lists.
func intersect(a, b []string) []string {
	var both []string
	for _, s := range a {
		if _, found := slices.BinarySearch(b, s); found {
			both = append(both, s)
		}
	}
	return both
}

// subtract returns the elements of the sorted list a that are not in b.
func subtract(a, b []string) []string {
	var rest []string
	for _, s := range a {
		if _, found := slices.BinarySearch(b, s); !found {
			rest = append(rest, s)
		}
	}
	return rest
}

// makeTreeLoosely makes a file, or a directory for a name that ends in '/'. It does nothing if an
// entry of another kind is in the way.
func makeTreeLoosely(root, name string) {
	path := root + name
	if strings.HasSuffix(name, "/") {
		_ = os.MkdirAll(path, 0o755)
	} else if _, err := os.Lstat(path); err != nil {
		_ = os.WriteFile(path, nil, 0o644)
	}
}

// naiveUnit is the simplest form of Rollup's rule: the topmost directory above a path that may be
// kept whole.
func naiveUnit(rules Rules, homes []string, path string, isDir bool) (Unit, bool) {
	candidates := []string{}
	for up := filepath.Dir(path); ; up = filepath.Dir(up) {
		candidates = append(candidates, up)
		if up == "/" {
			break
		}
	}
	slices.Reverse(candidates)
	if isDir {
		candidates = append(candidates, path)
	}
	for _, dir := range candidates {
		if naiveKeepable(rules, homes, dir) {
			return Unit{dir, true}, true
		}
	}
	if isDir {
		return Unit{}, false
	}
	return Unit{path, false}, true
}

func naiveKeepable(rules Rules, homes []string, dir string) bool {
	boundaries := slices.Concat(rules.Roots, rules.Storage, SystemDirs())
	for _, kept := range rules.Persisted {
		boundaries = append(boundaries, kept.Path)
	}
	for _, mount := range rules.Mounts.Points() {
		boundaries = append(boundaries, mount.Point)
	}
	for _, b := range boundaries {
		if paths.AtOrBelow(b, dir) {
			return false
		}
	}
	for _, include := range rules.Include {
		if include != dir && paths.AtOrBelow(include, dir) {
			return false
		}
	}
	within := len(rules.Only) == 0
	for _, only := range rules.Only {
		within = within || paths.AtOrBelow(dir, only)
	}
	return within && !naiveContainer(homes, dir)
}

// naiveContainer is the specified list of containers, for the names in the trees of the test.
func naiveContainer(homes []string, dir string) bool {
	if slices.Contains([]string{"/", "/home", "/var", "/var/lib", "/etc"}, dir) {
		return true
	}
	below := []string{"", "/.config", "/.local", "/.local/lib", "/.local/share"}
	for _, home := range append([]string{"/root"}, homes...) {
		if dir == "/" || paths.AtOrBelow(home, dir) && home != dir && slices.Contains(homes, home) {
			return true
		}
		for _, b := range below {
			if dir == home+b {
				return true
			}
		}
	}
	for _, b := range below {
		if match, _ := filepath.Match("/home/*"+b, dir); match {
			return true
		}
	}
	return false
}

// TestRollupEqualsNaive compares units under random rules with the naive rule.
func TestRollupEqualsNaive(t *testing.T) {
	names := []string{"home", "root", "var", "lib", "etc", ".config", ".local", "share", "a", "b", "\xff", "users", "nix"}
	divided := 0
	for seed := range uint64(400) {
		random := rand.New(rand.NewPCG(seed, 21))
		path := func() string {
			var b strings.Builder
			for range 1 + random.IntN(6) {
				b.WriteString("/" + names[random.IntN(len(names))])
			}
			return b.String()
		}
		paths := func(n int) (list []string) {
			for range random.IntN(n) {
				list = append(list, path())
			}
			return list
		}
		rules := Rules{Roots: append(paths(2), "/"), Storage: paths(2), Include: paths(3), Mounts: table(t, "1 0 / / tmpfs none")}
		for i, point := range paths(3) {
			rules.Mounts = table(t, "1 0 / / tmpfs none", fmt.Sprintf("%d 1 / %s ext4 /dev/a", i+2, point))
		}
		for _, kept := range paths(3) {
			rules.Persisted = append(rules.Persisted, Persisted{Path: kept})
		}
		if random.IntN(2) == 0 {
			rules.Only = paths(3)
		}
		homes := paths(2)
		r := NewRollup(NewPolicy(rules), homes...)
		for range 200 {
			name, isDir := path(), random.IntN(3) == 0
			if len(rules.Only) > 0 && random.IntN(2) == 0 {
				name = rules.Only[0] + name
			}
			got, ok := r.Unit(name, isDir)
			want, wantOK := naiveUnit(rules, homes, name, isDir)
			if got != want || ok != wantOK {
				t.Fatalf("seed %d, %+v, homes %q: Unit(%q, %v) = %+v, %v, naive rule %+v, %v", seed, rules, homes, name, isDir, got, ok, want, wantOK)
			}
			if ok && got.Dir && got.Path != name {
				divided++
			}
		}
	}
	if divided < 10000 {
		t.Errorf("only %d paths were rolled up", divided)
	}
}
