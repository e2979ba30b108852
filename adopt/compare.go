package adopt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// compare returns how an existing target differs from its source, or "" if it does not. They must
// not both be directories. Times are not compared.
func (c *content) compare(ctx context.Context, from, to dir, name string, st, there *unix.Stat_t) (differs string, err error) {
	if kind, other := st.Mode&unix.S_IFMT, there.Mode&unix.S_IFMT; kind != other {
		return fmt.Sprintf("expected a %s, got a %s", kindName(kind), kindName(other)), nil
	}
	if isFile(st) && st.Size != there.Size {
		return fmt.Sprintf("expected %d bytes, got %d", st.Size, there.Size), nil
	}
	if st.Mode&unix.S_IFMT == unix.S_IFCHR || st.Mode&unix.S_IFMT == unix.S_IFBLK {
		if st.Rdev != there.Rdev {
			return "different device number", nil
		}
	}
	open := func(d dir) (int, error) {
		if isFile(st) {
			return c.open(ctx, d, name)
		}
		return d.open(name, unix.O_PATH, 0, beneath)
	}
	in, err := open(from)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(in) }()
	out, err := open(to)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(out) }()
	switch {
	case isFile(st):
		if same, err := c.sameContent(ctx, in, out, st.Size); err != nil || !same {
			return "different contents", err
		}
	case st.Mode&unix.S_IFMT == unix.S_IFLNK:
		here, err := readlink(in)
		if err != nil {
			return "", err
		}
		if there, err := readlink(out); err != nil || here != there {
			return "different symlink target", err
		}
	}
	return differingAttributes(in, out, from.limits)
}

// differingAttributes returns how the mode, owner and extended attributes of b differ from those of
// a copy of a, or "" if they do not.
func differingAttributes(a, b int, limits limits) (string, error) {
	here, err := fstat(a)
	if err != nil {
		return "", err
	}
	there, err := fstat(b)
	if err != nil {
		return "", err
	}
	if here.Uid != there.Uid || here.Gid != there.Gid {
		return fmt.Sprintf("expected owner %d:%d, got %d:%d", here.Uid, here.Gid, there.Uid, there.Gid), nil
	}
	if mode, other := limits.mode(&here), there.Mode&permissions; mode != other {
		return fmt.Sprintf("expected mode %04o, got %04o", mode, other), nil
	}
	var names [2][]string
	for i, fd := range []int{a, b} {
		if names[i], err = xattrNames(fd, procPath(fd), limits); err != nil {
			return "", err
		}
		slices.Sort(names[i])
	}
	if !slices.Equal(names[0], names[1]) {
		return "different extended attributes", nil
	}
	for _, name := range names[0] {
		here, err := xattr(procPath(a), name)
		if err != nil {
			return "", err
		}
		if there, err := xattr(procPath(b), name); err != nil || !bytes.Equal(here, there) {
			return "different extended attribute " + name, err
		}
	}
	return "", nil
}

// kindName returns the name of a file type from st_mode.
func kindName(mode uint32) string {
	switch mode {
	case unix.S_IFREG:
		return "file"
	case unix.S_IFDIR:
		return "directory"
	case unix.S_IFLNK:
		return "symlink"
	case unix.S_IFIFO:
		return "pipe"
	case unix.S_IFSOCK:
		return "socket"
	}
	return "device"
}

// differsError reports how an existing target differs from its source.
type differsError struct {
	how     string
	inPlace bool // the target is the path itself
}

func (e differsError) Error() string {
	if e.inPlace {
		return "already there: " + e.how
	}
	return "already in storage: " + e.how
}

// Is makes errors.Is report ErrDiffers.
func (e differsError) Is(target error) bool { return target == ErrDiffers }

// ErrDiffers is the error of a path whose target exists and differs.
var ErrDiffers = errors.New("already in storage, but different")
