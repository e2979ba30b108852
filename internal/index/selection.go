package index

import (
	"slices"

	"github.com/DaRacci/list-ephemeral/scan"
)

// Selection is a set of nodes, shown or not. A selected directory covers everything below it, so
// nothing below it is selected itself. The zero value is empty.
type Selection struct {
	files, dirs Bitset
	count       int
	// gen increases with every change.
	gen int
}

// Len returns the number of selected nodes.
func (s *Selection) Len() int { return s.count }

// Generation returns a number that increases with every change.
func (s *Selection) Generation() int { return s.gen }

// Has reports whether a node is selected itself.
func (s *Selection) Has(node uint32) bool {
	if IsDir(node) {
		return s.dirs.Has(node &^ dirBit)
	}
	return s.files.Has(node)
}

// CoveredBy returns the selected directory above a node, if there is one.
func (s *Selection) CoveredBy(l *Listing, node uint32) (dir uint32, covered bool) {
	if len(s.dirs) == 0 || node == dirBit {
		return 0, false
	}
	for at := l.Holder(node); at != 0; at = l.dirs[at].parent {
		if s.dirs.Has(at) {
			return at, true
		}
	}
	return 0, s.dirs.Has(0)
}

// Toggle selects or deselects a node that is not covered. Selecting a directory deselects
// everything below it.
func (s *Selection) Toggle(l *Listing, node uint32) {
	if s.Has(node) {
		s.deselect(node)
		return
	}
	if IsDir(node) {
		s.clearBelow(l, node&^dirBit)
	}
	s.Select(node)
}

// Select selects a node. The node must not be selected or covered, and nothing below it may be
// selected.
func (s *Selection) Select(node uint32) {
	set, i := &s.files, node
	if IsDir(node) {
		set, i = &s.dirs, node&^dirBit
	}
	*set = set.Grown(int(i) + 1)
	set.Add(i)
	s.count++
	s.gen++
}

func (s *Selection) deselect(node uint32) {
	if IsDir(node) {
		s.dirs.Flip(node &^ dirBit)
	} else {
		s.files.Flip(node)
	}
	s.count--
	s.gen++
}

// clearBelow deselects everything below a directory.
func (s *Selection) clearBelow(l *Listing, dir uint32) {
	if s.count == 0 {
		return
	}
	s.files.Each(func(id uint32) {
		if l.isBelow(l.Holder(id), dir) {
			s.deselect(id)
		}
	})
	s.dirs.Each(func(d uint32) {
		if d != dir && l.isBelow(d, dir) {
			s.deselect(d | dirBit)
		}
	})
}

// AddFiles selects the candidates in hits, or all candidates of the listing if hits is nil,
// except those that are covered.
func (s *Selection) AddFiles(l *Listing, hits Bitset) {
	s.files = s.files.Grown(l.files)
	for _, id := range l.order {
		if (hits == nil || hits.Has(id)) && !l.NonCandidate(id) {
			s.files.Add(id)
		}
	}
	if s.dirs.Count() > 0 {
		s.files.Each(func(id uint32) {
			if _, covered := s.CoveredBy(l, id); covered {
				s.files.Flip(id)
			}
		})
	}
	s.recount()
}

// AddNodes selects the nodes that are candidates and not covered.
func (s *Selection) AddNodes(l *Listing, nodes []uint32) {
	for _, node := range nodes {
		if _, covered := s.CoveredBy(l, node); !covered && !s.Has(node) && !l.NonCandidate(node) {
			s.Toggle(l, node)
		}
	}
}

// ToggleNodes selects the nodes that are candidates, or deselects those that are selected if none is
// left to select. Nodes that are covered do not change.
func (s *Selection) ToggleNodes(l *Listing, nodes []uint32) {
	before := s.gen
	if s.AddNodes(l, nodes); s.gen != before {
		return
	}
	for _, node := range nodes {
		if s.Has(node) {
			s.deselect(node)
		}
	}
}

// Covered returns how many of the nodes are selected or covered.
func (s *Selection) Covered(l *Listing, nodes []uint32) int {
	count := 0
	for _, node := range nodes {
		if _, covered := s.CoveredBy(l, node); covered || s.Has(node) {
			count++
		}
	}
	return count
}

func (s *Selection) recount() {
	s.count = s.files.Count() + s.dirs.Count()
	s.gen++
}

// Clear deselects everything.
func (s *Selection) Clear() { *s = Selection{gen: s.gen + 1} }

// Paths returns the selected paths: first the directories, then the files in the order of the
// listing.
func (s *Selection) Paths(l *Listing) []Selected {
	nodes := s.Nodes(l)
	paths := make([]Selected, len(nodes))
	var buf []byte
	for i, node := range nodes {
		buf = l.AppendNode(buf[:0], node)
		paths[i] = Selected{Path: string(buf), Kind: l.NodeKind(node)}
	}
	return paths
}

// Nodes returns the selected nodes, in the order of Paths.
func (s *Selection) Nodes(l *Listing) []uint32 {
	nodes := make([]uint32, 0, s.count)
	s.dirs.Each(func(dir uint32) { nodes = append(nodes, dir|dirBit) })
	if s.files != nil {
		for _, id := range l.order {
			if s.files.Has(id) {
				nodes = append(nodes, id)
			}
		}
	}
	return nodes
}

// Clone returns a copy.
func (s *Selection) Clone() Selection {
	c := *s
	c.files, c.dirs = slices.Clone(s.files), slices.Clone(s.dirs)
	return c
}

// Replace makes the selection equal to another one. The generation increases.
func (s *Selection) Replace(by *Selection) {
	gen := s.gen + 1
	*s = by.Clone()
	s.gen = gen
}

// Selected is a selected path.
type Selected struct {
	// Path is absolute, and may contain any bytes.
	Path string
	Kind scan.Kind
}
