package index

// NonCandidate reports whether a node is not a candidate. Such nodes are shown on demand and are
// not counted.
func (t *snapshot) NonCandidate(node uint32) bool {
	if IsDir(node) || t.others == 0 {
		return false
	}
	f, _ := t.File(node)
	return f.nonCandidate()
}

// candidatesBefore returns a slice whose element i is the number of candidates among the first i
// rows of the order. It returns nil if all files are candidates.
func (l *Listing) candidatesBefore() []uint32 {
	if l.others == 0 {
		return nil
	}
	l.candidatesOnce.Do(func() {
		l.candidates = make([]uint32, len(l.order)+1)
		for i, id := range l.order {
			l.candidates[i+1] = l.candidates[i]
			if !l.NonCandidate(id) {
				l.candidates[i+1]++
			}
		}
	})
	return l.candidates
}
