package scan

import (
	"math"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Overlay is an overlayfs mount whose upper directory a boot wipes and whose lower layers it brings
// back. Only what the upper directory contains is lost, so a walk reads that directory in place of
// the mount point. Paths are those below the mount point.
//
// Directories that were renamed (the xattr overlay.redirect) are read as the upper directory has
// them. Whiteouts are reported as KindWhiteout. Opaque directories are not reported, because
// overlayfs marks every directory as opaque that is created in a merged one.
// See Documentation/filesystems/overlayfs.rst.
type Overlay struct {
	// Point is the mount point, and Upper the path of the upper directory in this mount namespace.
	// Both are absolute, clean and without symlinks.
	Point, Upper string
	// Work is the work directory, or "". A walk that reaches it by its own path does not scan it.
	Work string
}

// upperPath returns the path in the upper directory of a path at or below the mount point.
func (o *Overlay) upperPath(path string) string {
	inside := strings.TrimPrefix(path, o.Point)
	if o.Point == "/" {
		inside = path
	}
	if inside = strings.Trim(inside, "/"); inside == "" {
		return o.Upper
	}
	return strings.TrimSuffix(o.Upper, "/") + "/" + inside
}

// Overlay returns the overlay that a path is on, and where the path is in its upper directory. It
// does not check that the path exists there. It returns nil and "" if the path is on no overlay. The
// path is absolute and clean.
func (p *Policy) Overlay(path string) (o *Overlay, upper string) {
	at := p.start()
	for name := range components(path) {
		_, at = p.step(at, []byte(name), KindDir)
	}
	if at.overlay == noOverlay {
		return nil, ""
	}
	o = p.overlay(at.overlay)
	return o, o.upperPath(path)
}

// overlayNumber is 1 + the index of an overlay of the rules. In a byte, it does not make a place
// larger.
type overlayNumber uint8

const noOverlay overlayNumber = 0

// overlay returns the overlay with that number.
func (p *Policy) overlay(number overlayNumber) *Overlay { return &p.overlays[number-1] }

// setOverlays registers the mount points of overlays, and makes their layers boundaries. For
// overlays beyond the 255th, the mount point is read.
func (p *Policy) setOverlays(overlays []Overlay) {
	p.overlays = overlays[:min(len(overlays), math.MaxUint8)]
	for i := range p.overlays {
		o := &p.overlays[i]
		for _, layer := range []string{o.Upper, o.Work} {
			if layer != "" {
				p.set(layer, ruleNode{class: ClassLayer, target: o.Point})
			}
		}
		p.marks.at(o.Point).overlay = overlayNumber(i + 1)
	}
}

// overlayOr returns the overlay of the directory that m stands for, in a directory of another one.
// What is mounted there, and what is a boundary, is not in that overlay.
func (m *ruleNode) overlayOr(above overlayNumber) overlayNumber {
	switch {
	case m == nil:
		return above
	case m.overlay != noOverlay:
		return m.overlay
	case m.mount != nil || m.class != ClassUnknown:
		return noOverlay
	}
	return above
}

// inUpper reports whether the directory is read in the upper directory of an overlay.
func (n *node) inUpper() bool { return n.at.overlay != noOverlay && n.at.scanned() }

// openUpper opens a directory in the upper directory: by the descriptor of its parent if that is
// there too, otherwise by path. ENOENT means that nothing in it is lost.
func (k *worker) openUpper(n *node) (int32, syscall.Errno) {
	parent := n.parent
	if parent != nil && parent.fd >= 0 && parent.inUpper() && parent.at.overlay == n.at.overlay {
		return k.openDir(parent.fd, k.terminated(n.name), openFlags, unix.RESOLVE_NO_SYMLINKS|unix.RESOLVE_NO_XDEV)
	}
	k.path = append(k.path[:0], k.policy.overlay(n.at.overlay).upperPath(string(n.appendPath(nil)))...)
	return k.openAbsolute(k.path, openFlags, unix.RESOLVE_NO_SYMLINKS)
}

// kindInUpper returns the kind of a character device in the upper directory: one with the numbers
// 0, 0 is a whiteout.
func (k *worker) kindInUpper(fd int32, name *byte) Kind {
	if errno := k.stat(fd, name, &k.stx); errno != 0 || k.stx.Rdev_major != 0 || k.stx.Rdev_minor != 0 {
		return KindChar
	}
	return KindWhiteout
}

// readLower collects the marked directories that the upper directory does not have, because
// something below them is of interest, such as another root. used is the length of the part of the
// buffer that is in use.
func (k *worker) readLower(n *node, used int) {
	if n.at.mark == nil || !n.at.mark.below {
		return
	}
	seen := map[string]bool{}
	for _, f := range k.entries {
		seen[string(f.nameIn(k.buf))] = true
	}
	merged := append(n.appendPath(nil), '/')
	for _, name := range n.at.mark.reachable() {
		if len(name) > 255 || seen[name] { // NAME_MAX
			continue
		}
		path := append(append(merged[:len(merged):len(merged)], name...), 0)
		if errno := k.stat(unix.AT_FDCWD, &path[0], &k.stx); errno != 0 || kindOf(k.stx.Mode) != KindDir {
			continue
		}
		start := uint32(used)
		k.buf = append(append(k.buf[:used], name...), 0)
		used = len(k.buf)
		if _, in := k.policy.step(n.at, []byte(name), KindDir); in.mayContainCandidates() {
			k.entries = append(k.entries, found{name: start, length: uint8(len(name)), tag: uint8(KindDir) | tagDescend})
		}
	}
	k.buf = k.buf[:cap(k.buf)]
}
