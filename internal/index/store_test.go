package index_test

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

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// listOf returns a listing of a store.
func listOf(t testing.TB, s *index.Store) *index.Listing {
	t.Helper()
	l, err := s.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func pathsOf(l *index.Listing) []string {
	paths := make([]string, len(l.Order()))
	for i, id := range l.Order() {
		paths[i] = string(l.AppendPath(nil, id))
	}
	return paths
}

// candidates yields names in the same way as scan.Dir.
func candidates(names ...string) iter.Seq2[[]byte, scan.DirEntry] {
	return func(yield func([]byte, scan.DirEntry) bool) {
		buf := make([]byte, 0, 255) // reused, as in a walk
		for _, name := range names {
			buf = append(buf[:0], name...)
			if !yield(buf, scan.DirEntry{Kind: scan.KindFile}) {
				return
			}
		}
	}
}

func TestStoreKeepsPathsAndKinds(t *testing.T) {
	var s index.Store
	paths := []string{"/", "/a", "/a/b", "/a/b/c d", "//x///y", "/\xff\n\x1b", "/" + strings.Repeat("n", 70_000)}
	for i, p := range paths {
		s.AddPath([]byte(p), scan.Kind(i%int(scan.KindChar+1)))
	}
	s.AddPath([]byte("/dir/"), scan.KindDir)
	l := listOf(t, &s)
	for i, p := range append(paths, "/dir") {
		want := strings.ReplaceAll(strings.ReplaceAll(p, "///", "/"), "//", "/")
		if got := string(l.AppendPath([]byte("x:"), uint32(i))); got != "x:"+want {
			t.Errorf("path %d is %q, want %q", i, got, want)
		}
	}
	equal(t, "kind", l.NodeKind(3), scan.KindSymlink)
	equal(t, "kind", l.NodeKind(uint32(len(paths))), scan.KindDir)
}

func TestStoreAddsDirectoriesOfAWalk(t *testing.T) {
	var s index.Store
	s.AddEntries(0, 0, []byte("/"), candidates("swapfile"))
	s.AddEntries(7, 0, []byte("home"), candidates())
	s.AddEntries(9, 7, []byte("me"), candidates(".bashrc", "notes"))
	s.AddEntries(8, 0, []byte("etc"), candidates("hosts"))
	l := listOf(t, &s)
	equal(t, "paths", pathsOf(l), []string{"/etc/hosts", "/home/me/.bashrc", "/home/me/notes", "/swapfile"})
	dirs, files := s.Counts()
	equal(t, "dirs", dirs, 4)
	equal(t, "files", files, 4)
}

func TestStoreContainsTheFilesOfAWalk(t *testing.T) {
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
	var s index.Store
	policy := scan.NewPolicy(scan.Rules{Roots: []string{root}})
	if _, err := scan.Walk(t.Context(), scan.Options{Policy: policy}, s.AddDir); err != nil {
		t.Fatal(err)
	}
	equal(t, "paths", pathsOf(listOf(t, &s)), want)
}

func TestStoreCountsEachDirectoryOnce(t *testing.T) {
	var s index.Store
	for i := range 1000 {
		s.AddPath(fmt.Appendf(nil, "/a/b%d/c", i%10), scan.KindFile)
	}
	dirs, files := s.Counts()
	equal(t, "dirs", dirs, 12)
	equal(t, "files", files, 1000)
}

func TestStoreSpansSegments(t *testing.T) {
	var s index.Store
	const segmentFiles = 1 << 16
	n := 2*segmentFiles + 3
	for i := range n {
		s.AddPath(fmt.Appendf(nil, "/d/%07d", i), scan.KindFile)
	}
	s.Seal()
	l := listOf(t, &s)
	for _, i := range []int{0, segmentFiles - 1, segmentFiles, 2*segmentFiles - 1, 2 * segmentFiles, n - 1} {
		equal(t, "path", string(l.AppendPath(nil, uint32(i))), fmt.Sprintf("/d/%07d", i))
	}
}

// Many workers add while snapshots are read. If a snapshot shared a slice header with the store,
// the race detector or the comparison would find it.
func TestSnapshotsDoNotChangeWhileWorkersAdd(t *testing.T) {
	const workers, dirsEach, filesEach = 8, 300, 40
	var s index.Store
	s.AddEntries(0, 0, []byte("/"), candidates())
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for d := range dirsEach {
				names := make([]string, filesEach)
				for f := range names {
					names[f] = fmt.Sprintf("f%02d", f)
				}
				id := uint32(1 + w*dirsEach + d)
				s.AddEntries(id, 0, fmt.Appendf(nil, "d%05d", id), candidates(names...))
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
		l := listOf(t, &s)
		got := pathsOf(l)
		if len(got) != l.Files() || !slices.IsSorted(got) {
			t.Fatalf("%d paths, want %d; sorted %v", len(got), l.Files(), slices.IsSorted(got))
		}
		if again := pathsOf(l); !slices.Equal(got, again) {
			t.Fatal("a snapshot has changed")
		}
	}
	equal(t, "files", len(pathsOf(listOf(t, &s))), workers*dirsEach*filesEach)
}

// randomPaths makes paths with names that are difficult to sort: prefixes of each other, and
// characters that sort before or after the slash.
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
		var s index.Store
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
	var s index.Store
	s.AddPath([]byte("/a"), scan.KindFile)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.List(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}

func TestListingOfAnEmptyStore(t *testing.T) {
	var s index.Store
	equal(t, "order", len(listOf(t, &s).Order()), 0)
}

func TestLettersOfAPartAreASubset(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		text := make([]byte, 1+r.IntN(30))
		for i := range text {
			text[i] = byte(r.IntN(256))
		}
		at := r.IntN(len(text))
		if part := text[at:]; index.LettersOf(bytes.ToLower(part[:1]))&^index.LettersOf(text) != 0 || index.LettersOf(part)&^index.LettersOf(text) != 0 {
			t.Fatalf("letters of %q are not among those of %q", part, text)
		}
	}
}

func TestBitset(t *testing.T) {
	b := index.NewBitset(100)
	for _, i := range []uint32{0, 63, 64, 99} {
		b.Add(i)
	}
	b.Flip(64)
	b.Flip(65)
	other := index.NewBitset(10)
	other.Add(5)
	b.Union(other)
	var got []uint32
	b.Each(func(i uint32) { got = append(got, i) })
	equal(t, "members", got, []uint32{0, 5, 63, 65, 99})
	equal(t, "count", b.Count(), 5)
	if b.Has(1 << 20) {
		t.Error("Has(1<<20) is true beyond the size")
	}
	if b = b.Grown(1000); len(b) != 16 || !b.Has(99) {
		t.Errorf("Grown(1000) has %d words, want 16", len(b))
	}
}
