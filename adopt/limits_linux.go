package adopt

import (
	"errors"

	"golang.org/x/sys/unix"
)

// limits are what the mount of a source does not let take effect. Where it is copied to, it
// would: so it is not copied.
type limits struct{ nosuid, nodev bool }

// What is said of paths that were copied without something, or not at all.
var (
	errDevice = errors.New("a device, not copied: its file system is mounted nodev")
	errSetID  = errors.New("copied without setuid, setgid and capabilities: its file system is mounted nosuid")
)

// capability is the attribute that holds the capabilities of a program, capabilities(7).
const capability = "security.capability"

// limitsOf returns the limits of the mount that a descriptor is open on.
func limitsOf(fd int) (limits, error) {
	var st unix.Statfs_t
	if err := retried(func() error { return unix.Fstatfs(fd, &st) }); err != nil {
		return limits{}, err
	}
	return limits{nosuid: st.Flags&unix.ST_NOSUID != 0, nodev: st.Flags&unix.ST_NODEV != 0}, nil
}

// mode returns the permissions that a copy gets. The setgid bit of a directory has the same
// effect on all mounts, and stays (inode(7)).
func (l limits) mode(st *unix.Stat_t) uint32 {
	mode := st.Mode & permissions
	if l.nosuid && !isDir(st) {
		mode &^= unix.S_ISUID | unix.S_ISGID
	}
	return mode
}

// leavesOut reports whether something is not copied because it is a device.
func (l limits) leavesOut(st *unix.Stat_t) bool {
	kind := st.Mode & unix.S_IFMT
	return l.nodev && (kind == unix.S_IFBLK || kind == unix.S_IFCHR)
}

// drops reports whether an attribute is not copied.
func (l limits) drops(attribute string) bool { return l.nosuid && attribute == capability }

// warning returns what is to be said of a copy of what is open at a descriptor, or nil.
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
