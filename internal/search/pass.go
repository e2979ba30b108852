package search

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/internal/crash"
	"github.com/DaRacci/list-ephemeral/internal/index"
)

// The first stage of a search. It reads the name of each directory once and saves the state of the
// automaton at its end. Then it scores the files in the order in which they were added, because
// they are adjacent in memory in that order, or only the files that matched a shorter query.
// Workers take blocks from a shared counter. The cheapest step comes first:
//
//	letters   one AND rejects a name that lacks a letter of the query
//	gate      a name that cannot change the state gets the score of its directory
//	automaton reads the name, starting from the state of its directory
//	filter    compares the terms that are not scored, in the same way
//	library   scores names that are not ASCII

// The sizes of the blocks that a worker takes, small enough that a cancelled search ends within
// milliseconds, and the number of files that it collects for the library, which takes about a
// microsecond for each.
const (
	blockDirs    = 4096
	blockRuns    = 512
	blockWords   = 128
	blockAligned = 256
	libraryFiles = 4096
)

// search is one run of the first stage.
type search struct {
	*index.Listing
	plan    plan
	terms   Terms
	kept    func(path string) bool
	home    string // with a slash at its end, or ""
	within  *Results
	next    atomic.Int64 // start of the next block
	rowOf   []uint32     // see index.Listing.Rows
	pattern pattern
	// filter decides on the paths that are scored. It is nil if the score decides.
	filter *filter
	// rest contains, for each position in the pattern, the letters from there to the end.
	rest []index.Letters
	// states has the state of the automaton at the end of each directory's path. It is nil
	// if the library scores everything.
	states []score

	mu      sync.Mutex
	workers []*worker
	failure *crash.Error
}

func newSearch(ctx context.Context, l *index.Listing, q Query, terms Terms, within *Results) (*search, error) {
	s := &search{Listing: l, plan: newPlan(terms), terms: terms, kept: q.Kept, home: homeOf(q), within: within, rowOf: l.Rows()}
	if len(s.plan.filtered) > 0 {
		var err error
		if s.filter, err = newFilter(ctx, l, s.plan.filtered); err != nil {
			return nil, err
		}
	}
	if !s.plan.ascii {
		return s, nil
	}
	s.pattern = newPattern(s.plan.text, s.plan.exact)
	text := s.pattern.text
	s.rest = make([]index.Letters, len(text)+1)
	for i := len(text) - 1; i >= 0; i-- {
		s.rest[i] = s.rest[i+1] | index.LettersOfByte(text[i])
	}
	s.states = takeStates(max(s.Dirs(), 1))
	s.states[0] = newScore()
	return s, nil
}

// spareStates contains the states of finished searches, several megabytes for a million files.
// They do not have to be cleared.
var spareStates sync.Pool

func takeStates(n int) []score {
	if spare, ok := spareStates.Get().(*[]score); ok && cap(*spare) >= n {
		return (*spare)[:n]
	}
	return make([]score, n)
}

// close makes the states available to the next search.
func (s *search) close() {
	if s.states != nil {
		spareStates.Put(&s.states)
	}
}

// run searches with one worker for each core. It does not use GOMAXPROCS, which may be several
// times higher because a scan waits for the disk.
func (s *search) run(ctx context.Context) error {
	for range runtime.NumCPU() {
		s.workers = append(s.workers, &worker{
			search: s, hits: index.NewBitset(s.Files()), holders: index.NewBitset(s.Dirs()),
			files: top{most: BestRows}, found: top{most: bestDirs}, whole: newMatcher(s.plan.filtered),
		})
	}
	if s.states != nil {
		dirs := s.Entries()
		s.inParallel(func(w *worker) {
			eachBlock(ctx, &s.next, len(dirs), blockDirs, func(start, end int) { w.enterDirs(dirs[start:end]) })
		})
		s.next.Store(0)
	}
	s.inParallel(func(w *worker) {
		if s.within != nil {
			eachBlock(ctx, &s.next, len(s.within.Hits), blockWords, w.searchWithin)
		} else {
			eachBlock(ctx, &s.next, s.Runs(), blockRuns, w.searchRuns)
		}
		w.askLibrary()
	})
	if s.failure != nil {
		return s.failure
	}
	return ctx.Err()
}

// inParallel runs work on all cores and records a panic.
func (s *search) inParallel(work func(*worker)) {
	var all sync.WaitGroup
	for _, w := range s.workers {
		all.Go(func() {
			defer crash.Catch("search", func(e *crash.Error) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.failure = e
			})
			work(w)
		})
	}
	all.Wait()
}

// eachBlock runs work on blocks of n items until none is left or ctx is done.
func eachBlock(ctx context.Context, next *atomic.Int64, n, size int, work func(start, end int)) {
	for ctx.Err() == nil {
		start := int(next.Add(int64(size))) - size
		if start >= n {
			return
		}
		work(start, min(start+size, n))
	}
}

// merged merges the results of all workers. The best matches are not sorted.
func (s *search) merged() *worker {
	all := s.workers[0]
	for _, w := range s.workers[1:] {
		all.files.merge(&w.files)
		all.found.merge(&w.found)
		all.hits.Union(w.hits)
		all.holders.Union(w.holders)
	}
	all.files.cut()
	all.found.cut()
	return all
}

// worker does a part of a search.
type worker struct {
	*search
	hits    index.Bitset // all matching files
	holders index.Bitset // their directories
	files   top
	found   top // directories

	above []ancestor
	gate  gate

	whole *Matcher // of the terms of the filter
	path  []byte   // that whole reads

	block []uint32 // files for the library
	ends  []int    // where their paths end in text
	text  []byte
}

// ancestor is a directory on the way down to another.
type ancestor struct {
	dir   uint32
	state score
}

// enterDirs computes the states of directories, each of which precedes its subdirectories. It
// finds the directories whose own name completes the match.
func (w *worker) enterDirs(entries []index.DirEntry) {
	w.above = w.above[:0]
	w.enterAncestors(entries[0].Parent)
	for i := range entries {
		e := &entries[i]
		if w.within != nil && !w.within.dirs.Has(e.Dir) {
			continue
		}
		for w.above[len(w.above)-1].dir != e.Parent {
			w.above = w.above[:len(w.above)-1]
		}
		before := &w.above[len(w.above)-1].state
		w.above = append(w.above, ancestor{e.Dir, *before})
		state := &w.above[len(w.above)-1].state
		if state.skips(&w.pattern, e.Letters) {
			state.skip(e.NameSize, e.LastByte)
		} else {
			state.enter(&w.pattern, w.DirName(e.Dir))
		}
		w.states[e.Dir] = *state
		if m := len(w.pattern.text); state.needed() >= m && w.completes(e, before.needed() >= m) {
			total, _ := state.ended(&w.pattern)
			w.found.add(ranked{total, int(w.Below(e.Dir).Start), index.DirNode(e.Dir)})
		}
	}
}

// completes reports whether the own name of a directory that is scored completes the match. above
// reports whether its parent is scored too.
func (w *worker) completes(e *index.DirEntry, above bool) bool {
	if w.filter == nil {
		return !above
	}
	return w.filterDir(e.Dir) && (!above || w.filter.ends || !w.filterDir(e.Parent))
}

// enterAncestors computes the states of a directory and its ancestors. Another worker may compute
// them too.
func (w *worker) enterAncestors(dir uint32) {
	if dir == 0 {
		w.above = append(w.above, ancestor{0, newScore()})
		return
	}
	w.enterAncestors(w.Parent(dir))
	state := w.above[len(w.above)-1].state
	state.enter(&w.pattern, w.DirName(dir))
	w.above = append(w.above, ancestor{dir, state})
}

// gate is what the state of a directory implies for the files in it.
type gate struct {
	dir    uint32
	before *score
	// need are the letters that a name must have.
	need index.Letters
	// base is the score of an empty name that does not change the state.
	base int
	// awaited are the letters that may change the state. A name without them is not read.
	awaited index.Letters
}

// open sets the gate for a directory.
func (w *worker) open(dir uint32) {
	before := &w.states[dir]
	w.gate = gate{dir: dir, before: before, need: w.rest[before.needed()] &^ index.LettersOfByte('/'), awaited: ^index.Letters(0)}
	m := len(w.pattern.text)
	if before.needed() < m {
		return
	}
	if m == 0 {
		w.gate.base, w.gate.awaited = 0, 0
		return
	}
	// The path of the directory matches the whole query. Only the last letter can still get a
	// better position, after a separator, unless it is already after one.
	total, _ := before.ended(&w.pattern)
	w.gate.base = total - 1 // the slash
	last := w.pattern.text[m-1]
	switch {
	case int(before.settled) == m || last != '/' && before.best >= afterSeparator:
		w.gate.awaited = 0
	case last != '/':
		w.gate.awaited = index.LettersOfByte(last)
	}
}

// searchRuns scores the files of some runs. The files of a run are in one directory.
func (w *worker) searchRuns(start, end int) {
	for i := start; i < end; i++ {
		dir, first, end := w.Run(i)
		if s := w.Below(dir); s.Start == s.End {
			continue
		}
		forLibrary := w.forLibrary(dir)
		for id := first; id < end; id++ {
			w.searchFile(id, forLibrary)
		}
	}
}

// searchWithin scores the files in some words of within.Hits, which contains all matches.
func (w *worker) searchWithin(start, end int) {
	w.within.Hits[start:end].Each(func(i uint32) {
		id := uint32(start)*64 + i
		f, _ := w.File(id)
		w.searchFile(id, w.forLibrary(f.Dir()))
	})
}

// forLibrary reports whether the library scores all files of a directory. If not, it sets the
// gate.
func (w *worker) forLibrary(dir uint32) bool {
	if w.states == nil || w.DirLetters(dir)&index.NotASCII != 0 {
		return true
	}
	if w.gate.before == nil || w.gate.dir != dir {
		w.open(dir)
	}
	return false
}

func (w *worker) searchFile(id uint32, forLibrary bool) {
	f, name := w.File(id)
	if forLibrary || f.Letters()&index.NotASCII != 0 {
		w.leave(id)
		return
	}
	g := &w.gate
	if g.need&^f.Letters() != 0 || w.rowOf[id] == index.NoRow {
		return
	}
	total := g.base - len(name)
	if len(w.pattern.text) == 0 {
		total = 0 // in the order of the listing
	}
	if g.awaited&f.Letters() != 0 {
		state := *g.before
		state.finish(&w.pattern, name)
		var matches bool
		if total, matches = state.result(&w.pattern); !matches {
			return
		}
	}
	if w.filter != nil && !w.filterFile(id, f, name) {
		return
	}
	w.hits.Add(id)
	w.holders.Add(f.Dir())
	w.files.add(ranked{total, int(w.rowOf[id]), id})
}
