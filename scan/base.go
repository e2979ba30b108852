package scan

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Base is a directory that [List] reads in place of one of the running machine: an earlier state of
// it. The policy decides on the paths of the running machine, so nothing in the state changes which
// rules apply. Mount points below the directory are not entered, no symlink is followed, and overlays
// have no effect. Whiteouts are reported as KindWhiteout.
type Base struct {
	// FD is open on the directory. It belongs to the caller, who closes it after the walk.
	FD int
	// Path is the path on the running machine that the directory corresponds to: absolute, clean and
	// without symlinks.
	Path string
	// Walks is how many such walks run at once: they share the limit of open files. 0 means one.
	Walks int
	// Tree, if set, was read from FD, and is used in place of its directories. It requires Lengths, and
	// no ChangedSince.
	Tree *Tree
}

// atBase makes the walk start at Options.Base.
func (w *walk) atBase() {
	w.base = w.opts.Base
	for name := range components(w.base.Path) {
		_, w.root.at = w.policy.step(w.root.at, []byte(name), KindDir)
	}
	w.root.at.overlay = noOverlay
	var st unix.Statfs_t
	w.blocking = unix.Fstatfs(w.base.FD, &st) != nil || !isLocalType(st.Type)
}

// openBelowBase opens a directory relative to the base.
func (k *worker) openBelowBase(n *node, flags int) (int32, syscall.Errno) {
	const resolve = unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV
	if n.parent != nil && n.parent.fd >= 0 {
		return opened(k.openDir(n.parent.fd, k.terminated(n.name), flags, resolve))
	}
	top := flags
	if n.parent != nil {
		top = pathFlags
	}
	fd, errno := opened(k.openDir(int32(k.base.FD), []byte(".\x00"), top, resolve))
	if errno != 0 || n.parent == nil {
		return fd, errno
	}
	k.path = n.appendPath(k.path[:0])
	return k.openFrom(fd, k.path[1:], flags, resolve)
}

// appendPath appends the absolute path of a directory on the running machine.
func (w *walk) appendPath(dst []byte, n *node) []byte {
	if w.base == nil || w.base.Path == "/" {
		return n.appendPath(dst)
	}
	if dst = append(dst, w.base.Path...); n.parent == nil {
		return dst
	}
	return n.appendPath(dst)
}
