package history

import (
	"errors"
	"fmt"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/owned"
)

// Name is the name of the directory for receipts and the graveyard, at the top of a storage path.
const Name = ".list-ephemeral-history"

const (
	receiptsName  = "receipts"
	graveyardName = "graveyard"
)

// Is reports whether a path is such a directory: one of the current user or root that no other user
// may enter.
func Is(name string) bool {
	var st unix.Stat_t
	if path.Base(name) != Name || unix.Lstat(name, &st) != nil {
		return false
	}
	ours := st.Uid == 0 || int(st.Uid) == os.Geteuid()
	return isDir(&st) && ours && st.Mode&0o777 == 0o700
}

// openStore opens a directory in the one named Name of a storage path. If create is set, it makes
// what is missing, and locks the directory until it is closed; otherwise it changes nothing. The
// storage path must be absolute, without symlinks.
func openStore(storage, name string, create bool) (*Dir, error) {
	storage = path.Clean(storage)
	if !path.IsAbs(storage) || storage == "/" {
		return nil, fmt.Errorf("storage path %q: expected an absolute path below /", storage)
	}
	top, err := openAbsolute(storage, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, problem(KindUnknown, storage, err)
	}
	defer unix.Close(top)
	ours, err := openOwned(top, Name, create)
	if err != nil {
		return nil, problem(KindUnknown, path.Join(storage, Name), err)
	}
	defer unix.Close(ours)
	fd, err := openOwned(ours, name, create)
	if err == nil && create {
		if err = retried(func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) }); err != nil {
			unix.Close(fd)
		}
	}
	if err != nil {
		return nil, problem(KindUnknown, path.Join(storage, Name, name), err)
	}
	return &Dir{fd: fd, mount: -1}, nil
}

// openOwned opens a directory of this program. Another user who owns the storage path may have put
// another directory in its place, which is refused unless it is empty.
func openOwned(parent int, name string, create bool) (fd int, err error) {
	if create {
		fd, err = owned.Make(parent, name)
	} else {
		fd, err = owned.Open(parent, name)
	}
	if err != nil {
		return -1, foreign(parent, name, err)
	}
	d := &Dir{fd: fd, mount: -1}
	names, err := d.names()
	if err == nil && len(names) > 0 {
		err = owned.Check(parent, fd)
	}
	if err == nil && create {
		err = owned.Claim(fd)
	}
	if err != nil {
		unix.Close(fd)
		return -1, foreign(parent, name, err)
	}
	return fd, nil
}

// foreign gives the errors of package owned their reason. An ordinary user does not own a directory
// of root, but root can read it.
func foreign(parent int, name string, err error) error {
	if st, failed := (&Dir{fd: parent}).stat(name); failed == nil && errors.Is(err, owned.ErrOwner) && st.Uid == 0 {
		return because(NeedsRoot, err.Error())
	}
	for _, known := range []error{owned.ErrKind, owned.ErrMount, owned.ErrOwner, owned.ErrMode, owned.ErrMark} {
		if errors.Is(err, known) {
			return because(Foreign, err.Error())
		}
	}
	return err
}

// absent reports whether an error means that nothing has been stored yet.
func absent(err error) bool { return errors.Is(err, unix.ENOENT) }

// create makes a file that only the current user may read. It must not exist.
func (d *Dir) create(name string, mode uint32) (*os.File, error) {
	how := unix.OpenHow{Flags: unix.O_RDWR | unix.O_CREAT | unix.O_EXCL | unix.O_CLOEXEC | unix.O_NOFOLLOW, Mode: uint64(mode), Resolve: sameMount}
	var fd int
	err := retried(func() (err error) {
		fd, err = unix.Openat2(d.fd, name, &how)
		return err
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// replace renames a file, and writes the directory to the disk. It replaces an existing file.
func (d *Dir) replace(from, to string) error {
	if err := retried(func() error { return unix.Renameat(d.fd, from, d.fd, to) }); err != nil {
		return err
	}
	return retried(func() error { return unix.Fsync(d.fd) })
}

// put renames an entry to a name that does not exist yet, and writes the directory to the disk.
func (d *Dir) put(from, to string) error {
	err := retried(func() error { return unix.Renameat2(d.fd, from, d.fd, to, unix.RENAME_NOREPLACE) })
	if errors.Is(err, unix.EINVAL) { // the file system does not support the flag
		if _, err = d.stat(to); err == nil {
			return unix.EEXIST
		}
		err = retried(func() error { return unix.Renameat(d.fd, from, d.fd, to) })
	}
	if err != nil {
		return err
	}
	return retried(func() error { return unix.Fsync(d.fd) })
}

// remove removes a file. It is no error if it does not exist.
func (d *Dir) remove(name string) error {
	err := retried(func() error { return unix.Unlinkat(d.fd, name, 0) })
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}
