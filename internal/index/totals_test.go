package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// TestTotalsEqualWhatASelectionKeeps compares the totals of each node of random listings, of which some
// files are not candidates, with stat of what a selection of the node covers.
func TestTotalsEqualWhatASelectionKeeps(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 17))
		files, others := randomGroups(r)
		for _, name := range others {
			files = append(files, "!"+name)
		}
		l := listOf(t, storeOf(files...))
		stats, err := l.StatAll(t.Context(), sizeOfName, nil)
		if err != nil {
			t.Fatal(err)
		}
		totals := l.Totals(stats)
		for dir := range uint32(l.Dirs()) {
			node := index.DirNode(dir)
			if l.FilesOf(node) == 0 {
				continue
			}
			var s index.Selection
			s.Select(node)
			var want index.NodeStat
			for _, id := range l.Order() {
				if _, covered := s.CoveredBy(l, id); covered && !l.NonCandidate(id) {
					_, info, _ := sizeOfName(string(l.AppendNode(nil, id)))
					want.Size += info.Size
					want.ModTime = max(want.ModTime, info.ModTime.Unix())
					want.Files++
				}
			}
			equal(t, fmt.Sprintf("seed %d: %s", seed, l.AppendNode(nil, node)), totals.Of(node), want)
			sum, exact := totals.Selected(&s)
			equal(t, "of the selection", sum, want)
			equal(t, "exact", exact, true)
		}
		equal(t, "all", totals.Size(), totals.Of(index.DirNode(0)).Size)
	}
}

func TestTotalsOfFilesThatAreGoneAndNotCandidates(t *testing.T) {
	l := listOf(t, storeOf("/a/x", "!/a/y"))
	stats, err := l.StatAll(t.Context(), func(path string) (scan.Kind, scan.Info, error) {
		if path == "/a/y" {
			t.Error("stat of a path that is not a candidate")
		}
		return 0, scan.Info{}, fmt.Errorf("gone")
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	totals := l.Totals(stats)
	equal(t, "gone", totals.Of(0), index.NodeStat{Files: 1, Gone: true})
	var s index.Selection
	s.Select(1)
	if _, exact := totals.Selected(&s); exact {
		t.Error("the size of a path that is not a candidate is said to be exact")
	}
}

func TestStatAllDoesNotStatAgain(t *testing.T) {
	l := listOf(t, storeOf("/a/x", "/b"))
	stats, err := l.StatAll(t.Context(), sizeOfName, nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.StatAll(t.Context(), nil, stats)
	if err != nil || again != stats {
		t.Errorf("got %p, %v, want %p", again, err, stats)
	}
}

func TestReversedKeysReverseTheOrder(t *testing.T) {
	l := listOf(t, storeOf("/a", "/bbb", "/cc"))
	stats, err := l.StatAll(t.Context(), sizeOfName, nil)
	if err != nil {
		t.Fatal(err)
	}
	keys := l.SizeKeys(stats)
	forward, back := keys.Sorted(l.Order()), keys.Reversed().Sorted(l.Order())
	slices.Reverse(back)
	equal(t, "order", forward, back)
}

// TestADirectoryThatIsACandidateIsOneRow is about a directory that is included by itself and has
// candidates below it.
func TestADirectoryThatIsACandidateIsOneRow(t *testing.T) {
	var s index.Store
	s.AddPath([]byte("/home/al/app/x"), scan.KindFile)
	s.AddPath([]byte("/home/al/app"), scan.KindDir)
	s.AddPath([]byte("/home/al/empty"), scan.KindDir)
	s.AddPath([]byte("/home/al/y"), scan.KindFile)
	l := listOf(t, &s)
	splits := func(dir string) bool { return dir == "/" || dir == "/home" || dir == "/home/al" }
	var rows []string
	for _, node := range l.RollUp(l.Order(), splits) {
		rows = append(rows, string(l.AppendNode(nil, node)))
	}
	slices.Sort(rows)
	equal(t, "rows", rows, []string{"/home/al/app", "/home/al/empty", "/home/al/y"})
}

func TestHitsCountTheMatchesOfEachRow(t *testing.T) {
	l := listOf(t, storeOf("/home/a/x", "/home/a/y", "/home/b/x", "/etc/x", "!/home/a/z"))
	rows := l.RollUp(l.Order(), byTop().Splits)
	equal(t, "all", l.Hits(rows, nil), []int{1, 2, 0, 1})
	hits := index.NewBitset(l.Files())
	for _, id := range l.Order() {
		if path := string(l.AppendNode(nil, id)); path != "/home/a/x" {
			hits.Add(id)
		}
	}
	equal(t, "some", l.Hits(rows, hits), []int{1, 1, 0, 1})
}

func TestGroupNodesAreNeitherFilesNorDirectories(t *testing.T) {
	for _, i := range []int{0, 1, 1 << 20} {
		got, group := index.GroupOf(index.GroupNode(i))
		if got != i || !group || index.IsDir(index.GroupNode(i)) {
			t.Errorf("group %d is %d, %v", i, got, group)
		}
	}
	for _, node := range []uint32{0, 7, index.DirNode(0), index.DirNode(7)} {
		if _, group := index.GroupOf(node); group {
			t.Errorf("node %x is a group", node)
		}
	}
}
