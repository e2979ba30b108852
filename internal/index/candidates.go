package index

// NonCandidate reports whether a node is not a candidate. Such nodes are shown on demand,
// and count nowhere.
func (t *snapshot) NonCandidate(node uint32) bool {
	if IsDir(node) || t.others == 0 {
		return false
	}
	f, _ := t.File(node)
	return f.nonCandidate()
}

// candidatesBefore returns how many of the first rows of the order are candidates,
// for each number of rows; nil if all are.
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
