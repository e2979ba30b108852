// Package owned opens directories that this program makes for itself among the files of others,
// and recognises them later.
//
// A directory of ours belongs to the user who runs the program, and has mode 0700, so nobody
// else can change what is in it. Its parent may be another user's, who can rename something
// else to its name: a directory of root's, for example. [Check] finds that out by a mark, an
// extended attribute with the inode's number and time of birth.
package owned

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// The reasons for which something is not a directory of ours.
var (
	ErrKind  = errors.New("it is not a directory")
	ErrMount = errors.New("something is mounted on it")
	ErrOwner = errors.New("another user made it")
	ErrMode  = errors.New("other users may enter it, so this program did not make it")
	ErrMark  = errors.New("it is not empty, and lacks the mark of a directory that this program made")
)

// openTries is how often openat2(2) is called again when something is renamed in the meantime.
const openTries = 100

// Open opens a directory in another one, and returns an error for anything that is not a
// directory of ours by kind, owner and mode. The mode may lack permissions, which the umask
// took away, and have S_ISGID, which directories inherit (inode(7)). Nothing is changed. A caller that
// uses what is in it must call [Check] first.
func Open(parent int, name string) (fd int, err error) {
	path, err := find(parent, name)
	if err != nil {
		return -1, err
	}
	defer func() { _ = unix.Close(path) }()
	return reopen(path)
}

// Make makes a directory unless there is one, and opens it like Open. The mode is left to
// [Claim], except where it keeps us from opening a directory in whose parent only we may rename
// things: Check would have nothing against that one.
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

// Claim gives a directory that Check has nothing against the mode 0700 and our mark. Where the
// file system has no attributes, it stays without the mark.
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

// reopen opens what is open by O_PATH to list it.
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

// find opens a directory by O_PATH, and checks kind, owner and mode.
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

// Check returns ErrMark for a directory that another user may have put in its place: one that
// lacks our mark, in a parent where others may rename things. An empty one does no harm, and
// is not asked about.
func Check(parent, fd int) error {
	if marked(fd) || exclusive(parent) {
		return nil
	}
	return ErrMark
}

// exclusive reports whether only we may rename things in a directory. The group's bits bound
// what ACLs grant (acl(5)).
func exclusive(fd int) bool {
	var st unix.Stat_t
	err := retried(func() error { return unix.Fstat(fd, &st) })
	return err == nil && int(st.Uid) == os.Geteuid() && st.Mode&0o022 == 0
}

// names are those of the attribute that marks a directory. Only root may set the first one,
// xattr(7); the second is for ordinary users, and for root in a user namespace.
var names = []string{"trusted.list-ephemeral", "user.list-ephemeral"}

// mark marks a directory as ours, if the file system has attributes.
func mark(fd int) {
	value, err := birth(fd)
	for _, name := range names {
		if err == nil && retried(func() error { return unix.Fsetxattr(fd, name, value, 0) }) == nil {
			return
		}
	}
}

// marked reports whether we have marked a directory: this one, not one from which a backup
// has copied the attribute.
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

// birth returns what no other directory has: inode number and time of birth.
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

// procPath is a name for what a descriptor is open on, for calls that take no O_PATH.
func procPath(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }
