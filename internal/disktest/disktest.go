// Package disktest gives tests a disk that a reboot keeps, as storage has to be: adopt refuses
// a tmpfs, and a mount of a part of the root's own file system.
//
// For root it is an ext4 in a file, for other users a directory of TMPDIR. Only tests import
// this package.
package disktest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// size is what an ext4 has room for its tables in. Nearly all of it is a hole.
const size = 128 << 20

// New returns an empty disk: a file to mount by a loop device, or a directory to bind. It
// skips the test where there is neither.
func New(t testing.TB) string {
	t.Helper()
	probe.Need(t, probe.Disk)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if probe.Loop.Err() != nil || probe.Ext4.Err() != nil {
		return dir
	}
	image := filepath.Join(dir, "disk")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, size); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs.ext4", "-q", "-O", "^has_journal", image).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.ext4: %v: install e2fsprogs\n%s", err, out)
	}
	return image
}
