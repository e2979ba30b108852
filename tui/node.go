package tui

import "github.com/DaRacci/list-ephemeral/scan"

// A row of the screen stands for a node of the tree: a file, by its number, or a
// directory, by its number with dirBit set. Both stay the same while the scan
// goes on.
const dirBit = 1 << 31

func isDirNode(node uint32) bool { return node&dirBit != 0 }

// holder returns the directory that a node lies in; "/" lies in itself.
func (t *tree) holder(node uint32) uint32 {
	if isDirNode(node) {
		return t.dirs[node&^dirBit].parent
	}
	f, _ := t.file(node)
	return f.dir()
}

// appendNode appends the path of a node, a directory's without a slash behind it.
func (t *tree) appendNode(dst []byte, node uint32) []byte {
	if !isDirNode(node) {
		return t.appendPath(dst, node)
	}
	dst = t.appendDir(dst, node&^dirBit)
	if node != dirBit {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// nodeKind returns what a node is.
func (t *tree) nodeKind(node uint32) scan.Kind {
	if isDirNode(node) {
		return scan.KindDir
	}
	return t.kind(node)
}

// isBelow reports whether a directory is another one or lies below it.
func (t *tree) isBelow(dir, above uint32) bool {
	for dir > above { // a parent has the lower number
		dir = t.dirs[dir].parent
	}
	return dir == above
}
