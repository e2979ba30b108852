package tui

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sahilm/fuzzy"
)

// The search runs in two stages. The first scores every file as sahilm/fuzzy does,
// directory by directory in the order in which they were found, for there they lie
// close together in memory. Workers take blocks from a common counter; the cheapest
// step comes first:
//
//	letters   one AND rejects a name that lacks a letter of the query
//	score     the directory's part of the score is known, once for each directory,
//	          so that only the name is read
//	library   takes what is not ASCII
//
// The second looks at the best of them again (align.go), for the first one's order
// is not that of a person who looks for a path.

// bestRows is how many matches are kept in order. Nobody scrolls farther, but
// all matches count for "select all": they are in a set.
const bestRows = 10_000

// blockRuns is how many runs of files a worker takes at once, and libraryFiles how
// many files it gathers for the library, which needs about a microsecond for each:
// a cancelled search ends within milliseconds.
const (
	blockRuns    = 512
	libraryFiles = 4096
)

// maxQuery is the number of bytes a query may have.
const maxQuery = 200

// request asks which files of a listing match a query.
type request struct {
	listing *listing
	query   string
	// dirs asks for directories too.
	dirs bool
	// kept says of a path that others keep it: such a match is the likelier one.
	// Nil knows of none.
	kept func(path string) bool
}

// results is what a request has found.
type results struct {
	// rows are the best matches, the best first: files, and directories if they
	// were asked for.
	rows []uint32
	// hits are all files that match.
	hits bitset
}

// find answers a request, or ends soon after ctx does, with its error.
func find(ctx context.Context, req request) (*results, error) {
	s := newSearch(req)
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	best, hits := s.merged()
	if req.dirs {
		best = append(best, s.directories()...)
	}
	if err := s.realign(ctx, best); err != nil {
		return nil, err
	}
	rows := make([]uint32, len(best))
	for i, r := range best {
		rows[i] = r.node
	}
	return &results{rows[:min(len(rows), bestRows)], hits}, nil
}

// search is one query on its way through the rows.
type search struct {
	*listing
	query   string
	kept    func(path string) bool
	next    atomic.Int64 // the first run that no worker has taken
	rowOf   []uint32     // see listing.rows
	pattern pattern
	// rest holds the letters of the pattern from each of its places on.
	rest []letters
	// states are those of the directories, at the end of their paths.
	states []score

	mu      sync.Mutex
	workers []*searcher
	failure *PanicError
}

func newSearch(req request) *search {
	s := &search{listing: req.listing, query: req.query, kept: req.kept, rowOf: req.listing.rows()}
	var ok bool
	if s.pattern, ok = newPattern(req.query); !ok {
		return s // for the library
	}
	text := s.pattern.text
	s.rest = make([]letters, len(text)+1)
	for i := len(text) - 1; i >= 0; i-- {
		s.rest[i] = s.rest[i+1] | letterOf[text[i]]
	}
	s.states = make([]score, len(s.dirs))
	own := s.ownLetters()
	if len(s.states) > 0 {
		s.states[0] = newScore()
	}
	for dir := 1; dir < len(s.dirs); dir++ {
		if s.spans[dir].start == s.spans[dir].end {
			continue
		}
		state := &s.states[dir]
		*state = s.states[s.dirs[dir].parent]
		if name := s.dirName(uint32(dir)); state.skips(&s.pattern, own[dir]) {
			state.skip(name)
		} else {
			state.enter(&s.pattern, name)
		}
	}
	return s
}

// run searches all rows with one worker for each core; GOMAXPROCS may be many
// times as much, for the sake of a scan.
func (s *search) run(ctx context.Context) error {
	s.inParallel(func() {
		w := &searcher{search: s, hits: newBitset(s.files)}
		w.run(ctx)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.workers = append(s.workers, w)
	})
	if s.failure != nil {
		return s.failure
	}
	return ctx.Err()
}

// inParallel does work on all cores and notes a panic.
func (s *search) inParallel(work func()) {
	var all sync.WaitGroup
	for range runtime.NumCPU() {
		all.Go(func() {
			defer recovered("search", func(e *PanicError) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.failure = e
			})
			work()
		})
	}
	all.Wait()
}

// merged returns the best matches of all workers, best first, and all hits.
func (s *search) merged() ([]ranked, bitset) {
	var best []ranked
	hits := newBitset(s.files)
	for _, w := range s.workers {
		best = append(best, w.best...)
		hits.union(w.hits)
	}
	return cutRanked(best), hits
}

// ranked is a match: better with a higher score, or the same in an earlier row.
// That is the library's order, whose sort is stable.
type ranked struct {
	score int
	row   int
	node  uint32
}

func compareRanked(a, b ranked) int {
	if a.score != b.score {
		return cmp.Compare(b.score, a.score)
	}
	return cmp.Compare(a.row, b.row)
}

// cutRanked sorts matches and keeps the best.
func cutRanked(matches []ranked) []ranked {
	slices.SortFunc(matches, compareRanked)
	return matches[:min(len(matches), bestRows)]
}

// directories returns the directories that match by their own name: where it is
// what completes the match. Their scores are those of an alignment only.
func (s *search) directories() []ranked {
	if s.states == nil {
		return nil
	}
	var found []ranked
	for dir := 1; dir < len(s.dirs); dir++ {
		span := s.spans[dir]
		parent := &s.states[s.dirs[dir].parent]
		if span.start == span.end || parent.needed() >= len(s.pattern.text) || s.states[dir].needed() < len(s.pattern.text) {
			continue
		}
		found = append(found, ranked{row: int(span.start), node: uint32(dir) | dirBit})
		if len(found) == bestRows {
			break
		}
	}
	return found
}

// realign sorts matches by their alignments; among equals the shorter path is the
// better, then the earlier.
func (s *search) realign(ctx context.Context, best []ranked) error {
	if s.states == nil {
		return nil
	}
	var next atomic.Int64
	s.inParallel(func() {
		a := newAligner(s.query)
		var path []byte
		const block = 256
		for ctx.Err() == nil {
			start := int(next.Add(block)) - block
			if start >= len(best) {
				return
			}
			for i := start; i < min(start+block, len(best)); i++ {
				path = s.appendNode(path[:0], best[i].node)
				best[i].score = s.aligned(a, path, best[i].node)
				best[i].row = len(path)<<32 | best[i].row
			}
		}
	})
	if s.failure != nil {
		return s.failure
	}
	slices.SortFunc(best, compareRanked)
	return ctx.Err()
}

// aligned returns the score of a path by alignment, less what noise costs.
func (s *search) aligned(a *aligner, path []byte, node uint32) int {
	score, _ := a.align(path, lastName(path))
	switch {
	case s.noisy(node):
		score += alignNoise
	case s.kept != nil && s.kept(string(path)):
		score += alignKept
	}
	return score
}

// searcher is one worker of a search.
type searcher struct {
	*search
	hits  bitset
	best  []ranked // at most twice bestRows
	full  bool     // best has been cut: only what beats worst matters
	worst ranked

	block []uint32 // the files that are for the library
	ends  []int    // where their paths end in text
	text  []byte
}

func (w *searcher) run(ctx context.Context) {
	for ctx.Err() == nil {
		start := int(w.next.Add(blockRuns)) - blockRuns
		if start >= len(w.runs) {
			break
		}
		for i := start; i < min(start+blockRuns, len(w.runs)); i++ {
			w.searchRun(i)
		}
	}
	w.askLibrary()
}

// searchRun scores the files of a run, which are all in one directory.
func (w *searcher) searchRun(i int) {
	run, end := w.runs[i], uint32(w.files)
	if i+1 < len(w.runs) {
		end = w.runs[i+1].first
	}
	if s := w.spans[run.dir]; s.start == s.end {
		return
	}
	if w.states == nil || w.dirs[run.dir].letters&notASCII != 0 {
		for id := run.first; id < end; id++ {
			w.leave(id)
		}
		return
	}
	before := &w.states[run.dir]
	need := w.rest[before.needed()] &^ letterOf['/']
	for id := run.first; id < end; id++ {
		f, name := w.file(id)
		if f.letters&notASCII != 0 {
			w.leave(id)
			continue
		}
		if need&^f.letters != 0 || w.rowOf[id] == noRow {
			continue
		}
		state := *before
		state.finish(&w.pattern, name)
		if total, matches := state.result(&w.pattern); matches {
			w.hits.add(id)
			w.keep(ranked{total, int(w.rowOf[id]), id})
		}
	}
}

// leave leaves a file to the library.
func (w *searcher) leave(id uint32) {
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
func (w *searcher) askLibrary() {
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
		w.keep(ranked{match.Score, int(w.rowOf[id]), id})
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

func (w *searcher) keep(r ranked) {
	if w.full && compareRanked(r, w.worst) > 0 {
		return
	}
	w.best = append(w.best, r)
	if len(w.best) == 2*bestRows {
		w.best = cutRanked(w.best)
		w.full, w.worst = true, w.best[bestRows-1]
	}
}
