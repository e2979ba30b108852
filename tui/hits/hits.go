package hits

import (
	"context"
	"iter"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Machine is what a search needs to know of the machine. Its methods are called from several
// goroutines at once.
type Machine interface {
	// Splits is the argument splits of index.Listing.RollUp.
	Splits(dir string) bool
	// Kept becomes search.Query.Kept.
	Kept(path string) bool
}

// Keeper is a Machine that knows paths that are kept without a scan. A search reports them if nothing
// else matches.
type Keeper interface {
	// KeptPaths returns paths that are persisted.
	KeptPaths() []string
}

// Request is a search of the screen.
type Request struct {
	// Text is what the user typed, and Home the home directory; see search.Query.
	Text, Home string
	Machine    Machine
	// Listing is what the filters of the screen include, and All is everything that was scanned.
	Listing, All *index.Listing
	// Recall is that of an earlier result.
	Recall search.Recall
	// Places returns one row for each place instead of one for each file.
	Places bool
	// Keys order rows that match equally well. Nil means that the shortest comes first.
	Keys *index.SortKeys
	// Selectable reports whether a path that is not a candidate is lost nevertheless; otherwise it is
	// persisted.
	Selectable func(path string, kind scan.Kind) bool
}

// Rows is the result of a search.
type Rows struct {
	// Nodes are the rows, the best first.
	Nodes []uint32
	// Hits are all matching files. Total is the number of matching files, or of places.
	Hits  index.Bitset
	Total int
	// Cut is the number of matching files if Nodes are only the best of them, otherwise 0.
	Cut int
	// Recall is for the next request.
	Recall search.Recall
	// Absent are paths that match although they have no row. It is set only if there are no rows.
	Absent search.Absent

	matcher *search.Matcher
	inside  map[uint32]uint32
	starts  [search.FitScattered + 2]int // of the places of each fit, in Nodes
}

// Find searches. It returns the error of ctx soon after ctx is done.
func Find(ctx context.Context, r *Request) (*Rows, error) {
	f, recall, err := r.Recall.Find(ctx, r.Listing, r.query())
	if err != nil {
		return nil, err
	}
	rows := &Rows{Nodes: f.Rows, Hits: f.Hits, Total: f.Total, Recall: recall, matcher: f.Matcher()}
	if f.Total > search.BestRows {
		rows.Cut = f.Total
	}
	switch {
	case r.Places:
		err = rows.findPlaces(ctx, r, f)
	case r.Keys != nil:
		rows.Nodes = f.RowsBy(r.Keys.Compare)
	}
	if err == nil && len(rows.Nodes) == 0 {
		rows.Absent, err = r.absent(ctx)
	}
	return rows, err
}

func (r *Request) query() search.Query {
	return search.Query{Text: r.Text, Home: r.Home, Dirs: true, Kept: r.Machine.Kept}
}

func (rows *Rows) findPlaces(ctx context.Context, r *Request, f *search.Results) error {
	opts := search.PlaceOptions{Splits: r.Machine.Splits}
	if r.Keys != nil {
		opts.Tie = r.Keys.Compare
	}
	places, err := f.Places(ctx, r.Listing, r.query(), opts)
	if err != nil {
		return err
	}
	rows.Nodes, rows.Total, rows.inside = make([]uint32, len(places)), len(places), map[uint32]uint32{}
	for i, p := range places {
		rows.Nodes[i] = p.Node
		if !p.Own() {
			rows.inside[p.Node] = p.Inside
		}
		rows.starts[p.Fit+1] = i + 1
	}
	for fit := range rows.starts[1:] { // a fit without places starts where the previous one ends
		rows.starts[fit+1] = max(rows.starts[fit+1], rows.starts[fit])
	}
	return nil
}

// Inside returns the best match inside the place of a row, and whether only such a match is the
// reason for the row.
func (rows *Rows) Inside(node uint32) (inside uint32, only bool) {
	inside, only = rows.inside[node]
	return inside, only
}

// Positions returns the byte positions in a path that match the query, in ascending order. The path
// of a directory ends in a slash. Positions must not be called by several goroutines at once.
func (rows *Rows) Positions(path []byte) []int { return rows.matcher.Positions(path) }

// absent returns the paths that match although they have no row.
func (r *Request) absent(ctx context.Context) (search.Absent, error) {
	sources := []search.Source{r.filtered()}
	if keeper, ok := r.Machine.(Keeper); ok && r.All.NonCandidates() == 0 { // otherwise they were scanned
		sources = append(sources, search.Source{
			Paths: each(keeper.KeptPaths()), Why: func([]byte) search.Absence { return search.Persisted },
		})
	}
	return search.FindAbsent(ctx, r.query(), sources...)
}

func each(paths []string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, path := range paths {
			if !yield([]byte(path)) {
				return
			}
		}
	}
}

// filtered returns the paths that were scanned and that the filters do not include.
func (r *Request) filtered() search.Source {
	if r.All == r.Listing {
		return search.Source{Paths: each(nil)}
	}
	var id uint32 // of the last path
	var path []byte
	rest := func(yield func([]byte) bool) {
		shown := r.Listing.Rows()
		for _, id = range r.All.Order() {
			if int(id) < len(shown) && shown[id] != index.NoRow {
				continue
			}
			path = r.All.AppendNode(path[:0], id)
			if r.All.NodeKind(id) == scan.KindDir {
				path = append(path, '/')
			}
			if !yield(path) {
				return
			}
		}
	}
	why := func([]byte) search.Absence {
		switch {
		case !r.All.NonCandidate(id):
			return search.Filtered
		case r.Selectable(string(r.All.AppendNode(nil, id)), r.All.NodeKind(id)):
			return search.Excluded
		}
		return search.Persisted
	}
	return search.Source{Paths: rest, Why: why}
}

// Places returns the rows of the places with a fit, from first to before end.
func (rows *Rows) Places(fit search.Fit) (first, end int) {
	return rows.starts[fit], rows.starts[fit+1]
}
