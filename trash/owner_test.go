package trash

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestNothingIsRestoredToAnotherUser lets a user replace a directory that belongs to root with
// their own.
func TestNothingIsRestoredToAnotherUser(t *testing.T) {
	probe.Need(t, probe.Root)
	storage := newStorage(t, "home/secret/key")
	_, err := Move(t.Context(), storage, []string{filepath.Join(storage, "home/secret/key")}, noon)
	must(t, err, os.RemoveAll(filepath.Join(storage, "home/secret")), os.Mkdir(filepath.Join(storage, "home/secret"), 0o755), os.Chown(filepath.Join(storage, "home/secret"), 1000, 1000))
	batches, err := List(storage)
	must(t, err)
	results, err := Restore(t.Context(), storage, batches[0].Items)
	must(t, err)
	if len(results) != 1 || results[0].Err == nil || !strings.Contains(results[0].Err.Error(), "belongs to user 1000") {
		t.Errorf("restored: %+v", results)
	}
	if _, err := os.Lstat(filepath.Join(storage, "home/secret/key")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key was restored: %v", err)
	}
}

// TestDirectoriesMovedUpAreNotItems checks that deep trees are moved up under numbers that no
// manifest contains.
func TestDirectoriesMovedUpAreNotItems(t *testing.T) {
	top := t.TempDir()
	deep := "1" + strings.Repeat("/d", mostDeep+20)
	must(t, os.MkdirAll(filepath.Join(top, deep), 0o755))
	fd, err := unix.Open(top, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	defer unix.Close(fd)
	in := dir{fd: fd}
	r := remover{ctx: t.Context(), top: in, last: firstDeep}
	must(t, r.remove(in, "1", 0))
	if len(r.deep) != 1 || r.deep[0] != strconv.Itoa(firstDeep+1) {
		t.Errorf("moved up as %q", r.deep)
	}
}

// TestListChangesNothing lists a trash whose mode lacks permissions, as stray and status do.
func TestListChangesNothing(t *testing.T) {
	storage := newStorage(t, "a")
	_, err := Move(t.Context(), storage, []string{filepath.Join(storage, "a")}, noon)
	must(t, err)
	dirs := []string{filepath.Join(storage, Name)}
	batches, err := filepath.Glob(filepath.Join(storage, Name, "*"))
	must(t, err)
	dirs = append(dirs, batches...)
	for _, dir := range dirs {
		must(t, os.Chmod(dir, os.ModeSetgid|0o500))
	}
	if all := all(t, storage); len(all) != 1 {
		t.Errorf("listed: %v", all)
	}
	for _, dir := range dirs {
		if info, err := os.Lstat(dir); err != nil || info.Mode() != os.ModeDir|os.ModeSetgid|0o500 {
			t.Errorf("%s: mode %v, %v", dir, info.Mode(), err)
		}
		must(t, os.Chmod(dir, 0o700)) // so the cleanup can remove it
	}
}
