package adopt

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// attempts is how often something that changes while it is copied is copied.
const attempts = 3

// errChanging says that a source did not hold still.
var errChanging = errors.New("it changes while it is copied: close what uses it")

// leaf copies anything but a directory to a new name, and returns what the source was
// then. What it leaves behind where it fails is to be removed with the directory that
// it is in.
func (c *content) leaf(ctx context.Context, to dir, newName string, from dir, name string, st *unix.Stat_t) (unix.Stat_t, error) {
	if isFile(st) {
		return c.file(ctx, to, newName, from, name)
	}
	return special(to, newName, from, name)
}

// file copies a regular file.
func (c *content) file(ctx context.Context, to dir, newName string, from dir, name string) (st unix.Stat_t, err error) {
	for range attempts {
		var same bool
		if st, same, err = c.fileOnce(ctx, to, newName, from, name); err == nil && same {
			return st, nil
		}
		if err != nil && !errors.Is(err, errShort) {
			return st, err
		}
		if err := retried(func() error { return unix.Unlinkat(to.fd, newName, 0) }); err != nil {
			return st, err
		}
	}
	return st, errChanging
}

// fileOnce copies a regular file, and reports whether it was the same afterwards.
func (c *content) fileOnce(ctx context.Context, to dir, newName string, from dir, name string) (st unix.Stat_t, same bool, err error) {
	in, err := from.source(name, 0)
	if err != nil {
		return st, false, err
	}
	defer func() { _ = unix.Close(in) }()
	if st, err = fstat(in); err != nil {
		return st, false, err
	}
	if !isFile(&st) {
		return st, false, errChanging
	}
	out, err := to.open(newName, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600, beneath)
	if err != nil {
		return st, false, fmt.Errorf("create: %w", err)
	}
	defer func() { _ = unix.Close(out) }()
	if !to.own {
		if err := dropInherited(out); err != nil {
			return st, false, err
		}
	}
	if err := c.copy(ctx, out, in, &st); err != nil {
		return st, false, err
	}
	if err := attributes(out, in, &st); err != nil {
		return st, false, err
	}
	after, err := fstat(in)
	return st, err == nil && unchanged(&st, &after), err
}

// special copies a symlink, pipe, socket or device.
func special(to dir, newName string, from dir, name string) (st unix.Stat_t, err error) {
	in, err := from.open(name, unix.O_PATH, 0, sameMount)
	if err != nil {
		return st, err
	}
	defer func() { _ = unix.Close(in) }()
	if st, err = fstat(in); err != nil {
		return st, err
	}
	if st.Mode&unix.S_IFMT == unix.S_IFLNK {
		target, err := readlink(in)
		if err != nil {
			return st, err
		}
		if err := retried(func() error { return unix.Symlinkat(target, to.fd, newName) }); err != nil {
			return st, fmt.Errorf("create: %w", err)
		}
	} else if err := retried(func() error { return unix.Mknodat(to.fd, newName, st.Mode&unix.S_IFMT|0o600, int(st.Rdev)) }); err != nil {
		return st, fmt.Errorf("create: %w", err)
	}
	out, err := to.open(newName, unix.O_PATH, 0, beneath)
	if err != nil {
		return st, err
	}
	defer func() { _ = unix.Close(out) }()
	made, err := fstat(out)
	if err == nil && made.Mode&unix.S_IFMT != st.Mode&unix.S_IFMT {
		err = errors.New("somebody has put something else in its place")
	}
	if err == nil && !to.own && !isLink(&st) {
		err = dropInherited(out)
	}
	if err != nil {
		return st, err
	}
	return st, attributes(out, in, &st)
}

// leadsTo reports whether a symlink names a path, as those do by which modules keep what
// lies in storage.
func (d dir) leadsTo(name, path string) bool {
	fd, err := d.open(name, unix.O_PATH, 0, sameMount)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	to, err := readlink(fd)
	return err == nil && to == path
}

// readlink returns where the symlink leads that a descriptor is open on.
func readlink(fd int) (string, error) {
	buf := make([]byte, 256)
	for {
		n := 0
		err := retried(func() (err error) {
			n, err = unix.Readlinkat(fd, "", buf)
			return err
		})
		if err != nil || n < len(buf) {
			return string(buf[:max(n, 0)]), err
		}
		buf = make([]byte, 2*len(buf))
	}
}
