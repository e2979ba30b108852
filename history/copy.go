package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// errUnstable is the error of a file that was changed while it was copied.
var errUnstable = because(Unstable, "it was changed while it was copied")

// copyInto copies a regular file or a symlink, which was opened with O_PATH, to a new name.
func copyInto(in *Dir, name string, from int, st *unix.Stat_t) error {
	if st.Mode&unix.S_IFMT == unix.S_IFLNK {
		return copySymlink(in, name, from, st)
	}
	source, err := openFile(from)
	if err != nil {
		return err
	}
	defer source.Close()
	to, err := in.create(name, 0o600)
	if err != nil {
		return err
	}
	defer to.Close()
	if err := unix.IoctlFileClone(int(to.Fd()), int(source.Fd())); err != nil {
		if n, err := io.Copy(to, io.LimitReader(source, st.Size)); err != nil || n != st.Size {
			if err == nil {
				err = errUnstable
			}
			return bare(err)
		}
	}
	if err := copyAttributes(int(to.Fd()), int(source.Fd()), st); err != nil {
		return err
	}
	after, err := fstat(int(source.Fd()))
	if err == nil && (after.Size != st.Size || after.Mtim != st.Mtim || after.Ctim != st.Ctim) {
		err = errUnstable
	}
	return err
}

// openFile opens a regular file for reading. If permitted, its access time stays the same.
func openFile(fd int) (*os.File, error) {
	const flags = unix.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC
	for _, more := range []int{unix.O_NOATIME, 0} {
		var got int
		err := retried(func() (err error) {
			got, err = unix.Open(procPath(fd), flags|more, 0)
			return err
		})
		if err == nil {
			return os.NewFile(uintptr(got), "source"), nil
		}
		if more == 0 || !errors.Is(err, unix.EPERM) { // only the owner and root may use O_NOATIME
			return nil, err
		}
	}
	return nil, unix.EPERM
}

func copySymlink(in *Dir, name string, from int, st *unix.Stat_t) error {
	target, err := readlink(from)
	if err != nil {
		return err
	}
	if err := retried(func() error { return unix.Symlinkat(target, in.fd, name) }); err != nil {
		return err
	}
	to, err := openBelow(in.fd, name, unix.O_PATH, sameMount)
	if err != nil {
		return err
	}
	defer unix.Close(to)
	if err := chown(to, st); err != nil {
		return err
	}
	return retried(func() error {
		return unix.UtimesNanoAt(in.fd, name, []unix.Timespec{st.Atim, st.Mtim}, unix.AT_SYMLINK_NOFOLLOW)
	})
}

// copyAttributes copies owner, extended attributes, mode and times. The owner comes first, because
// chown(2) clears setuid bits and capabilities; the mode comes after the ACLs, which change it.
func copyAttributes(to, from int, st *unix.Stat_t) error {
	if err := chown(to, st); err != nil {
		return err
	}
	if err := copyXattrs(procPath(to), procPath(from)); err != nil {
		return err
	}
	if err := retried(func() error { return unix.Fchmod(to, st.Mode&0o7777) }); err != nil {
		return fmt.Errorf("set the mode: %w", err)
	}
	times := []unix.Timespec{st.Atim, st.Mtim}
	return retried(func() error { return unix.UtimesNanoAt(unix.AT_FDCWD, procPath(to), times, 0) })
}

// chown sets the owner. Only root can give a copy to another user; the copies of an ordinary user
// all belong to that user.
func chown(fd int, st *unix.Stat_t) error {
	err := retried(func() error {
		return unix.Fchownat(fd, "", int(st.Uid), int(st.Gid), unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW)
	})
	if errors.Is(err, unix.EPERM) && os.Geteuid() != 0 {
		return nil
	}
	return err
}

// copyXattrs copies the extended attributes with data. A file system without attributes has none.
func copyXattrs(to, from string) error {
	list := make([]byte, 64<<10) // XATTR_LIST_MAX, xattr(7)
	n, err := unix.Listxattr(from, list)
	if err != nil || n == 0 {
		return nil
	}
	value := make([]byte, 64<<10)
	for name := range strings.SplitSeq(string(list[:n]), "\x00") {
		if !isData(name) {
			continue
		}
		size, err := unix.Getxattr(from, name, value)
		if errors.Is(err, unix.ENODATA) {
			continue
		}
		if err == nil {
			err = unix.Setxattr(to, name, value[:size], 0)
		}
		if err != nil && (os.Geteuid() == 0 || !errors.Is(err, unix.EPERM)) {
			return fmt.Errorf("copy the attribute %s: %w", name, err)
		}
	}
	return nil
}
