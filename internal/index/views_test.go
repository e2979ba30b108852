package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// The roll-up, tree and part of a listing, which use spans, must equal those of a naive
// implementation on random trees.
func TestViewsEqualNaiveImplementations(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		l := randomListing(t, r, 80)
		splits := func(dir string) bool { return strings.Count(dir, "/") < 2 || strings.HasSuffix(dir, "a") }
		keep := func(id uint32) bool { return id%3 != 0 }
		part, err := l.Part(t.Context(), keep)
		if err != nil {
			t.Fatal(err)
		}
		for name, lst := range map[string]*index.Listing{"whole": l, "part": part} {
			if name == "part" {
				var want []uint32
				for _, id := range l.Order() {
					if keep(id) {
						want = append(want, id)
					}
				}
				equal(t, "order of a part", lst.Order(), append([]uint32{}, want...))
			}
			checkSpans(t, lst)
			equal(t, name+" rolled up", nodePaths(lst, lst.RollUp(lst.Order(), splits)), naiveRollUp(lst, splits))
			checkTree(t, r, lst)
		}
	}
}

// The screen may draw a listing that is older than the selection, while a newer one is searched.
func TestPartlySelectedIgnoresNodesOfANewerListing(t *testing.T) {
	var s index.Store
	s.AddPath([]byte("/a/b"), scan.KindFile)
	older := listOf(t, &s)
	s.AddPath([]byte("/a/c/d"), scan.KindFile)
	s.AddPath([]byte("/e/f"), scan.KindFile)
	newer := listOf(t, &s)
	var selection index.Selection
	for _, id := range newer.Order() {
		selection.Toggle(newer, id)
	}
	selection.Toggle(newer, index.DirNode(newer.Holder(newer.Order()[2])))
	var partly index.PartlySelected
	dirs := partly.Of(older, &selection)
	if a := older.Holder(older.Order()[0]); !dirs.Has(a) || dirs.Count() != 2 { // and "/"
		t.Errorf("%d directories", dirs.Count())
	}
}

func randomListing(t *testing.T, r *rand.Rand, n int) *index.Listing {
	t.Helper()
	var s index.Store
	for range n {
		var p []byte
		for range 1 + r.IntN(5) {
			p = fmt.Appendf(p, "/%c", 'a'+rune(r.IntN(3)))
		}
		s.AddPath(fmt.Appendf(p, "/%d", r.IntN(9)), scan.KindFile)
	}
	return listOf(t, &s)
}

func checkSpans(t *testing.T, l *index.Listing) {
	t.Helper()
	paths := pathsOf(l)
	for dir := range l.Dirs() {
		prefix, inside := string(l.AppendDir(nil, uint32(dir))), 0
		for i, p := range paths {
			if strings.HasPrefix(p, prefix) {
				inside++
				if s := l.Below(uint32(dir)); i < int(s.Start) || i >= int(s.End) {
					t.Fatalf("%s is outside the span of %s", p, prefix)
				}
			}
		}
		if s := l.Below(uint32(dir)); int(s.End-s.Start) != inside {
			t.Fatalf("the span of %s has %d files, want %d", prefix, s.End-s.Start, inside)
		}
	}
}

func nodePaths(l *index.Listing, nodes []uint32) []string {
	var paths []string
	for _, node := range nodes {
		paths = append(paths, string(l.AppendNode(nil, node)))
	}
	return paths
}

// naiveRollUp finds for each file the topmost directory that is not split.
func naiveRollUp(l *index.Listing, splits func(string) bool) []string {
	var units []string
	for _, p := range pathsOf(l) {
		unit := p
		for i := 1; i < len(p); i++ {
			if p[i] == '/' && !splits(p[:i]) {
				unit = p[:i]
				break
			}
		}
		if !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	return units
}

// checkTree compares the rows of the tree with those of naiveTree.
func checkTree(t *testing.T, r *rand.Rand, l *index.Listing) {
	t.Helper()
	open := index.NewBitset(l.Dirs())
	for dir := range l.Dirs() {
		if r.IntN(2) == 0 {
			open.Add(uint32(dir))
		}
	}
	isOpen := func(path string) bool {
		for dir := range l.Dirs() {
			if string(l.AppendNode(nil, index.DirNode(uint32(dir)))) == path {
				return open.Has(uint32(dir))
			}
		}
		return false
	}
	var want []string
	naiveTree(pathsOf(l), "/", 0, isOpen, &want)
	var got []string
	for _, b := range l.TreeRows(open, nil) {
		got = append(got, fmt.Sprint(b.Depth, " ", string(l.AppendNode(nil, b.Node))))
	}
	equal(t, "tree", got, want)
}

func naiveTree(paths []string, prefix string, depth int, isOpen func(string) bool, rows *[]string) {
	last := ""
	for _, p := range paths {
		rest, inside := strings.CutPrefix(p, prefix)
		if !inside {
			continue
		}
		name, _, isDir := strings.Cut(rest, "/")
		if !isDir {
			*rows = append(*rows, fmt.Sprint(depth, " ", p))
			continue
		}
		if name == last {
			continue
		}
		last = name
		dir := naiveChain(paths, prefix+name+"/")
		*rows = append(*rows, fmt.Sprint(depth, " ", strings.TrimSuffix(dir, "/")))
		if isOpen(strings.TrimSuffix(dir, "/")) {
			naiveTree(paths, dir, depth+1, isOpen, rows)
		}
	}
}

// naiveChain descends as long as a directory contains only one subdirectory and no files.
func naiveChain(paths []string, dir string) string {
	for {
		only := ""
		for _, p := range paths {
			rest, inside := strings.CutPrefix(p, dir)
			if !inside {
				continue
			}
			name, _, isDir := strings.Cut(rest, "/")
			if !isDir || only != "" && only != name {
				return dir
			}
			only = name
		}
		dir += only + "/"
	}
}

func TestTreeHasOneRowForAnExcludedDirectoryWithRows(t *testing.T) {
	s := storeOf("/h/a", "!/h/.cache/x", "!/h/.cache/y", "!/h/plain", "/h/.cache-other/b", "/h/.cache-other/c")
	s.AddNonCandidate([]byte("/h/.cache"), scan.KindDir)
	s.AddNonCandidate([]byte("/h/empty"), scan.KindDir)
	l := listOf(t, s)
	var got []string
	for _, node := range l.Children(index.DirOf(l.Children(0)[0])) {
		path := string(l.AppendNode(nil, node))
		if index.IsDir(node) {
			path += "/"
		}
		got = append(got, path)
	}
	slices.Sort(got)
	equal(t, "rows", got, []string{"/h/.cache-other/", "/h/.cache/", "/h/a", "/h/empty", "/h/plain"})
}
