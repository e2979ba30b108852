package watch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/watch"
)

// watching runs do while the file system of a directory is watched, and returns what was reported
// below it, by path, and how it was watched.
func watching(t *testing.T, dir string, do func()) (map[string]watch.Record, watch.Mark) {
	t.Helper()
	probe.Need(t, probe.Fanotify)
	table, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	w, err := watch.Open(watch.Options{
		Trees: []string{dir}, Mounts: table, Programs: []string{"/usr/bin"},
		Drop: func(path []byte, _ bool) bool { return !paths.Below(string(path), dir) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got := map[string]watch.Record{}
	var all sync.WaitGroup
	all.Go(func() {
		err = w.Run(ctx, func(e *watch.Event) error {
			if e.Overflow {
				return errors.New("overflow")
			}
			r := watch.RecordOf(e)
			r.Op |= got[r.Path].Op
			got[r.Path] = r
			return nil
		})
	})
	do()
	cancel()
	all.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return got, w.Marks()[0]
}

// shell runs a script in a directory, in another process: the own process is not reported.
func shell(t *testing.T, dir, script string) {
	t.Helper()
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestWritesAreReportedByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got, mark := watching(t, dir, func() {
		shell(t, dir, `echo 1 >a; mkdir d; echo 2 >tmp; mv tmp d/final; ln -s a link; ln a hard; : >d/'
'; cat a >/dev/null; mkfifo p`)
	})
	if mark.How != watch.ByName { // TMPDIR is on an overlay
		if got[dir+"/a"].Op != watch.Write {
			t.Errorf("by file: %v", got)
		}
		return
	}
	var lines []string
	for path, r := range got {
		lines = append(lines, fmt.Sprintf("%q %v %v", strings.TrimPrefix(path, dir), r.Op, r.IsDir))
	}
	slices.Sort(lines)
	want := []string{
		`"/a" created,written false`, `"/d" created true`, `"/d/\n" created,written false`, `"/d/final" renamed false`,
		`"/hard" created false`, `"/link" created false`, `"/p" created false`, `"/tmp" created,written false`,
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if by := got[dir+"/a"].By; by.Name() == "" || by.PID == 0 {
		t.Errorf("a is written by %+v", by)
	}
}

// TestProcessesThatEndAtOnceHaveANameToo writes by processes that end at once.
func TestProcessesThatEndAtOnceHaveANameToo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got, _ := watching(t, dir, func() {
		shell(t, dir, `for i in 1 2 3 4 5 6 7 8 9; do mkdir d$i; touch f$i; done`)
	})
	for i := range 9 {
		for name, want := range map[string]string{"d": "mkdir", "f": "touch"} {
			r := got[fmt.Sprintf("%s/%s%d", dir, name, i+1)]
			if r.Op != 0 && filepath.Base(r.By.Exe) != want && filepath.Base(r.By.Exe) != "coreutils" {
				t.Errorf("%s is written by %+v", r.Path, r.By)
			}
		}
	}
}

func TestNamesAreThoseAfterARenameOfTheDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got, _ := watching(t, dir, func() {
		shell(t, dir, `mkdir old; echo 1 >old/a`)
		time.Sleep(50 * time.Millisecond) // the event is read with the first name
		shell(t, dir, `mv old new; echo 2 >new/b`)
	})
	if got[dir+"/new/b"].Op&watch.Write == 0 {
		t.Errorf("new/b is not reported: %v", got)
	}
}

// TestEachExtractedFileIsReported compares with the list that tar prints, and with find.
func TestEachExtractedFileIsReported(t *testing.T) {
	t.Parallel()
	source, dir := t.TempDir(), t.TempDir()
	shell(t, source, `for i in 0 1 2 3 4 5 6 7 8 9; do mkdir -p d$i/sub; for k in 0 1 2 3 4 5 6 7 8 9 a b c d e f g h i j; do echo $k >d$i/sub/$k; done; done; tar cf all.tar d*`)
	var listed string
	got, _ := watching(t, dir, func() {
		cmd := exec.Command("tar", "xvf", filepath.Join(source, "all.tar"))
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		listed = string(out)
	})
	found, err := exec.Command("find", dir, "-type", "f").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for name := range strings.Lines(listed) {
		if path := filepath.Join(dir, strings.TrimSuffix(name, "\n")); !strings.HasSuffix(name, "/\n") {
			files++
			if r := got[path]; r.Op&watch.Write == 0 || r.By.Name() != "tar" {
				t.Errorf("%s: %+v", path, r)
			}
		}
	}
	if files != 200 || files != strings.Count(string(found), "\n") {
		t.Errorf("%d files, find lists %d", files, strings.Count(string(found), "\n"))
	}
}

func TestWatchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Fanotify)
	table, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	w, err := watch.Open(watch.Options{Trees: []string{"/"}, Mounts: table})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx, func(*watch.Event) error { return nil }) }()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestOrdinaryUserIsToldThatRootIsRequired(t *testing.T) {
	t.Parallel()
	// Only this thread loses its privileges, and it ends with the test, because it stays locked.
	runtime.LockOSThread()
	const other = 65534
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, other, other, other); os.Geteuid() == 0 && errno != 0 {
		t.Fatal(errno)
	}
	table, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Open(watch.Options{Trees: []string{"/"}, Mounts: table}); !errors.Is(err, watch.ErrUnsupported) || !errors.Is(err, unix.EPERM) {
		t.Errorf("got %v", err)
	}
}

func TestErrorOfTheCallerEndsTheWatch(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Fanotify)
	dir := t.TempDir()
	table, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	w, err := watch.Open(watch.Options{Trees: []string{dir}, Mounts: table})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	shell(t, dir, `echo 1 >a`)
	want := errors.New("enough")
	if err := w.Run(t.Context(), func(*watch.Event) error { return want }); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}
