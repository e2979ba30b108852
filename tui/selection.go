package tui

import "slices"

// selection is the set of nodes that have been marked, whatever is shown of them.
// A marked directory covers all that is below it, and nothing there is marked
// besides. The zero value is empty.
type selection struct {
	files, dirs bitset
	count       int // marks
	// gen changes with every change.
	gen int
}

// has reports whether a node is marked itself.
func (s *selection) has(node uint32) bool {
	if isDirNode(node) {
		return s.dirs.has(node &^ dirBit)
	}
	return s.files.has(node)
}

// cover returns the marked directory above a node.
func (s *selection) cover(t *tree, node uint32) (dir uint32, covered bool) {
	if len(s.dirs) == 0 || node == dirBit {
		return 0, false
	}
	for at := t.holder(node); at != 0; at = t.dirs[at].parent {
		if s.dirs.has(at) {
			return at, true
		}
	}
	return 0, s.dirs.has(0)
}

// toggle changes the mark of a node that is not covered. Marking a directory takes
// the marks below it away.
func (s *selection) toggle(l *listing, node uint32) {
	if s.has(node) {
		s.unmark(node)
		return
	}
	if isDirNode(node) {
		s.clearBelow(l, node&^dirBit)
	}
	s.mark(node)
}

func (s *selection) mark(node uint32) {
	set, i := &s.files, node
	if isDirNode(node) {
		set, i = &s.dirs, node&^dirBit
	}
	*set = set.grown(int(i) + 1)
	set.add(i)
	s.count++
	s.gen++
}

func (s *selection) unmark(node uint32) {
	if isDirNode(node) {
		s.dirs.flip(node &^ dirBit)
	} else {
		s.files.flip(node)
	}
	s.count--
	s.gen++
}

// clearBelow takes the marks away that a directory's own would cover.
func (s *selection) clearBelow(l *listing, dir uint32) {
	if s.count == 0 {
		return
	}
	s.files.each(func(id uint32) {
		if l.isBelow(l.holder(id), dir) {
			s.unmark(id)
		}
	})
	s.dirs.each(func(d uint32) {
		if d != dir && l.isBelow(d, dir) {
			s.unmark(d | dirBit)
		}
	})
}

// addFiles marks the candidates of a set, or all of a listing where that is nil,
// but for those that are covered.
func (s *selection) addFiles(l *listing, hits bitset) {
	s.files = s.files.grown(l.files)
	for _, id := range l.order {
		if (hits == nil || hits.has(id)) && !l.refused(id) {
			s.files.add(id)
		}
	}
	if s.dirs.count() > 0 {
		s.files.each(func(id uint32) {
			if _, covered := s.cover(&l.tree, id); covered {
				s.files.flip(id)
			}
		})
	}
	s.recount()
}

// addNodes marks each node that is not covered.
func (s *selection) addNodes(l *listing, nodes []uint32) {
	for _, node := range nodes {
		if _, covered := s.cover(&l.tree, node); !covered && !s.has(node) && !l.refused(node) {
			s.toggle(l, node)
		}
	}
}

func (s *selection) recount() {
	s.count = s.files.count() + s.dirs.count()
	s.gen++
}

func (s *selection) clear() { *s = selection{gen: s.gen + 1} }

// paths returns what is marked: directories, and files in the order of the listing.
func (s *selection) paths(l *listing) []Selected {
	paths := make([]Selected, 0, s.count)
	var buf []byte
	add := func(node uint32) {
		buf = l.appendNode(buf[:0], node)
		paths = append(paths, Selected{Path: string(buf), Kind: l.nodeKind(node)})
	}
	s.dirs.each(func(dir uint32) { add(dir | dirBit) })
	if s.files != nil {
		for _, id := range l.order {
			if s.files.has(id) {
				add(id)
			}
		}
	}
	return paths
}

// copied returns a selection that later changes do not show in.
func (s *selection) copied() selection {
	c := *s
	c.files, c.dirs = slices.Clone(s.files), slices.Clone(s.dirs)
	return c
}

// history is what the selection was before its last changes.
type history struct{ before []selection }

// undoSteps is how many changes can be taken back: each keeps a bit a file.
const undoSteps = 32

func (h *history) remember(s *selection) {
	h.before = append(h.before, s.copied())
	if len(h.before) > undoSteps {
		h.before = slices.Delete(h.before, 0, 1)
	}
}

// undo takes the last change back, and reports whether there was one.
func (h *history) undo(s *selection) bool {
	last := len(h.before) - 1
	if last < 0 {
		return false
	}
	gen := s.gen + 1
	*s, h.before = h.before[last], h.before[:last]
	s.gen = gen
	return true
}
