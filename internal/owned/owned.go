// Package owned makes directories for this program in places that other users may write to, and
// recognises these directories later.
//
// An owned directory belongs to the user who runs the program and has mode 0700, so other users
// cannot change its contents. Its parent may belong to another user, who can rename another
// directory to its name, for example one that belongs to root. [Check] detects that by a mark: an
// extended attribute with the inode number and birth time.
package owned

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// The reasons why something is not an owned directory.
var (
	ErrKind  = errors.New("it is not a directory")
	ErrMount = errors.New("it is a mount point")
	ErrOwner = errors.New("it belongs to another user")
	ErrMode  = errors.New("other users may enter it, so this program did not make it")
	ErrMark  = errors.New("it is not empty and does not have the mark of a directory made by this program")
)

// openTries is how many times openat2(2) is tried if renames make it fail.
const openTries = 100

// Open opens a directory in another one. It returns an error if the directory's type, owner or mode
// is not that of an owned directory. The mode may lack permissions, because the umask may have
// removed them, and it may include S_ISGID, which directories inherit (inode(7)). Open changes
// nothing. Callers must call [Check] before they use the contents of the directory.
func Open(parent int, name string) (fd int, err error) {
	path, err := find(parent, name)
	if err != nil {
		return -1, err
	}
	defer func() { _ = unix.Close(path) }()
	return reopen(path)
}

// Make makes a directory if it does not exist, and opens it like Open. It leaves setting the mode
// to [Claim], with one exception: if the mode prevents opening a directory and only the current
// user may rename entries in its parent, Make sets the mode, because Check would accept that
// directory.
func Make(parent int, name string) (fd int, err error) {
	err = retried(func() error { return unix.Mkdirat(parent, name, unix.S_IRWXU) })
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return -1, err
	}
	path, err := find(parent, name)
	if err != nil {
		return -1, err
	}
	defer func() { _ = unix.Close(path) }()
	fd, err = reopen(path)
	if errors.Is(err, unix.EACCES) && exclusive(parent) {
		if err := restrict(path); err != nil {
			return -1, err
		}
		return reopen(path)
	}
	return fd, err
}

// Claim sets the mode 0700 and the mark of a directory that Check has accepted. On a file system
// without extended attributes, it sets no mark.
func Claim(fd int) error {
	var st unix.Stat_t
	if err := retried(func() error { return unix.Fstat(fd, &st) }); err != nil {
		return err
	}
	if st.Mode&permissions != unix.S_IRWXU {
		if err := restrict(fd); err != nil {
			return err
		}
	}
	mark(fd)
	return nil
}

// restrict sets the mode 0700.
func restrict(fd int) error {
	if err := retried(func() error { return unix.Chmod(procPath(fd), unix.S_IRWXU) }); err != nil {
		return fmt.Errorf("set mode 0700: %w", err)
	}
	return nil
}

// reopen opens a directory for listing, given an O_PATH descriptor.
func reopen(path int) (fd int, err error) {
	err = retried(func() (err error) {
		fd, err = unix.Openat(path, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, err
	}
	return fd, nil
}

// permissions are the bits of st_mode that chmod(2) sets.
const permissions = 0o7777

// find opens a directory with O_PATH and checks its type, owner and mode.
func find(parent int, name string) (path int, err error) {
	how := unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_CLOEXEC | unix.O_NOFOLLOW,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV,
	}
	for range openTries {
		path, err = unix.Openat2(parent, name, &how)
		if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if errors.Is(err, unix.EXDEV) {
		err = ErrMount
	}
	if err != nil {
		return -1, err
	}
	var st unix.Stat_t
	err = retried(func() error { return unix.Fstat(path, &st) })
	switch {
	case err != nil:
	case st.Mode&unix.S_IFMT != unix.S_IFDIR:
		err = ErrKind
	case int(st.Uid) != os.Geteuid():
		err = ErrOwner
	case st.Mode&permissions&^(unix.S_ISGID|unix.S_IRWXU) != 0:
		err = ErrMode
	}
	if err != nil {
		_ = unix.Close(path)
		return -1, err
	}
	return path, nil
}

// Check returns ErrMark for a directory that another user may have put in place: one without our
// mark, in a parent where other users may rename entries. Callers do not need to check an empty
// directory, which is harmless.
func Check(parent, fd int) error {
	if marked(fd) || exclusive(parent) {
		return nil
	}
	return ErrMark
}

// exclusive reports whether only the current user may rename entries in a directory. ACLs cannot
// grant more than the group bits of the mode (acl(5)).
func exclusive(fd int) bool {
	var st unix.Stat_t
	err := retried(func() error { return unix.Fstat(fd, &st) })
	return err == nil && int(st.Uid) == os.Geteuid() && st.Mode&0o022 == 0
}

// names are the possible names of the attribute that marks a directory. Only root may set the first
// one (xattr(7)). The second is for ordinary users and for root in a user namespace.
var names = []string{"trusted.list-ephemeral", "user.list-ephemeral"}

// mark sets the mark on a directory if the file system supports extended attributes.
func mark(fd int) {
	value, err := birth(fd)
	for _, name := range names {
		if err == nil && retried(func() error { return unix.Fsetxattr(fd, name, value, 0) }) == nil {
			return
		}
	}
}

// marked reports whether a directory has a mark that was made for it. A mark copied from another
// directory, for example by a backup, does not count.
func marked(fd int) bool {
	value, err := birth(fd)
	if err != nil {
		return false
	}
	for _, name := range names {
		found := make([]byte, len(value)+1)
		n, err := unix.Fgetxattr(fd, name, found)
		if err == nil && bytes.Equal(found[:n], value) {
			return true
		}
	}
	return false
}

// birth returns the inode number and birth time, which together are unique to a directory.
func birth(fd int) ([]byte, error) {
	var st unix.Statx_t
	err := retried(func() error { return unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_INO|unix.STATX_BTIME, &st) })
	return fmt.Appendf(nil, "%d %d.%09d", st.Ino, st.Btime.Sec, st.Btime.Nsec), err
}

// retried repeats a system call that a signal has interrupted.
func retried(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// procPath returns a path for an open file, for calls that do not accept an O_PATH descriptor.
func procPath(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }
