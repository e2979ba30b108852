// Package disktest gives tests a disk that survives a reboot, which storage requires: adopt
// rejects a tmpfs, and a mount of a part of the root file system.
//
// For root, the disk is an ext4 image; for other users, it is a directory in TMPDIR. Only tests
// import this package.
package disktest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// size is large enough for the metadata of ext4. Nearly all of the image is a hole.
const size = 128 << 20

// New returns an empty disk: an image to mount with a loop device, or a directory to bind-mount. It
// skips the test if neither is possible.
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
