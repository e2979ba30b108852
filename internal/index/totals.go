package index

import (
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Totals are the sizes and times of all nodes of a listing. What is not a candidate counts for
// itself, but not for the directories above it, so the total of a directory is that of what is kept
// with it. A Totals is immutable.
type Totals struct {
	listing *Listing
	files   *FileStats
	sizes   []int64 // of directories, by number
	times   []int64
}

// Totals sums up the sizes and times of files. The stats must be those of the same store.
func (l *Listing) Totals(files *FileStats) *Totals {
	t := &Totals{listing: l, files: files, sizes: make([]int64, len(l.dirs)), times: make([]int64, len(l.dirs))}
	for _, id := range l.order {
		if int(id) >= len(files.sizes) {
			continue
		}
		f, _ := l.File(id)
		if f.nonCandidate() {
			continue
		}
		dir := f.Dir()
		t.sizes[dir] = sizes.Add(t.sizes[dir], t.sizeOf(id))
		t.times[dir] = max(t.times[dir], files.times[id])
	}
	for dir := len(l.dirs) - 1; dir > 0; dir-- { // a parent has the lower number
		above := l.dirs[dir].parent
		t.sizes[above] = sizes.Add(t.sizes[above], t.sizes[dir])
		t.times[above] = max(t.times[above], t.times[dir])
	}
	return t
}

// sizeOf returns the size of a file. The st_size of a directory is not the size of its contents.
func (t *Totals) sizeOf(id uint32) int64 {
	if t.listing.kind(id) == scan.KindDir {
		return 0
	}
	return t.files.sizes[id]
}

// Of returns what [Listing.StatNode] returns, without reading the disk.
func (t *Totals) Of(node uint32) NodeStat {
	stat := NodeStat{Files: t.listing.FilesOf(node)}
	if IsDir(node) {
		dir := node &^ dirBit
		if int(dir) >= len(t.sizes) {
			return NodeStat{Gone: true}
		}
		stat.Size, stat.ModTime = t.sizes[dir], t.times[dir]
	} else {
		if int(node) >= len(t.files.sizes) {
			return NodeStat{Gone: true}
		}
		stat.Size, stat.ModTime = t.sizeOf(node), t.files.times[node]
	}
	stat.Gone = stat.ModTime == 0
	return stat
}

// Selected returns the sum of what a selection keeps. It is not exact if something selected is not a
// candidate, whose size is not known.
func (t *Totals) Selected(s *Selection) (sum NodeStat, exact bool) {
	exact = true
	for _, node := range s.Nodes(t.listing) {
		stat := t.Of(node)
		exact = exact && !t.listing.NonCandidate(node)
		sum.Files += stat.Files
		sum.Size = sizes.Add(sum.Size, stat.Size)
		sum.ModTime = max(sum.ModTime, stat.ModTime)
	}
	return sum, exact
}

// Size returns the total size in bytes of all candidates.
func (t *Totals) Size() int64 {
	if len(t.sizes) == 0 {
		return 0
	}
	return t.sizes[0]
}

// Listing returns the listing whose nodes are summed up.
func (t *Totals) Listing() *Listing { return t.listing }
