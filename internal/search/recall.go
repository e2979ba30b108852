package search

import (
	"context"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// mostRecalled is how many answers are kept: for a million files 165 KB each.
const mostRecalled = 24

// narrowingShare: a longer query is searched among the matches of a shorter one if those are
// at most a third of the files. Reading all in order costs less than picking many.
const narrowingShare = 3

// Recall caches the answers to the last queries on one listing: a query that begins with an
// earlier one is searched among its matches, and one that is asked again costs nothing. It
// never changes; the zero value is empty.
type Recall struct {
	listing *index.Listing
	answers []recalled // the newest last
}

type recalled struct {
	query string
	*Results
}

// Find is the function Find with the help of what is cached. It returns the new cache.
func (k Recall) Find(ctx context.Context, l *index.Listing, q Query) (*Results, Recall, error) {
	if k.listing != l {
		k = Recall{listing: l}
	}
	var within *Results
	fewest := len(l.Order()) / narrowingShare
	for _, known := range k.answers {
		if known.query == q.Text {
			return known.Results, k, nil
		}
		if strings.HasPrefix(q.Text, known.query) && known.Total <= fewest {
			within, fewest = known.Results, known.Total
		}
	}
	found, err := findWithin(ctx, l, q, within)
	if err != nil {
		return nil, k, err
	}
	known := k.answers[max(len(k.answers)-mostRecalled+1, 0):]
	k.answers = append(slices.Clone(known), recalled{q.Text, found})
	return found, k, nil
}
