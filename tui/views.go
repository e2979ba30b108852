package tui

import "slices"

// View is a way to show candidates.
type View uint8

// The views. ViewFiles stands in for ViewUnknown.
const (
	ViewUnknown View = iota
	ViewFiles        // one a row
	ViewDirs         // the directories that are worth keeping as a whole
	ViewTree         // directories that open and close
)

var viewNames = [...]string{"unknown", "files", "directories", "tree"}

// String returns the view as the screen names it.
func (v View) String() string {
	if int(v) < len(viewNames) {
		return viewNames[v]
	}
	return viewNames[ViewUnknown]
}

// next returns the view that Tab switches to.
func (v View) next() View {
	if v == ViewTree {
		return ViewFiles
	}
	return v + 1
}

// unitsOf returns for each directory the node that stands for its files where
// directories are rolled up: itself or one above it; 0 where its files stand for
// themselves. splits says whether a directory must not be kept as a whole.
func (l *listing) unitsOf(splits func(dir string) bool) []uint32 {
	l.unitsOnce.Do(func() {
		l.units = make([]uint32, len(l.dirs))
		var path []byte
		for dir := 1; dir < len(l.dirs); dir++ {
			if l.spans[dir].start == l.spans[dir].end {
				continue
			}
			above := l.units[l.dirs[dir].parent]
			if above == 0 {
				path = l.appendNode(path[:0], uint32(dir)|dirBit)
				if !splits(string(path)) {
					above = uint32(dir) | dirBit
				}
			}
			l.units[dir] = above
		}
	})
	return l.units
}

// unitOf returns the node that stands for another, which may be itself.
func (l *listing) unitOf(units []uint32, node uint32) uint32 {
	dir := node &^ dirBit
	if !isDirNode(node) {
		dir = l.holder(node)
	}
	if l.refused(node) {
		return node
	}
	if unit := units[dir]; unit != 0 {
		return unit
	}
	return node
}

// rolledUp returns the nodes that stand for others, each once, where the first of
// these is. Nothing stands for a directory that is split.
func (l *listing) rolledUp(nodes []uint32, splits func(dir string) bool) []uint32 {
	units := l.unitsOf(splits)
	seen := newBitset(len(l.dirs))
	var rows []uint32
	for _, node := range nodes {
		unit := l.unitOf(units, node)
		if isDirNode(unit) {
			if isDirNode(node) && units[node&^dirBit] == 0 {
				continue
			}
			if seen.has(unit &^ dirBit) {
				continue
			}
			seen.add(unit &^ dirBit)
		}
		rows = append(rows, unit)
	}
	return rows
}

// branch is one row of the tree view.
type branch struct {
	node  uint32
	depth int
}

// branches returns the rows of the tree view below "/", of which the directories
// in open are open, sorted by path or by weight.
func (l *listing) branches(open bitset, by *weights) []branch {
	if len(l.spans) == 0 {
		return nil
	}
	g := grower{listing: l, open: open, by: by}
	g.grow(0, 0)
	return g.rows
}

type grower struct {
	*listing
	open bitset
	by   *weights // nil: by path
	rows []branch
}

// grow adds the rows for what lies directly in a directory, which is open.
func (g *grower) grow(dir uint32, depth int) {
	nodes := g.inside(dir)
	if g.by != nil {
		slices.SortStableFunc(nodes, g.by.compare)
	}
	for _, node := range nodes {
		g.rows = append(g.rows, branch{node, depth})
		if isDirNode(node) && g.open.has(node&^dirBit) {
			g.grow(node&^dirBit, depth+1)
		}
	}
}

// inside returns what has a row of its own in a directory that is open.
func (l *listing) inside(dir uint32) []uint32 {
	var nodes []uint32
	at, end := l.spans[dir].start, l.spans[dir].end
	for at < end {
		id := l.order[at]
		f, _ := l.file(id)
		if f.dir() == dir {
			nodes = append(nodes, id)
			at++
			continue
		}
		child := l.chain(l.childAbove(dir, f.dir()))
		nodes = append(nodes, child|dirBit)
		at = l.spans[child].end
	}
	return nodes
}

// childAbove returns the directory directly in dir that is below or lies above it.
func (l *listing) childAbove(dir, below uint32) uint32 {
	for l.dirs[below].parent != dir {
		below = l.dirs[below].parent
	}
	return below
}

// chain returns the last of the directories that hold nothing but one another,
// beginning with dir. They share a row, so that nobody has to open postgresql/, 16/
// and base/ one after the other.
func (l *listing) chain(dir uint32) uint32 {
	for {
		s := l.spans[dir]
		f, _ := l.file(l.order[s.start])
		if f.dir() == dir {
			return dir
		}
		child := l.childAbove(dir, f.dir())
		if l.spans[child] != s {
			return dir
		}
		dir = child
	}
}

// rowAbove returns the directory whose row a node's row is below: the nearest one
// above it that holds anything else (chain).
func (l *listing) rowAbove(node uint32) uint32 {
	dir := l.holder(node)
	if isDirNode(node) {
		for s := l.spans[node&^dirBit]; dir != 0 && l.spans[dir] == s; {
			dir = l.dirs[dir].parent
		}
	}
	return dir | dirBit
}

// openTo opens the directories above a node, so that the tree shows it.
func (l *listing) openTo(open bitset, node uint32) bitset {
	open = open.grown(len(l.dirs))
	for dir := l.holder(node); dir != 0; dir = l.dirs[dir].parent {
		open.add(dir)
	}
	return open
}

// partly remembers which directories have a mark below them: a frame is drawn with
// each key, and the selection mostly stays as it is.
type partly struct {
	listing *listing
	gen     int
	dirs    bitset
}

func (p *partly) of(l *listing, s *selection) bitset {
	if p.listing != l || p.gen != s.gen {
		*p = partly{l, s.gen, l.partly(s)}
	}
	return p.dirs
}

// partly returns the directories with a mark somewhere below them.
func (l *listing) partly(s *selection) bitset {
	partly := newBitset(len(l.dirs))
	up := func(dir uint32) {
		for !partly.has(dir) {
			partly.add(dir)
			dir = l.dirs[dir].parent
		}
	}
	s.files.each(func(id uint32) { up(l.holder(id)) })
	s.dirs.each(func(dir uint32) {
		if dir != 0 {
			up(l.dirs[dir].parent)
		}
	})
	return partly
}
