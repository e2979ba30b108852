package trash

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/owned"
)

// moveEnv makes the test program move paths into the trash instead of running tests, so the run can
// be killed. Its value is the storage path.
const moveEnv = "TRASH_TEST_MOVE"

func TestMain(m *testing.M) {
	if storage := os.Getenv(moveEnv); storage != "" {
		_, err := Move(context.Background(), storage, os.Args[1:], time.Now())
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var noon = time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC)

// noonName is the name of the batch made at noon.
const noonName = "2026-02-03T120000Z"

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// newStorage makes a storage path with files.
func newStorage(t testing.TB, files ...string) string {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	storage := filepath.Join(top, "persist")
	must(t, os.Mkdir(storage, 0o755))
	write(t, storage, files...)
	return storage
}

// write makes files below a directory. Each file contains its own name.
func write(t testing.TB, top string, files ...string) {
	t.Helper()
	for _, file := range files {
		name := filepath.Join(top, file)
		must(t, os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(file), 0o644))
	}
}

// tree describes everything below a directory: names, modes and the content of files.
func tree(t testing.TB, top string) string {
	t.Helper()
	var lines []string
	must(t, filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		line := strings.TrimPrefix(name, top) + " " + info.Mode().String()
		if entry.Type().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			line += " " + string(data)
		}
		lines = append(lines, line)
		return nil
	}))
	return strings.Join(lines, "\n")
}

// all returns the items of all batches.
func all(t testing.TB, storage string) (items []Item) {
	t.Helper()
	batches, err := List(storage)
	must(t, err)
	for _, b := range batches {
		items = append(items, b.Items...)
	}
	return items
}

// errorsOf returns the errors of results by path.
func errorsOf(results []Result) map[string]error {
	found := map[string]error{}
	for _, r := range results {
		found[r.Path] = r.Err
	}
	return found
}

func pathsOf(items []Item) (all []string) {
	for _, item := range items {
		all = append(all, item.Path)
	}
	slices.Sort(all)
	return all
}

func TestMovedPathsAreListedAndRestored(t *testing.T) {
	storage := newStorage(t, "etc/old/a", "etc/old/b/c", "etc/kept", "home/x\n\xff\"y", "lone")
	must(t, os.Chmod(filepath.Join(storage, "etc/old"), 0o750), os.Symlink("/etc", filepath.Join(storage, "link")), unix.Mkfifo(filepath.Join(storage, "pipe"), 0o600))
	before := tree(t, storage)
	var names []string
	for _, name := range []string{"etc/old", "home/x\n\xff\"y", "link", "lone", "pipe"} {
		names = append(names, filepath.Join(storage, name))
	}
	results, err := Move(t.Context(), storage, names, noon)
	must(t, err)
	for name, err := range errorsOf(results) {
		if err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q is still there: %v", name, err)
		}
	}
	batches, err := List(storage)
	must(t, err)
	if len(batches) != 1 || batches[0].Name != "2026-02-03T120000Z" || !batches[0].Time.Equal(noon) {
		t.Fatalf("batches: %+v", batches)
	}
	if diff := cmp.Diff(names, pathsOf(batches[0].Items)); diff != "" {
		t.Errorf("listed (-want +got)\n%s", diff)
	}
	for _, item := range batches[0].Items {
		if _, err := os.Lstat(item.At); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Lstat(filepath.Join(storage, Name)); err != nil || info.Mode() != fs.ModeDir|0o700 || !Is(filepath.Join(storage, Name)) {
		t.Errorf("the trash: %v, %v", info, err)
	}
	results, err = Restore(t.Context(), storage, batches[0].Items)
	must(t, err)
	for name, err := range errorsOf(results) {
		must(t, err)
		_ = name
	}
	if diff := cmp.Diff(before, tree(t, storage)); diff != "" {
		t.Errorf("after restoring everything (-before +after)\n%s", diff)
	}
}

func TestRestoreReplacesNothing(t *testing.T) {
	storage := newStorage(t, "file", "dir/f", "empty/f", "gone/parent/f", "fine")
	var names []string
	for _, name := range []string{"file", "dir", "empty", "gone/parent/f", "fine"} {
		names = append(names, filepath.Join(storage, name))
	}
	_, err := Move(t.Context(), storage, names, noon)
	must(t, err)
	write(t, storage, "file", "dir/f")
	must(t, os.Mkdir(filepath.Join(storage, "empty"), 0o700), os.RemoveAll(filepath.Join(storage, "gone")))
	results, err := Restore(t.Context(), storage, all(t, storage))
	must(t, err)
	for name, err := range errorsOf(results) {
		want := unix.EEXIST
		switch filepath.Base(name) {
		case "fine":
			must(t, err)
			continue
		case "f":
			want = unix.ENOENT
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if left := all(t, storage); len(left) != 4 {
		t.Errorf("in the trash: %v", pathsOf(left))
	}
	if info, err := os.Stat(filepath.Join(storage, "empty")); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("an empty directory was replaced: %v, %v", info, err)
	}
}

func TestMoveRefusesInvalidPaths(t *testing.T) {
	storage := newStorage(t, "a/f", "b")
	must(t, os.Symlink("/etc", filepath.Join(storage, "link")))
	_, err := Move(t.Context(), storage, []string{filepath.Join(storage, "b")}, noon)
	must(t, err)
	inTrash := all(t, storage)[0].At
	names := []string{storage, filepath.Dir(storage), "/etc", "relative", filepath.Join(storage, "link/passwd"), filepath.Join(storage, "nowhere"), inTrash, filepath.Join(storage, Name), storage + "/a/../../x"}
	results, err := Move(t.Context(), storage, names, noon)
	must(t, err)
	for _, r := range results {
		if r.Err == nil {
			t.Errorf("%s was moved", r.Path)
		}
	}
	batches, err := List(storage)
	must(t, err)
	if len(batches) != 1 {
		t.Errorf("an empty batch: %+v", batches)
	}
	for _, storage := range []string{"/", "relative", filepath.Join(storage, "link"), filepath.Join(storage, "b/c")} {
		if _, err := Move(t.Context(), storage, nil, noon); err == nil {
			t.Errorf("%s was accepted as storage", storage)
		}
	}
}

func TestBatchesOfOneSecondHaveDifferentNames(t *testing.T) {
	storage := newStorage(t, "a", "b", "c")
	for i, name := range []string{"a", "b", "c"} {
		_, err := Move(t.Context(), storage, []string{filepath.Join(storage, name)}, noon.Add(-time.Duration(i/2)*time.Hour))
		must(t, err)
	}
	batches, err := List(storage)
	must(t, err)
	var names []string
	for _, b := range batches {
		names = append(names, b.Name)
	}
	if diff := cmp.Diff([]string{"2026-02-03T110000Z", "2026-02-03T120000Z", "2026-02-03T120000Z-2"}, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	results, err := Empty(t.Context(), storage, batches[:1])
	must(t, err)
	if len(results) != 1 || results[0].Path != filepath.Join(storage, "c") || len(all(t, storage)) != 2 {
		t.Errorf("emptied %+v", results)
	}
	_, err = Empty(t.Context(), storage, batches[1:])
	must(t, err)
	if left, _ := os.ReadDir(storage); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestEmptyRemovesTreesOfAnyDepth removes a tree that has more levels than descriptors are
// available and whose paths exceed PATH_MAX.
func TestEmptyRemovesTreesOfAnyDepth(t *testing.T) {
	storage := newStorage(t, "deep/f")
	const depth = 1500
	fd, err := unix.Open(filepath.Join(storage, "deep"), unix.O_PATH|unix.O_CLOEXEC, 0)
	must(t, err)
	for range depth {
		must(t, unix.Mkdirat(fd, "d", 0o700))
		next, err := unix.Openat(fd, "d", unix.O_PATH|unix.O_CLOEXEC, 0)
		must(t, err, unix.Mkdirat(next, "beside", 0o500), unix.Close(fd))
		fd = next
	}
	must(t, unix.Close(fd))
	_, err = Move(t.Context(), storage, []string{filepath.Join(storage, "deep")}, noon)
	must(t, err)
	batches, err := List(storage)
	must(t, err)
	results, err := Empty(t.Context(), storage, batches)
	must(t, err, results[0].Err)
	if left, _ := os.ReadDir(storage); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestInterruptedEmptyIsFinished interrupts a run and checks that the next one removes the
// directories that it has moved up.
func TestInterruptedEmptyIsFinished(t *testing.T) {
	storage := newStorage(t, "a/f", "b/f")
	_, err := Move(t.Context(), storage, []string{filepath.Join(storage, "a"), filepath.Join(storage, "b")}, noon)
	must(t, err)
	batches, err := List(storage)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Empty(ctx, storage, batches); !errors.Is(err, context.Canceled) || len(all(t, storage)) != 2 {
		t.Errorf("cancelled: %v", err)
	}
	write(t, filepath.Join(storage, Name, batches[0].Name), "17/deep/rest")
	_, err = Empty(t.Context(), storage, batches)
	must(t, err)
	if left, _ := os.ReadDir(storage); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestForeignTrashIsNotUsed(t *testing.T) {
	for name, tt := range map[string]struct {
		make func(trash string) error
		want error
	}{
		"a directory that others may enter": {func(trash string) error { return errors.Join(os.Mkdir(trash, 0o700), os.Chmod(trash, 0o755)) }, owned.ErrMode},
		"a symlink":                         {func(trash string) error { return os.Symlink("/etc", trash) }, owned.ErrKind},
		"a directory that was renamed": {func(trash string) error {
			return errors.Join(os.MkdirAll(trash+"/2026-02-03T120000Z", 0o700), os.Chmod(trash, os.ModeSetgid|0o500))
		}, owned.ErrMark},
	} {
		storage := newStorage(t, "a")
		must(t, tt.make(filepath.Join(storage, Name)), os.Chmod(storage, 0o777))
		before, err := os.Lstat(filepath.Join(storage, Name))
		must(t, err)
		if _, err := Move(t.Context(), storage, []string{filepath.Join(storage, "a")}, noon); !errors.Is(err, tt.want) {
			t.Errorf("%s: Move = %v", name, err)
		}
		if _, err := List(storage); !errors.Is(err, tt.want) {
			t.Errorf("%s: List = %v", name, err)
		}
		if _, err := os.Lstat(filepath.Join(storage, "a")); err != nil {
			t.Error(err)
		}
		if after, err := os.Lstat(filepath.Join(storage, Name)); err != nil || after.Mode() != before.Mode() {
			t.Errorf("%s: mode %v became %v, %v", name, before.Mode(), after.Mode(), err)
		}
		if before.IsDir() {
			must(t, os.Chmod(filepath.Join(storage, Name), 0o700)) // so the cleanup can remove it
		}
	}
}

func TestOneRunAtATime(t *testing.T) {
	storage := newStorage(t, "a")
	f, err := os.Open(storage)
	must(t, err, unix.Flock(int(f.Fd()), unix.LOCK_EX)) // as adopt does
	defer f.Close()
	for name, run := range map[string]func() error{
		"Move":    func() error { _, err := Move(t.Context(), storage, nil, noon); return err },
		"Restore": func() error { _, err := Restore(t.Context(), storage, nil); return err },
		"Empty":   func() error { _, err := Empty(t.Context(), storage, nil); return err },
	} {
		if err := run(); !errors.Is(err, ErrBusy) {
			t.Errorf("%s = %v", name, err)
		}
	}
}

// TestKilledMovesLoseNothing kills a run at each call that changes something, and restores
// everything that it has moved.
func TestKilledMovesLoseNothing(t *testing.T) {
	storage := newStorage(t)
	var names []string
	for _, name := range []string{"a", "b", "c/d", "c/e"} {
		names = append(names, filepath.Join(storage, name))
	}
	write(t, storage, "a/f", "b", "c/d/f", "c/e")
	before := tree(t, storage)
	killed := 0
	for _, call := range []string{"mkdirat", "fsetxattr", "write", "fsync", "renameat2", "unlinkat"} {
		for nth := 1; nth <= 6; nth++ {
			cmd := exec.Command("strace", append([]string{
				"-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", "signal=none",
				"-e", "inject=" + call + ":signal=KILL:when=" + string(rune('0'+nth)), os.Args[0],
			}, names...)...)
			cmd.Env = append(os.Environ(), moveEnv+"="+storage)
			if err := cmd.Run(); cmd.ProcessState == nil {
				t.Fatal(err)
			} else if err != nil {
				killed++
			}
			awaitLock(t, storage)
			results, err := Restore(t.Context(), storage, all(t, storage))
			must(t, err)
			for _, r := range results {
				must(t, r.Err)
			}
			batches, err := List(storage)
			must(t, err)
			_, err = Empty(t.Context(), storage, batches) // without items
			must(t, err, ignoring(os.Remove(filepath.Join(storage, Name))))
			if diff := cmp.Diff(before, tree(t, storage)); diff != "" {
				t.Fatalf("killed at %s %d (-before +after)\n%s", call, nth, diff)
			}
		}
	}
	if killed < 5 {
		t.Errorf("only %d runs were killed", killed)
	}
}

// awaitLock waits until the last thread of a killed run has closed its files.
func awaitLock(t *testing.T, storage string) {
	t.Helper()
	f, err := os.Open(storage)
	must(t, err, unix.Flock(int(f.Fd()), unix.LOCK_EX), f.Close())
}

// ignoring drops fs.ErrNotExist.
func ignoring(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
