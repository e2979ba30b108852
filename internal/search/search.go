package search

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// BestRows is the number of matches that are ranked. Other matches are only in the set of hits,
// for "select all". bestDirs is the number of directories that are ranked with them.
const (
	BestRows = 10_000
	bestDirs = 2500
)

// MaxQuery is the maximum length of the text of a query, in bytes.
const MaxQuery = 200

// Query is a search for the files of a listing that match a text.
type Query struct {
	// Text is what the user typed, at most MaxQuery bytes. A path matches if it contains
	// the characters in this order. Case matters only if Text contains a capital.
	Text string
	// Dirs includes directories whose own name completes the match.
	Dirs bool
	// Kept reports whether other people usually keep a path, which raises its rank. It is
	// called from several goroutines. Nil means that no path is kept.
	Kept func(path string) bool
}

// Results are the results of a query.
type Results struct {
	// Rows are the best matches, at most BestRows, the best first: the nodes of files, and of
	// directories if Query.Dirs is set.
	Rows []uint32
	// Hits are all matching files, and Total is their number.
	Hits  index.Bitset
	Total int
	// dirs are all directories above matching files.
	dirs index.Bitset
}

// Find runs a query. It returns the error of ctx soon after ctx is done, and a *crash.Error if one
// of its goroutines panics.
func Find(ctx context.Context, l *index.Listing, q Query) (*Results, error) {
	return findWithin(ctx, l, q, nil)
}

// findWithin is like Find, but if within is not nil, it searches only its hits, which must contain
// all matches.
func findWithin(ctx context.Context, l *index.Listing, q Query, within *Results) (*Results, error) {
	s := newSearch(l, q, within)
	defer s.close()
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	all := s.merged()
	best := all.files.matches
	if s.states == nil {
		slices.SortFunc(best, compareRanked) // queries that are not ASCII have no alignment
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

// realign sorts matches by the scores of their alignments, then by the length of the path, then by
// row.
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

// aligned returns the score of the alignment of a path, including alignNoise or alignKept.
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
