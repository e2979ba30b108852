package index

// unitsOf returns for each directory the node that its files are rolled up into: the directory
// itself or one above it, or 0 if its files are not rolled up. splits reports whether a directory
// should not be kept as a whole.
func (l *Listing) unitsOf(splits func(dir string) bool) []uint32 {
	l.unitsOnce.Do(func() {
		l.units = make([]uint32, len(l.dirs))
		var path []byte
		for dir := 1; dir < len(l.dirs); dir++ {
			if l.spans[dir].Start == l.spans[dir].End {
				continue
			}
			above := l.units[l.dirs[dir].parent]
			if above == 0 {
				path = l.AppendNode(path[:0], uint32(dir)|dirBit)
				if !splits(string(path)) {
					above = uint32(dir) | dirBit
				}
			}
			l.units[dir] = above
		}
	})
	return l.units
}

// unitOf returns the node that a node is rolled up into, which may be the node itself.
func (l *Listing) unitOf(units []uint32, node uint32) uint32 {
	dir := node &^ dirBit
	if !IsDir(node) {
		dir = l.Holder(node)
	}
	if l.NonCandidate(node) {
		return node
	}
	if unit := units[dir]; unit != 0 {
		return unit
	}
	return node
}

// RollUp returns the nodes that nodes are rolled up into, without duplicates and in the order of
// their first occurrence. A directory for which splits returns true is omitted.
func (l *Listing) RollUp(nodes []uint32, splits func(dir string) bool) []uint32 {
	units := l.unitsOf(splits)
	seen := NewBitset(len(l.dirs))
	var rows []uint32
	for _, node := range nodes {
		unit := l.unitOf(units, node)
		if IsDir(unit) {
			if IsDir(node) && units[node&^dirBit] == 0 {
				continue
			}
			if seen.Has(unit &^ dirBit) {
				continue
			}
			seen.Add(unit &^ dirBit)
		}
		rows = append(rows, unit)
	}
	return rows
}
