package live

import "hash/maphash"

// seenMost is the maximum number of remembered paths. Their hashes take about 20 MB.
const seenMost = 500_000

// Seen remembers which paths were printed, by their hashes. It forgets all when there are too many.
type Seen struct {
	seed   maphash.Seed
	hashes map[uint64]struct{}
}

// NewSeen returns an empty set.
func NewSeen() *Seen { return &Seen{maphash.MakeSeed(), map[uint64]struct{}{}} }

// Add reports whether a path is new.
func (s *Seen) Add(path string) bool {
	if len(s.hashes) >= seenMost {
		clear(s.hashes)
	}
	n := len(s.hashes)
	s.hashes[maphash.String(s.seed, path)] = struct{}{}
	return len(s.hashes) > n
}
