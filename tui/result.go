package tui

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
)

// query is what the user wants to see. Two that are equal have the same answer
// for the same listing.
type query struct {
	filters
	text string
	view View
	sort sortKey
}

// filters say which part of a listing is of interest. The zero value takes all.
type filters struct {
	program string // package name, or none
	// noCaches leaves out what is known to be cache.
	noCaches bool
	group    int // of annotations, from 1 on; 0 takes all
	// noRefused leaves out what is no candidate.
	noRefused bool
	// marked is the generation of the selection, where only what is marked or
	// covered is wanted; else 0.
	marked int
}

// request is a question and all that its answer needs.
type request struct {
	machine Machine
	query
	listing *index.Listing
	// narrowed is what filters have taken from a listing before.
	narrowed *narrowed
	recall   search.Recall
	measured *index.FileStats
	stat     index.StatFunc
	caches   []string // Options.Caches
	// marked is the selection where only that is wanted.
	marked index.Selection
}

// narrowed is the part of a listing that filters take.
type narrowed struct {
	filters
	from, part *index.Listing
}

// result is the answer to a question. It carries its listing: numbers of files mean
// nothing without it, and a newer one may be there meanwhile.
type result struct {
	query
	// from is the listing that was asked about, and listing the part of it that
	// the filters take.
	from     *index.Listing
	listing  *index.Listing
	narrowed *narrowed
	recall   search.Recall
	// measured and weights are there unless rows are sorted by path.
	measured *index.FileStats
	weights  *index.SortKeys
	// rows are the nodes to show: in the order of the listing, or, of a query, the
	// best ones. The tree view without a query makes its own.
	rows []uint32
	// hits are all files that a query matches; nil means the whole listing.
	hits index.Bitset
	// total is how many files match, or how many rows there are where these stand
	// for more than one file.
	total int
	// cut is how many files match, if only the best ones are among the rows.
	cut int
}

// resultOf answers a question, or ends soon after ctx does, with its error.
func resultOf(ctx context.Context, in request) (*result, error) {
	p := &result{
		query: in.query, from: in.listing, listing: in.listing,
		narrowed: in.narrowed, recall: in.recall, measured: in.measured,
	}
	if in.filters != (filters{}) {
		if n := p.narrowed; n == nil || n.from != in.listing || n.filters != in.filters {
			part, err := in.narrow(ctx)
			if err != nil {
				return nil, err
			}
			p.narrowed = &narrowed{in.filters, in.listing, part}
		}
		p.listing = p.narrowed.part
	}
	rows := p.listing.Order()
	p.total = len(rows)
	if in.text != "" {
		found, known, err := in.recall.Find(ctx, p.listing, search.Query{Text: in.text, Dirs: true, Kept: in.machine.Kept})
		if err != nil {
			return nil, err
		}
		p.recall, rows, p.hits, p.total = known, found.Rows, found.Hits, found.Total
		if p.total > search.BestRows {
			p.cut = p.total
		}
	}
	p.rows = rows
	if in.view == ViewDirs {
		p.rows = p.listing.RollUp(rows, in.machine.Splits)
		p.total = len(p.rows)
	}
	return p, p.order(ctx, &in)
}

// order sorts the rows, if they are not to stay as they are.
func (p *result) order(ctx context.Context, in *request) (err error) {
	if in.sort == sortPath {
		return nil
	}
	if in.sort == sortRank {
		rank := func(path string) int { return in.machine.Annotate(path).Rank }
		if p.weights, err = p.listing.RankKeys(ctx, rank); err != nil {
			return err
		}
		p.rows = p.weights.Sorted(p.rows)
		return nil
	}
	if p.measured, err = in.listing.StatAll(ctx, in.stat, in.measured); err != nil {
		return err
	}
	if in.sort == sortTime {
		p.weights = p.listing.TimeKeys(p.measured)
	} else {
		p.weights = p.listing.SizeKeys(p.measured)
	}
	p.rows = p.weights.Sorted(p.rows)
	return nil
}

// narrow makes the part of the listing that the filters take.
func (in *request) narrow(ctx context.Context) (*index.Listing, error) {
	var rules []func(id uint32) bool
	if in.program != "" {
		rules = append(rules, in.listing.OfProgram(in.program))
	}
	if in.noCaches {
		rules = append(rules, in.listing.NotCache(in.caches))
	}
	if in.group > 0 {
		rules = append(rules, in.inGroup())
	}
	if in.noRefused {
		rules = append(rules, func(id uint32) bool { return !in.listing.NonCandidate(id) })
	}
	if in.filters.marked != 0 {
		rules = append(rules, func(id uint32) bool {
			_, covered := in.marked.CoveredBy(in.listing, id)
			return covered || in.marked.Has(id)
		})
	}
	return in.listing.Part(ctx, func(id uint32) bool {
		for _, keeps := range rules {
			if !keeps(id) {
				return false
			}
		}
		return true
	})
}

// plain reports whether the rows are the files of a listing as they are.
func (q query) plain() bool { return !q.narrows() && !q.noRefused && q.sort == sortPath }

// narrows reports whether there are other rows than one for each file.
func (q query) narrows() bool {
	known := q.filters
	known.noRefused = false // nobody counts these
	return known != filters{} || q.text != "" || q.view == ViewDirs
}
