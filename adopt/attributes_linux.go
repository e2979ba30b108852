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

// attributes gives what is open at one descriptor all that the other has beside its
// content: extended attributes with ACLs and capabilities, owner, mode and times. The
// owner comes first, because chown(2) takes setuid bits and capabilities away; the mode
// after the ACLs, which are a part of it.
//
// What the limits of the source's mount keep from having an effect is left out. Descriptors
// opened by O_PATH are fine, symlinks too.
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

// setTimes sets access and modification time; like chmod.
func setTimes(fd int, name string, times [2]unix.Timespec) error {
	err := retried(func() error {
		// futimens(3) is this call without a name, which package unix cannot make.
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

// chmod sets the mode; a descriptor opened by O_PATH needs its name for that.
func chmod(fd int, name string, mode uint32) error {
	err := retried(func() error { return unix.Fchmod(fd, mode) })
	if errors.Is(err, unix.EBADF) {
		err = retried(func() error { return unix.Chmod(name, mode) })
	}
	return err
}

// copyXattrs copies all extended attributes that hold data. What the kernel computes
// (system.* other than ACLs, such as those of NFS) does not.
func copyXattrs(to, from int, limits limits) error {
	source, target := procPath(from), procPath(to)
	names, err := xattrNames(from, source, limits)
	if err != nil || len(names) == 0 {
		return err
	}
	for _, name := range names {
		value, err := xattr(source, name)
		if errors.Is(err, unix.ENODATA) { // gone meanwhile; that changes ctime
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

// dropInherited takes away the ACLs that something has from the default ACL of the
// directory it was made in. Until then they have no effect: the mode with which it is made
// leaves them nothing (acl(5)). What is made in a directory without one has none.
func dropInherited(fd int) error {
	for _, name := range []string{"system.posix_acl_access", "system.posix_acl_default"} {
		err := retried(func() error { return unix.Removexattr(procPath(fd), name) })
		if err != nil && !errors.Is(err, unix.ENODATA) && !errors.Is(err, unix.EOPNOTSUPP) {
			return fmt.Errorf("remove attribute %s: %w", name, err)
		}
	}
	return nil
}

// xattrNames returns the names of the attributes that are data, and that limits do not drop,
// sorted as the file system has them.
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
			return nil, nil // none can be there, or none that we may see
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

// isData reports whether an attribute holds data of its own. XFS shows root each ACL twice:
// as system.posix_acl_*, and as it is on the disk, as trusted.SGI_ACL_FILE and
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

// grown calls get with larger buffers until what it has fits. Most files have nothing.
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
