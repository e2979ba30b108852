package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/config"
)

// zfsTable has a root, datasets that zfs-mount.service mounts, one dataset below another, and file
// systems of other types.
const zfsTable = `1 0 0:1 / / rw - zfs rpool/local/root rw
2 1 0:2 / /tank rw - zfs tank rw
3 2 0:3 / /tank/wiped rw - zfs tank/wiped rw
4 1 0:4 / /tmpfs rw - tmpfs none rw
5 1 8:1 / /disk rw - ext4 /dev/sda1 rw
6 1 0:2 /home /bound rw - zfs tank rw
7 4 0:7 / /tmpfs/pool rw - zfs tmpfs/pool rw
`

func TestOnlyDatasetsThatAreNotWipedNeedNoLineInFstab(t *testing.T) {
	s := fatesOf(t, zfsTable, "/", "/tank/wiped")
	for path, want := range map[string]bool{
		"/":             false, // every generation mounts its root
		"/home/al":      false, // on the root
		"/tank":         true,
		"/tank/home/al": true,
		"/tankard":      false, // on the root
		"/tank/wiped":   false, // stated
		"/tank/wiped/a": false,
		"/tmpfs/a":      false, // another type
		"/tmpfs/pool/a": true,
		"/disk/a":       false,
		"/bound/a":      true, // a bind of a part of a dataset
	} {
		if got := s.isUnlistedDataset(path); got != want {
			t.Errorf("%s: got %t, want %t", path, got, want)
		}
	}
	s = fatesOf(t, zfsTable) // nothing is stated: every dataset is unknown
	for path, want := range map[string]bool{"/": false, "/home/al": false, "/tank/wiped/a": true} {
		if got := s.isUnlistedDataset(path); got != want {
			t.Errorf("without stated roots, %s: got %t, want %t", path, got, want)
		}
	}
}

// TestBindsFromADatasetAreKept reads a generation whose binds come from a dataset without a line in
// fstab, from one that is said to be wiped, and from the root.
func TestBindsFromADatasetAreKept(t *testing.T) {
	system := t.TempDir()
	fstab := `rpool/local/root / zfs x-initrd.mount,zfsutil 0 0
/tank/a /var/lib/a none bind 0 0
/tank/wiped/b /var/lib/b none bind 0 0
/persist/c /var/lib/c none bind 0 0
`
	for _, dir := range []string{"nix/store/sys/etc", "run", "tank/a", "tank/wiped/b", "persist/c"} {
		if err := os.MkdirAll(filepath.Join(system, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		os.WriteFile(filepath.Join(system, "nix/store/sys/etc/fstab"), []byte(fstab), 0o644),
		os.Symlink("/nix/store/sys", filepath.Join(system, currentSystem)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s := fatesOf(t, zfsTable, "/", "/tank/wiped")
	s.Config, s.options.System = &config.Config{}, system
	read := s.readGenerations()
	if read.current == nil || read.booted != nil || read.next != nil {
		t.Fatalf("read %+v, want the active system only", read)
	}
	for path, want := range map[string]generation.Verdict{
		"/var/lib/a": generation.Kept, "/var/lib/b": generation.StorageWiped, "/var/lib/c": generation.StorageWiped,
	} {
		found := false
		for i := range read.current.Entries {
			if e := &read.current.Entries[i]; e.Path == path {
				found = true
				if e.Verdict != want {
					t.Errorf("%s is %s, want %s", path, e.Verdict, want)
				}
			}
		}
		if !found {
			t.Errorf("%s is not declared: %s", path, strings.TrimSpace(fstab))
		}
	}
}
