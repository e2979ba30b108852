package adopt

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// limits are the mount options of a source that disable setuid bits or devices. The target's mount
// may not disable them, so they are not copied. upper means that the source is the upper directory
// of an overlay.
type limits struct{ nosuid, nodev, upper bool }

// The warnings for paths that were copied incompletely or not at all.
var (
	errDevice = errors.New("device not copied: its file system is mounted nodev")
	errSetID  = errors.New("copied without setuid, setgid and capabilities: its file system is mounted nosuid")
)

// capability is the attribute that contains the capabilities of a program (capabilities(7)).
const capability = "security.capability"

// limitsOf returns the limits of an open file's mount.
func limitsOf(fd int) (limits, error) {
	var st unix.Statfs_t
	if err := retried(func() error { return unix.Fstatfs(fd, &st) }); err != nil {
		return limits{}, err
	}
	return limits{nosuid: st.Flags&unix.ST_NOSUID != 0, nodev: st.Flags&unix.ST_NODEV != 0}, nil
}

// mode returns the permissions of a copy. The setgid bit of a directory is kept, because it has the
// same effect on all mounts (inode(7)).
func (l limits) mode(st *unix.Stat_t) uint32 {
	mode := st.Mode & permissions
	if l.nosuid && !isDir(st) {
		mode &^= unix.S_ISUID | unix.S_ISGID
	}
	return mode
}

// leavesOut reports whether an entry is not copied because it is a device on a nodev mount, or a
// whiteout of an overlay (a character device with the number 0).
func (l limits) leavesOut(st *unix.Stat_t) bool {
	kind := st.Mode & unix.S_IFMT
	if l.upper && kind == unix.S_IFCHR && st.Rdev == 0 {
		return true
	}
	return l.nodev && (kind == unix.S_IFBLK || kind == unix.S_IFCHR)
}

// drops reports whether an attribute is not copied.
func (l limits) drops(attribute string) bool {
	return l.nosuid && attribute == capability || l.upper && isOverlay(attribute)
}

// isOverlay reports whether an attribute is one by which an overlay describes its upper directory
// (Documentation/filesystems/overlayfs.rst in the kernel source).
func isOverlay(attribute string) bool {
	return strings.HasPrefix(attribute, "trusted.overlay.") || strings.HasPrefix(attribute, "user.overlay.")
}

// errMetacopy is the error of a file whose content is in a lower directory of an overlay (its mount
// option metacopy, Linux 4.19).
var errMetacopy = errors.New("only its metadata is in the upper directory of the overlay")

// lacksContent returns errMetacopy for an open file without content of its own.
func (l limits) lacksContent(fd int) error {
	if !l.upper {
		return nil
	}
	for _, name := range []string{"trusted.overlay.metacopy", "user.overlay.metacopy"} {
		if _, err := unix.Getxattr(procPath(fd), name, nil); err == nil {
			return errMetacopy
		}
	}
	return nil
}

// warning returns the warning for a copy of an open file, or nil.
func (l limits) warning(fd int, st *unix.Stat_t) error {
	if !l.nosuid || isDir(st) || isLink(st) {
		return nil
	}
	if l.mode(st) != st.Mode&permissions {
		return errSetID
	}
	if isFile(st) {
		if n, err := unix.Getxattr(procPath(fd), capability, nil); err == nil && n > 0 {
			return errSetID
		}
	}
	return nil
}
