package search

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// BestRows is how many matches are ranked. All others are only in the set of hits, for
// "select all". bestDirs is how many directories are ranked with them.
const (
	BestRows = 10_000
	bestDirs = 2500
)

// MaxQuery is how many bytes the text of a query may have.
const MaxQuery = 200

// Query asks which files of a listing match a text.
type Query struct {
	// Text is what was typed, at most MaxQuery bytes. Its characters have to be in a path
	// in this order, in any case unless there is a capital among them.
	Text string
	// Dirs asks for directories too: those whose own name completes the match.
	Dirs bool
	// Kept reports whether other people keep a path: such a match is the likelier one. It
	// is called from several goroutines. Nil knows of none.
	Kept func(path string) bool
}

// Results are the answer to a query.
type Results struct {
	// Rows are the best matches, at most BestRows, the best first: the nodes of files, and
	// of directories if the query asked for them.
	Rows []uint32
	// Hits are all files that match, and Total is how many they are.
	Hits  index.Bitset
	Total int
	// dirs are the directories above all files that match.
	dirs index.Bitset
}

// Find answers a query, or ends soon after ctx does, with its error. A panic of one of its
// goroutines is an error too, a *crash.Error.
func Find(ctx context.Context, l *index.Listing, q Query) (*Results, error) {
	return findWithin(ctx, l, q, nil)
}

// findWithin is Find among the files of an answer that contains all matches, if there is one.
func findWithin(ctx context.Context, l *index.Listing, q Query, within *Results) (*Results, error) {
	s := newSearch(l, q, within)
	defer s.close()
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	all := s.merged()
	best := all.files.matches
	if s.states == nil {
		slices.SortFunc(best, compareRanked) // the library's order has to do
	} else {
		if q.Dirs {
			best = append(best, all.found.matches...)
		}
		if err := s.realign(ctx, best); err != nil {
			return nil, err
		}
	}
	rows := make([]uint32, min(len(best), BestRows))
	for i := range rows {
		rows[i] = best[i].node
	}
	return &Results{rows, all.hits, all.hits.Count(), s.WithAncestors(all.holders)}, nil
}

// realign sorts matches by the scores of their alignments; of equal ones the shorter path
// comes first, then the earlier.
func (s *search) realign(ctx context.Context, best []ranked) error {
	var next atomic.Int64
	s.inParallel(func(*worker) {
		a := NewAligner(s.query)
		var path []byte
		eachBlock(ctx, &next, len(best), blockAligned, func(start, end int) {
			for i := start; i < end; i++ {
				path = s.AppendNode(path[:0], best[i].node)
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

// aligned returns the score of a path by alignment, with what noise costs and what it is
// worth that other people keep it.
func (s *search) aligned(a *Aligner, path []byte, node uint32) int {
	score, _ := a.Align(path) // matches, except for a very long path
	switch {
	case s.Noisy(node):
		score += alignNoise
	case s.kept != nil && s.kept(string(path)):
		score += alignKept
	}
	return score
}
