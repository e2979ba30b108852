package table

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

// Query is what the user asked to see. Equal queries have the same result for the same listing.
type Query struct {
	Filters
	Text string
	View setting.View
	Sort SortKey
	// Reversed reverses the sort order.
	Reversed bool
}

// Filters restrict a listing. The zero value includes everything.
type Filters struct {
	Program string // package name, or ""
	// NoCaches excludes known caches.
	NoCaches bool
	Group    int // the group of annotations to include, from 1; 0 includes all
	// NoRefused excludes paths that are not candidates.
	NoRefused bool
	// Marked is the generation of the selection if only selected paths, and paths in
	// selected directories, are included; otherwise 0.
	Marked int
	// Hidden identifies the decisions whose paths are excluded; 0 excludes none.
	Hidden int
}

// Request is a query and everything that is needed to compute its result.
type Request struct {
	Machine Source
	Query
	Listing *index.Listing
	// Narrowed is the filtered listing of an earlier result, which is used again if it fits.
	Narrowed *narrowed
	Recall   search.Recall
	Measured *index.FileStats
	Stat     index.StatFunc
	// Totals are those of the listing, or nil if they are not known yet.
	Totals *index.Totals
	// Groups are those of an earlier result.
	Groups *index.Groups
	Facts  *FactCache
	Home   string
	Now    time.Time
	// Configurations is Options.Configurations.
	Configurations int
	// Quick leaves out what is known of places, so the first rows are shown at once.
	Quick  bool
	Caches []string // Options.Caches
	// Find is set if the program of a file is that of its unit, not by names.
	Find *index.Programs
	// Marked is the selection for Filters.Marked.
	Marked index.Selection
	// Decisions are those of Filters.Hidden.
	Decisions *triage.Active
}

// narrowed is the part of a listing that filters include.
type narrowed struct {
	Filters
	from, part *index.Listing
}

// Result is the result of a request. It contains its listing, because file numbers are only
// valid for that listing, and a newer listing may exist.
type Result struct {
	Query
	// From is the listing of the request. Listing is the part of it that the filters
	// include.
	From     *index.Listing
	Listing  *index.Listing
	Narrowed *narrowed
	Recall   search.Recall
	// Measured and Weights are set only if rows are sorted by size or time; Weights also if
	// they are sorted by rank.
	Measured *index.FileStats
	Weights  *index.SortKeys
	// Rows are the nodes to show, in the order of the listing; with a search text, the best
	// matches. The tree view without a search text computes its own rows.
	Rows []uint32
	// Found is set if there is a search text.
	Found *hits.Rows
	// Hits are all files that match the search text; nil means the whole listing.
	Hits index.Bitset
	// Total is the number of matching files. In the views of places and programs, it is the number
	// of rows.
	Total int
	// Totals, places, sections, programs and matches describe the rows of the views of places and
	// programs; see arrange.
	Totals   *index.Totals
	Quick    bool
	Groups   *index.Groups
	Places   []places.Place
	Sections []places.Section
	Programs []Program
	// Matches is the number of files of each row that the filters and the query include; nil if they
	// include all.
	Matches []int
	// Widest is the width of the widest number of matches.
	Widest int
}

// Compute computes the result of a request. It returns the error of ctx soon after ctx is done.
func Compute(ctx context.Context, in Request) (*Result, error) {
	if in.Facts == nil {
		in.Facts = NewFactCache(in.Machine)
	}
	p := &Result{
		Query: in.Query, From: in.Listing, Listing: in.Listing,
		Narrowed: in.Narrowed, Recall: in.Recall, Measured: in.Measured,
		Totals: in.Totals, Quick: in.Quick, Groups: in.Groups,
	}
	if in.Filters != (Filters{}) {
		if n := p.Narrowed; n == nil || n.from != in.Listing || n.Filters != in.Filters {
			part, err := in.narrow(ctx)
			if err != nil {
				return nil, err
			}
			p.Narrowed = &narrowed{in.Filters, in.Listing, part}
		}
		p.Listing = p.Narrowed.part
	}
	switch {
	case in.Text != "":
		return p, p.search(ctx, &in)
	case in.chosenAlone():
		p.Rows = in.chosen()
	case in.rolledUp():
		p.Rows = p.Listing.RollUp(p.Listing.Order(), in.Machine.Splits)
	default:
		p.Rows = p.Listing.Order()
	}
	p.Total = len(p.Rows)
	if in.rolledUp() {
		return p, p.arrange(ctx, &in)
	}
	return p, p.order(ctx, &in)
}

// rolledUp reports whether the rows are places, or programs with places.
func (q Query) rolledUp() bool {
	return q.View == setting.ViewPlaces || q.View == setting.ViewPrograms
}

// chosenAlone reports whether the rows are exactly the selected paths, not what is below them.
func (q Query) chosenAlone() bool {
	return q.Marked > 0 && q.Text == "" && (q.View == setting.ViewPlaces || q.View == setting.ViewFiles)
}

// chosen returns the selected nodes by path.
func (in *Request) chosen() []uint32 {
	nodes := in.Marked.Nodes(in.Listing)
	paths := make(map[uint32]string, len(nodes))
	for _, node := range nodes {
		paths[node] = string(in.Listing.AppendNode(nil, node))
	}
	slices.SortFunc(nodes, func(a, b uint32) int { return strings.Compare(paths[a], paths[b]) })
	return nodes
}

// search finds the rows of a search text. A search ranks; the sort order decides between rows that
// match equally well.
func (p *Result) search(ctx context.Context, in *Request) (err error) {
	if err = p.weigh(ctx, in); err != nil {
		return err
	}
	r := hits.Request{
		Text: in.Text, Home: in.Home, Machine: in.Machine, Listing: p.Listing, All: in.Listing,
		Recall: in.Recall, Keys: p.Weights, Places: in.rolledUp(),
		Selectable: func(path string, kind scan.Kind) bool { return in.Machine.NotListed(path, kind).Selectable },
	}
	if p.Found, err = hits.Find(ctx, &r); err != nil {
		return err
	}
	p.Rows, p.Hits, p.Total, p.Recall = p.Found.Nodes, p.Found.Hits, p.Found.Total, p.Found.Recall
	if in.rolledUp() {
		return p.arrange(ctx, in)
	}
	return nil
}

// order sorts the rows of the views of files and of the tree.
func (p *Result) order(ctx context.Context, in *Request) error {
	if err := p.weigh(ctx, in); err != nil {
		return err
	}
	switch {
	case p.Weights != nil:
		p.Rows = p.Weights.Sorted(p.Rows)
	case in.Reversed && in.View == setting.ViewFiles:
		p.Rows = slices.Clone(p.Rows)
		slices.Reverse(p.Rows)
	}
	return nil
}

// weigh computes the keys of an order by operations, size or time. Others have none, and neither have
// the first rows, because it reads the metadata of all files.
func (p *Result) weigh(ctx context.Context, in *Request) (err error) {
	switch {
	case in.Sort == SortRank:
		return p.rank(ctx, in)
	case in.Quick || in.Sort != SortSize && in.Sort != SortTime:
		return nil
	}
	if p.Measured, err = in.Listing.StatAll(ctx, in.Stat, in.Measured); err != nil {
		return err
	}
	p.Weights = p.Listing.SizeKeys(p.Measured)
	if in.Sort == SortTime {
		p.Weights = p.Listing.TimeKeys(p.Measured)
	}
	if in.Reversed {
		p.Weights = p.Weights.Reversed()
	}
	return nil
}

// rank computes the keys for sorting by annotations.
func (p *Result) rank(ctx context.Context, in *Request) (err error) {
	rank := func(path string) int { return in.Machine.Annotate(path).Rank }
	if p.Weights, err = p.Listing.RankKeys(ctx, rank); err == nil && in.Reversed {
		p.Weights = p.Weights.Reversed()
	}
	return err
}

// narrow returns the part of the listing that the filters include.
func (in *Request) narrow(ctx context.Context) (*index.Listing, error) {
	var rules []func(id uint32) bool
	switch {
	case in.Program == "":
	case in.Find != nil:
		rules = append(rules, in.Listing.BelongsTo(*in.Find, in.Program))
	default:
		rules = append(rules, in.Listing.OfProgram(in.Program))
	}
	if in.NoCaches {
		rules = append(rules, in.Listing.NotCache(in.Caches))
	}
	if in.Group > 0 {
		rules = append(rules, in.inGroup())
	}
	if in.NoRefused {
		rules = append(rules, func(id uint32) bool { return !in.Listing.NonCandidate(id) })
	}
	if in.Hidden != 0 {
		rules = append(rules, in.notHidden())
	}
	if in.Filters.Marked != 0 {
		rules = append(rules, func(id uint32) bool {
			_, covered := in.Marked.CoveredBy(in.Listing, id)
			return covered || in.Marked.Has(id)
		})
	}
	return in.Listing.Part(ctx, func(id uint32) bool {
		for _, keeps := range rules {
			if !keeps(id) {
				return false
			}
		}
		return true
	})
}

// inGroup returns a filter that accepts the files of the group. Groups are numbered from 1.
func (in *Request) inGroup() func(id uint32) bool {
	bit := uint32(1) << (in.Group - 1)
	var path []byte
	return func(id uint32) bool {
		path = in.Listing.AppendPath(path[:0], id)
		return in.Machine.Annotate(string(path)).Groups&bit != 0
	}
}

// notHidden returns a filter that excludes files which are ignored or postponed.
func (in *Request) notHidden() func(id uint32) bool {
	var path []byte
	return func(id uint32) bool {
		path = in.Listing.AppendNode(path[:0], id)
		return in.Listing.NonCandidate(id) || !review.Hides(in.Decisions, path)
	}
}

// Plain reports whether the rows are all files of the listing in its order.
func (q Query) Plain() bool {
	return q.View == setting.ViewFiles && !q.Narrows() && !q.NoRefused && q.Hidden == 0 && q.Sort == SortPath && !q.Reversed
}

// Narrows reports whether some candidates are not shown.
func (q Query) Narrows() bool { return q.excludes() || q.Text != "" }

// excludes reports whether the filters exclude candidates.
func (f Filters) excludes() bool {
	f.NoRefused, f.Hidden = false, 0 // neither is counted
	return f != Filters{}
}
