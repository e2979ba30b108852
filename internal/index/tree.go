package index

import (
	"slices"

	"github.com/DaRacci/list-ephemeral/scan"
)

// TreeRow is a row of a tree whose directories open and close.
type TreeRow struct {
	Node  uint32
	Depth int
}

// TreeRows returns the rows of the tree below "/". The directories in open are open. Rows are
// sorted by the keys, or by path if by is nil.
func (l *Listing) TreeRows(open Bitset, by *SortKeys) []TreeRow {
	if len(l.spans) == 0 {
		return nil
	}
	g := treeBuilder{Listing: l, open: open, by: by}
	g.grow(0, 0)
	return g.rows
}

type treeBuilder struct {
	*Listing
	open Bitset
	by   *SortKeys // nil sorts by path
	rows []TreeRow
}

// grow adds the rows for the children of an open directory.
func (g *treeBuilder) grow(dir uint32, depth int) {
	g.add(g.Children(dir), depth)
}

// add adds rows for nodes, which it sorts, and for the children of those that are open.
func (g *treeBuilder) add(nodes []uint32, depth int) {
	if g.by != nil {
		slices.SortStableFunc(nodes, g.by.compare)
	}
	for _, node := range nodes {
		g.rows = append(g.rows, TreeRow{node, depth})
		if IsDir(node) && g.open.Has(node&^dirBit) {
			g.grow(node&^dirBit, depth+1)
		}
	}
}

// Children returns the nodes that have a row when a directory is open.
func (l *Listing) Children(dir uint32) []uint32 {
	var nodes []uint32
	at, end := l.spans[dir].Start, l.spans[dir].End
	for at < end {
		id := l.order[at]
		f, _ := l.File(id)
		if f.Dir() == dir {
			nodes = append(nodes, id)
			at++
			continue
		}
		child := l.collapseSingleChildDirs(l.childAbove(dir, f.Dir()))
		nodes = append(nodes, child|dirBit)
		at = l.spans[child].End
	}
	if l.others > 0 {
		nodes = l.withoutOpened(dir, nodes)
	}
	return nodes
}

// withoutOpened removes the directories that are not candidates and of which the contents have rows:
// both would be rows of one path.
func (l *Listing) withoutOpened(dir uint32, nodes []uint32) []uint32 {
	opened := map[string]bool{}
	for _, node := range nodes {
		if IsDir(node) {
			opened[string(l.DirName(l.childAbove(dir, DirOf(node))))] = true
		}
	}
	return slices.DeleteFunc(nodes, func(node uint32) bool {
		if !l.NonCandidate(node) || l.NodeKind(node) != scan.KindDir {
			return false
		}
		_, name := l.File(node)
		return opened[string(name)]
	})
}

// childAbove returns the child of dir that is below or is above it.
func (l *Listing) childAbove(dir, below uint32) uint32 {
	for l.dirs[below].parent != dir {
		below = l.dirs[below].parent
	}
	return below
}

// collapseSingleChildDirs follows a chain of directories from dir in which each contains only the
// next, and returns the last one. The chain shares one row, so users do not have to open
// postgresql/, 16/ and base/ one after another.
func (l *Listing) collapseSingleChildDirs(dir uint32) uint32 {
	for {
		s := l.spans[dir]
		f, _ := l.File(l.order[s.Start])
		if f.Dir() == dir {
			return dir
		}
		child := l.childAbove(dir, f.Dir())
		if l.spans[child] != s {
			return dir
		}
		dir = child
	}
}

// TreeParent returns the node of the parent row of a node: the nearest directory above it that
// contains something else as well; see collapseSingleChildDirs.
func (l *Listing) TreeParent(node uint32) uint32 {
	dir := l.Holder(node)
	if IsDir(node) {
		for s := l.spans[node&^dirBit]; dir != 0 && l.spans[dir] == s; {
			dir = l.dirs[dir].parent
		}
	}
	return dir | dirBit
}

// OpenTo adds the directories above a node to the open directories, so the tree shows the node.
func (l *Listing) OpenTo(open Bitset, node uint32) Bitset {
	open = open.Grown(len(l.dirs))
	for dir := l.Holder(node); dir != 0; dir = l.dirs[dir].parent {
		open.Add(dir)
	}
	return open
}

// PartlySelected caches which directories have something selected below them. A frame is drawn
// after each key, and most keys do not change the selection.
type PartlySelected struct {
	listing *Listing
	gen     int
	dirs    Bitset
}

// Of returns the directories of a listing with something selected below them.
func (p *PartlySelected) Of(l *Listing, s *Selection) Bitset {
	if p.listing != l || p.gen != s.gen {
		*p = PartlySelected{l, s.gen, l.partlySelected(s)}
	}
	return p.dirs
}

// partlySelected returns the directories with something selected below them. The selection may
// contain nodes of a newer listing of the store, which have higher numbers.
func (l *Listing) partlySelected(s *Selection) Bitset {
	partial := NewBitset(len(l.dirs))
	up := func(dir uint32) {
		for !partial.Has(dir) {
			partial.Add(dir)
			dir = l.dirs[dir].parent
		}
	}
	s.files.Each(func(id uint32) {
		if int(id) < l.files {
			up(l.Holder(id))
		}
	})
	s.dirs.Each(func(dir uint32) {
		if dir != 0 && int(dir) < len(l.dirs) {
			up(l.dirs[dir].parent)
		}
	})
	return partial
}
