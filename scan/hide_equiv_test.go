package scan

import (
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// inMemory mounts a tmpfs on a directory of which no row of classes.tsv decides the contents, as rows
// do for /tmp, /var/tmp and /dev. The test has to be in a namespace.
func inMemory(t *testing.T) string {
	t.Helper()
	const dir = "/mnt"
	if err := unix.Mount("none", dir, "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// hideCase is a random tree with random rules and classes.
type hideCase struct {
	*rand.Rand
	root    string
	dirs    []string
	classes *known.Classes
	rules   Rules // without Hide
}

// classNameParts are components of paths for which classes.tsv has rows.
var classNameParts = []string{
	".cache", ".config", "Cache", "app", ".local", "share", "state", "nix", "profiles", "Steam", ".steam", ".ssh", ".cargo", "registry", ".mozilla",
	"firefox", "x", "lock", "rclone", "vfs", "key4.db", "ibus", "bus", ".nix-profile", "a", "a.log", "\xff\n", "*",
}

func newHideCase(t *testing.T, top string, seed uint64) *hideCase {
	t.Helper()
	c := &hideCase{Rand: rand.New(rand.NewPCG(seed, 15)), root: fmt.Sprintf("%s/%d", top, seed)}
	if err := os.Mkdir(c.root, 0o755); err != nil {
		t.Fatal(err)
	}
	c.dirs = []string{c.root}
	for range 250 {
		c.grow(t)
	}
	var homes []string
	for range c.IntN(4) {
		homes = append(homes, c.pick(), c.dirs[min(c.IntN(4), len(c.dirs)-1)])
	}
	facts := []known.Fact{known.FactOtherSystem}
	if c.IntN(3) > 0 {
		facts = []known.Fact{known.FactNixOS, known.FactHomeManagerModule}
		if c.IntN(2) == 0 {
			facts[1] = known.FactHomeManagerAlone
		}
	}
	c.classes = known.NewClasses(known.HomesOf(homes...), known.Machine{Facts: facts}, known.ClassOptions{CacheNames: c.IntN(2) == 0})
	c.rules = Rules{Roots: []string{c.root}, Classes: func() *known.Classes { return c.classes }}
	for range c.IntN(3) {
		c.rules.Persisted = append(c.rules.Persisted, Persisted{Path: c.pick()})
		c.rules.Include = append(c.rules.Include, c.pick(), c.pick()+"/a")
	}
	if c.IntN(2) == 0 {
		c.rules.Roots = append(c.rules.Roots, c.pick())
		c.rules.Storage = []string{c.pick()}
	}
	if c.IntN(2) == 0 {
		c.rules.Exclude = patterns(t, "*.log", "**/share", "b/")
	}
	for range c.IntN(2) * c.IntN(4) {
		c.rules.Only = append(c.rules.Only, c.pick())
	}
	return c
}

func (c *hideCase) pick() string { return c.dirs[c.IntN(len(c.dirs))] }

// grow adds an entry, if there is none of that name.
func (c *hideCase) grow(t *testing.T) {
	t.Helper()
	path := filepath.Join(c.pick(), classNameParts[c.IntN(len(classNameParts))])
	switch c.IntN(12) {
	case 0, 1, 2, 3, 4:
		if os.Mkdir(path, 0o755) != nil {
			return
		}
		c.dirs = append(c.dirs, path)
		if c.IntN(8) == 0 {
			writeTag(t, path)
		}
	case 5, 6:
		targets := []string{"a", "/run/x", "/nix/store/x", "/nix/store/0-home-manager-files/.bashrc", c.pick(), "../.local/share/Steam/x"}
		_ = os.Symlink(targets[c.IntN(len(targets))], path)
	case 7:
		_ = unix.Mknod(path, unix.S_IFSOCK|0o644, 0)
	case 8:
		_ = unix.Mkfifo(path, 0o644)
	default:
		if _, err := os.Lstat(path); err != nil {
			_ = os.WriteFile(path, nil, 0o644)
		}
	}
}

// naive is what a walk with filepath.WalkDir finds: the candidates, and what classes hide.
type naive struct {
	listed []string
	hidden map[string]known.Class
}

// naive asks the policy without classes, and then the classes, about each path. The policy does not
// know tags, so tagged directories are found here.
func (c *hideCase) naive(t *testing.T, kinds Kinds) naive {
	t.Helper()
	plain := NewPolicy(c.rules)
	found := naive{hidden: map[string]known.Class{}}
	tagged := map[string]bool{} // directories whose contents are in a tagged directory
	err := filepath.WalkDir(c.root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		kind, above := kindOfGo(d.Type()), tagged[filepath.Dir(path)]
		class := plain.Judge(path, kind).Class
		if d.IsDir() {
			inside := plain.Judge(path+"/no such entry", KindFile).Class == ClassCandidate || c.onlyBelow(path)
			tagged[path] = above || inside && !slices.Contains(c.rules.Roots, path) && known.Tagged(path)
		}
		switch {
		case class == ClassIncluded && c.within(path):
			found.listed = append(found.listed, path)
			return nil
		case class != ClassCandidate || !c.within(path) || !kinds.Has(kind):
			return nil
		}
		file := known.File{Kind: fileKinds[kind], Tagged: above}
		linked, class2 := false, c.classes.Of(path, file).Class
		if kind == KindSymlink {
			linked, class2 = c.link(t, path, file)
		}
		switch {
		case linked:
		case class2.Hidden():
			found.hidden[path] = class2
		default:
			found.listed = append(found.listed, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found.listed)
	return found
}

// within reports whether a path is in those to which the walk is limited.
func (c *hideCase) within(path string) bool {
	return len(c.rules.Only) == 0 || slices.ContainsFunc(c.rules.Only, func(only string) bool { return paths.AtOrBelow(path, only) })
}

// onlyBelow reports whether a directory is scanned, except that the walk is limited to paths in it.
func (c *hideCase) onlyBelow(dir string) bool {
	all := c.rules
	all.Only = nil
	return NewPolicy(all).Judge(dir+"/no such entry", KindFile).Class == ClassCandidate
}

// link returns whether a symlink has no data of its own, and otherwise its class.
func (c *hideCase) link(t *testing.T, path string, file known.File) (linked bool, class known.Class) {
	t.Helper()
	target, err := os.Readlink(path)
	if err != nil {
		t.Fatal(err)
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(path), target)
	}
	targets := []string{target}
	if end, err := filepath.EvalSymlinks(path); err == nil {
		targets = append(targets, end)
	}
	for _, target := range targets {
		file.Target = target
		found := c.classes.Of(path, file).Class
		if found == known.ClassManaged || found.Hidden() && paths.AtOrBelow(target, "/nix") ||
			slices.ContainsFunc(c.rules.Storage, func(dir string) bool { return paths.AtOrBelow(target, dir) }) {
			return true, found
		}
		if !class.Hidden() {
			class = found
		}
	}
	return false, class
}

// TestHidingEqualsNaive compares walks with a naive one on random trees, with random homes, facts,
// tags, excludes, includes and limits.
func TestHidingEqualsNaive(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	top, hidden := inMemory(t), 0
	for seed := range uint64(probe.Cases(60, 600)) {
		c := newHideCase(t, top, seed)
		kinds := KindsOf(KindFile, KindDir, KindSymlink, KindSocket, KindPipe)
		if seed%3 == 0 {
			kinds = KindsOf(KindFile)
		}
		want := c.naive(t, kinds)
		rules := c.rules
		rules.Hide = true
		opts := Options{Policy: NewPolicy(rules), Kinds: kinds}
		fail := func(what, diff string) {
			if diff != "" {
				t.Errorf("seed %d, only %q: %s (-naive +got):\n%s", seed, rules.Only, what, diff)
			}
		}
		got, stats := list(t, opts)
		fail("List", cmp.Diff(want.listed, got))
		fail("Walk", cmp.Diff(want.listed, walked(t, opts)))
		if stats.Hidden.Total() > 0 {
			t.Errorf("seed %d: hidden paths are counted although nothing asked for that", seed)
		}
		opts.Hidden = HiddenCounted
		got, stats = list(t, opts)
		fail("List with HiddenCounted", cmp.Diff(want.listed, got))
		fail("the counts", cmp.Diff(want.counts(), stats.Hidden))
		opts.Hidden = HiddenShown
		shown, marked := shownBy(t, opts)
		fail("List with HiddenShown", cmp.Diff(want.listed, shown))
		fail("the hidden ones", cmp.Diff(slices.Sorted(maps.Keys(want.hidden)), marked))
		hidden += len(marked)
	}
	if hidden < 1000 {
		t.Errorf("only %d paths are hidden", hidden)
	}
}

func (n *naive) counts() (all Hidden) {
	for _, class := range n.hidden {
		all[class]++
	}
	return all
}

// shownBy returns the paths that are reported as candidates, and those that are reported as hidden.
func shownBy(t *testing.T, opts Options) (shown, hidden []string) {
	t.Helper()
	if _, err := List(t.Context(), opts, func(e *Entry) error {
		if e.Hidden {
			hidden = append(hidden, string(e.Path))
		} else {
			shown = append(shown, string(e.Path))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return shown, hidden
}

// TestExcludedEqualsNaiveWithClasses compares the counts of what comes along with each unit.
func TestExcludedEqualsNaiveWithClasses(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	top, hidden := inMemory(t), 0
	for seed := range uint64(probe.Cases(60, 600)) {
		c := newHideCase(t, top, seed)
		rules := c.rules
		rules.Hide = true
		opts := Options{Policy: NewPolicy(rules)}
		listed := map[string]bool{}
		units := map[string]bool{}
		rollup := NewRollup(opts.Policy)
		paths, _ := list(t, opts)
		for _, path := range paths {
			listed[path] = true
			if unit, ok := rollup.Unit(path, false); ok && unit.Dir {
				units[unit.Path] = true
			}
		}
		dirs := slices.Sorted(maps.Keys(units))
		if len(dirs) == 0 {
			continue
		}
		want := make([]int, len(dirs))
		for i, dir := range dirs {
			_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error { // nothing fails here
				if d.Type().IsRegular() && !listed[path] {
					want[i]++
				}
				return nil
			})
		}
		extents, _, err := Excluded(t.Context(), opts, dirs)
		if err != nil {
			t.Fatal(err)
		}
		for i, extent := range extents {
			hidden += want[i]
			if extent.Excluded.Files != want[i] {
				t.Errorf("seed %d: %q: %d files come along, naive: %d", seed, dirs[i], extent.Excluded.Files, want[i])
			}
		}
	}
	if hidden < 200 {
		t.Errorf("only %d files come along", hidden)
	}
}

// TestJudgeHidesWhatClassesHide compares verdicts with the classes on paths that need not exist.
func TestJudgeHidesWhatClassesHide(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 15))
	tops := []string{"/etc", "/var/lib", "/var/cache", "/home/al", "/root", "/srv/eve", "/tmp", "/usr", "/var/log"}
	classes := known.NewClasses(known.HomesOf("/srv/eve"), known.Machine{Facts: []known.Fact{known.FactNixOS}}, known.ClassOptions{})
	policy := NewPolicy(Rules{Classes: func() *known.Classes { return classes }, Hide: true})
	hidden := 0
	for range 5000 {
		var b strings.Builder
		b.WriteString(tops[random.IntN(len(tops))])
		for range random.IntN(5) {
			fmt.Fprintf(&b, "/%s", classNameParts[random.IntN(len(classNameParts))])
		}
		path, kind := b.String(), []Kind{KindFile, KindDir, KindSocket, KindPipe}[random.IntN(4)]
		v, want := policy.Judge(path, kind), classes.Of(path, known.File{Kind: fileKinds[kind]})
		if got := v.Class == ClassHidden; got != want.Class.Hidden() {
			t.Errorf("Judge(%q, %v) = %+v, but its class is %v by %q", path, kind, v, want.Class, want.Pattern)
		} else if got {
			hidden++
			if v.By == path && v.Finding != want {
				t.Errorf("Judge(%q, %v): %+v, want %+v", path, kind, v.Finding, want)
			}
		}
	}
	if hidden < 500 {
		t.Errorf("only %d paths are hidden", hidden)
	}
}
