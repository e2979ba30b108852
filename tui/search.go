package tui

import (
	"context"
	"slices"
	"sync/atomic"
)

// The search runs in two stages. The first (pass.go) scores every path as
// sahilm/fuzzy does. The second looks at the best of them again (align.go), for the
// first one's order is not that of a person who looks for a path.

// bestRows is how many matches are kept in order. Nobody scrolls farther, but
// all matches count for "select all": they are in a set. bestDirs is how many
// directories are looked at again, to stand among them.
const (
	bestRows = 10_000
	bestDirs = 2500
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
	// within is an answer that holds all matches, if one is known.
	within *results
}

// results is what a request has found.
type results struct {
	// rows are the best matches, the best first: files, and directories if they
	// were asked for.
	rows []uint32
	// hits are all files that match, and total is how many they are.
	hits  bitset
	total int
	// dirs are the directories above all files that match.
	dirs bitset
}

// find answers a request, or ends soon after ctx does, with its error.
func find(ctx context.Context, req request) (*results, error) {
	s := newSearch(req)
	defer s.close()
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	all := s.merged()
	best := all.files.matches
	if s.states == nil {
		slices.SortFunc(best, compareRanked) // the library's order has to do
	} else {
		if req.dirs {
			best = append(best, all.found.matches...)
		}
		if err := s.realign(ctx, best); err != nil {
			return nil, err
		}
	}
	rows := make([]uint32, min(len(best), bestRows))
	for i := range rows {
		rows[i] = best[i].node
	}
	return &results{rows, all.hits, all.hits.count(), s.above(all.holders)}, nil
}

// above adds to a set of directories all that are above them.
func (t *tree) above(dirs bitset) bitset {
	for i := len(dirs)*64 - 1; i > 0; i-- { // a parent has the lower number
		if dirs[i/64] == 0 {
			i -= i % 64
			continue
		}
		if dirs.has(uint32(i)) {
			dirs.add(t.dirs[i].parent)
		}
	}
	return dirs
}

// realign sorts matches by their alignments; among equals the shorter path is the
// better, then the earlier.
func (s *search) realign(ctx context.Context, best []ranked) error {
	var next atomic.Int64
	s.inParallel(func(*worker) {
		a := newAligner(s.query)
		var path []byte
		eachBlock(ctx, &next, len(best), blockAligned, func(start, end int) {
			for i := start; i < end; i++ {
				path = s.appendNode(path[:0], best[i].node)
				best[i].score = s.aligned(a, path, best[i].node)
				best[i].row = len(path)<<32 | best[i].row
			}
		})
	})
	if s.failure != nil {
		return s.failure
	}
	slices.SortFunc(best, compareRanked)
	return ctx.Err()
}

// aligned returns the score of a path by alignment, less what noise costs.
func (s *search) aligned(a *aligner, path []byte, node uint32) int {
	score, _ := a.align(path, lastName(path)) // matches, but for a very long path
	switch {
	case s.noisy(node):
		score += alignNoise
	case s.kept != nil && s.kept(string(path)):
		score += alignKept
	}
	return score
}
