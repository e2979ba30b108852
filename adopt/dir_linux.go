package adopt

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// dir is an open directory. Everything is done below one, so that nobody who may
// rename things on the way can lead us elsewhere.
type dir struct {
	fd int
	// own says that we have made it, and that it has no default ACL to inherit.
	own bool
	// limits are those of the mount, for a directory of a source.
	limits limits
}

// The ways of resolving a path below a directory. All stay below it and follow no
// symlink; sameMount does not enter mounts either.
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

// open opens a path below the directory, with the flags of open(2).
func (d dir) open(name string, flags int, mode uint32, resolve uint64) (fd int, err error) {
	how := unix.OpenHow{Flags: uint64(flags | unix.O_CLOEXEC | unix.O_NOFOLLOW), Mode: uint64(mode), Resolve: resolve}
	err = retried(func() (err error) {
		fd, err = unix.Openat2(d.fd, name, &how)
		return err
	})
	return fd, err
}

// dir opens a directory below this one.
func (d dir) dir(name string, resolve uint64) (dir, error) {
	fd, err := d.open(name, unix.O_RDONLY|unix.O_DIRECTORY, 0, resolve)
	return dir{fd: fd}, err
}

// source opens something to read it, without a trace in its access time where we may,
// and without waiting for whoever writes into it.
func (d dir) source(name string, flags int) (fd int, err error) {
	flags |= unix.O_RDONLY | unix.O_NONBLOCK
	fd, err = d.open(name, flags|unix.O_NOATIME, 0, sameMount)
	if errors.Is(err, unix.EPERM) { // only the owner and root may ask for that
		fd, err = d.open(name, flags, 0, sameMount)
	}
	return fd, err
}

// sourceDir opens a directory of the source.
func (d dir) sourceDir(name string) (dir, error) {
	fd, err := d.source(name, unix.O_DIRECTORY)
	return dir{fd: fd, limits: d.limits}, err
}

// parent opens the directory that this one is in, which has to be the one with that inode:
// another process may have moved this one.
func (d dir) parent(was inode, flags int) (dir, error) {
	above := dir{own: d.own, limits: d.limits}
	err := retried(func() (err error) {
		above.fd, err = unix.Openat(d.fd, "..", flags|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return dir{fd: -1}, err
	}
	st, err := fstat(above.fd)
	if err == nil && inodeOf(&st) != was {
		err = errChanging
	}
	if err != nil {
		above.close()
		return dir{fd: -1}, err
	}
	return above, nil
}

// isMount reports whether something is mounted on an entry.
func (d dir) isMount(name string) bool {
	fd, err := d.open(name, unix.O_PATH, 0, sameMount)
	if err == nil {
		_ = unix.Close(fd)
	}
	return errors.Is(err, unix.EXDEV)
}

// rootDir opens "/".
func rootDir() (dir, error) {
	fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	return dir{fd: fd}, err
}

// below opens the directory at an absolute path to go through it, from "/" on; that
// needs no permission to list it.
func (d dir) below(abs string) (dir, error) {
	name := strings.TrimPrefix(abs, "/")
	if name == "" {
		name = "."
	}
	fd, err := d.open(name, unix.O_PATH|unix.O_DIRECTORY, 0, beneath)
	return dir{fd: fd}, err
}

func (d dir) close() { _ = unix.Close(d.fd) }

// stat describes an entry, without following it.
func (d dir) stat(name string) (st unix.Stat_t, err error) {
	err = retried(func() error { return unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	return st, err
}

func fstat(fd int) (st unix.Stat_t, err error) {
	err = retried(func() error { return unix.Fstat(fd, &st) })
	return st, err
}

// names lists a directory, in the order of the disk.
func (d dir) names() ([]string, error) {
	fd, err := d.source(".", unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), ".")
	defer f.Close()
	names, err := f.Readdirnames(-1)
	return names, bare(err)
}

// remove removes an entry with all that is in it. Nothing there is no error.
func (d dir) remove(name string) error {
	return descend(d, name, func(in dir, name string) (dir, []string, error) {
		err := retried(func() error { return unix.Unlinkat(in.fd, name, 0) })
		switch {
		case err == nil, errors.Is(err, unix.ENOENT):
			return notEntered, nil, nil
		case !errors.Is(err, unix.EISDIR) && !errors.Is(err, unix.EPERM):
			return notEntered, nil, err
		}
		if fd, err := in.open(name, unix.O_PATH|unix.O_DIRECTORY, 0, sameMount); err == nil {
			_ = unix.Chmod(procPath(fd), 0o700) // an ordinary user could not empty it otherwise
			_ = unix.Close(fd)
		}
		sub, openErr := in.dir(name, sameMount)
		if openErr != nil {
			return notEntered, nil, err
		}
		names, err := sub.names()
		return sub, names, err
	}, func(in dir, name string) error {
		return retried(func() error { return unix.Unlinkat(in.fd, name, unix.AT_REMOVEDIR) })
	})
}

// place moves an entry into a directory, unless there is something of the new name.
func (d dir) place(from string, in dir, to string) error {
	err := retried(func() error { return unix.Renameat2(d.fd, from, in.fd, to, unix.RENAME_NOREPLACE) })
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	// The file system does not know the flag. A link does not replace anything
	// either; a directory cannot be linked, but replaces nothing but an empty one.
	if err := retried(func() error { return unix.Linkat(d.fd, from, in.fd, to, 0) }); err == nil {
		return retried(func() error { return unix.Unlinkat(d.fd, from, 0) })
	} else if errors.Is(err, unix.EEXIST) {
		return err
	}
	if _, err := in.stat(to); !errors.Is(err, unix.ENOENT) {
		return unix.EEXIST
	}
	return retried(func() error { return unix.Renameat(d.fd, from, in.fd, to) })
}

// sync writes out what the directory lists, and syncFS all of its file system.
func (d dir) sync() error   { return retried(func() error { return unix.Fsync(d.fd) }) }
func (d dir) syncFS() error { return retried(func() error { return unix.Syncfs(d.fd) }) }

// bare returns the error of the system call in an error of package os.
func bare(err error) error {
	var pathErr *fs.PathError
	var callErr *os.SyscallError
	switch {
	case errors.As(err, &pathErr):
		return bare(pathErr.Err)
	case errors.As(err, &callErr):
		return callErr.Err
	}
	return err
}

// procPath is a name for what a descriptor is open on, for calls that take no
// descriptor opened by O_PATH.
func procPath(fd int) string { return path.Join("/proc/self/fd", itoa(fd)) }
