package tui

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui/hits"
	"github.com/DaRacci/list-ephemeral/tui/places"
	"github.com/DaRacci/list-ephemeral/tui/review"
)

// query is what the user asked to see. Equal queries have the same result for the same listing.
type query struct {
	filters
	text string
	view setting.View
	sort sortKey
	// reversed reverses the sort order.
	reversed bool
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
	// hidden identifies the decisions whose paths are excluded; 0 excludes none.
	hidden int
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
	// totals are those of the listing, or nil if they are not known yet.
	totals *index.Totals
	// groups are those of an earlier result.
	groups *index.Groups
	facts  *factCache
	home   string
	now    time.Time
	// configurations is Options.Configurations.
	configurations int
	// quick leaves out what is known of places, so the first rows are shown at once.
	quick  bool
	caches []string // Options.Caches
	// find is set if the program of a file is that of its unit, not by names.
	find *index.Programs
	// marked is the selection for filters.marked.
	marked index.Selection
	// decisions are those of filters.hidden.
	decisions *triage.Active
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
	// total is the number of matching files. In the views of places and programs, it is the number
	// of rows.
	total int
	// totals, places, sections, programs and matches describe the rows of the views of places and
	// programs; see arrange.
	totals   *index.Totals
	quick    bool
	groups   *index.Groups
	places   []places.Place
	sections []places.Section
	programs []program
	// matches is the number of files of each row that the filters and the query include; nil if they
	// include all.
	matches []int
	// widest is the width of the widest number of matches.
	widest int
}

// resultOf computes the result of a request. It returns the error of ctx soon after ctx is done.
func resultOf(ctx context.Context, in request) (*result, error) {
	if in.facts == nil {
		in.facts = newFactCache(in.machine)
	}
	p := &result{
		query: in.query, from: in.listing, listing: in.listing,
		narrowed: in.narrowed, recall: in.recall, measured: in.measured,
		totals: in.totals, quick: in.quick, groups: in.groups,
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
	switch {
	case in.text != "":
		return p, p.search(ctx, &in)
	case in.chosenAlone():
		p.rows = in.chosen()
	case in.rolledUp():
		p.rows = p.listing.RollUp(p.listing.Order(), in.machine.Splits)
	default:
		p.rows = p.listing.Order()
	}
	p.total = len(p.rows)
	if in.rolledUp() {
		return p, p.arrange(ctx, &in)
	}
	return p, p.order(ctx, &in)
}

// rolledUp reports whether the rows are places, or programs with places.
func (q query) rolledUp() bool {
	return q.view == setting.ViewPlaces || q.view == setting.ViewPrograms
}

// chosenAlone reports whether the rows are exactly the selected paths, not what is below them.
func (q query) chosenAlone() bool {
	return q.marked > 0 && q.text == "" && (q.view == setting.ViewPlaces || q.view == setting.ViewFiles)
}

// chosen returns the selected nodes by path.
func (in *request) chosen() []uint32 {
	nodes := in.marked.Nodes(in.listing)
	paths := make(map[uint32]string, len(nodes))
	for _, node := range nodes {
		paths[node] = string(in.listing.AppendNode(nil, node))
	}
	slices.SortFunc(nodes, func(a, b uint32) int { return strings.Compare(paths[a], paths[b]) })
	return nodes
}

// search finds the rows of a search text. A search ranks; the sort order decides between rows that
// match equally well.
func (p *result) search(ctx context.Context, in *request) (err error) {
	if err = p.weigh(ctx, in); err != nil {
		return err
	}
	r := hits.Request{
		Text: in.text, Home: in.home, Machine: in.machine, Listing: p.listing, All: in.listing,
		Recall: in.recall, Keys: p.weights, Places: in.rolledUp(),
		Selectable: func(path string, kind scan.Kind) bool { return in.machine.NotListed(path, kind).Selectable },
	}
	if p.found, err = hits.Find(ctx, &r); err != nil {
		return err
	}
	p.rows, p.hits, p.total, p.recall = p.found.Nodes, p.found.Hits, p.found.Total, p.found.Recall
	if in.rolledUp() {
		return p.arrange(ctx, in)
	}
	return nil
}

// order sorts the rows of the views of files and of the tree.
func (p *result) order(ctx context.Context, in *request) error {
	if err := p.weigh(ctx, in); err != nil {
		return err
	}
	switch {
	case p.weights != nil:
		p.rows = p.weights.Sorted(p.rows)
	case in.reversed && in.view == setting.ViewFiles:
		p.rows = slices.Clone(p.rows)
		slices.Reverse(p.rows)
	}
	return nil
}

// weigh computes the keys of an order by operations, size or time. Others have none, and neither have
// the first rows, because it reads the metadata of all files.
func (p *result) weigh(ctx context.Context, in *request) (err error) {
	switch {
	case in.sort == sortRank:
		return p.rank(ctx, in)
	case in.quick || in.sort != sortSize && in.sort != sortTime:
		return nil
	}
	if p.measured, err = in.listing.StatAll(ctx, in.stat, in.measured); err != nil {
		return err
	}
	p.weights = p.listing.SizeKeys(p.measured)
	if in.sort == sortTime {
		p.weights = p.listing.TimeKeys(p.measured)
	}
	if in.reversed {
		p.weights = p.weights.Reversed()
	}
	return nil
}

// rank computes the keys for sorting by annotations.
func (p *result) rank(ctx context.Context, in *request) (err error) {
	rank := func(path string) int { return in.machine.Annotate(path).Rank }
	if p.weights, err = p.listing.RankKeys(ctx, rank); err == nil && in.reversed {
		p.weights = p.weights.Reversed()
	}
	return err
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
	if in.hidden != 0 {
		rules = append(rules, in.notHidden())
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

// notHidden returns a filter that excludes files which are ignored or postponed.
func (in *request) notHidden() func(id uint32) bool {
	var path []byte
	return func(id uint32) bool {
		path = in.listing.AppendNode(path[:0], id)
		return in.listing.NonCandidate(id) || !review.Hides(in.decisions, path)
	}
}

// plain reports whether the rows are all files of the listing in its order.
func (q query) plain() bool {
	return q.view == setting.ViewFiles && !q.narrows() && !q.noRefused && q.hidden == 0 && q.sort == sortPath && !q.reversed
}

// narrows reports whether some candidates are not shown.
func (q query) narrows() bool { return q.filters.narrows() || q.text != "" }

// narrows reports whether the filters exclude candidates.
func (f filters) narrows() bool {
	f.noRefused, f.hidden = false, 0 // neither is counted
	return f != filters{}
}
