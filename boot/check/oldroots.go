package check

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
)

// The usual rollback script deletes subvolumes of earlier boots after 30 days, and names them by
// their birth.
const (
	oldAfter      = 31 * 24 * time.Hour
	oldRootLayout = "2006-01-2_15:04:05"
	// mostOldRoots is how many are not worth a note.
	mostOldRoots = 31
	mostNames    = 4096
)

// oldRoots finds subvolumes of earlier boots on the file system of "/". Nothing is measured: their
// sizes would take a walk of each, and most of their blocks are shared.
func (c *checker) oldRoots(r *Result) {
	root := c.Trees.At("/")
	if root.FSType != "btrfs" || !strings.HasPrefix(root.Source, "/dev/") {
		return
	}
	top, err := mountTop(root.Source)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrPermission):
		r.gap(NeedsRoot, nil)
		return
	default:
		r.gap(Failed, &fs.PathError{Op: "mount the top level of", Path: root.Source, Err: err})
		return
	}
	defer unix.Close(top)
	for _, name := range boot.OldRootDirs() {
		fd, err := openBelow(top, name, unix.O_RDONLY|unix.O_DIRECTORY)
		if err != nil {
			r.unread(err)
			continue
		}
		dir := os.NewFile(uintptr(fd), name)
		names, _ := dir.Readdirnames(mostNames)
		dir.Close()
		if len(names) == 0 {
			continue
		}
		slices.Sort(names)
		f := Finding{Kind: OldRootsFound, Severity: OK, Path: root.Source, Other: name, Files: len(names), Names: slices.Compact([]string{names[0], names[len(names)-1]}), More: len(names) == mostNames}
		if len(names) > mostOldRoots || slices.ContainsFunc(names, isOverdue) {
			f.Severity = Note
		}
		r.add(f)
	}
}

// isOverdue reports whether the usual script should have deleted a subvolume.
func isOverdue(name string) bool {
	born, err := time.ParseInLocation(oldRootLayout, name, time.Local)
	return err == nil && time.Since(born) > oldAfter
}

// mountTop returns a detached, read-only mount of the top level of a btrfs file system, by the new
// mount API (fsopen(2), Linux 5.2). It is nowhere in the file tree, and gone when it is closed.
func mountTop(device string) (int, error) {
	config, err := unix.Fsopen("btrfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(config)
	err = errors.Join(
		unix.FsconfigSetString(config, "source", device), unix.FsconfigSetString(config, "subvolid", "5"),
		unix.FsconfigSetFlag(config, "ro"), unix.FsconfigCreate(config),
	)
	if err != nil {
		return -1, err
	}
	return unix.Fsmount(config, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
}
