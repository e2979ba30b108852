package adopt

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// permissions are the bits of st_mode that chmod(2) sets.
const permissions = 0o7777

// attributes copies everything except the content from one open file to another: owner, extended
// attributes (including ACLs and capabilities), mode and times. The owner comes first, because
// chown(2) clears setuid bits and capabilities. The mode comes after the ACLs, because setting an
// ACL changes the mode.
//
// Attributes that have no effect under the limits of the source's mount are left out. Descriptors
// may be opened with O_PATH and may refer to symlinks.
func attributes(to, from int, st *unix.Stat_t, limits limits) error {
	if err := retried(func() error {
		return unix.Fchownat(to, "", int(st.Uid), int(st.Gid), unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW)
	}); err != nil {
		return fmt.Errorf("set owner %d:%d: %w", st.Uid, st.Gid, err)
	}
	if err := copyXattrs(to, from, limits); err != nil {
		return err
	}
	name := procPath(to)
	if st.Mode&unix.S_IFMT != unix.S_IFLNK {
		if err := chmod(to, name, limits.mode(st)); err != nil {
			return fmt.Errorf("set mode %04o: %w", limits.mode(st), err)
		}
	}
	if err := setTimes(to, name, [2]unix.Timespec{st.Atim, st.Mtim}); err != nil {
		return fmt.Errorf("set times: %w", err)
	}
	return nil
}

// setTimes sets the access and modification times. Like chmod, it uses name for a descriptor opened
// with O_PATH.
func setTimes(fd int, name string, times [2]unix.Timespec) error {
	err := retried(func() error {
		// futimens(3) is this call without a name. Package unix does not offer it.
		_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(&times)), 0, 0, 0)
		if errno != 0 {
			return errno
		}
		return nil
	})
	if errors.Is(err, unix.EBADF) {
		err = retried(func() error { return unix.UtimesNanoAt(unix.AT_FDCWD, name, times[:], 0) })
	}
	return err
}

// chmod sets the mode. For a descriptor opened with O_PATH, it uses name.
func chmod(fd int, name string, mode uint32) error {
	err := retried(func() error { return unix.Fchmod(fd, mode) })
	if errors.Is(err, unix.EBADF) {
		err = retried(func() error { return unix.Chmod(name, mode) })
	}
	return err
}

// copyXattrs copies all extended attributes that contain data. Attributes that the kernel computes
// (system.* other than ACLs, such as those of NFS) are left out.
func copyXattrs(to, from int, limits limits) error {
	source, target := procPath(from), procPath(to)
	names, err := xattrNames(from, source, limits)
	if err != nil || len(names) == 0 {
		return err
	}
	for _, name := range names {
		value, err := xattr(source, name)
		if errors.Is(err, unix.ENODATA) { // removed since the listing, which changes ctime
			continue
		}
		if err != nil {
			return fmt.Errorf("read attribute %s: %w", name, err)
		}
		if err := retried(func() error { return unix.Setxattr(target, name, value, 0) }); err != nil {
			return fmt.Errorf("set attribute %s: %w", name, err)
		}
	}
	return nil
}

// dropInherited removes the ACLs that a new entry inherited from the default ACL of its parent
// directory. Until then, they have no effect, because the mode at creation masks them (acl(5)). An
// entry made in a directory without a default ACL has none.
func dropInherited(fd int) error {
	for _, name := range []string{"system.posix_acl_access", "system.posix_acl_default"} {
		err := retried(func() error { return unix.Removexattr(procPath(fd), name) })
		if err != nil && !errors.Is(err, unix.ENODATA) && !errors.Is(err, unix.EOPNOTSUPP) {
			return fmt.Errorf("remove attribute %s: %w", name, err)
		}
	}
	return nil
}

// xattrNames returns the names of the attributes that contain data and that limits do not drop, in
// the order of the file system.
func xattrNames(fd int, name string, limits limits) ([]string, error) {
	list, err := grown(func(buf []byte) (int, error) {
		n, err := unix.Flistxattr(fd, buf)
		if errors.Is(err, unix.EBADF) { // O_PATH
			n, err = unix.Listxattr(name, buf)
		}
		return n, err
	})
	if err != nil {
		if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
			return nil, nil // attributes are not supported or not visible
		}
		return nil, fmt.Errorf("list attributes: %w", err)
	}
	var names []string
	for name := range bytes.SplitSeq(list, []byte{0}) {
		if n := string(name); n != "" && isData(n) && !limits.drops(n) {
			names = append(names, n)
		}
	}
	return names, nil
}

// isData reports whether an attribute contains data of its own. To root, XFS shows each ACL twice:
// as system.posix_acl_*, and in its on-disk format as trusted.SGI_ACL_FILE and
// trusted.SGI_ACL_DEFAULT (fs/xfs/xfs_xattr.c).
func isData(attribute string) bool {
	if strings.HasPrefix(attribute, "trusted.SGI_ACL_") {
		return false
	}
	return !strings.HasPrefix(attribute, "system.") || strings.HasPrefix(attribute, "system.posix_acl_")
}

// xattr returns the value of an attribute.
func xattr(name, attribute string) ([]byte, error) {
	return grown(func(buf []byte) (int, error) { return unix.Getxattr(name, attribute, buf) })
}

// grown calls get with larger and larger buffers until the result fits. Most files have no
// attributes.
func grown(get func(buf []byte) (int, error)) ([]byte, error) {
	var small [256]byte
	buf := small[:]
	for {
		n := 0
		err := retried(func() (err error) {
			n, err = get(buf)
			return err
		})
		if !errors.Is(err, unix.ERANGE) {
			return bytes.Clone(buf[:max(n, 0)]), err
		}
		buf = make([]byte, 4*len(buf)) // 64 KiB at most, xattr(7)
	}
}
