package triage

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/owned"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// Name is the name of the directory for the decisions of root, at the top of a storage path.
const Name = ".list-ephemeral-triage"

const (
	stateName = "list-ephemeral"
	fileName  = "decisions"
)

// The reasons why a file or its directory is refused.
var (
	ErrOwner = errors.New("it belongs to another user")
	ErrMode  = errors.New("other users may write to it")
	ErrKind  = errors.New("it is not a regular file")
	ErrLink  = errors.New("it is a symlink, which is not followed")
)

// writers are the permissions that other users must not have. Many users have a group of their own,
// so only root's file must not be writable for the group.
func writers() uint32 {
	if os.Geteuid() == 0 {
		return 0o022
	}
	return 0o002
}

// openDir opens the directory of the file for use in calls like openat(2). If create is set, it
// makes what is missing; otherwise the error is ENOENT.
func (f *File) openDir(create bool) (fd int, err error) {
	switch {
	case !path.IsAbs(f.parent) || f.parent == "/":
		return -1, fmt.Errorf("directory %q: expected an absolute path below /", f.parent)
	case f.storage:
		return f.openInStorage(create)
	}
	if os.Geteuid() == 0 {
		return f.openTrusted(create)
	}
	if create {
		if err := os.MkdirAll(f.parent, 0o700); err != nil { // the mode is that of the XDG Base Directory Specification
			return -1, err
		}
	}
	parent, err := open(unix.AT_FDCWD, f.parent, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return -1, err
	}
	defer unix.Close(parent)
	return openState(parent, create, 0)
}

// openState opens the directory of this program in $XDG_STATE_HOME.
func openState(parent int, create bool, flags int) (int, error) {
	if create {
		if err := makeDir(parent, stateName); err != nil {
			return -1, err
		}
	}
	fd, err := open(parent, stateName, unix.O_RDONLY|unix.O_DIRECTORY|flags)
	if err != nil {
		return -1, err
	}
	var st unix.Stat_t
	if err = retried(func() error { return unix.Fstat(fd, &st) }); err == nil {
		err = check(&st)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// makeDir makes a directory that may exist.
func makeDir(parent int, name string) error {
	err := retried(func() error { return unix.Mkdirat(parent, name, 0o700) })
	if errors.Is(err, unix.EEXIST) {
		return nil
	}
	return err
}

// openTrusted opens the directory for root. Every directory above must belong to root, and other
// users must not be able to rename what is in it, so the path cannot lead elsewhere.
func (f *File) openTrusted(create bool) (int, error) {
	at, err := open(unix.AT_FDCWD, "/", unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return -1, err
	}
	defer func() { unix.Close(at) }()
	for name := range strings.SplitSeq(strings.TrimPrefix(truepath.Resolve(f.parent), "/"), "/") {
		if create {
			if err := makeDir(at, name); err != nil {
				return -1, err
			}
		}
		next, err := open(at, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW)
		if err != nil {
			return -1, err
		}
		unix.Close(at)
		at = next
		var st unix.Stat_t
		if err := retried(func() error { return unix.Fstat(at, &st) }); err != nil {
			return -1, err
		}
		// In a directory with the sticky bit, only the owner may rename an entry.
		if st.Mode&unix.S_ISVTX != 0 {
			st.Mode &^= writers()
		}
		if err := check(&st); err != nil {
			return -1, fmt.Errorf("directory %s: %w", name, err)
		}
	}
	return openState(at, create, unix.O_NOFOLLOW)
}

// openInStorage opens the directory at the top of a storage path, which may belong to another user.
func (f *File) openInStorage(create bool) (int, error) {
	root, err := open(unix.AT_FDCWD, "/", unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return -1, err
	}
	defer unix.Close(root)
	how := unix.OpenHow{Flags: unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS}
	top := -1
	err = retried(func() (err error) {
		top, err = unix.Openat2(root, strings.TrimPrefix(f.parent, "/"), &how)
		return err
	})
	if err != nil {
		return -1, err
	}
	defer unix.Close(top)
	var fd int
	if create {
		fd, err = owned.Make(top, Name)
	} else {
		fd, err = owned.Open(top, Name)
	}
	if err != nil {
		return -1, err
	}
	if err = owned.Check(top, fd); err != nil && isEmpty(fd) {
		err = nil
	}
	if err == nil && create {
		err = owned.Claim(fd)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// isEmpty reports whether a directory is empty: then it does not matter who put it there.
func isEmpty(fd int) bool {
	again, err := open(fd, ".", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return false
	}
	d := os.NewFile(uintptr(again), Name)
	defer d.Close()
	_, err = d.Readdirnames(1)
	return errors.Is(err, io.EOF)
}

// check refuses what belongs to another user, or what other users may write to.
func check(st *unix.Stat_t) error {
	switch {
	case int(st.Uid) != os.Geteuid():
		return ErrOwner
	case st.Mode&writers() != 0:
		return ErrMode
	}
	return nil
}

// open is openat(2) with O_CLOEXEC.
func open(dir int, name string, flags int) (fd int, err error) {
	err = retried(func() (err error) {
		fd, err = unix.Openat(dir, name, flags|unix.O_CLOEXEC, 0o600)
		return err
	})
	if err != nil {
		return -1, err
	}
	return fd, nil
}

// retried repeats a system call that a signal has interrupted.
func retried(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
