package tui

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// sortKey is what rows are ordered by; sizes and times put the largest and the
// newest first.
type sortKey uint8

const (
	sortPath sortKey = iota
	sortSize
	sortTime
	sortRank // of annotations
)

var sortNames = [...]string{"path", "size", "time", "what was done"}

// String returns the key as the screen names it.
func (k sortKey) String() string {
	if int(k) < len(sortNames) {
		return sortNames[k]
	}
	return sortNames[sortPath]
}

// next returns the key that comes after, among those that there are.
func (k sortKey) next(annotated bool) sortKey {
	keys := sortRank
	if annotated {
		keys++
	}
	return (k + 1) % keys
}

// measured is what the disk says of all files, by their numbers.
type measured struct {
	sizes, times []int64
}

// measure asks about the files that were not there before; of what is gone the
// size is 0.
func (l *listing) measure(ctx context.Context, stat statFunc, before *measured) (*measured, error) {
	m := &measured{make([]int64, l.files), make([]int64, l.files)}
	known := 0
	if before != nil {
		known = copy(m.sizes, before.sizes)
		copy(m.times, before.times)
	}
	var next atomic.Int64
	next.Store(int64(known))
	var all sync.WaitGroup
	var failure atomic.Pointer[PanicError]
	for range runtime.NumCPU() {
		all.Go(func() {
			defer recovered("sort", func(e *PanicError) { failure.Store(e) })
			l.measureSome(ctx, stat, m, &next)
		})
	}
	all.Wait()
	if e := failure.Load(); e != nil {
		return nil, e
	}
	return m, ctx.Err()
}

// measureSome takes blocks of files until there are none left.
func (l *listing) measureSome(ctx context.Context, stat statFunc, m *measured, next *atomic.Int64) {
	const block = 256
	var path []byte
	for ctx.Err() == nil {
		start := int(next.Add(block)) - block
		if start >= l.files {
			return
		}
		for id := start; id < min(start+block, l.files); id++ {
			path = l.appendPath(path[:0], uint32(id))
			if _, info, err := stat(string(path)); err == nil {
				m.sizes[id], m.times[id] = info.Size, info.ModTime.Unix()
			}
		}
	}
}

// weights are what nodes of one listing are ordered by.
type weights struct {
	files []int64 // by number
	dirs  []int64 // by number: the sum of the sizes below, or the newest time
}

func (w *weights) of(node uint32) int64 {
	if isDirNode(node) {
		return w.dirs[node&^dirBit]
	}
	return w.files[node]
}

// compare orders nodes, the heaviest first.
func (w *weights) compare(a, b uint32) int { return cmp.Compare(w.of(b), w.of(a)) }

// weigh prepares the order by a key.
func (l *listing) weigh(m *measured, by sortKey) *weights {
	w := &weights{files: m.sizes, dirs: make([]int64, len(l.dirs))}
	add := func(sum *int64, size int64) { *sum = sizes.Add(*sum, size) }
	if by == sortTime {
		w.files = m.times
		add = func(newest *int64, time int64) { *newest = max(*newest, time) }
	}
	for _, id := range l.order {
		f, _ := l.file(id)
		add(&w.dirs[f.dir()], w.files[id])
	}
	for dir := len(l.dirs) - 1; dir > 0; dir-- { // a parent has the lower number
		add(&w.dirs[l.dirs[dir].parent], w.dirs[dir])
	}
	return w
}

// sorted returns rows by weight; those of the same weight stay in their order.
func (w *weights) sorted(rows []uint32) []uint32 {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, w.compare)
	return rows
}
