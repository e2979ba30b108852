package tui

import (
	"context"
	"slices"
	"strings"
)

// mostRecalled is how many answers are kept: for a million files 165 KB each.
const mostRecalled = 24

// narrowingShare is what share of the files must have matched before, for a longer
// query to ask them alone: going through all in order costs less than picking many.
const narrowingShare = 3

// recall keeps the answers of the queries on one listing: what is typed narrows the
// answer before, and what is erased brings it back. It never changes; the zero value
// is empty.
type recall struct {
	listing *listing
	answers []recalled // the newest last
}

type recalled struct {
	query string
	*results
}

// find answers a request from what is known, and returns what is known then.
func (k recall) find(ctx context.Context, req request) (*results, recall, error) {
	if k.listing != req.listing {
		k = recall{listing: req.listing}
	}
	fewest := len(req.listing.order) / narrowingShare
	for _, known := range k.answers {
		if known.query == req.query {
			return known.results, k, nil
		}
		if strings.HasPrefix(req.query, known.query) && known.total <= fewest {
			req.within, fewest = known.results, known.total
		}
	}
	found, err := find(ctx, req)
	if err != nil {
		return nil, k, err
	}
	known := k.answers[max(len(k.answers)-mostRecalled+1, 0):]
	k.answers = append(slices.Clone(known), recalled{req.query, found})
	return found, k, nil
}
