package search

import (
	"bytes"
	"context"
	"slices"
	"strings"
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
	// Text is what the user typed, at most MaxQuery bytes; see Parse.
	Text string
	// Home is the home directory of the user. It replaces "~", and comes first among paths with
	// equal scores. It may be empty.
	Home string
	// Dirs includes directories whose own name completes the match.
	Dirs bool
	// Kept reports whether other people usually keep a path, which raises its rank. It is
	// called from several goroutines. Nil means that no path is kept.
	Kept func(path string) bool
}

// homeOf returns the home with a slash at its end, or "".
func homeOf(q Query) string {
	if q.Home == "" {
		return ""
	}
	return strings.TrimSuffix(q.Home, "/") + "/"
}

// Results are the results of a query.
type Results struct {
	// Rows are the best matches, at most BestRows, the best first: the nodes of files, and of
	// directories if Query.Dirs is set.
	Rows []uint32
	// Scores are the scores of the rows. Rows with equal scores match equally well.
	Scores []int
	// Hits are all matching files, and Total is their number.
	Hits  index.Bitset
	Total int
	// CaseIgnored reports whether a term with a capital matched nothing, so case was ignored.
	CaseIgnored bool
	// terms are the terms that were searched for.
	terms Terms
	// dirs are all directories above matching files.
	dirs index.Bitset
}

// Find runs a query. It returns the error of ctx soon after ctx is done, and a *crash.Error if one
// of its goroutines panics.
func Find(ctx context.Context, l *index.Listing, q Query) (*Results, error) {
	return findWithin(ctx, l, q, func(Terms) *Results { return nil })
}

// findWithin is like Find, but searches only the hits of the results that within returns, which must
// contain all matches of the terms. If within returns nil, it searches everything.
func findWithin(ctx context.Context, l *index.Listing, q Query, within func(Terms) *Results) (*Results, error) {
	terms := parse(q.Text, q.Home, false)
	found, err := findTerms(ctx, l, q, terms, within(terms))
	if err != nil || len(found.Rows) > 0 || !terms.CaseSensitive() {
		return found, err
	}
	terms = parse(q.Text, q.Home, true)
	folded, err := findTerms(ctx, l, q, terms, within(terms))
	if err != nil {
		return nil, err
	}
	folded.CaseIgnored = len(folded.Rows) > 0
	return folded, nil
}

func findTerms(ctx context.Context, l *index.Listing, q Query, terms Terms, within *Results) (*Results, error) {
	s, err := newSearch(ctx, l, q, terms, within)
	if err != nil {
		return nil, err
	}
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
	best = best[:min(len(best), BestRows)]
	r := &Results{
		Rows: make([]uint32, len(best)), Scores: make([]int, len(best)),
		Hits: all.hits, Total: all.hits.Count(), terms: terms, dirs: s.WithAncestors(all.holders),
	}
	for i := range best {
		r.Rows[i], r.Scores[i] = best[i].node, best[i].score
	}
	return r, nil
}

// realign sorts matches by the scores of their alignments. Of equal matches, those in the home come
// first, then the shortest, then the first in the listing. If the query has only negated terms, it
// sorts by row.
func (s *search) realign(ctx context.Context, best []ranked) error {
	var next atomic.Int64
	s.inParallel(func(*worker) {
		m := newMatcher(s.terms)
		var path []byte
		eachBlock(ctx, &next, len(best), blockAligned, func(start, end int) {
			for i := start; i < end && m.scored; i++ {
				path = s.AppendNode(path[:0], best[i].node)
				if s.filter != nil && index.IsDir(best[i].node) {
					path = append(path, '/')
				}
				best[i].score, _ = m.Match(path) // matches, except for a very long path
				best[i].score += bonusOf(s.Listing, s.kept, path, best[i].node)
				best[i].row = tieOf(path, s.home, best[i].row)
			}
		})
	})
	if s.failure != nil {
		return s.failure
	}
	slices.SortFunc(best, compareRanked)
	return ctx.Err()
}

// outsideHome is set in the row of a path that is not in the home. A path has fewer than 1<<30 bytes.
const outsideHome = 1 << 62

// tieOf returns a number that orders matches with equal scores, given their row. home ends in a
// slash, or is empty.
func tieOf(path []byte, home string, row int) int {
	row |= len(path) << 32
	if home != "" && !bytes.HasPrefix(path, []byte(home)) {
		row |= outsideHome
	}
	return row
}

// bonusOf returns what is added to the score of the alignment of a path: alignNoise or alignKept.
func bonusOf(l *index.Listing, kept func(path string) bool, path []byte, node uint32) int {
	switch {
	case l.Noisy(node):
		return alignNoise
	case kept != nil && kept(string(bytes.TrimSuffix(path, []byte("/")))):
		return alignKept
	}
	return 0
}

// Matcher returns a matcher for the query of the results, to highlight matches and to compare other
// paths. Case matters to it only if it mattered to the search.
func (r *Results) Matcher() *Matcher { return newMatcher(r.terms) }
