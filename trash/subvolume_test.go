package trash

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// newBtrfs mounts a btrfs with subvolumes as a storage path.
func newBtrfs(t *testing.T, subvolumes ...string) (storage string) {
	t.Helper()
	probe.Need(t, probe.Loop, probe.Btrfs)
	storage = newStorage(t)
	image := storage + ".image"
	must(t, os.WriteFile(image, nil, 0o600), os.Truncate(image, 256<<20))
	tool(t, "mkfs.btrfs", "-q", image)
	tool(t, "mount", "-o", "loop", image, storage)
	t.Cleanup(func() { must(t, unix.Unmount(storage, unix.MNT_DETACH)) })
	for _, name := range subvolumes {
		tool(t, "btrfs", "-q", "subvolume", "create", filepath.Join(storage, name))
	}
	return storage
}

// TestSubvolumesHaveTheirOwnTrash moves paths in btrfs subvolumes within storage, and a subvolume
// itself.
func TestSubvolumesHaveTheirOwnTrash(t *testing.T) {
	storage := newBtrfs(t, "home", "home/inner", "whole")
	write(t, storage, "top/f", "home/alice/old/f", "home/inner/x/f", "whole/f")
	before := tree(t, storage)
	var names []string
	for _, name := range []string{"top", "home/alice/old", "home/inner/x", "whole"} {
		names = append(names, filepath.Join(storage, name))
	}
	for _, back := range []bool{true, false} {
		results, err := Move(t.Context(), storage, names, noon)
		must(t, err)
		for _, r := range results {
			must(t, r.Err)
		}
		batches, err := List(storage)
		must(t, err)
		want := []string{filepath.Join(storage, Name), filepath.Join(storage, "home", Name), filepath.Join(storage, "home/inner", Name)}
		if diff := cmp.Diff(want, Dirs(storage, batches)); diff != "" || len(batches) != 1 || len(batches[0].Items) != 4 {
			t.Errorf("trashes (-want +got)\n%s\n%+v", diff, batches)
		}
		if back {
			_, err = Restore(t.Context(), storage, batches[0].Items[:3]) // all but one of those in the trash of subvolumes
			must(t, err)
			_, err = Restore(t.Context(), storage, all(t, storage))
			must(t, err)
			if diff := cmp.Diff(before, tree(t, storage)); diff != "" {
				t.Errorf("(-before +after)\n%s", diff)
			}
			continue
		}
		_, err = Empty(t.Context(), storage, batches)
		must(t, err)
		if left := all(t, storage); len(left) > 0 {
			t.Errorf("left in the trash: %v", pathsOf(left))
		}
	}
}

// TestHiddenPartKeepsItsManifest restores and empties a batch while one of its parts is not at the
// place in the manifest. The part is listed again when it is back.
func TestHiddenPartKeepsItsManifest(t *testing.T) {
	for name, tt := range map[string]struct {
		hide, show func(t *testing.T, home string)
	}{
		"renamed": {
			func(t *testing.T, home string) { must(t, os.Rename(home, home+".old")) },
			func(t *testing.T, home string) { must(t, os.Rename(home+".old", home)) },
		},
		"replaced by another subvolume": {
			func(t *testing.T, home string) {
				must(t, os.Rename(home, home+".old"))
				tool(t, "btrfs", "-q", "subvolume", "create", home)
			},
			func(t *testing.T, home string) {
				tool(t, "btrfs", "-q", "subvolume", "delete", home)
				must(t, os.Rename(home+".old", home))
			},
		},
		"hidden by a mount": {
			func(t *testing.T, home string) { must(t, unix.Mount("none", home, "tmpfs", 0, "")) },
			func(t *testing.T, home string) { must(t, unix.Unmount(home, 0)) },
		},
	} {
		for _, emptied := range []bool{false, true} {
			storage := newBtrfs(t, "home")
			home := filepath.Join(storage, "home")
			write(t, storage, "top/f", "home/old/f")
			_, err := Move(t.Context(), storage, []string{filepath.Join(storage, "top"), filepath.Join(home, "old")}, noon)
			must(t, err)
			tt.hide(t, home)
			for range 2 { // the second run works on the leftovers of the first
				var results []Result
				if emptied {
					batches, listErr := List(storage)
					must(t, listErr)
					results, err = Empty(t.Context(), storage, batches)
				} else {
					results, err = Restore(t.Context(), storage, all(t, storage))
				}
				must(t, err)
				hidden := Result{}
				if len(results) > 0 {
					hidden = results[len(results)-1]
				}
				if hidden.Path != filepath.Join(home, "old") || hidden.Err == nil || !strings.Contains(hidden.Err.Error(), filepath.Join(home, Name, noonName)) {
					t.Errorf("%s, emptied %t: %+v", name, emptied, results)
				}
			}
			tt.show(t, home)
			results, err := Restore(t.Context(), storage, all(t, storage))
			must(t, err)
			if len(results) != 1 || results[0].Err != nil {
				t.Errorf("%s, emptied %t: shown again: %+v", name, emptied, results)
			}
			if _, err := os.Lstat(filepath.Join(home, "old/f")); err != nil {
				t.Error(err)
			}
			for _, dir := range []string{storage, home} {
				if _, err := os.Lstat(filepath.Join(dir, Name)); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the trash of %s is still there: %v", dir, err)
				}
			}
		}
	}
}

// TestInterruptedBatchesAreDropped ends a run before and after the manifest of its batch is in
// force.
func TestInterruptedBatchesAreDropped(t *testing.T) {
	for name, text := range map[string]string{
		"whole": "1 \"home\" \"home/old\"\n2 \"gone\" \"gone/old\"\n", "torn": "1 \"home\" \"home/old\"\n2 \"ho",
	} {
		storage := newBtrfs(t, "home")
		for _, dir := range []string{filepath.Join(storage, "home", Name, noonName), filepath.Join(storage, Name, noonName)} {
			must(t, os.MkdirAll(dir, 0o700), os.Chmod(filepath.Dir(dir), 0o700))
		}
		must(t, os.WriteFile(filepath.Join(storage, Name, noonName, newManifest), []byte(text), 0o600))
		batches, err := List(storage)
		must(t, err)
		results, err := Empty(t.Context(), storage, batches)
		must(t, err)
		for _, dir := range []string{storage, filepath.Join(storage, "home")} {
			if _, err := os.Lstat(filepath.Join(dir, Name)); !errors.Is(err, os.ErrNotExist) || len(results) > 0 {
				t.Errorf("%s: the trash of %s is still there: %v, %+v", name, dir, err, results)
			}
		}
	}
}
