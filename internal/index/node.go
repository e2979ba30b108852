package index

import "github.com/DaRacci/list-ephemeral/scan"

// A node is the number of a file, or the number of a directory with dirBit set. Nodes do not
// change while the scan continues.
const dirBit = 1 << 31

// DirNode returns the node of a directory.
func DirNode(dir uint32) uint32 { return dir | dirBit }

// DirOf returns the number of the directory of a node.
func DirOf(node uint32) uint32 { return node &^ dirBit }

// IsDir reports whether a node is a directory.
func IsDir(node uint32) bool { return node&dirBit != 0 }

// Holder returns the directory that a node is in. The holder of "/" is "/".
func (t *snapshot) Holder(node uint32) uint32 {
	if IsDir(node) {
		return t.dirs[node&^dirBit].parent
	}
	f, _ := t.File(node)
	return f.Dir()
}

// AppendNode appends the path of a node. The path of a directory has no trailing slash.
func (t *snapshot) AppendNode(dst []byte, node uint32) []byte {
	if !IsDir(node) {
		return t.AppendPath(dst, node)
	}
	dst = t.AppendDir(dst, node&^dirBit)
	if node != dirBit {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// NodeKind returns the kind of a node.
func (t *snapshot) NodeKind(node uint32) scan.Kind {
	if IsDir(node) {
		return scan.KindDir
	}
	return t.kind(node)
}

// isBelow reports whether dir is above or is below it.
func (t *snapshot) isBelow(dir, above uint32) bool {
	for dir > above { // a parent has the lower number
		dir = t.dirs[dir].parent
	}
	return dir == above
}

// A group is a node that stands for several nodes of one result, such as the places of a program.
// The result defines what its number means; no listing contains it. Files have numbers below
// groupBit: a store with more would not fit into memory.
const groupBit = 1 << 30

// GroupNode returns the node of a group.
func GroupNode(i int) uint32 { return uint32(i) | groupBit }

// GroupOf returns the index of a group, and whether the node is one.
func GroupOf(node uint32) (i int, group bool) {
	return int(node &^ groupBit), !IsDir(node) && node&groupBit != 0
}
