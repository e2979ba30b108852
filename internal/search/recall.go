package search

import (
	"context"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// mostRecalled is the number of cached results. For a million files, each takes 165 KB.
const mostRecalled = 24

// narrowingShare limits searches among earlier matches: a longer query is searched among the
// matches of a shorter one only if they are at most a third of the files. Otherwise reading all
// files in order is faster than reading many in random order.
const narrowingShare = 3

// Recall caches the results of the last queries on one listing. A query that extends an earlier
// one is searched among the matches of that one if its terms are narrower, and a repeated query costs
// nothing. The Home and Kept of all queries must be the same. A Recall is immutable. The zero value is
// empty.
type Recall struct {
	listing *index.Listing
	answers []recalled // the newest last
}

type recalled struct {
	query string
	*Results
}

// Find is like the function Find but uses the cache. It also returns the new cache.
func (k Recall) Find(ctx context.Context, l *index.Listing, q Query) (*Results, Recall, error) {
	if k.listing != l {
		k = Recall{listing: l}
	}
	for _, known := range k.answers {
		if known.query == q.Text {
			return known.Results, k, nil
		}
	}
	found, err := findWithin(ctx, l, q, k.within)
	if err != nil {
		return nil, k, err
	}
	known := k.answers[max(len(k.answers)-mostRecalled+1, 0):]
	k.answers = append(slices.Clone(known), recalled{q.Text, found})
	return found, k, nil
}

// within returns the smallest results that contain all matches of the terms, or nil.
func (k Recall) within(terms Terms) *Results {
	var within *Results
	fewest := len(k.listing.Order()) / narrowingShare
	for _, known := range k.answers {
		if known.Total <= fewest && known.terms.monotone() && terms.implies(known.terms) {
			within, fewest = known.Results, known.Total
		}
	}
	return within
}
