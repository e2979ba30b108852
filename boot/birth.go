package boot

import (
	"slices"
	"strings"
)

// birth returns the evidence of when a tree was created. Of storage it shows no fate.
func (d *decision) birth(n *node) []Evidence {
	var found []Evidence
	fate := Wiped
	if n.stores {
		fate = Unknown
	}
	if at := n.subvolume.Born; n.family == familyBtrfs && d.boot.Younger(at) {
		found = append(found, Evidence{Kind: KindSubvolume, Fate: fate, Born: at, Boot: d.boot.of(at), Snapshot: n.subvolume.Snapshot})
	}
	if n.family == familyBtrfs && n.point == "/" && movedAway(n.mount.Root) {
		found = append(found, Evidence{Kind: KindHalfDone, Fate: Wiped, Path: n.mount.Root})
	}
	if n.family == familyBirth && d.topCounts(n) && d.boot.Younger(n.top.Born) {
		found = append(found, Evidence{Kind: KindTop, Fate: fate, Born: n.top.Born, Boot: d.boot.of(n.top.Born)})
	}
	return found
}

// topCounts reports whether the birth of a mount's top directory is that of the tree. This holds
// for a whole file system, whose top directory mkfs makes. For a part of one, it holds only if "/"
// is also a part of the same file system, which then has one directory for each tree. Elsewhere,
// for example in a container, a program has made that directory or file for the mount.
func (d *decision) topCounts(n *node) bool {
	root := d.table.At("/")
	return n.mount.Root == "/" || !n.top.File && root.Device == n.mount.Device && root.Root != "/"
}

// oldRoots are the directories to which the usual rollback scripts move the subvolume of the
// last boot. Snapshots that a boot loader can boot, as those of snapper, are elsewhere.
var oldRoots = []string{"old_roots", "old-roots", "old_root", "old-root"}

// movedAway reports whether a subvolume is one of the last boots.
func movedAway(root string) bool {
	top, rest, _ := strings.Cut(strings.TrimPrefix(root, "/"), "/")
	return rest != "" && slices.Contains(oldRoots, top)
}

// OldRootDirs returns the directories of a btrfs file system to which the usual rollback scripts
// move the subvolumes of earlier boots, relative to its top level (subvolume 5).
func OldRootDirs() []string { return slices.Clone(oldRoots) }

// IsOldRoot reports whether a path in a btrfs file system, as in [mounts.Mount.Root], is in a
// subvolume of an earlier boot.
func IsOldRoot(root string) bool { return movedAway(root) }

// survivorShare is the part of a sample that must be older than the boot, one in this many,
// for a tree to be called kept. A single old file is not enough: an initrd whose clock was not
// set yet makes some, and so does a rollback to a snapshot with a few files.
const survivorShare = 8

// survivors returns the evidence of the sample. On btrfs the files of a snapshot have the
// times of the original: they count only where the subvolume itself is older than the boot.
// ZFS has no such time, and zfs-rollback(8) brings back old files: they are shown, and decide
// nothing.
func (d *decision) survivors(n *node) []Evidence {
	if n.seen == 0 || !d.boot.Known() {
		return nil
	}
	switch n.family {
	case familyBirth, familyTimes:
	case familyBtrfs:
		if !d.boot.Older(n.subvolume.Born) {
			return nil
		}
	default:
		return nil
	}
	found := Evidence{Kind: KindSurvivors, Old: n.old, Seen: n.seen, Boot: d.boot.Start}
	if n.old > 0 && n.old*survivorShare >= n.seen && n.mount.FSType != "zfs" {
		found.Fate = Kept
	}
	return []Evidence{found}
}
