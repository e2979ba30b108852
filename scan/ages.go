package scan

import (
	"time"

	"golang.org/x/sys/unix"
)

// Ages takes the ages of some files, which show whether a boot wipes the tree that they are on.
// Its methods are called from several goroutines at once.
type Ages interface {
	// Wants reports whether more files of the mount with this number are wanted.
	Wants(mount int) bool
	// Add takes a regular file of a directory, with its birth, which is zero if the file system
	// does not record it, and the time of its last change of any kind (statx(2)).
	Add(mount int, dir string, birth, change time.Time)
}

// wantsAges reports whether ages are wanted of a mount at a root.
func (w *walk) wantsAges() bool {
	if w.opts.Ages == nil {
		return false
	}
	for _, root := range w.policy.roots {
		if m := w.policy.marks.find(root); m.mount != nil && w.opts.Ages.Wants(m.mount.ID) {
			return true
		}
	}
	return false
}

// takeAge passes on the age of one regular file of the directory that has been read. Most walks
// have enough after some dozen directories.
func (k *worker) takeAge(n *node, fd int32) {
	if fd < 0 || !n.at.scanned() {
		return
	}
	root := n
	for root.parent != nil && (root.at.mark == nil || !root.at.mark.root) {
		root = root.parent
	}
	if root.at.mark == nil || root.at.mark.mount == nil {
		return
	}
	mount := root.at.mark.mount.ID
	if !k.opts.Ages.Wants(mount) {
		if !k.wantsAges() {
			k.ages.Store(false)
		}
		return
	}
	for _, f := range k.entries {
		if Kind(f.tag&tagKind) != KindFile {
			continue
		}
		const mask = unix.STATX_BTIME | unix.STATX_CTIME
		if k.statFor(fd, &k.buf[f.name], mask, &k.stx) == 0 {
			k.opts.Ages.Add(mount, string(k.appendPath(nil, n)), timeOf(k.stx.Btime), timeOf(k.stx.Ctime))
		}
		return
	}
}

// timeOf returns a time of statx(2); the zero time stays zero.
func timeOf(t unix.StatxTimestamp) time.Time {
	if t.Sec == 0 && t.Nsec == 0 {
		return time.Time{}
	}
	return time.Unix(t.Sec, int64(t.Nsec))
}
