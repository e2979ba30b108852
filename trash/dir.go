package trash

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// dir is an open directory.
type dir struct{ fd int }

const (
	noSymlinks = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS
	sameMount  = noSymlinks | unix.RESOLVE_NO_XDEV
)

// openTries is how many times openat2(2) is tried if renames make it fail.
const openTries = 1000

// open opens a path below the directory.
func (d dir) open(name string, flags int, resolve uint64) (fd int, err error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC | unix.O_NOFOLLOW), Resolve: resolve}
	for range openTries {
		fd, err = unix.Openat2(d.fd, name, &how)
		if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			break
		}
	}
	return fd, err
}

// dir opens a directory below this one with O_PATH, which requires no permission to list it.
func (d dir) dir(name string, resolve uint64) (dir, error) {
	fd, err := d.open(name, unix.O_PATH|unix.O_DIRECTORY, resolve)
	return dir{fd}, err
}

func (d dir) close() { _ = unix.Close(d.fd) }

// stat returns the metadata of an entry, without following a symlink.
func (d dir) stat(name string) (st unix.Stat_t, err error) {
	err = retried(func() error { return unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	return st, err
}

// names lists the directory, in the order of the file system.
func (d dir) names() ([]string, error) {
	fd, err := d.open(".", unix.O_RDONLY|unix.O_DIRECTORY, sameMount)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), ".")
	defer f.Close()
	names, err := f.Readdirnames(-1)
	return names, bare(err)
}

// rename moves an entry into another directory, unless the new name exists.
func (d dir) rename(name string, to dir, newName string) error {
	err := retried(func() error { return unix.Renameat2(d.fd, name, to.fd, newName, unix.RENAME_NOREPLACE) })
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	// The file system does not support the flag. link(2) does not replace anything either. A
	// directory cannot be linked, but renaming it can replace only an empty directory.
	if err := retried(func() error { return unix.Linkat(d.fd, name, to.fd, newName, 0) }); err == nil {
		return d.unlink(name, 0)
	} else if errors.Is(err, unix.EEXIST) {
		return err
	}
	if _, err := to.stat(newName); !errors.Is(err, unix.ENOENT) {
		return unix.EEXIST
	}
	return retried(func() error { return unix.Renameat(d.fd, name, to.fd, newName) })
}

// unlink removes an entry; flags are those of unlinkat(2).
func (d dir) unlink(name string, flags int) error {
	return retried(func() error { return unix.Unlinkat(d.fd, name, flags) })
}

func retried(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// bare returns the error of the system call in an error of package os.
func bare(err error) error {
	var errno unix.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// isNumber reports whether a name is one of the numbers that this package uses as names.
func isNumber(name string) bool {
	n, err := strconv.Atoi(name)
	return err == nil && n > 0 && strconv.Itoa(n) == name
}
