package tui

import "context"

// question is what the user wants to see. Two that are equal have the same answer
// for the same listing.
type question struct {
	filters
	query string
	view  View
	sort  sortKey
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

// inquiry is a question and all that its answer needs.
type inquiry struct {
	question
	listing *listing
	// narrowed is what filters have taken from a listing before.
	narrowed *narrowed
	recall   recall
	measured *measured
	stat     statFunc
	caches   []string // Options.Caches
	kept     func(path string) bool
	// marked is the selection where only that is wanted.
	marked selection
	splits func(dir string) bool
	// annotations is nil if there are none.
	annotations *Annotations
}

// narrowed is the part of a listing that filters take.
type narrowed struct {
	filters
	from, part *listing
}

// page is the answer to a question. It carries its listing: numbers of files mean
// nothing without it, and a newer one may be there meanwhile.
type page struct {
	question
	// from is the listing that was asked about, and listing the part of it that
	// the filters take.
	from     *listing
	listing  *listing
	narrowed *narrowed
	recall   recall
	// measured and weights are there unless rows are sorted by path.
	measured *measured
	weights  *weights
	// rows are the nodes to show: in the order of the listing, or, of a query, the
	// best ones. The tree view without a query makes its own.
	rows []uint32
	// hits are all files that a query matches; nil means the whole listing.
	hits bitset
	// total is how many files match, or how many rows there are where these stand
	// for more than one file.
	total int
	// cut is how many files match, if only the best ones are among the rows.
	cut int
}

// compose answers a question, or ends soon after ctx does, with its error.
func compose(ctx context.Context, in inquiry) (*page, error) {
	p := &page{
		question: in.question, from: in.listing, listing: in.listing,
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
	rows := p.listing.order
	p.total = len(rows)
	if in.query != "" {
		found, known, err := in.recall.find(ctx, request{listing: p.listing, query: in.query, dirs: true, kept: in.kept})
		if err != nil {
			return nil, err
		}
		p.recall, rows, p.hits, p.total = known, found.rows, found.hits, found.total
		if p.total > bestRows {
			p.cut = p.total
		}
	}
	p.rows = rows
	if in.view == ViewDirs {
		p.rows = p.listing.rolledUp(rows, in.splits)
		p.total = len(p.rows)
	}
	return p, p.order(ctx, &in)
}

// order sorts the rows, if they are not to stay as they are.
func (p *page) order(ctx context.Context, in *inquiry) (err error) {
	if in.sort == sortPath {
		return nil
	}
	if in.sort == sortRank {
		if p.weights, err = p.listing.rank(ctx, in.annotations.Of); err != nil {
			return err
		}
		p.rows = p.weights.sorted(p.rows)
		return nil
	}
	if p.measured, err = in.listing.measure(ctx, in.stat, in.measured); err != nil {
		return err
	}
	p.weights = p.listing.weigh(p.measured, in.sort)
	p.rows = p.weights.sorted(p.rows)
	return nil
}

// narrow makes the part of the listing that the filters take.
func (in *inquiry) narrow(ctx context.Context) (*listing, error) {
	var rules []func(id uint32) bool
	if in.program != "" {
		program := newProgramFilter(in.program)
		rules = append(rules, program.keep(&in.listing.tree))
	}
	if in.noCaches {
		rules = append(rules, in.listing.withoutCaches(in.caches))
	}
	if in.group > 0 {
		rules = append(rules, in.inGroup())
	}
	if in.noRefused {
		rules = append(rules, func(id uint32) bool { return !in.listing.refused(id) })
	}
	if in.filters.marked != 0 {
		rules = append(rules, func(id uint32) bool {
			_, covered := in.marked.cover(&in.listing.tree, id)
			return covered || in.marked.has(id)
		})
	}
	return in.listing.only(ctx, func(id uint32) bool {
		for _, keeps := range rules {
			if !keeps(id) {
				return false
			}
		}
		return true
	})
}

// plain reports whether the rows are the files of a listing as they are.
func (q question) plain() bool { return !q.narrows() && !q.noRefused && q.sort == sortPath }

// narrows reports whether there are other rows than one for each file.
func (q question) narrows() bool {
	known := q.filters
	known.noRefused = false // nobody counts these
	return known != filters{} || q.query != "" || q.view == ViewDirs
}
