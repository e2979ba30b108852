package known

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
)

// A classTree is files by their paths, as a walk may meet them. What is above a file is a
// directory.
type classTree map[string]File

func (t classTree) add(name string, file File) {
	if name == "/" || t[name].Kind == FileDirectory {
		return
	}
	for dir := path.Dir(name); dir != "/"; dir = path.Dir(dir) {
		t[dir] = File{Kind: FileDirectory}
	}
	t[name] = file
}

// entries returns the names in each directory.
func (t classTree) entries() map[string][]string {
	names := map[string][]string{}
	for name := range t {
		names[path.Dir(name)] = append(names[path.Dir(name)], path.Base(name))
	}
	return names
}

// compareWalk walks a tree by steps, and compares each with Of. tagged are the directories that
// have a valid CACHEDIR.TAG.
func compareWalk(t *testing.T, c *Classes, tree classTree, tagged map[string]bool) (pruned int) {
	t.Helper()
	entries := tree.entries()
	var walk func(dir string, at WalkState, inTagged, hidden bool)
	walk = func(dir string, at WalkState, inTagged, hidden bool) {
		if tagged[dir] {
			at, inTagged = c.Tag(at), true
		}
		for _, name := range entries[dir] {
			full := path.Join(dir, name)
			file := tree[full]
			file.Tagged = inTagged
			want := c.Of(full, file)
			step, in := c.Step(at, []byte(name), file.Kind)
			if step.NeedsTarget {
				if file.Kind != FileSymlink || step.Class != ClassUnknown {
					t.Errorf("%q, %v: %+v", full, file, step)
				}
				step = c.Link(at, []byte(name), file.Target)
			}
			if got := c.Finding(step); got != want || step.Class != want.Class {
				t.Errorf("%q, %+v:\n step: %v by %q, %q\n want: %v by %q, %q", full, file, got.Class, got.Pattern, got.Conditions, want.Class, want.Pattern, want.Conditions)
			}
			if hidden && !want.Class.Hidden() {
				t.Errorf("%q is below a pruned directory, and is %v by %q", full, want.Class, want.Pattern)
			}
			if step.Prune && (file.Kind != FileDirectory || !step.Class.Hidden()) {
				t.Errorf("%q, %v is pruned: %+v", full, file, step)
			}
			if step.Prune {
				pruned++
			}
			if file.Kind == FileDirectory {
				walk(full, in, inTagged, hidden || step.Prune)
			}
		}
	}
	walk("/", WalkStart, false, false)
	return pruned
}

// classMaker makes rows and paths that have a good chance to meet. Equal seeds make equal ones.
type classMaker struct{ *rand.Rand }

func newClassMaker(seed uint64) classMaker { return classMaker{rand.New(rand.NewPCG(seed, 7))} }

func (m classMaker) pick(list ...string) string { return list[m.IntN(len(list))] }

// name returns the name of a file.
func (m classMaker) name() string {
	return m.pick("a", "b", "c", "ab", "abc", "a.b", "root", "home", "u", "x", ".c", "\xff", "a\n", "*", strings.Repeat("n", 70))
}

// rows returns rows in the format of classes.tsv.
func (m classMaker) rows() string {
	var b strings.Builder
	for range 2 + m.IntN(12) {
		var parts []string
		for range 1 + m.IntN(4) {
			part := m.pick("a", "b", "c", "ab", "*", "a*", "*b", "a*b*c", "**", "root", "home", "u", "x")
			if part == "**" && (len(parts) > 0 && parts[len(parts)-1] == "**") {
				continue
			}
			parts = append(parts, part)
		}
		if parts[len(parts)-1] == "**" {
			parts = append(parts, "c")
		}
		pattern := m.pick("", "~", "~") + "/" + strings.Join(parts, "/") + m.pick("", "/", "/")
		conditions := m.pick("", "", "", "", "symlink", "not symlink", "socket", "to /a", "to ~/b", "nixos", "otherwise", "unit x; symlink")
		if m.IntN(6) == 0 {
			pattern, conditions = m.pick("/**", "~/**", "/a/**", "~/b/**"), m.pick("socket", "to /a", "copied", "pipe")
		}
		if m.IntN(12) == 0 {
			pattern, conditions = "/**", "tagged"
		}
		class := Class(1 + m.IntN(len(classNames)-1))
		fmt.Fprintf(&b, "%s\t%s\t%s\treason\tsource\n", pattern, class, conditions)
	}
	return b.String()
}

func (m classMaker) file() File {
	file := File{Kind: FileKind(m.IntN(int(fileKinds)))}
	if file.Kind == FileSymlink {
		file.Target = m.pick("", "/a", "/a/b", "/home/u/b/c", "/root/b", "/x", "/")
	}
	return file
}

// instance returns a path that a row matches, or nearly.
func (m classMaker) instance(row *classRow) string {
	var parts []string
	if row.home {
		parts = append(parts, m.pick("root", "home/u", "home/\xff", "a/b", "home/u/n", "x"))
	}
	for _, part := range row.parts {
		switch {
		case row.quoted || !strings.Contains(part, "*"):
			parts = append(parts, part)
		case part == "**":
			for range m.IntN(3) {
				parts = append(parts, m.name())
			}
		default:
			parts = append(parts, strings.ReplaceAll(part, "*", m.pick("", "x", "\xff", "ab", ".")))
		}
	}
	for m.IntN(3) > 0 && len(parts) < 8 {
		parts = append(parts, m.name())
	}
	return path.Clean("/" + strings.Join(parts, "/"))
}

// tree returns files of which many have rows.
func (m classMaker) tree(rows []*classRow, size int) (classTree, map[string]bool) {
	tree, tagged := classTree{}, map[string]bool{}
	for range size {
		name := m.instance(rows[m.IntN(len(rows))])
		file := m.file()
		tree.add(name, file)
		if m.IntN(20) == 0 {
			tagged[path.Dir(name)] = true
		}
	}
	delete(tagged, "/")
	return tree, tagged
}

func (m classMaker) machine() Machine {
	var machine Machine
	for f := Fact(1); f < facts; f++ {
		if m.IntN(2) == 0 {
			machine.Facts = append(machine.Facts, f)
		}
	}
	if m.IntN(2) == 0 {
		machine.Units = []string{"x"}
	}
	for range m.IntN(4) {
		machine.Copied = append(machine.Copied, m.pick("a", "b", "a/b", "*", "ssh/ssh_host_x", "../a", "", "/", ".", "a//b", "\xff"))
	}
	return machine
}

func (m classMaker) homes() Homes {
	return HomesOf([][]string{nil, {"/a/b"}, {"/home/u/n", "/home"}, {"/"}, {"/x", "/a/b"}, {"/root/a"}}[m.IntN(6)]...)
}

// TestStepsAgreeWithOneByOne compares random rows on random trees.
func TestStepsAgreeWithOneByOne(t *testing.T) {
	pruned := 0
	for seed := range uint64(3000) {
		m := newClassMaker(seed)
		text := m.rows()
		rows, err := parseClasses(text)
		if err != nil {
			continue // the same twice, or "otherwise" beside a condition on the file
		}
		c := newClasses(rows, m.homes(), m.machine())
		tree, tagged := m.tree(rows, 30)
		pruned += compareWalk(t, c, tree, tagged)
		if t.Failed() {
			t.Fatalf("seed %d, rows:\n%s", seed, text)
		}
	}
	if pruned < 1000 {
		t.Errorf("only %d directories were pruned", pruned)
	}
}

// TestStepsOfTheTableAgree compares the rows of classes.tsv, on trees made of them.
func TestStepsOfTheTableAgree(t *testing.T) {
	for seed := range uint64(10) {
		m := newClassMaker(seed)
		machine := m.machine()
		machine.Copied = append(machine.Copied, "sudoers", "ssh/sshd_config")
		for _, row := range classRows() {
			for _, condition := range row.terms {
				if condition.kind == termUnit && m.IntN(2) == 0 {
					machine.Units = append(machine.Units, condition.name)
				}
			}
		}
		c := NewClasses(m.homes(), machine, ClassOptions{CacheNames: m.IntN(2) == 0})
		tree, tagged := m.tree(c.rows, 300)
		compareWalk(t, c, tree, tagged)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// FuzzClassSteps compares any rows on the tree that a few paths make.
func FuzzClassSteps(f *testing.F) {
	f.Add("/a/\tcache\t\tr\ts\n~/**/b\tidentity\t\tr\ts", "/a/b\n/root/a/b\n/home/u/x/b", uint64(1))
	f.Add("/**\truntime\tsocket\tr\ts\n/a/*/c/\tcache\tnot symlink\tr\ts\n/a/x/c/d\tstate\t\tr\ts", "/a/x/c/d\n/a/y/c", uint64(2))
	f.Add("/**\tcache\ttagged\tr\ts\n/etc/**\tmanaged\tcopied\tr\ts", "/etc/a/b\n/a/b", uint64(3))
	f.Add("/a\tstate\totherwise\tr\ts\n/a\tcache\tnixos\tr\ts", "/a", uint64(4))
	f.Add("~/.config/**/S*/\tcache\t\tr\ts\n~/.config/**/*S/\tlog\t\tr\ts", "/root/.config/a/SxS/b\n/home/x/.config/S", uint64(5))
	f.Fuzz(func(t *testing.T, text, names string, seed uint64) {
		rows, err := parseClasses(text)
		if err != nil {
			return
		}
		m := newClassMaker(seed)
		c := newClasses(rows, m.homes(), m.machine())
		tree, tagged := classTree{}, map[string]bool{}
		if len(rows) > 0 {
			tree, tagged = m.tree(rows, 5)
		}
		for name := range strings.SplitSeq(names, "\n") {
			tree.add(path.Clean("/"+name), m.file())
		}
		if len(tree) < 200 {
			compareWalk(t, c, tree, tagged)
		}
	})
}

// FuzzParseClasses checks what the parser accepts, and that its errors name the file.
func FuzzParseClasses(f *testing.F) {
	f.Add("/etc/passwd\tidentity\totherwise\tr\ts")
	f.Add("~/.steam/*\tregenerated\tof Steam; to ~/.local/share/Steam\tr\ts\n# a comment")
	f.Add("/**\tcache\ttagged\tr\ts")
	f.Add("/a/**/b*/\tstate-noise\tunit x.service; not nixos\tr\ts")
	f.Add("/a/***/b\tcache\t\tr\ts")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := parseClasses(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "classes.tsv:") {
				t.Errorf("the error does not say where: %v", err)
			}
			return
		}
		if !slices.IsSortedFunc(rows, compareRows) {
			t.Error("rows are not in order")
		}
		for _, row := range rows {
			if row.Class == ClassUnknown || row.Reason == "" || row.Source == "" || strings.Contains(row.Pattern, "//") {
				t.Errorf("took %+v", row)
			}
		}
	})
}

// FuzzMatchPart compares with path.Match, whose '*' does not match a slash.
func FuzzMatchPart(f *testing.F) {
	for _, seed := range [][2]string{{"a*b", "axb"}, {"*", ""}, {"*a*a", "aa"}, {"a*", "a"}, {"**", "x"}, {"ab*ab", "ab"}, {"a*b*c", "abbcbc"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if strings.ContainsAny(pattern, `?[\/`) || strings.Contains(name, "/") {
			return
		}
		want, err := path.Match(pattern, name)
		if err != nil {
			return
		}
		if got := matchPart(pattern, name); got != want {
			t.Errorf("matchPart(%q, %q) = %t", pattern, name, got)
		}
		if got := matchPart(pattern, []byte(name)); got != want {
			t.Errorf("matchPart(%q, %q) of bytes = %t", pattern, name, got)
		}
	})
}

// TestStepsByManyGoroutines walks the same tree at the same time.
func TestStepsByManyGoroutines(t *testing.T) {
	m := newClassMaker(9)
	c := NewClasses(Homes{}, Machine{}, ClassOptions{CacheNames: true})
	tree, tagged := m.tree(c.rows, 300)
	done := make(chan struct{})
	for range 4 {
		mine := maps.Clone(tree)
		go func() {
			compareWalk(t, c, mine, tagged)
			done <- struct{}{}
		}()
	}
	for range 4 {
		<-done
	}
}
