package boot

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// deleted is the end of the root of a mount whose directory has been removed.
const deleted = "//deleted"

// shelf is a directory of a file system, which several mounts may show.
type shelf struct{ backing, root string }

// backing returns a key for the tree of a mount: the device, and on btrfs also the subvolume.
// Kernels before Linux 4.2 do not show the number of the subvolume. Then the key is unique, and no
// mount is related to another.
func backing(mount *mounts.Mount) string {
	if mount.FSType != "btrfs" {
		return mount.Device
	}
	if id := option(mount.SuperOptions, "subvolid"); id != "" {
		return mount.Device + " " + id
	}
	return mount.Device + " " + mount.Point
}

// relate finds for each node the mount that shows more of the same tree, and the path at
// which its directory is visible there.
func relate(table *mounts.Table, nodes []*node) {
	shelves := map[shelf][]*node{}
	for _, n := range nodes {
		if !n.family.isAPI() && strings.HasPrefix(n.mount.Root, "/") {
			at := shelf{backing(n.mount), strings.TrimSuffix(n.mount.Root, deleted)}
			shelves[at] = append(shelves[at], n)
		}
	}
	for _, same := range shelves {
		slices.SortFunc(same, before)
	}
	for at, same := range shelves {
		for i, n := range same {
			for other := range enclosing(shelves, at, i) {
				if n.within == nil {
					n.within = other
				}
				if path, ok := other.mount.Shown(n.mount.Root); ok && n.source == nil && !strings.HasSuffix(n.mount.Root, deleted) && table.At(path) == other.mount {
					n.source, n.alias = other, path
				}
			}
		}
	}
}

// enclosing returns the mounts that show the directory of the mount i of a shelf, the
// closest first: earlier mounts of the same directory, then those of the directories above.
func enclosing(shelves map[shelf][]*node, at shelf, i int) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for _, n := range shelves[at][:i] {
			if !yield(n) {
				return
			}
		}
		for root := range paths.Ancestors(at.root) {
			for _, n := range shelves[shelf{at.backing, root}] {
				if !yield(n) {
					return
				}
			}
		}
	}
}

// before orders mounts of the same directory: "/" is the tree, others are its aliases;
// places that hold data come before those of the running system.
func before(a, b *node) int {
	rank := func(n *node) int {
		switch {
		case n.mount.Point == "/":
			return 0
		case n.role == RoleData:
			return 1
		}
		return 2
	}
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)),
		cmp.Compare(len(a.mount.Point), len(b.mount.Point)),
		strings.Compare(a.mount.Point, b.mount.Point),
	)
}
