package tui

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/sahilm/fuzzy"
)

// The first stage of a search. It reads the name of each directory once, and comes
// away with the automaton's state at its end. Then it goes through the files in the
// order in which they were found, for there they lie close together in memory, or
// through those alone that matched what the query began with. Workers take blocks
// from a common counter; the cheapest step comes first:
//
//	letters   one AND rejects a name that lacks a letter of the query
//	gate      a name that changes nothing has the directory's score
//	automaton the name is read, from the directory's state on
//	library   takes what is not ASCII

// How much a worker takes at once, so that a cancelled search ends within
// milliseconds, and how many files it gathers for the library, which needs about a
// microsecond for each.
const (
	blockDirs    = 4096
	blockRuns    = 512
	blockWords   = 128
	blockAligned = 256
	libraryFiles = 4096
)

// search is one query on its way through the rows.
type search struct {
	*listing
	query   string
	kept    func(path string) bool
	within  *results
	next    atomic.Int64 // the first block that no worker has taken
	rowOf   []uint32     // see listing.rows
	pattern pattern
	// rest holds the letters of the pattern from each of its places on.
	rest []letters
	// states are those of the directories, at the end of their paths; nil if all is
	// for the library.
	states []score

	mu      sync.Mutex
	workers []*worker
	failure *PanicError
}

func newSearch(req request) *search {
	s := &search{
		listing: req.listing, query: req.query, kept: req.kept, within: req.within, rowOf: req.listing.rows(),
	}
	var ok bool
	if s.pattern, ok = newPattern(req.query); !ok {
		return s
	}
	text := s.pattern.text
	s.rest = make([]letters, len(text)+1)
	for i := len(text) - 1; i >= 0; i-- {
		s.rest[i] = s.rest[i+1] | letterOf[text[i]]
	}
	s.states = takeStates(max(len(s.dirs), 1))
	s.states[0] = newScore()
	return s
}

// spareStates are those of searches that have ended: for a million files several
// megabytes, which need not be cleared.
var spareStates sync.Pool

func takeStates(n int) []score {
	if spare, ok := spareStates.Get().(*[]score); ok && cap(*spare) >= n {
		return (*spare)[:n]
	}
	return make([]score, n)
}

// close gives back what the next search may use.
func (s *search) close() {
	if s.states != nil {
		spareStates.Put(&s.states)
	}
}

// run searches all rows with one worker for each core; GOMAXPROCS may be many
// times as much, for the sake of a scan.
func (s *search) run(ctx context.Context) error {
	for range runtime.NumCPU() {
		s.workers = append(s.workers, &worker{
			search: s, hits: newBitset(s.files), holders: newBitset(len(s.dirs)),
			files: top{most: bestRows}, found: top{most: bestDirs},
		})
	}
	if s.states != nil {
		dirs := s.entries()
		s.inParallel(func(w *worker) {
			eachBlock(ctx, &s.next, len(dirs), blockDirs, func(start, end int) { w.enterDirs(dirs[start:end]) })
		})
		s.next.Store(0)
	}
	s.inParallel(func(w *worker) {
		if s.within != nil {
			eachBlock(ctx, &s.next, len(s.within.hits), blockWords, w.searchWithin)
		} else {
			eachBlock(ctx, &s.next, len(s.runs), blockRuns, w.searchRuns)
		}
		w.askLibrary()
	})
	if s.failure != nil {
		return s.failure
	}
	return ctx.Err()
}

// inParallel does work on all cores and notes a panic.
func (s *search) inParallel(work func(*worker)) {
	var all sync.WaitGroup
	for _, w := range s.workers {
		all.Go(func() {
			defer recovered("search", func(e *PanicError) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.failure = e
			})
			work(w)
		})
	}
	all.Wait()
}

// eachBlock does work on blocks of n items until all are taken or ctx is done.
func eachBlock(ctx context.Context, next *atomic.Int64, n, size int, work func(start, end int)) {
	for ctx.Err() == nil {
		start := int(next.Add(int64(size))) - size
		if start >= n {
			return
		}
		work(start, min(start+size, n))
	}
}

// merged returns what all workers have found, the best in no order.
func (s *search) merged() *worker {
	all := s.workers[0]
	for _, w := range s.workers[1:] {
		all.files.merge(&w.files)
		all.found.merge(&w.found)
		all.hits.union(w.hits)
		all.holders.union(w.holders)
	}
	all.files.cut()
	all.found.cut()
	return all
}

// worker does a part of a search.
type worker struct {
	*search
	hits    bitset // all files that match
	holders bitset // the directories that they are in
	files   top
	found   top // directories

	above []ancestor
	gate  gate

	block []uint32 // the files that are for the library
	ends  []int    // where their paths end in text
	text  []byte
}

// ancestor is a directory on the way down to another.
type ancestor struct {
	dir   uint32
	state score
}

// enterDirs finds the states of directories, of which each comes before what is in
// it, and those that match by their own names: where that is what completes the
// match.
func (w *worker) enterDirs(entries []dirEntry) {
	w.above = w.above[:0]
	w.enterAncestors(entries[0].parent)
	for i := range entries {
		e := &entries[i]
		if w.within != nil && !w.within.dirs.has(e.dir) {
			continue
		}
		for w.above[len(w.above)-1].dir != e.parent {
			w.above = w.above[:len(w.above)-1]
		}
		before := &w.above[len(w.above)-1].state
		w.above = append(w.above, ancestor{e.dir, *before})
		state := &w.above[len(w.above)-1].state
		if state.skips(&w.pattern, e.letters) {
			state.skip(e.nameSize, e.lastByte)
		} else {
			state.enter(&w.pattern, w.dirName(e.dir))
		}
		w.states[e.dir] = *state
		if m := len(w.pattern.text); state.needed() >= m && before.needed() < m {
			total, _ := state.ended(&w.pattern)
			w.found.add(ranked{total, int(w.spans[e.dir].start), e.dir | dirBit})
		}
	}
}

// enterAncestors finds the states of a directory and of all above it, which may be
// another worker's.
func (w *worker) enterAncestors(dir uint32) {
	if dir == 0 {
		w.above = append(w.above, ancestor{0, newScore()})
		return
	}
	w.enterAncestors(w.dirs[dir].parent)
	state := w.above[len(w.above)-1].state
	state.enter(&w.pattern, w.dirName(dir))
	w.above = append(w.above, ancestor{dir, state})
}

// gate is what the path of a directory says of the files in it.
type gate struct {
	dir    uint32
	before *score
	// need are the letters that a name must have.
	need letters
	// base is the score of an empty name that changes nothing.
	base int
	// awaited are the letters that may change something; a name without them is
	// not read.
	awaited letters
}

// open sets the gate for a directory.
func (w *worker) open(dir uint32) {
	before := &w.states[dir]
	w.gate = gate{dir: dir, before: before, need: w.rest[before.needed()] &^ letterOf['/'], awaited: ^letters(0)}
	m := len(w.pattern.text)
	if before.needed() < m {
		return
	}
	// All of the query is in the path. Only its last letter may find a better place:
	// behind a separator, unless it is behind one already.
	total, _ := before.ended(&w.pattern)
	w.gate.base = total - 1 // the slash
	last := w.pattern.text[m-1]
	switch {
	case int(before.settled) == m || last != '/' && before.best >= afterSeparator:
		w.gate.awaited = 0
	case last != '/':
		w.gate.awaited = letterOf[last]
	}
}

// searchRuns scores the files of some runs, which are each in one directory.
func (w *worker) searchRuns(start, end int) {
	for i := start; i < end; i++ {
		run, end := w.runs[i], uint32(w.listing.files)
		if i+1 < len(w.runs) {
			end = w.runs[i+1].first
		}
		if s := w.spans[run.dir]; s.start == s.end {
			continue
		}
		forLibrary := w.forLibrary(run.dir)
		for id := run.first; id < end; id++ {
			w.searchFile(id, forLibrary)
		}
	}
}

// searchWithin scores the files of some words of the set that is known to hold all
// matches.
func (w *worker) searchWithin(start, end int) {
	w.within.hits[start:end].each(func(i uint32) {
		id := uint32(start)*64 + i
		f, _ := w.file(id)
		w.searchFile(id, w.forLibrary(f.dir()))
	})
}

// forLibrary reports whether all files of a directory are for the library; if not,
// the gate is set for it.
func (w *worker) forLibrary(dir uint32) bool {
	if w.states == nil || w.dirs[dir].letters&notASCII != 0 {
		return true
	}
	if w.gate.before == nil || w.gate.dir != dir {
		w.open(dir)
	}
	return false
}

func (w *worker) searchFile(id uint32, forLibrary bool) {
	f, name := w.file(id)
	if forLibrary || f.letters&notASCII != 0 {
		w.leave(id)
		return
	}
	g := &w.gate
	if g.need&^f.letters != 0 || w.rowOf[id] == noRow {
		return
	}
	total := g.base - len(name)
	if g.awaited&f.letters != 0 {
		state := *g.before
		state.finish(&w.pattern, name)
		var matches bool
		if total, matches = state.result(&w.pattern); !matches {
			return
		}
	}
	w.hits.add(id)
	w.holders.add(f.dir())
	w.files.add(ranked{total, int(w.rowOf[id]), id})
}

// leave leaves a file to the library.
func (w *worker) leave(id uint32) {
	if w.rowOf[id] == noRow {
		return
	}
	w.text = w.appendPath(w.text, id)
	w.block = append(w.block, id)
	w.ends = append(w.ends, len(w.text))
	if len(w.block) == libraryFiles {
		w.askLibrary()
	}
}

// askLibrary has the library look at a block.
func (w *worker) askLibrary() {
	if len(w.block) == 0 {
		return
	}
	text := string(w.text)
	paths := func(yield func(string) bool) {
		start := 0
		for _, end := range w.ends {
			if !yield(text[start:end]) {
				return
			}
			start = end
		}
	}
	for _, match := range fuzzy.FindFromIterNoSort(w.query, paths) {
		if w.pattern.exact && !holdsInOrder(match.Str, w.query) {
			continue
		}
		id := w.block[match.Index]
		w.hits.add(id)
		w.holders.add(w.holder(id))
		w.files.add(ranked{match.Score, int(w.rowOf[id]), id})
	}
	w.block, w.ends, w.text = w.block[:0], w.ends[:0], w.text[:0]
}

// holdsInOrder reports whether a text has the characters of a query in their
// order, in the same case.
func holdsInOrder(text, query string) bool {
	rest := []rune(query)
	for _, r := range text {
		if len(rest) > 0 && r == rest[0] {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}
