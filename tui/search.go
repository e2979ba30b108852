package tui

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"
)

// The search runs in three steps, cheapest first, over blocks of rows that
// workers take from a common counter:
//
//	letters   one AND rejects a name that lacks a letter of the query
//	sequence  what the directory matches already is known, once for each
//	          directory, so that only the name is compared, byte by byte
//	fuzzy     the library scores the few rows that are left
//
// The first two never reject what the library would take: equiv_test.go compares.

// bestRows is how many matches are kept in order. Nobody scrolls farther, but
// all matches count for "select all": they are in a set.
const bestRows = 10_000

// blockRows is how many rows a worker takes at once. The library needs about a
// microsecond a row, so a cancelled search ends within milliseconds.
const blockRows = 4096

// maxQuery is the number of bytes a query may have.
const maxQuery = 200

// request asks which files of a listing match a query.
type request struct {
	listing *listing
	query   string
}

// results is what a request has found.
type results struct {
	// rows are the best matches, the best first.
	rows []uint32
	// hits are all matches.
	hits bitset
}

// find answers a request, or ends soon after ctx does, with its error.
func find(ctx context.Context, req request) (*results, error) {
	s := newSearch(req.listing, req.query, req.listing.order)
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	rows, hits := s.merged()
	return &results{rows, hits}, nil
}

// search is one query on its way through the rows.
type search struct {
	*listing
	query string
	rows  []uint32
	next  atomic.Int64 // the first row that no worker has taken

	// ascii holds the query's ASCII characters in lower case, and rest the
	// letters from each of them on. The others are left to the library, which
	// knows how to fold them.
	ascii []byte
	rest  []letters
	// reached is how many of ascii each directory's path matches, taken greedily.
	reached []uint8

	mu      sync.Mutex
	workers []*searcher
	failure *PanicError
}

// unknownReach marks a directory with bytes outside ASCII. Some of those fold to
// an ASCII letter (U+212A to k, U+017F to s), so the library has to look.
const unknownReach = 255

func newSearch(l *listing, query string, rows []uint32) *search {
	s := &search{listing: l, query: query, rows: rows}
	for i := range len(query) {
		if query[i] < utf8.RuneSelf {
			s.ascii = append(s.ascii, lower(query[i]))
		}
	}
	s.rest = make([]letters, len(s.ascii)+1)
	for i := len(s.ascii) - 1; i >= 0; i-- {
		s.rest[i] = s.rest[i+1] | letterOf[s.ascii[i]]
	}
	s.reached = make([]uint8, len(l.dirs))
	for i := range l.dirs {
		s.reached[i] = s.reach(uint32(i))
	}
	return s
}

func (s *search) reach(dir uint32) uint8 {
	d := &s.dirs[dir]
	if d.letters&notASCII != 0 {
		return unknownReach
	}
	at := 0
	if dir != 0 {
		at = s.advance(int(s.reached[d.parent]), s.dirName(dir))
	}
	if at < len(s.ascii) && s.ascii[at] == '/' {
		at++
	}
	return uint8(at)
}

// advance returns how many of ascii are matched after text, if at were before.
func (s *search) advance(at int, text []byte) int {
	for i := 0; i < len(text) && at < len(s.ascii); i++ {
		if lower(text[i]) == s.ascii[at] {
			at++
		}
	}
	return at
}

// possible reports whether the library might match a file.
func (s *search) possible(id uint32) bool {
	f, name := s.file(id)
	at := s.reached[f.dir()]
	if at == unknownReach || f.letters&notASCII != 0 {
		return true
	}
	return s.rest[at]&^f.letters == 0 && s.advance(int(at), name) == len(s.ascii)
}

// run searches all rows with one worker for each core; GOMAXPROCS may be many
// times as much, for the sake of a scan.
func (s *search) run(ctx context.Context) error {
	var all sync.WaitGroup
	for range runtime.NumCPU() {
		all.Go(func() {
			defer recovered("search", func(e *PanicError) {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.failure = e
			})
			w := &searcher{search: s, hits: newBitset(s.files)}
			w.run(ctx)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.workers = append(s.workers, w)
		})
	}
	all.Wait()
	if s.failure != nil {
		return s.failure
	}
	return ctx.Err()
}

// merged returns the best rows of all workers, best first, and all hits.
func (s *search) merged() ([]uint32, bitset) {
	var best []ranked
	hits := newBitset(s.files)
	for _, w := range s.workers {
		best = append(best, w.best...)
		hits.union(w.hits)
	}
	best = cutRanked(best)
	rows := make([]uint32, len(best))
	for i, r := range best {
		rows[i] = s.rows[r.row]
	}
	return rows, hits
}

// ranked is a match: better with a higher score, or the same in an earlier row.
// That is the library's order, whose sort is stable.
type ranked struct {
	score int
	row   int
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

// searcher is one worker of a search.
type searcher struct {
	*search
	hits  bitset
	best  []ranked // at most twice bestRows
	full  bool     // best has been cut: only what beats worst matters
	worst ranked

	block []int // the rows of this block that are possible
	ends  []int // where their paths end in text
	text  []byte
}

func (w *searcher) run(ctx context.Context) {
	for ctx.Err() == nil {
		start := int(w.next.Add(blockRows)) - blockRows
		if start >= len(w.rows) {
			return
		}
		w.gather(start, min(start+blockRows, len(w.rows)))
		w.score()
	}
}

// gather writes the paths of the rows that are possible one behind the other.
func (w *searcher) gather(start, end int) {
	w.block, w.ends, w.text = w.block[:0], w.ends[:0], w.text[:0]
	for row := start; row < end; row++ {
		if id := w.rows[row]; w.possible(id) {
			w.text = w.appendPath(w.text, id)
			w.block = append(w.block, row)
			w.ends = append(w.ends, len(w.text))
		}
	}
}

// score has the library look at a block.
func (w *searcher) score() {
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
		row := w.block[match.Index]
		w.hits.add(w.rows[row])
		w.keep(ranked{match.Score, row})
	}
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
