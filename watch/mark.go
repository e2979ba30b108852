package watch

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// How says how a file system is watched. The zero value is unknown.
type How uint8

// The ways.
const (
	HowUnknown How = iota
	// ByName reports creations, writes and renames, with directory and name.
	ByName
	// ByFile reports files that are closed after writing, and neither creations nor renames.
	ByFile
	// Not means that the file system cannot be watched.
	Not
)

var howNames = [...]string{"unknown", "by name", "by file", "not"}

// String returns the way in lower case.
func (h How) String() string {
	if int(h) < len(howNames) {
		return howNames[h]
	}
	return howNames[HowUnknown]
}

// Mark says how the file system of a tree is watched.
type Mark struct {
	Tree   string // the tree as in Options
	FSType string // of its mount
	How    How
	// Err is why it is not watched by name; nil if it is.
	Err error
}

const (
	nameFlags = unix.FAN_CLASS_NOTIF | unix.FAN_CLOEXEC | unix.FAN_NONBLOCK | unix.FAN_REPORT_DFID_NAME | unix.FAN_REPORT_PIDFD
	nameMask  = unix.FAN_CREATE | unix.FAN_CLOSE_WRITE | unix.FAN_MOVED_TO | unix.FAN_ONDIR | execMask
	execMask  = unix.FAN_OPEN_EXEC // Linux 5.0
	fileFlags = unix.FAN_CLASS_NOTIF | unix.FAN_CLOEXEC | unix.FAN_NONBLOCK | unix.FAN_REPORT_PIDFD
	fileMask  = unix.FAN_CLOSE_WRITE
)

// initGroup makes a fanotify group. Linux before 5.15 has no pidfds.
func initGroup(flags uint) (int, error) {
	const files = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_LARGEFILE | unix.O_NOATIME
	fd, err := unix.FanotifyInit(flags, files)
	if errors.Is(err, unix.EINVAL) {
		fd, err = unix.FanotifyInit(flags&^unix.FAN_REPORT_PIDFD, files)
	}
	if err != nil {
		return -1, fmt.Errorf("fanotify_init: %w", err)
	}
	return fd, nil
}

// mark marks the file systems of all trees, each once.
func (w *Watcher) mark(trees []string) error {
	marked := map[string]*Mark{}
	for _, tree := range trees {
		mount := w.table.At(tree)
		m := marked[mount.Device]
		if m == nil {
			m = &Mark{FSType: mount.FSType}
			m.How, m.Err = w.markMount(mount)
			marked[mount.Device] = m
		}
		w.marks = append(w.marks, Mark{tree, m.FSType, m.How, m.Err})
		if errors.Is(m.Err, unix.EPERM) {
			return fmt.Errorf("watch %s: %w", tree, m.Err)
		}
	}
	return nil
}

// markMount marks the file system of a mount: by name if possible.
func (w *Watcher) markMount(mount *mounts.Mount) (How, error) {
	err := w.markNames(mount, nameMask)
	if err == nil {
		return ByName, nil
	}
	if fileErr := w.markFiles(mount); fileErr != nil {
		return Not, errors.Join(err, fileErr)
	}
	w.byFile = append(w.byFile, mount)
	return ByFile, err
}

// markPrograms marks the file systems that contain programs, so processes that end at once have a
// name. It is not an error if that is not possible.
func (w *Watcher) markPrograms(dirs []string) {
	known := map[string]bool{}
	for _, v := range w.volumes {
		known[v.device] = true
	}
	for _, dir := range dirs {
		mount := w.table.At(dir)
		if !known[mount.Device] {
			known[mount.Device] = true
			_ = w.markNames(mount, execMask)
		}
	}
}

// markNames marks a file system by name.
func (w *Watcher) markNames(mount *mounts.Mount, mask uint) error {
	v, err := openVolume(w.table, mount)
	if err != nil {
		return err
	}
	id, err := v.fsid()
	if err == nil {
		err = w.markFD(&w.names, nameFlags, mask, unix.FAN_MARK_FILESYSTEM, v.fd)
	}
	if err != nil {
		v.close()
		return err
	}
	w.volumes[id] = v
	return nil
}

// markFiles marks a file system by file, or, before Linux 4.20, the mount.
func (w *Watcher) markFiles(mount *mounts.Mount) error {
	fd, err := unix.Open(mount.Point, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	err = w.markFD(&w.files, fileFlags, fileMask, unix.FAN_MARK_FILESYSTEM, fd)
	if err != nil {
		err = w.markFD(&w.files, fileFlags, fileMask, unix.FAN_MARK_MOUNT, fd)
	}
	return err
}

// markFD adds a mark to a group, which is made if it does not exist.
func (w *Watcher) markFD(g *group, flags, mask, kind uint, fd int) error {
	if g.fd < 0 {
		made, err := initGroup(flags)
		if err != nil {
			return err
		}
		g.fd = made
	}
	if err := unix.FanotifyMark(g.fd, unix.FAN_MARK_ADD|kind, uint64(mask), fd, "."); err != nil {
		return fmt.Errorf("fanotify_mark: %w", err)
	}
	return nil
}
