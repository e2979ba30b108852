package adopt

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// attempts is how many times a file that changes while it is copied is copied.
const attempts = 3

// errChanging reports that a source changed during the copy.
var errChanging = errors.New("it changes while it is copied: close the programs that use it")

// leafCopy is the result of copying a leaf: anything except a directory.
type leafCopy struct {
	st      unix.Stat_t // of the source, when it was copied
	warning error       // the attributes that were not copied
}

// leaf copies anything except a directory to a new name. On failure, it may leave an incomplete
// copy, which is removed with its parent directory.
func (c *content) leaf(ctx context.Context, to dir, newName string, from dir, name string, st *unix.Stat_t) (leafCopy, error) {
	if isFile(st) {
		return c.file(ctx, to, newName, from, name)
	}
	return special(to, newName, from, name)
}

// file copies a regular file.
func (c *content) file(ctx context.Context, to dir, newName string, from dir, name string) (copied leafCopy, err error) {
	for range attempts {
		var same bool
		if copied, same, err = c.fileOnce(ctx, to, newName, from, name); err == nil && same {
			return copied, nil
		}
		if err != nil && !errors.Is(err, errShort) {
			return copied, err
		}
		if err := retried(func() error { return unix.Unlinkat(to.fd, newName, 0) }); err != nil {
			return copied, err
		}
	}
	return copied, errChanging
}

// fileOnce copies a regular file and reports whether it is unchanged after the copy.
func (c *content) fileOnce(ctx context.Context, to dir, newName string, from dir, name string) (copied leafCopy, same bool, err error) {
	in, err := c.open(ctx, from, name)
	if err != nil {
		return copied, false, err
	}
	defer func() { _ = unix.Close(in) }()
	st, err := fstat(in)
	if err != nil {
		return copied, false, err
	}
	if !isFile(&st) {
		return copied, false, errChanging
	}
	if err := from.limits.lacksContent(in); err != nil {
		return copied, false, err
	}
	out, err := to.open(newName, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600, beneath)
	if err != nil {
		return copied, false, fmt.Errorf("create: %w", err)
	}
	defer func() { _ = unix.Close(out) }()
	if !to.own {
		if err := dropInherited(out); err != nil {
			return copied, false, err
		}
	}
	if err := c.copy(ctx, out, in, &st); err != nil {
		return copied, false, err
	}
	if err := attributes(out, in, &st, from.limits); err != nil {
		return copied, false, err
	}
	copied = leafCopy{st, from.limits.warning(in, &st)}
	after, err := fstat(in)
	return copied, err == nil && unchanged(&st, &after), err
}

// special copies a symlink, pipe, socket or device.
func special(to dir, newName string, from dir, name string) (copied leafCopy, err error) {
	in, err := from.open(name, unix.O_PATH, 0, sameMount)
	if err != nil {
		return copied, err
	}
	defer func() { _ = unix.Close(in) }()
	st, err := fstat(in)
	if err != nil {
		return copied, err
	}
	copied = leafCopy{st, from.limits.warning(in, &st)}
	switch {
	case from.limits.leavesOut(&st):
		return copied, errDevice
	case isLink(&st):
		target, err := readlink(in)
		if err != nil {
			return copied, err
		}
		if err := retried(func() error { return unix.Symlinkat(target, to.fd, newName) }); err != nil {
			return copied, fmt.Errorf("create: %w", err)
		}
	default:
		if err := retried(func() error { return unix.Mknodat(to.fd, newName, st.Mode&unix.S_IFMT|0o600, int(st.Rdev)) }); err != nil {
			return copied, fmt.Errorf("create: %w", err)
		}
	}
	out, err := to.open(newName, unix.O_PATH, 0, beneath)
	if err != nil {
		return copied, err
	}
	defer func() { _ = unix.Close(out) }()
	made, err := fstat(out)
	if err == nil && made.Mode&unix.S_IFMT != st.Mode&unix.S_IFMT {
		err = errors.New("another process has replaced the new copy")
	}
	if err == nil && !to.own && !isLink(&st) {
		err = dropInherited(out)
	}
	if err != nil {
		return copied, err
	}
	return copied, attributes(out, in, &st, from.limits)
}

// leadsTo reports whether an entry is a symlink to exactly this path. Some modules persist paths
// with such symlinks into storage.
func (d dir) leadsTo(name, path string) bool {
	fd, err := d.open(name, unix.O_PATH, 0, sameMount)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	to, err := readlink(fd)
	return err == nil && to == path
}

// readlink returns the target of an open symlink.
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
