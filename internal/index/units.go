package index

import "github.com/DaRacci/list-ephemeral/scan"

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
	twins := l.twinsOf()
	seen := NewBitset(len(l.dirs))
	var rows []uint32
	for _, node := range nodes {
		if dir, listed := twins[node]; listed {
			node = dir | dirBit
			if units[dir] == 0 { // its entries have rows of their own
				continue
			}
		}
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

// twinsOf returns the directories that are candidates themselves and have candidates below them:
// the number of the directory, by the node of the candidate. Both are one row.
func (l *Listing) twinsOf() map[uint32]uint32 {
	l.twinsOnce.Do(func() {
		type entry struct {
			dir  uint32
			name string
		}
		listed := map[entry]uint32{}
		for _, id := range l.order {
			if f, name := l.File(id); f.kind() == scan.KindDir && !f.nonCandidate() {
				listed[entry{f.Dir(), string(name)}] = id
			}
		}
		if len(listed) == 0 {
			return
		}
		l.twins = map[uint32]uint32{}
		for dir := 1; dir < len(l.dirs); dir++ {
			if l.spans[dir].Start == l.spans[dir].End {
				continue
			}
			if id, twin := listed[entry{l.dirs[dir].parent, string(l.DirName(uint32(dir)))}]; twin {
				l.twins[id] = uint32(dir)
			}
		}
	})
	return l.twins
}

// Hits returns for each of some rows the number of candidates at or below it that are in hits; nil
// stands for all candidates of the listing. The rows must be files, or directories none of which is
// below another. The cost is that of the files of the listing.
func (l *Listing) Hits(rows []uint32, hits Bitset) []int {
	counts := make([]int, len(rows))
	for i, row := range rows {
		switch {
		case hits == nil:
			counts[i] = l.candidatesAt(row)
		case !IsDir(row):
			if hits.Has(row) && !l.NonCandidate(row) {
				counts[i] = 1
			}
		default:
			for _, id := range l.order[l.spans[row&^dirBit].Start:l.spans[row&^dirBit].End] {
				if hits.Has(id) && !l.NonCandidate(id) {
					counts[i]++
				}
			}
		}
	}
	return counts
}

// Filled are the places that selected files fill, or nearly so.
type Filled struct {
	// Files is the number of the selected files, and Dirs are the places as nodes of directories, in the
	// order of their first file.
	Files int
	Dirs  []uint32
}

// filledFrom is the share of a place's files, in percent, that fill it.
const filledFrom = 80

// Filled returns the places of which nearly all files are selected, each by itself. A place with one
// file is not among them.
func (l *Listing) Filled(s *Selection, splits func(dir string) bool) (f Filled) {
	units := l.unitsOf(splits)
	counts := map[uint32]int{}
	var dirs []uint32
	for _, node := range s.Nodes(l) {
		if IsDir(node) {
			continue
		}
		if unit := l.unitOf(units, node); IsDir(unit) {
			if counts[unit]++; counts[unit] == 1 {
				dirs = append(dirs, unit)
			}
		}
	}
	for _, dir := range dirs {
		if n := counts[dir]; n > 1 && n*100 >= l.FilesOf(dir)*filledFrom {
			f.Dirs = append(f.Dirs, dir)
			f.Files += n
		}
	}
	return f
}
