package adopt

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// dir is an open directory. All operations are relative to one, so a process that renames
// directories of the path cannot redirect them.
type dir struct {
	fd int
	// own reports that this run made the directory and that it has no default ACL to inherit.
	own bool
	// limits are the limits of the mount, for a directory of a source.
	limits limits
}

// The ways of resolving a path below a directory. Both stay below it and follow no symlinks;
// sameMount does not cross mounts either.
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

// source opens an entry for reading. If permitted, it does not change the access time. It does not
// block on pipes.
func (d dir) source(name string, flags int) (fd int, err error) {
	flags |= unix.O_RDONLY | unix.O_NONBLOCK
	fd, err = d.open(name, flags|unix.O_NOATIME, 0, sameMount)
	if errors.Is(err, unix.EPERM) { // only the owner and root may use O_NOATIME
		fd, err = d.open(name, flags, 0, sameMount)
	}
	return fd, err
}

// sourceDir opens a directory of the source.
func (d dir) sourceDir(name string) (dir, error) {
	fd, err := d.source(name, unix.O_DIRECTORY)
	return dir{fd: fd, limits: d.limits}, err
}

// parent opens the parent directory. It must have the inode was, because another process may have
// moved this directory.
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

// below opens the directory at an absolute path with O_PATH. d must be "/". This requires no
// permission to list the directory.
func (d dir) below(abs string) (dir, error) {
	name := strings.TrimPrefix(abs, "/")
	if name == "" {
		name = "."
	}
	fd, err := d.open(name, unix.O_PATH|unix.O_DIRECTORY, 0, beneath)
	return dir{fd: fd}, err
}

func (d dir) close() { _ = unix.Close(d.fd) }

// stat returns the metadata of an entry, without following a symlink.
func (d dir) stat(name string) (st unix.Stat_t, err error) {
	err = retried(func() error { return unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	return st, err
}

func fstat(fd int) (st unix.Stat_t, err error) {
	err = retried(func() error { return unix.Fstat(fd, &st) })
	return st, err
}

// names lists a directory, in the order of the file system.
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

// remove removes an entry with everything in it. It is no error if the entry does not exist.
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
			_ = unix.Chmod(procPath(fd), 0o700) // otherwise an ordinary user could not empty it
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

// place moves an entry into a directory, unless the new name exists.
func (d dir) place(from string, in dir, to string) error {
	err := retried(func() error { return unix.Renameat2(d.fd, from, in.fd, to, unix.RENAME_NOREPLACE) })
	if !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) {
		return err
	}
	// The file system does not support the flag. link(2) does not replace anything either. A
	// directory cannot be linked, but renaming it can replace only an empty directory.
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

// sync writes the directory to the disk; syncFS writes its whole file system.
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

// procPath returns a path for an open file, for calls that do not accept a descriptor opened with
// O_PATH.
func procPath(fd int) string { return path.Join("/proc/self/fd", itoa(fd)) }
