package tui

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/hits"
)

// query is what the user asked to see. Equal queries have the same result for the same listing.
type query struct {
	filters
	text string
	view setting.View
	sort sortKey
}

// filters restrict a listing. The zero value includes everything.
type filters struct {
	program string // package name, or ""
	// noCaches excludes known caches.
	noCaches bool
	group    int // the group of annotations to include, from 1; 0 includes all
	// noRefused excludes paths that are not candidates.
	noRefused bool
	// marked is the generation of the selection if only selected paths, and paths in
	// selected directories, are included; otherwise 0.
	marked int
}

// request is a query and everything that is needed to compute its result.
type request struct {
	machine Machine
	query
	listing *index.Listing
	// narrowed is the filtered listing of an earlier result, which is used again if it fits.
	narrowed *narrowed
	recall   search.Recall
	measured *index.FileStats
	stat     index.StatFunc
	caches   []string // Options.Caches
	home     string   // Options.Home
	// find is set if the program of a file is that of its unit, not by names.
	find *index.Programs
	// marked is the selection for filters.marked.
	marked index.Selection
}

// narrowed is the part of a listing that filters include.
type narrowed struct {
	filters
	from, part *index.Listing
}

// result is the result of a request. It contains its listing, because file numbers are only
// valid for that listing, and a newer listing may exist.
type result struct {
	query
	// from is the listing of the request. listing is the part of it that the filters
	// include.
	from     *index.Listing
	listing  *index.Listing
	narrowed *narrowed
	recall   search.Recall
	// measured and weights are set only if rows are sorted by size or time; weights also if
	// they are sorted by rank.
	measured *index.FileStats
	weights  *index.SortKeys
	// rows are the nodes to show, in the order of the listing; with a search text, the best
	// matches. The tree view without a search text computes its own rows.
	rows []uint32
	// found is set if there is a search text.
	found *hits.Rows
	// hits are all files that match the search text; nil means the whole listing.
	hits index.Bitset
	// total is the number of matching files. In the directory view, it is the number of
	// rows.
	total int
}

// resultOf computes the result of a request. It returns the error of ctx soon after ctx is done.
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
	if err := p.weigh(ctx, &in); err != nil {
		return nil, err
	}
	if in.text != "" {
		return p, p.search(ctx, &in)
	}
	p.rows = p.listing.Order()
	if in.view == setting.ViewDirs {
		p.rows = p.listing.RollUp(p.rows, in.machine.Splits)
	}
	p.total = len(p.rows)
	if p.weights != nil {
		p.rows = p.weights.Sorted(p.rows)
	}
	return p, nil
}

// search finds the rows of a search text. A search ranks; the sort order decides between rows that
// match equally well.
func (p *result) search(ctx context.Context, in *request) (err error) {
	r := hits.Request{
		Text: in.text, Home: in.home, Machine: in.machine, Listing: p.listing, All: in.listing,
		Recall: in.recall, Keys: p.weights, Places: in.view == setting.ViewDirs,
		Selectable: func(path string, kind scan.Kind) bool { return in.machine.NotListed(path, kind).Selectable },
	}
	if p.found, err = hits.Find(ctx, &r); err != nil {
		return err
	}
	p.rows, p.hits, p.total, p.recall = p.found.Nodes, p.found.Hits, p.found.Total, p.found.Recall
	return nil
}

// weigh computes the keys of the sort order, unless it is the path.
func (p *result) weigh(ctx context.Context, in *request) (err error) {
	if in.sort == sortPath {
		return nil
	}
	if in.sort == sortRank {
		rank := func(path string) int { return in.machine.Annotate(path).Rank }
		p.weights, err = p.listing.RankKeys(ctx, rank)
		return err
	}
	if p.measured, err = in.listing.StatAll(ctx, in.stat, in.measured); err != nil {
		return err
	}
	if in.sort == sortTime {
		p.weights = p.listing.TimeKeys(p.measured)
	} else {
		p.weights = p.listing.SizeKeys(p.measured)
	}
	return nil
}

// narrow returns the part of the listing that the filters include.
func (in *request) narrow(ctx context.Context) (*index.Listing, error) {
	var rules []func(id uint32) bool
	switch {
	case in.program == "":
	case in.find != nil:
		rules = append(rules, in.listing.BelongsTo(*in.find, in.program))
	default:
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

// plain reports whether the rows are all files of the listing in its order.
func (q query) plain() bool { return !q.narrows() && !q.noRefused && q.sort == sortPath }

// narrows reports whether the rows differ from one row for each candidate.
func (q query) narrows() bool {
	known := q.filters
	known.noRefused = false // non-candidates are not counted
	return known != filters{} || q.text != "" || q.view == setting.ViewDirs
}
