package tui

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// Searcher searches the paths of a store as the screen does, for programs that
// measure it.
type Searcher struct{ listing *listing }

// NewSearcher sorts what is in a store. It ends soon after ctx does, with its error.
func NewSearcher(ctx context.Context, s *Store) (*Searcher, error) {
	l, err := newListing(ctx, s.snapshot())
	return &Searcher{l}, err
}

// Find returns the best files for a query, at most so many, and how many match.
func (s *Searcher) Find(ctx context.Context, query string, most int) (paths []string, total int, err error) {
	found, err := find(ctx, request{listing: s.listing, query: query, kept: keptByOthers})
	if err != nil {
		return nil, 0, err
	}
	for _, id := range found.rows[:min(most, len(found.rows))] {
		paths = append(paths, string(s.listing.appendPath(nil, id)))
	}
	return paths, found.hits.count(), nil
}

// keptByOthers is what the screen is given for machines with homes in the usual
// places.
func keptByOthers(path string) bool {
	_, known := known.Keeper(known.Homes{}, path)
	return known
}
