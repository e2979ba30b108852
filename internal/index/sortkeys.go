package index

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/internal/crash"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// FileStats has the results of stat(2) for all files of a store, by file number.
type FileStats struct {
	sizes, times []int64
}

// StatAll calls stat for all files of the store. If before is not nil, it copies the results in
// before and calls stat only for files that were added later. A file that no longer exists, or that
// is not a candidate, has size 0. StatAll returns the error of ctx soon after ctx is done.
func (l *Listing) StatAll(ctx context.Context, stat StatFunc, before *FileStats) (*FileStats, error) {
	return l.StatAllBy(ctx, stat, before, runtime.NumCPU())
}

// StatAllBy is StatAll with a number of goroutines. Work in the background leaves a CPU to the screen.
func (l *Listing) StatAllBy(ctx context.Context, stat StatFunc, before *FileStats, workers int) (*FileStats, error) {
	if before != nil && len(before.sizes) == l.files {
		return before, ctx.Err()
	}
	m := &FileStats{make([]int64, l.files), make([]int64, l.files)}
	known := 0
	if before != nil {
		known = copy(m.sizes, before.sizes)
		copy(m.times, before.times)
	}
	var next atomic.Int64
	next.Store(int64(known))
	var all sync.WaitGroup
	var failure atomic.Pointer[crash.Error]
	for range workers {
		all.Go(func() {
			defer crash.Catch("sort", func(e *crash.Error) { failure.Store(e) })
			l.statSome(ctx, stat, m, &next)
		})
	}
	all.Wait()
	if e := failure.Load(); e != nil {
		return nil, e
	}
	return m, ctx.Err()
}

// statSome stats blocks of files until no block is left.
func (l *Listing) statSome(ctx context.Context, stat StatFunc, m *FileStats, next *atomic.Int64) {
	const block = 256
	var path []byte
	for ctx.Err() == nil {
		start := int(next.Add(block)) - block
		if start >= l.files {
			return
		}
		for id := start; id < min(start+block, l.files); id++ {
			if l.NonCandidate(uint32(id)) { // may be on a server that does not respond
				continue
			}
			path = l.AppendPath(path[:0], uint32(id))
			if _, info, err := stat(string(path)); err == nil {
				m.sizes[id], m.times[id] = info.Size, info.ModTime.Unix()
			}
		}
	}
}

// SortKeys are the keys by which the nodes of one listing are sorted, the highest first.
type SortKeys struct {
	files []int64 // by number
	dirs  []int64 // by number: the total size, the newest time or the highest rank below
	// ascending reverses the order.
	ascending bool
}

// Reversed returns the keys for the reverse order.
func (w *SortKeys) Reversed() *SortKeys { return &SortKeys{w.files, w.dirs, !w.ascending} }

func (w *SortKeys) key(node uint32) int64 {
	if IsDir(node) {
		return w.dirs[node&^dirBit]
	}
	return w.files[node]
}

// compare compares nodes for sorting, the highest key first.
func (w *SortKeys) compare(a, b uint32) int {
	if w.ascending {
		a, b = b, a
	}
	return cmp.Compare(w.key(b), w.key(a))
}

// SizeKeys returns the keys for sorting by size.
func (l *Listing) SizeKeys(m *FileStats) *SortKeys {
	return l.summedUp(m.sizes, func(sum *int64, size int64) { *sum = sizes.Add(*sum, size) })
}

// TimeKeys returns the keys for sorting by modification time.
func (l *Listing) TimeKeys(m *FileStats) *SortKeys {
	return l.summedUp(m.times, func(newest *int64, time int64) { *newest = max(*newest, time) })
}

// summedUp computes the keys of directories from those of files. add combines the key of an entry
// into the key of its directory.
func (l *Listing) summedUp(files []int64, add func(dir *int64, key int64)) *SortKeys {
	w := &SortKeys{files: files, dirs: make([]int64, len(l.dirs))}
	for _, id := range l.order {
		f, _ := l.File(id)
		add(&w.dirs[f.Dir()], w.files[id])
	}
	for dir := len(l.dirs) - 1; dir > 0; dir-- { // a parent has the lower number
		add(&w.dirs[l.dirs[dir].parent], w.dirs[dir])
	}
	return w
}

// Sorted returns rows sorted by key. The sort is stable.
func (w *SortKeys) Sorted(rows []uint32) []uint32 {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, w.compare)
	return rows
}

// RankKeys returns the keys for sorting by rank(path). The rank of a directory is the highest
// rank below it. RankKeys returns the error of ctx soon after ctx is done.
func (l *Listing) RankKeys(ctx context.Context, rank func(path string) int) (*SortKeys, error) {
	ranks := make([]int64, l.files)
	var path []byte
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		path = l.AppendPath(path[:0], id)
		ranks[id] = int64(rank(string(path)))
	}
	return l.summedUp(ranks, func(highest *int64, rank int64) { *highest = max(*highest, rank) }), nil
}

// Compare compares nodes like cmp.Compare: the highest key comes first.
func (w *SortKeys) Compare(a, b uint32) int { return w.compare(a, b) }
