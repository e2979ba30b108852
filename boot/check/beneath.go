package check

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// mostHidden is how many entries are counted below one mount.
const mostHidden = 10_000

// clones are detached copies of mounts, without the mounts on them: open_tree(2), Linux 5.2. They
// disappear when they are closed.
type clones map[*mounts.Mount]int

// of returns a descriptor of the clone of a mount. It requires CAP_SYS_ADMIN.
func (c clones) of(mount *mounts.Mount) (int, error) {
	if fd, ok := c[mount]; ok {
		return fd, nil
	}
	fd, err := unix.OpenTree(unix.AT_FDCWD, mount.Point, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return -1, &fs.PathError{Op: "clone the mount at", Path: mount.Point, Err: err}
	}
	c[mount] = fd
	return fd, nil
}

func (c clones) close() {
	for _, fd := range c {
		unix.Close(fd)
	}
}

// relative returns a path below another one, relative to it.
func relative(name, dir string) (string, bool) {
	rel, ok := paths.Rel(name, dir)
	return rel, ok && rel != "."
}

// hiddenCount counts files below a covered directory that are not visible as well.
type hiddenCount struct {
	files, left int
	bytes       int64
	// visible is the mount point, whose files are compared; "" if they cannot be read.
	visible string
}

// entry counts what is at a path below a clone: the covered directory or file.
func (h *hiddenCount) entry(clone int, name string) error {
	fd, err := openBelow(clone, name, unix.O_PATH)
	if err != nil {
		return ignoreMissing(err)
	}
	defer unix.Close(fd)
	var st, top unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if h.visible != "" && unix.Lstat(h.visible, &top) == nil && sameFile(&st, &top) {
		return nil // a directory that is mounted on itself
	}
	if !isDir(&st) {
		h.count(&st, ".", linkTarget(fd, "", &st))
		return nil
	}
	return h.dir(clone, name)
}

// dir counts the files at and below a covered directory, level by level.
func (h *hiddenCount) dir(clone int, top string) error {
	for todo := []string{"."}; len(todo) > 0 && h.left > 0; todo = todo[1:] {
		rel := todo[0]
		fd, err := openBelow(clone, path.Join(top, rel), unix.O_RDONLY|unix.O_DIRECTORY)
		if err != nil {
			if err = ignoreMissing(err); err != nil {
				return err
			}
			continue
		}
		dir := os.NewFile(uintptr(fd), rel)
		names, _ := dir.Readdirnames(h.left)
		for _, name := range names {
			h.left--
			var st unix.Stat_t
			if unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
				continue
			}
			if isDir(&st) {
				todo = append(todo, path.Join(rel, name))
				continue
			}
			h.count(&st, path.Join(rel, name), linkTarget(fd, name, &st))
		}
		dir.Close()
	}
	return nil
}

// count counts a file, unless it is no data or is visible with the same size and time, as a copy
// that adopt has made.
func (h *hiddenCount) count(st *unix.Stat_t, rel, target string) {
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		if st.Size == 0 {
			return
		}
	case unix.S_IFLNK:
		if strings.HasPrefix(target, store+"/") || strings.HasPrefix(target, "/etc/static") {
			return
		}
	default: // sockets, pipes and devices have no data
		return
	}
	var visible unix.Stat_t
	if h.visible != "" && unix.Lstat(path.Join(h.visible, rel), &visible) == nil && visible.Size == st.Size && visible.Mtim == st.Mtim {
		return
	}
	h.files++
	h.bytes = sizes.Add(h.bytes, st.Size)
}

// linkTarget returns the target of a symlink in a directory, "" for other files.
func linkTarget(dir int, name string, st *unix.Stat_t) string {
	if st.Mode&unix.S_IFMT != unix.S_IFLNK {
		return ""
	}
	var buf [unix.PathMax]byte
	n, err := unix.Readlinkat(dir, name, buf[:])
	if err != nil {
		return ""
	}
	return string(buf[:n])
}

// openBelow opens a directory, or any file with O_PATH, below a descriptor, without symlinks and
// mounts.
func openBelow(dir int, name string, flags int) (int, error) {
	how := unix.OpenHow{
		Flags:   uint64(flags | unix.O_NOFOLLOW | unix.O_CLOEXEC),
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
	}
	for {
		fd, err := unix.Openat2(dir, name, &how)
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}

// ignoreMissing returns nil for an error that says that there is nothing.
func ignoreMissing(err error) error {
	if missing(err) {
		return nil
	}
	return err
}
