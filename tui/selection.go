package tui

// selection is the set of files that have been marked, whatever is shown of
// them. The zero value is empty.
type selection struct {
	files bitset
	count int
}

// toggle changes one file's mark.
func (s *selection) toggle(id uint32) {
	s.files = s.files.grown(int(id) + 1)
	s.files.flip(id)
	if s.files.has(id) {
		s.count++
	} else {
		s.count--
	}
}

// addAll marks all matches of some results, not only those that can be shown.
func (s *selection) addAll(r *results) {
	s.files = s.files.grown(r.listing.files)
	if r.hits != nil {
		s.files.union(r.hits)
	} else {
		for _, id := range r.listing.order {
			s.files.add(id)
		}
	}
	s.count = s.files.count()
}

func (s *selection) clear() { *s = selection{} }

// paths returns what is marked.
func (s *selection) paths(t *tree) []Selected {
	paths := make([]Selected, 0, s.count)
	var buf []byte
	s.files.each(func(id uint32) {
		buf = t.appendPath(buf[:0], id)
		paths = append(paths, Selected{Path: string(buf), Kind: t.kind(id)})
	})
	return paths
}

// copied returns a selection that later changes do not show in.
func (s *selection) copied() selection {
	return selection{files: append(bitset(nil), s.files...), count: s.count}
}
