package reboot

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/disktest"
)

// A disk has a root that can be wiped, and storage that survives.
type disk interface {
	// blank mounts an empty root at dir. The previous contents of the root are lost.
	blank(t *testing.T, dir string)
	// storage mounts the storage at dir.
	storage(t *testing.T, dir string)
	directories
}

// directories creates directories, or subvolumes where the file system has them.
type directories interface {
	mkdir(t *testing.T, dir string)
}

// plainDirs implements mkdir with plain directories.
type plainDirs struct{}

func (plainDirs) mkdir(t *testing.T, dir string) {
	t.Helper()
	must(t, os.Mkdir(dir, 0o755))
}

// mountDisk mounts a disk that survives a reboot.
func mountDisk(t *testing.T, dir string) {
	t.Helper()
	disk := disktest.New(t)
	how := "bind"
	if info, err := os.Stat(disk); err == nil && info.Mode().IsRegular() {
		how = "loop"
	}
	tool(t, "mount", "-o", how, disk, dir)
	t.Cleanup(func() { must(t, unix.Unmount(dir, unix.MNT_DETACH)) })
	_ = os.Remove(filepath.Join(dir, "lost+found"))
	must(t, os.Chmod(dir, 0o755))
}

// memory has its root on a tmpfs and storage on a disk.
type memory struct {
	plainDirs
	persist string
}

func newMemory(t *testing.T, top string) disk {
	t.Helper()
	persist := filepath.Join(top, "persist")
	must(t, os.Mkdir(persist, 0o755))
	mountDisk(t, persist)
	return memory{persist: persist}
}

func (m memory) blank(t *testing.T, dir string) {
	t.Helper()
	must(t, mount(t, "none", dir, "tmpfs", 0, "mode=755"))
}

func (m memory) storage(t *testing.T, dir string) {
	t.Helper()
	must(t, mount(t, m.persist, dir, "", unix.MS_BIND, ""))
}

// shared has root and storage in two directories of one file system, so they have the same device
// number.
type shared struct {
	plainDirs
	top string
}

func newShared(t *testing.T, top string) disk {
	t.Helper()
	top = filepath.Join(top, "shared")
	must(t, os.Mkdir(top, 0o755))
	mountDisk(t, top)
	must(t, os.Mkdir(filepath.Join(top, "persist"), 0o755))
	return shared{top: top}
}

func (s shared) blank(t *testing.T, dir string) {
	t.Helper()
	root := filepath.Join(s.top, "root")
	must(t, os.RemoveAll(root), os.Mkdir(root, 0o755), mount(t, root, dir, "", unix.MS_BIND, ""))
}

func (s shared) storage(t *testing.T, dir string) {
	t.Helper()
	must(t, mount(t, filepath.Join(s.top, "persist"), dir, "", unix.MS_BIND, ""))
}

// btrfs is a file system on a loop device with the subvolumes @root and @persist. The boot rolls
// @root back to @blank. See https://grahamc.com/blog/erase-your-darlings and the README of
// impermanence for btrfs.
type btrfs struct{ top, device string }

// btrfsSize is more than 109 MiB, the minimum of mkfs.btrfs. Nearly all of the image is a hole.
const btrfsSize = 256 << 20

func newBtrfs(t *testing.T, top string) disk {
	t.Helper()
	image := filepath.Join(top, "image")
	file, err := os.Create(image)
	must(t, err, file.Truncate(btrfsSize), file.Close())
	b := btrfs{top: filepath.Join(top, "btrfs")}
	must(t, os.Mkdir(b.top, 0o755))
	tool(t, "mkfs.btrfs", "--quiet", image)
	// mount(8) lets the kernel free the loop device with its last mount, even if the mount
	// disappears because all processes in its namespace were killed.
	tool(t, "mount", "-t", "btrfs", "-o", "loop,subvolid=5", image, b.top)
	t.Cleanup(func() { must(t, unix.Unmount(b.top, unix.MNT_DETACH)) })
	b.device = strings.TrimSpace(tool(t, "losetup", "--associated", image, "--output", "NAME", "--noheadings"))
	for _, name := range []string{"@blank", "@persist"} {
		b.mkdir(t, filepath.Join(b.top, name))
	}
	return b
}

func (b btrfs) mkdir(t *testing.T, dir string) {
	t.Helper()
	tool(t, "btrfs", "subvolume", "create", dir)
}

func (b btrfs) blank(t *testing.T, dir string) {
	t.Helper()
	root := filepath.Join(b.top, "@root")
	if _, err := os.Lstat(root); err == nil {
		b.remove(t, root)
	}
	tool(t, "btrfs", "subvolume", "snapshot", filepath.Join(b.top, "@blank"), root)
	must(t, mount(t, b.device, dir, "btrfs", 0, "subvol=@root"))
}

// remove deletes a subvolume and all subvolumes in it, the inner ones first.
func (b btrfs) remove(t *testing.T, dir string) {
	t.Helper()
	var inner []string
	for line := range strings.Lines(tool(t, "btrfs", "subvolume", "list", "-o", dir)) {
		_, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " path ")
		inner = append(inner, filepath.Join(b.top, path))
	}
	slices.Sort(inner)
	for _, path := range slices.Backward(inner) {
		b.remove(t, path)
	}
	tool(t, "btrfs", "subvolume", "delete", dir)
}

func (b btrfs) storage(t *testing.T, dir string) {
	t.Helper()
	must(t, mount(t, b.device, dir, "btrfs", 0, "subvol=@persist"))
}

// mount mounts a file system and unmounts it when the test ends, if it is still mounted.
func mount(t *testing.T, source, target, kind string, flags uintptr, options string) error {
	t.Helper()
	err := unix.Mount(source, target, kind, flags, options)
	if err != nil {
		return &os.PathError{Op: "mount " + source, Path: target, Err: err}
	}
	t.Cleanup(func() { _ = unix.Unmount(target, unix.MNT_DETACH) })
	return nil
}
