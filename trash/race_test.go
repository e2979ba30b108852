package trash

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// disturb calls do repeatedly until the returned function is called, which returns the number of
// calls.
func disturb(do func(i int)) (stop func() int) {
	quit, ended := make(chan struct{}), make(chan int)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-quit:
				ended <- i
				return
			default:
				do(i)
			}
		}
	}()
	return func() int { close(quit); return <-ended }
}

func exchange(a, b string) {
	_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}

// TestSymlinksDoNotRedirectRuns swaps a directory and a symlink to a directory outside storage all
// the time, above paths that are moved, restored and removed. Nothing outside storage may change.
func TestSymlinksDoNotRedirectRuns(t *testing.T) {
	storage := newStorage(t, "home/.config/old/f", "home/.config/old/deep/g")
	victim := filepath.Join(filepath.Dir(storage), "victim")
	write(t, victim, "old/f", "old/secret", "secret")
	must(t, os.Symlink(victim, filepath.Join(storage, "home/link")))
	before := tree(t, victim)
	config, link, old := filepath.Join(storage, "home/.config"), filepath.Join(storage, "home/link"), filepath.Join(storage, "home/.config/old")
	moved, back, refused, swaps := 0, 0, 0, 0
	for range probe.Cases(60, 3000) {
		stop := disturb(func(int) { exchange(config, link) })
		results, err := Move(t.Context(), storage, []string{old}, noon)
		swaps += stop()
		must(t, err)
		if results[0].Err == nil {
			moved++
		} else {
			refused++
		}
		items := all(t, storage)
		stop = disturb(func(int) { exchange(config, link) })
		results, err = Restore(t.Context(), storage, items)
		swaps += stop()
		must(t, err)
		for _, r := range results {
			if r.Err == nil {
				back++
			} else {
				refused++
			}
		}
		if info, err := os.Lstat(config); err == nil && !info.IsDir() {
			exchange(config, link)
		}
		_, err = Restore(t.Context(), storage, all(t, storage))
		must(t, err)
		if _, err := os.Lstat(filepath.Join(old, "deep/g")); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(before, tree(t, victim)); diff != "" {
		t.Errorf("the victim (-before +after)\n%s", diff)
	}
	t.Logf("%d moved, %d restored, %d refused, %d swaps", moved, back, refused, swaps)
	if moved == 0 || back == 0 || refused == 0 {
		t.Error("no run was made")
	}
}

// TestSymlinksInTheTrashAreNotFollowed lets a user who has a directory open rename entries in it
// while it is removed.
func TestSymlinksInTheTrashAreNotFollowed(t *testing.T) {
	storage := newStorage(t)
	victim := filepath.Join(filepath.Dir(storage), "victim")
	write(t, victim, "d/f", "f", "secret")
	before := tree(t, victim)
	removed := 0
	for range probe.Cases(40, 2000) {
		write(t, storage, "old/a/d/f", "old/a/f", "old/b/f")
		must(t, os.Symlink(victim, filepath.Join(storage, "old/link")))
		held, err := unix.Open(filepath.Join(storage, "old"), unix.O_PATH|unix.O_CLOEXEC, 0)
		must(t, err)
		_, err = Move(t.Context(), storage, []string{filepath.Join(storage, "old")}, noon)
		must(t, err)
		batches, err := List(storage)
		must(t, err)
		stop := disturb(func(int) { _ = unix.Renameat2(held, "a", held, "link", unix.RENAME_EXCHANGE) })
		results, err := Empty(t.Context(), storage, batches)
		stop()
		must(t, err, unix.Close(held))
		if results[0].Err == nil {
			removed++
		}
		batches, err = List(storage)
		must(t, err)
		_, err = Empty(t.Context(), storage, batches)
		must(t, err)
	}
	if diff := cmp.Diff(before, tree(t, victim)); diff != "" {
		t.Errorf("the victim (-before +after)\n%s", diff)
	}
	t.Logf("%d removed in one run", removed)
	if removed == 0 {
		t.Error("nothing was removed")
	}
}

// TestMountsAreNotEntered mounts a file system in storage, and in an item of the trash.
func TestMountsAreNotEntered(t *testing.T) {
	probe.Need(t, probe.Root, probe.Namespaces)
	storage := newStorage(t, "a/b/f", "mine/f", "c/f")
	victim := filepath.Join(filepath.Dir(storage), "victim")
	write(t, victim, "f", "secret")
	before := tree(t, victim)
	bind := func(dir string) {
		t.Helper()
		must(t, unix.Mount(victim, dir, "", unix.MS_BIND, ""))
		t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	}
	bind(filepath.Join(storage, "a/b"))
	results, err := Move(t.Context(), storage, []string{filepath.Join(storage, "a/b/f"), filepath.Join(storage, "a/b"), filepath.Join(storage, "c")}, noon)
	must(t, err)
	if !errors.Is(results[0].Err, errMount) || !errors.Is(results[1].Err, unix.EBUSY) || results[2].Err != nil {
		t.Errorf("results: %+v", results)
	}
	_, err = Move(t.Context(), storage, []string{filepath.Join(storage, "mine")}, noon)
	must(t, err)
	items := all(t, storage)
	must(t, os.Mkdir(filepath.Join(items[1].At, "on"), 0o755))
	bind(filepath.Join(items[1].At, "on"))
	batches, err := List(storage)
	must(t, err)
	results, err = Empty(t.Context(), storage, batches)
	must(t, err)
	if results[0].Err != nil || results[1].Err == nil {
		t.Errorf("results: %+v", results)
	}
	if diff := cmp.Diff(before, tree(t, victim)); diff != "" {
		t.Errorf("the mounted file system (-before +after)\n%s", diff)
	}
}
