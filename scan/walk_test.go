package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// list returns the paths that List reports, in its order.
func list(t testing.TB, opts Options) ([]string, Stats) {
	t.Helper()
	var paths []string
	stats, err := List(t.Context(), opts, func(e *Entry) error {
		paths = append(paths, string(e.Path))
		return nil
	})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	return paths, stats
}

// walked returns the paths that Walk reports, sorted, and checks its guarantees about directories.
func walked(t testing.TB, opts Options) []string {
	t.Helper()
	var mu sync.Mutex
	dirs := map[uint32]string{}
	var paths []string
	stats, err := Walk(t.Context(), opts, func(d *Dir) {
		mu.Lock()
		defer mu.Unlock()
		parent, known := dirs[d.Parent]
		path := strings.TrimSuffix(parent, "/") + "/" + string(d.Name)
		if d.ID == 0 {
			path = "/"
		} else if !known || d.Parent >= d.ID {
			t.Errorf("directory %q (%d) was reported before its parent %d", d.Name, d.ID, d.Parent)
		}
		if _, twice := dirs[d.ID]; twice {
			t.Errorf("number %d was used twice", d.ID)
		}
		dirs[d.ID] = path
		for name, kind := range d.Candidates() {
			if kind == KindUnknown {
				t.Errorf("%s/%s has no kind", path, name)
			}
			paths = append(paths, strings.TrimSuffix(path, "/")+"/"+string(name))
		}
	})
	if err != nil {
		t.Fatalf("Walk: %v", err)
	}
	if stats.Candidates != len(paths) {
		t.Errorf("Stats.Candidates = %d, reported %d", stats.Candidates, len(paths))
	}
	slices.Sort(paths)
	return paths
}

// rootOptions limits a walk to one tree, with only the given rules.
func rootOptions(root string, rules Rules) Options {
	rules.Roots = append([]string{root}, rules.Roots...)
	return Options{Policy: NewPolicy(rules)}
}

// makeTree writes files, and directories for names that end in '/'.
func makeTree(t testing.TB, root string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(path, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// randomTree makes a tree of hostile names and returns its root.
func randomTree(t testing.TB, random *rand.Rand, entries int) string {
	t.Helper()
	root := t.TempDir()
	dirs := []string{root}
	parts := []string{"a", "b", ".", "-", "~", " ", "\n", "\xff\xfe", "é", "日本", "log", "${x}", "\"", "\x1b[31m", "'", "z", "A", "!"}
	for range entries {
		var name strings.Builder
		for range 1 + random.IntN(4) {
			name.WriteString(parts[random.IntN(len(parts))])
		}
		if s := name.String(); s == "." || s == ".." {
			continue
		}
		path := dirs[random.IntN(len(dirs))] + "/" + name.String()
		switch random.IntN(10) {
		case 0, 1, 2:
			if os.Mkdir(path, 0o755) == nil {
				dirs = append(dirs, path)
			}
		case 3:
			_ = os.Symlink("target", path)
		case 4:
			_ = unix.Mkfifo(path, 0o644)
		default:
			if _, err := os.Lstat(path); err != nil {
				_ = os.WriteFile(path, nil, 0o644)
			}
		}
	}
	return root
}

// reference lists with filepath.WalkDir the paths that Judge classifies as candidates: a slow
// equivalent of List.
func reference(t testing.TB, opts Options, root string) []string {
	t.Helper()
	kinds := opts.Kinds
	if kinds == 0 {
		kinds = KindsOf(KindFile)
	}
	var paths []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		kind := kindOfGo(d.Type())
		class := opts.Policy.Judge(path, dirOrFile(d.IsDir())).Class
		if class == ClassIncluded || class == ClassCandidate && kinds.Has(kind) {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	return paths
}

func kindOfGo(mode fs.FileMode) Kind {
	switch mode.Type() {
	case 0:
		return KindFile
	case fs.ModeDir:
		return KindDir
	case fs.ModeSymlink:
		return KindSymlink
	case fs.ModeSocket:
		return KindSocket
	case fs.ModeNamedPipe:
		return KindPipe
	case fs.ModeDevice:
		return KindBlock
	default:
		return KindChar
	}
}

func TestListAndWalkEqualWalkDirOnRandomTrees(t *testing.T) {
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 1))
		root := randomTree(t, random, 600)
		everything := reference(t, Options{Policy: NewPolicy(Rules{Roots: []string{root}}), Kinds: ^Kinds(0)}, root)
		pick := func() string { return everything[random.IntN(len(everything))] }
		for _, rules := range []Rules{
			{},
			{Exclude: patterns(t, "*log*", "a*", "tmp"), Persisted: []Persisted{{Path: pick()}, {Path: pick()}}},
			{Exclude: patterns(t, "b*"), Include: []string{pick(), pick(), pick()}, Storage: []string{pick()}, Roots: []string{pick()}},
		} {
			for _, kinds := range []Kinds{0, KindsOf(KindDir), KindsOf(KindFile, KindSymlink, KindDir, KindPipe)} {
				opts := rootOptions(root, rules)
				opts.Kinds = kinds
				opts.Workers = 1 + random.IntN(16)
				want := reference(t, opts, root)
				got, stats := list(t, opts)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("seed %d, kinds %b: List differs from WalkDir (-want +got):\n%s", seed, kinds, diff)
				}
				if stats.Candidates != len(want) || len(stats.Errors) > 0 {
					t.Errorf("stats = %+v, want %d candidates and no error", stats, len(want))
				}
				if diff := cmp.Diff(want, walked(t, opts)); diff != "" {
					t.Fatalf("seed %d: Walk differs from WalkDir (-want +got):\n%s", seed, diff)
				}
			}
		}
	}
}

func TestOnlyLimitsTheWalk(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "a/1", "a/b/2", "a-b/3", "c/4", "d", "e/f/g/5", "x/in/6")
	policy := NewPolicy(Rules{
		Roots: []string{root}, Exclude: patterns(t, "x"), Include: []string{root + "/x/in", root + "/c"},
		Only: []string{root + "/a", root + "/d", root + "/e/f", root + "/x", root + "/missing/y"},
	})
	got, _ := list(t, Options{Policy: policy})
	want := []string{root + "/a/1", root + "/a/b/2", root + "/d", root + "/e/f/g/5", root + "/x/in"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestListGoesDeeperThanPathMax(t *testing.T) {
	root := t.TempDir()
	name := strings.Repeat("d", 50)
	fd, err := unix.Open(root, unix.O_DIRECTORY|unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]string, 0, 400)
	path := root
	for range 400 {
		makeAt(t, fd, name)
		path += "/" + name
		next, err := unix.Openat(fd, name, unix.O_DIRECTORY|unix.O_RDONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(fd)
		fd = next
		file, err := unix.Openat(fd, "f", unix.O_CREAT|unix.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(file)
		want = append(want, path+"/f")
	}
	unix.Close(fd)
	slices.Sort(want)
	for _, base := range []*Base{nil, baseOf(t, root, root)} {
		for _, budget := range []int64{1000, 0} { // by descriptor, and by path in pieces
			opts := rootOptions(root, Rules{})
			opts.Base = base
			got, stats := listWithBudget(t, opts, budget)
			if diff := cmp.Diff(want, got); diff != "" || len(stats.Errors) > 0 {
				t.Errorf("budget %d, base %v: %d errors, differs:\n%s", budget, base, len(stats.Errors), diff)
			}
		}
	}
}

func makeAt(t *testing.T, fd int, name string) {
	t.Helper()
	if err := unix.Mkdirat(fd, name, 0o755); err != nil {
		t.Fatal(err)
	}
}

// listWithBudget lists with a budget of kept descriptors.
func listWithBudget(t *testing.T, opts Options, budget int64) ([]string, Stats) {
	t.Helper()
	w := newWalk(opts)
	w.budget.Store(budget)
	stats, err := w.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	e := emitter{walk: w, emit: func(e *Entry) error { got = append(got, string(e.Path)); return nil }}
	if err := e.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return got, stats
}

func TestListReadsHugeDirectoriesCompletely(t *testing.T) {
	root := memoryDir(t)
	const files = 200_000
	fd, err := unix.Open(root, unix.O_DIRECTORY|unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	for i := range files {
		if err := unix.Mknodat(fd, fmt.Sprintf("file-%d", i), unix.S_IFREG|0o644, 0); err != nil {
			t.Fatal(err)
		}
	}
	got, stats := list(t, rootOptions(root, Rules{}))
	if len(got) != files || !slices.IsSorted(got) || len(stats.Errors) > 0 {
		t.Errorf("got %d files, sorted %v, errors %v", len(got), slices.IsSorted(got), stats.Errors)
	}
}

// memoryDir returns a directory in memory. Making and removing 200,000 files takes a second there,
// and thirty seconds on a disk.
func memoryDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "list-ephemeral-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestUnreadableDirectoriesAreCountedAndSkipped(t *testing.T) {
	if os.Geteuid() == 0 {
		becomeOrdinaryUser(t)
		return
	}
	root := t.TempDir()
	makeTree(t, root, "ok/1", "closed/2", "z/3")
	if err := os.Chmod(root+"/closed", 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(root+"/closed", 0o755)
	got, stats := list(t, rootOptions(root, Rules{}))
	if diff := cmp.Diff([]string{root + "/ok/1", root + "/z/3"}, got); diff != "" {
		t.Errorf("differs:\n%s", diff)
	}
	want := []PathError{{Path: root + "/closed", Op: "open", Err: syscall.EACCES}}
	if diff := cmp.Diff(want, stats.Errors); diff != "" {
		t.Errorf("errors differ:\n%s", diff)
	}
}

func TestDirectoriesThatVanishDoNotStopTheWalk(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "stays/1", "z/2")
	stop := make(chan struct{})
	var churn sync.WaitGroup
	for i := range 2 {
		churn.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				dir := fmt.Sprintf("%s/m%d-%d/a/b/c", root, i, n%7)
				_ = os.MkdirAll(dir, 0o755)
				_ = os.WriteFile(dir+"/f", nil, 0o644)
				_ = os.RemoveAll(fmt.Sprintf("%s/m%d-%d", root, i, (n+3)%7))
			}
		})
	}
	for range 60 {
		got, stats := list(t, rootOptions(root, Rules{}))
		if len(stats.Errors) > 0 {
			t.Errorf("errors: %v", stats.Errors)
		}
		if !slices.Contains(got, root+"/stays/1") || !slices.Contains(got, root+"/z/2") {
			t.Errorf("files that were there all the time are missing: %q", got)
		}
	}
	close(stop)
	churn.Wait()
}

func TestCancelledWalkReturnsSoonAndLeavesNoGoroutines(t *testing.T) {
	root := t.TempDir()
	for i := range 300 {
		makeTree(t, root, fmt.Sprintf("%d/a/b/", i), fmt.Sprintf("%d/f", i))
	}
	before := openDescriptors(t)
	for round := range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		start := time.Now()
		var cancelled time.Duration
		_, err := List(ctx, rootOptions(root, Rules{}), func(*Entry) error {
			if seen++; seen == round {
				cancelled = time.Since(start)
				cancel()
			}
			return nil
		})
		if seen >= round && round > 0 && !errors.Is(err, context.Canceled) {
			t.Fatalf("round %d: error %v, want cancelled", round, err)
		}
		if took := time.Since(start) - cancelled; took > 5*time.Second {
			t.Errorf("round %d: returned %v after it was cancelled", round, took)
		}
		cancel()
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if !bytes.Contains(stacks(), []byte("scan.(*worker)")) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("workers are left:\n%s", stacks())
		}
	}
	if after := openDescriptors(t); after > before {
		t.Errorf("%d descriptors open, %d before", after, before)
	}
}

func stacks() []byte {
	buf := make([]byte, 1<<20)
	return buf[:runtime.Stack(buf, true)]
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestListStopsOnAnErrorOfEmit(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "a", "b", "c")
	enough := errors.New("enough")
	calls := 0
	_, err := List(t.Context(), rootOptions(root, Rules{}), func(*Entry) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("err = %v after %d calls, want %v after 1", err, calls, enough)
	}
}

func TestInfoReportsAndKeepFiltersByMetadata(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "small", "a-much-longer-name")
	when := time.Date(2020, 1, 2, 3, 4, 5, 6, time.UTC)
	if err := os.Chtimes(root+"/small", when, when); err != nil {
		t.Fatal(err)
	}
	opts := rootOptions(root, Rules{})
	opts.Keep = func(k Kind, i Info) bool { return k == KindFile && i.Size < 10 }
	var got []Info
	if _, err := List(t.Context(), opts, func(e *Entry) error { got = append(got, e.Info()); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Size != int64(len("small")) || !got[0].ModTime.Equal(when) || got[0].Mode != 0o644 || got[0].UID != uint32(os.Getuid()) {
		t.Errorf("got %+v", got)
	}
}

// TestChangedSinceFiltersByTheTimeOfTheLastChange sets the modification time back, which is a change.
func TestChangedSinceFiltersByTheTimeOfTheLastChange(t *testing.T) {
	root := t.TempDir()
	makeTree(t, root, "old", "dir/old", "set-back")
	const tick = 20 * time.Millisecond // more than the granularity of the times of files
	time.Sleep(tick)
	makeTree(t, root, "new", "dir/new")
	var st syscall.Stat_t
	if err := syscall.Lstat(root+"/new", &st); err != nil {
		t.Fatal(err)
	}
	past := time.Date(2020, 1, 2, 3, 4, 5, 6, time.UTC)
	if err := os.Chtimes(root+"/set-back", past, past); err != nil {
		t.Fatal(err)
	}
	opts := rootOptions(root, Rules{})
	opts.Kinds, opts.ChangedSince = KindsOf(KindFile, KindDir), time.Unix(st.Ctim.Unix())
	var got []string
	if _, err := List(t.Context(), opts, func(e *Entry) error { got = append(got, strings.TrimPrefix(string(e.Path), root+"/")); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"dir", "dir/new", "new", "set-back"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSymlinksIntoStoreAndStorageAreNotCandidates(t *testing.T) {
	root := t.TempDir()
	storage := root + "/storage"
	makeTree(t, root, "storage/data", "tree/file")
	for name, target := range map[string]string{
		"store": "/nix/store/x", "direct": storage + "/data", "relative": "../storage/data",
		"over": "over2", "over2": storage + "/data", "own": "file", "dangling": "nowhere",
	} {
		if err := os.Symlink(target, root+"/tree/"+name); err != nil {
			t.Fatal(err)
		}
	}
	opts := rootOptions(root, Rules{Storage: []string{storage}})
	opts.Kinds = KindsOf(KindSymlink)
	got, _ := list(t, opts)
	if diff := cmp.Diff([]string{root + "/tree/dangling", root + "/tree/own"}, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}
