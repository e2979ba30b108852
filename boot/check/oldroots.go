package check

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
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

// oldRoots finds subvolumes of earlier boots on the file system of "/", and how much space their files
// take. Blocks that they share with other subvolumes count too: what deleting them frees is known only
// with quotas, or after reading every extent (btrfs-filesystem(8), du).
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
		f := Finding{Kind: OldRootsFound, Severity: OK, Path: root.Source, Other: name, Files: len(names), Names: slices.Compact([]string{names[0], names[len(names)-1]})}
		space := spaceCount{ctx: c.ctx, left: mostSized}
		space.below(top, name)
		f.Bytes, f.More, f.MoreBytes = space.bytes, len(names) == mostNames, len(names) == mostNames || space.partial || space.left <= 0
		if len(names) > mostOldRoots || slices.ContainsFunc(names, isOverdue) {
			f.Severity = Note
		}
		r.add(f)
	}
}

// spaceCount adds up the space that files take.
type spaceCount struct {
	ctx   context.Context
	bytes int64
	left  int // entries that may still be read
	// partial is set if something could not be read, or the count was interrupted.
	partial bool
}

// below counts what is in a directory below a descriptor, level by level. A file with several names
// counts once. What cannot be read does not count, and sets partial.
func (s *spaceCount) below(top int, name string) {
	type file struct{ dev, ino uint64 }
	seen := map[file]bool{}
	for todo := []string{name}; len(todo) > 0 && s.left > 0 && s.ctx.Err() == nil; todo = todo[1:] {
		fd, err := openBelow(top, todo[0], unix.O_RDONLY|unix.O_DIRECTORY)
		if err != nil {
			s.partial = true
			continue
		}
		dir := os.NewFile(uintptr(fd), todo[0])
		names, err := dir.Readdirnames(s.left)
		s.partial = s.partial || err != nil && !errors.Is(err, io.EOF)
		s.left -= len(names)
		for _, entry := range names {
			var st unix.Stat_t
			if unix.Fstatat(fd, entry, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
				s.partial = true
				continue
			}
			id := file{st.Dev, st.Ino}
			switch {
			case isDir(&st):
				todo = append(todo, path.Join(todo[0], entry))
				continue
			case seen[id]:
				continue
			case st.Nlink > 1:
				seen[id] = true
			}
			s.bytes = sizes.Add(s.bytes, sizes.Times(uint64(st.Blocks), statfsBlocks))
		}
		dir.Close()
	}
	s.partial = s.partial || s.ctx.Err() != nil
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
