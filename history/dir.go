package history

import (
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Dir is the open top directory of a state. It is a source for adopt.
type Dir struct {
	fd       int
	mount    int // the detached mount, or -1
	root     string
	upper    bool
	readOnly bool
}

// FD returns the descriptor of the directory, which belongs to the Dir.
func (d *Dir) FD() int { return d.fd }

// Root returns the path on the running machine that the directory corresponds to, "" if it is not
// known.
func (d *Dir) Root() string { return d.root }

// Upper reports that the directory is an upper directory of an overlay.
func (d *Dir) Upper() bool { return d.upper }

// ReadOnly reports that the kernel rejects writes below the descriptor with EROFS. Ordinary users
// cannot make such a mount.
func (d *Dir) ReadOnly() bool { return d.readOnly }

// Path returns a path to the directory that is valid in this process while it is open, proc(5).
func (d *Dir) Path() string { return "/proc/self/fd/" + strconv.Itoa(d.fd) }

// Close closes the directory. If it was a detached mount, the mount ends.
func (d *Dir) Close() {
	unix.Close(d.fd)
	if d.mount >= 0 {
		unix.Close(d.mount)
	}
	d.fd, d.mount = -1, -1
}

// The ways of resolving a path below a directory, openat2(2), Linux 5.6. Both stay below it and
// follow no symlink; sameMount does not cross mounts either.
const (
	beneath   = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS
	sameMount = beneath | unix.RESOLVE_NO_XDEV
)

// retried repeats a system call that a signal has interrupted.
func retried(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// openBelow opens a path below a directory.
func openBelow(dir int, name string, flags int, resolve uint64) (fd int, err error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC | unix.O_NOFOLLOW), Resolve: resolve}
	err = retried(func() (err error) {
		fd, err = unix.Openat2(dir, name, &how)
		return err
	})
	if err != nil {
		return -1, err
	}
	return fd, nil
}

// openDirBelow opens a directory below another one.
func openDirBelow(dir int, name string) (*Dir, error) {
	fd, err := openBelow(dir, name, unix.O_RDONLY|unix.O_DIRECTORY, sameMount)
	if err != nil {
		return nil, err
	}
	return &Dir{fd: fd, mount: -1}, nil
}

// openAbsolute opens an absolute path without following symlinks. It may cross mounts.
func openAbsolute(path string, flags int) (int, error) {
	root, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer unix.Close(root)
	name := strings.TrimLeft(path, "/")
	if name == "" {
		name = "."
	}
	return openBelow(root, name, flags, beneath)
}

// attached are the attributes of the mounts that this package makes.
const attached = unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC

// openReadOnly opens a directory on a read-only mount of its own, which is not attached to any path:
// open_tree(2), Linux 5.2, and mount_setattr(2), Linux 5.12. Without the permission or the system
// calls, it opens the directory itself. The mount does not include mounts below the directory.
func openReadOnly(path string) (*Dir, error) {
	fd, err := openAbsolute(path, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	return (&Dir{fd: fd, mount: -1}).lock(), nil
}

// lock replaces an open directory by the same one on a read-only mount of its own, where that is
// possible.
func (d *Dir) lock() *Dir {
	mount, err := unix.OpenTree(d.fd, "", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH)
	if err != nil {
		return d
	}
	attr := unix.MountAttr{Attr_set: attached | unix.MOUNT_ATTR_NOATIME, Attr_clr: unix.MOUNT_ATTR__ATIME}
	if err := unix.MountSetattr(mount, "", unix.AT_EMPTY_PATH, &attr); err != nil {
		unix.Close(mount)
		return d
	}
	locked, err := ofMount(mount)
	if err != nil {
		return d
	}
	d.Close()
	return locked
}

// ofMount opens the top directory of a detached mount, and closes the mount if that fails.
func ofMount(mount int) (*Dir, error) {
	fd := -1
	err := retried(func() (err error) {
		fd, err = unix.Openat(mount, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		unix.Close(mount)
		return nil, err
	}
	return &Dir{fd: fd, mount: mount, readOnly: true}, nil
}

// names lists a directory in sorted order.
func (d *Dir) names() ([]string, error) {
	fd, err := openBelow(d.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY, sameMount)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), ".")
	defer f.Close()
	names, err := f.Readdirnames(-1)
	slices.Sort(names)
	return names, bare(err)
}

// read reads a regular file of at most limit bytes.
func (d *Dir) read(name string, limit int64) ([]byte, error) {
	fd, err := openBelow(d.fd, name, unix.O_RDONLY|unix.O_NONBLOCK, sameMount)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	st, err := fstat(fd)
	switch {
	case err != nil:
		return nil, err
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return nil, because(Malformed, "it is not a regular file")
	case st.Size > limit:
		return nil, because(TooLarge, "expected at most "+strconv.FormatInt(limit, 10)+" bytes")
	}
	text, err := io.ReadAll(io.LimitReader(f, limit))
	return text, bare(err)
}

func fstat(fd int) (st unix.Stat_t, err error) {
	err = retried(func() error { return unix.Fstat(fd, &st) })
	return st, err
}

// stat returns the metadata of an entry, without following a symlink.
func (d *Dir) stat(name string) (st unix.Stat_t, err error) {
	err = retried(func() error { return unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT) })
	return st, err
}

func isDir(st *unix.Stat_t) bool { return st.Mode&unix.S_IFMT == unix.S_IFDIR }

// trusted reports whether only root and the current user may rename entries in a directory. ACLs
// cannot grant more than the group bits of the mode (acl(5)).
func trusted(st *unix.Stat_t) bool {
	return (st.Uid == 0 || int(st.Uid) == os.Geteuid()) && st.Mode&0o022 == 0
}

// bare returns the error of the system call in an error of package os.
func bare(err error) error {
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	if call := (*os.SyscallError)(nil); errors.As(err, &call) {
		return call.Err
	}
	return err
}
