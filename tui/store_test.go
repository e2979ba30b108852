package tui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/DaRacci/list-ephemeral/scan"
)

// candidates hands over names as a scan.Dir does.
func candidates(names ...string) iter.Seq2[[]byte, scan.DirEntry] {
	return func(yield func([]byte, scan.DirEntry) bool) {
		buf := make([]byte, 0, 255) // reused, as the walk does
		for _, name := range names {
			buf = append(buf[:0], name...)
			if !yield(buf, scan.DirEntry{Kind: scan.KindFile}) {
				return
			}
		}
	}
}

func TestStoreKeepsPathsAndKinds(t *testing.T) {
	var s Store
	paths := []string{"/", "/a", "/a/b", "/a/b/c d", "//x///y", "/\xff\n\x1b", "/" + strings.Repeat("n", 70_000)}
	for i, p := range paths {
		s.AddPath([]byte(p), scan.Kind(i%int(scan.KindChar+1)))
	}
	s.AddPath([]byte("/dir/"), scan.KindDir)
	snap := s.snapshot()
	for i, p := range append(paths, "/dir") {
		want := strings.ReplaceAll(strings.ReplaceAll(p, "///", "/"), "//", "/")
		if got := string(snap.appendPath([]byte("x:"), uint32(i))); got != "x:"+want {
			t.Errorf("path %d is %q, want %q", i, got, want)
		}
	}
	equal(t, "kind", snap.kind(3), scan.KindSymlink)
	equal(t, "kind", snap.kind(uint32(len(paths))), scan.KindDir)
}

func TestStoreTakesDirectoriesOfAWalk(t *testing.T) {
	var s Store
	s.addDir(0, 0, []byte("/"), candidates("swapfile"))
	s.addDir(7, 0, []byte("home"), candidates())
	s.addDir(9, 7, []byte("me"), candidates(".bashrc", "notes"))
	s.addDir(8, 0, []byte("etc"), candidates("hosts"))
	l := listOf(t, &s)
	equal(t, "paths", pathsOf(l), []string{"/etc/hosts", "/home/me/.bashrc", "/home/me/notes", "/swapfile"})
	dirs, files := s.Counts()
	equal(t, "dirs", dirs, 4)
	equal(t, "files", files, 4)
}

func TestStoreHoldsWhatAWalkFinds(t *testing.T) {
	root := t.TempDir()
	for i := range 500 {
		dir := filepath.Join(root, fmt.Sprintf("d%d", i%20), fmt.Sprintf("e-%d\n", i%7))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f\xff%d", i)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			want = append(want, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	var s Store
	policy := scan.NewPolicy(scan.Rules{Roots: []string{root}})
	if _, err := scan.Walk(t.Context(), scan.Options{Policy: policy}, s.AddDir); err != nil {
		t.Fatal(err)
	}
	equal(t, "paths", pathsOf(listOf(t, &s)), want)
}

func TestStoreCountsDirectoriesOnceByPath(t *testing.T) {
	var s Store
	for i := range 1000 {
		s.AddPath(fmt.Appendf(nil, "/a/b%d/c", i%10), scan.KindFile)
	}
	dirs, files := s.Counts()
	equal(t, "dirs", dirs, 12)
	equal(t, "files", files, 1000)
}

func TestStoreSpansSegments(t *testing.T) {
	var s Store
	n := 2*segmentFiles + 3
	for i := range n {
		s.AddPath(fmt.Appendf(nil, "/d/%07d", i), scan.KindFile)
	}
	s.seal()
	snap := s.snapshot()
	for _, i := range []int{0, segmentFiles - 1, segmentFiles, 2*segmentFiles - 1, 2 * segmentFiles, n - 1} {
		equal(t, "path", string(snap.appendPath(nil, uint32(i))), fmt.Sprintf("/d/%07d", i))
	}
}

// Many workers add while snapshots are read to their ends: what the race
// detector and the comparison find is a header that was shared.
func TestSnapshotsStayAsTheyAreWhileWorkersAdd(t *testing.T) {
	const workers, dirsEach, filesEach = 8, 300, 40
	var s Store
	s.addDir(0, 0, []byte("/"), candidates())
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for d := range dirsEach {
				names := make([]string, filesEach)
				for f := range names {
					names[f] = fmt.Sprintf("f%02d", f)
				}
				id := uint32(1 + w*dirsEach + d)
				s.addDir(id, 0, fmt.Appendf(nil, "d%05d", id), candidates(names...))
			}
		})
	}
	stop := make(chan struct{})
	go func() { all.Wait(); close(stop) }()
	for running := true; running; {
		select {
		case <-stop:
			running = false
		default:
		}
		snap := s.snapshot()
		l, err := newListing(t.Context(), snap)
		if err != nil {
			t.Fatal(err)
		}
		got := pathsOf(l)
		if len(got) != snap.files || !slices.IsSorted(got) {
			t.Fatalf("%d paths of %d, sorted %v", len(got), snap.files, slices.IsSorted(got))
		}
		if again := pathsOf(l); !slices.Equal(got, again) {
			t.Fatal("a snapshot has changed")
		}
	}
	equal(t, "files", len(pathsOf(listOf(t, &s))), workers*dirsEach*filesEach)
}

// randomPaths makes paths whose names are where sorting goes wrong: prefixes of
// each other, and characters around the slash.
func randomPaths(r *rand.Rand, n int) []string {
	parts := []string{"a", "ab", "a-b", "a.b", "a b", "a0", "b", "B", "\xff", "é", "~", "!", "a!", "-", "0"}
	paths := make([]string, n)
	for i := range paths {
		p := "/"
		for range 1 + r.IntN(4) {
			p = path.Join(p, parts[r.IntN(len(parts))])
		}
		paths[i] = p
	}
	return paths
}

func TestListingIsSortedBytewiseWithoutDuplicates(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		paths := randomPaths(r, r.IntN(60))
		var s Store
		for _, p := range paths {
			s.AddPath([]byte(p), scan.KindFile)
		}
		slices.Sort(paths)
		want := slices.Compact(paths)
		if got := pathsOf(listOf(t, &s)); !slices.Equal(got, want) {
			t.Fatalf("seed %d: got\n%q\nwant\n%q", seed, got, want)
		}
	}
}

func TestSortingStopsWhenCancelled(t *testing.T) {
	var s Store
	s.AddPath([]byte("/a"), scan.KindFile)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newListing(ctx, s.snapshot()); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}

func TestListingOfNothing(t *testing.T) {
	var s Store
	equal(t, "order", len(listOf(t, &s).order), 0)
}

func TestContainsFold(t *testing.T) {
	for _, tt := range []struct {
		text, pattern string
		want          bool
	}{
		{"Firefox", "firefox", true},
		{"xFIREFOXx", "firefox", true},
		{"firefo", "firefox", false},
		{"fifirefox", "firefox", true},
		{"", "a", false},
		{"caf\xc3\xa9", "\xc3\xa9", true},
	} {
		if got := containsFold([]byte(tt.text), tt.pattern); got != tt.want {
			t.Errorf("containsFold(%q, %q) = %v", tt.text, tt.pattern, got)
		}
	}
}

func TestLettersOfAPartAreAmongTheWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		text := make([]byte, 1+r.IntN(30))
		for i := range text {
			text[i] = byte(r.IntN(256))
		}
		at := r.IntN(len(text))
		if part := text[at:]; lettersOf(bytes.ToLower(part[:1]))&^lettersOf(text) != 0 || lettersOf(part)&^lettersOf(text) != 0 {
			t.Fatalf("letters of %q are not among those of %q", part, text)
		}
	}
}

func TestBitset(t *testing.T) {
	b := newBitset(100)
	for _, i := range []uint32{0, 63, 64, 99} {
		b.add(i)
	}
	b.flip(64)
	b.flip(65)
	other := newBitset(10)
	other.add(5)
	b.union(other)
	var got []uint32
	b.each(func(i uint32) { got = append(got, i) })
	equal(t, "members", got, []uint32{0, 5, 63, 65, 99})
	equal(t, "count", b.count(), 5)
	if b.has(1 << 20) {
		t.Error("has what is beyond its end")
	}
	if b = b.grown(1000); len(b) != 16 || !b.has(99) {
		t.Errorf("grown to %d words", len(b))
	}
}

func TestSortingRestsWhileTheScanRuns(t *testing.T) {
	store := new(Store)
	store.AddPath([]byte("/a"), scan.KindFile)
	p := progress{store: store, running: true}
	sort, more := p.tick(t.Context())
	if sort == nil || !more {
		t.Fatal("nothing is sorted")
	}
	p.sorted(listed{0, listOf(t, store), 5 * steadyTick / 2})
	store.AddPath([]byte("/b"), scan.KindFile)
	rested := 0
	for {
		if sort, _ = p.tick(t.Context()); sort != nil {
			break
		}
		rested++
	}
	equal(t, "ticks without sorting after one that took 2.5 ticks", rested, 9)
	p.sorted(listed{0, listOf(t, store), 100 * steadyTick})
	store.AddPath([]byte("/c"), scan.KindFile)
	if p.ended(t.Context(), scanEnded{}) == nil {
		t.Error("rests though the scan has ended")
	}
}
