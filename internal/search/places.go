package search

import (
	"cmp"
	"context"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// The view of places has one row for several files. A place is ranked by its own path. Places in
// which only a path inside matches come after those, in the order of their best match. Last are places
// that match only in letters far from each other:
//
//	fire       ~/.mozilla/firefox/       FitOwn
//	           /var/lib/systemd/         FitInside: coredump/core.firefox.zst
//	           ~/.config/qBittorrent/    FitScattered: f, i, r and e are far apart

// Fit is how a place matches. Places are ordered by it first.
type Fit uint8

// The fits, the best first.
const (
	FitUnknown   Fit = iota
	FitOwn           // its own path matches
	FitInside        // a path inside it matches
	FitScattered     // only letters far from each other match, in its own path or in one inside
)

// String returns one word.
func (f Fit) String() string {
	return [...]string{"unknown", "own", "inside", "scattered"}[min(f, FitScattered)]
}

// Place is a row of the view of places.
type Place struct {
	// Node is the directory or the file of the row.
	Node uint32
	// Inside is the best match below Node if the own path of the place does not match, or not as well.
	// Otherwise it is Node. Matcher.Positions of its path are the positions to highlight.
	Inside uint32
	Fit    Fit
	// Score is the score of the path of Inside.
	Score int
}

// Own reports whether the own path of the place is the reason for its row.
func (p Place) Own() bool { return p.Inside == p.Node }

// PlaceOptions are the options of Results.Places.
type PlaceOptions struct {
	// Splits reports whether a directory should not be kept as a whole; see Listing.RollUp.
	Splits func(dir string) bool
	// Tie orders places with equal scores, like cmp.Compare. Nil means no such order: those in the
	// home come first, then the shortest.
	Tie func(a, b uint32) int
}

// checkEvery is the number of places between two checks of a context.
const checkEvery = 1024

// Places returns the places of the results of a query on a listing, ranked. If there are more than
// BestRows matches, files that are places themselves are only among the best matches; all others are
// complete. Places returns the error of ctx soon after ctx is done.
func (r *Results) Places(ctx context.Context, l *index.Listing, q Query, opts PlaceOptions) ([]Place, error) {
	nodes := r.Rows
	if r.Total > BestRows { // the best rows are not in all places
		nodes = slices.Clone(nodes)
		r.dirs.Each(func(dir uint32) { nodes = append(nodes, index.DirNode(dir)) })
	}
	nodes = l.RollUp(nodes, opts.Splits)
	best := r.bestInside(l, nodes)
	m, home := newMatcher(r.terms), homeOf(q)
	found := make([]placeRank, 0, len(nodes))
	var path []byte
	for i, node := range nodes {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p := placeRank{Place: Place{Node: node, Inside: node, Fit: FitScattered}}
		if path = l.AppendNode(path[:0], node); index.IsDir(node) {
			path = append(path, '/')
		}
		p.tie = tieOf(path, home, 0)
		var own bool
		if p.Score, own = m.Match(path); own && matchesWell(p.Score, m.Positions(path)) {
			p.Fit = FitOwn
		}
		p.Score += bonusOf(l, q.Kept, path, node)
		if p.Fit == FitOwn {
			found = append(found, p)
			continue
		}
		inside, score, ok := r.inside(l, m, q, best, node, own)
		switch {
		case ok && fitsWell(l, m, inside):
			p.Inside, p.Score, p.Fit = inside, score, FitInside
		case own:
		case ok:
			p.Inside, p.Score = inside, score
		default:
			continue
		}
		found = append(found, p)
	}
	sortPlaces(found, opts.Tie)
	places := make([]Place, len(found))
	for i := range found {
		places[i] = found[i].Place
	}
	return places, ctx.Err()
}

// placeRank is a place with what orders places of equal scores.
type placeRank struct {
	Place
	tie int
}

// fitsWell reports whether the path of a node matches, and not only in scattered letters.
func fitsWell(l *index.Listing, m *Matcher, node uint32) bool {
	path := l.AppendNode(nil, node)
	if index.IsDir(node) {
		path = append(path, '/')
	}
	score, ok := m.Match(path)
	return ok && matchesWell(score, m.Positions(path))
}

// goodScore is the least score for each matching byte of a path that matches well: letters at the
// beginnings of words are above it, letters that are scattered over words are below.
const goodScore = 20

// matchesWell reports whether a path with this score and these matching positions does not match only
// in scattered letters.
func matchesWell(score int, positions []int) bool {
	n := len(positions)
	return n == 0 || score >= goodScore*n || positions[n-1]-positions[0] == n-1
}

func sortPlaces(places []placeRank, tie func(a, b uint32) int) {
	slices.SortStableFunc(places, func(a, b placeRank) int {
		switch {
		case a.Fit != b.Fit:
			return int(a.Fit) - int(b.Fit)
		case a.Score != b.Score:
			return cmp.Compare(b.Score, a.Score)
		case tie != nil:
			if order := tie(a.Node, b.Node); order != 0 {
				return order
			}
		}
		return cmp.Compare(a.tie, b.tie)
	})
}

// bestInside returns for each directory among places the index of the best row in it.
func (r *Results) bestInside(l *index.Listing, places []uint32) map[uint32]int {
	best := make(map[uint32]int, len(places))
	for _, node := range places {
		if index.IsDir(node) {
			best[node] = -1
		}
	}
	for i, row := range r.Rows {
		if l.NonCandidate(row) {
			continue
		}
		dir := l.Holder(row)
		if index.IsDir(row) {
			dir = index.DirOf(row)
		}
		for ; dir != 0; dir = l.Parent(dir) {
			at, place := best[index.DirNode(dir)]
			if place && at < 0 {
				best[index.DirNode(dir)] = i
			}
			if place {
				break // no place is in another one
			}
		}
	}
	return best
}

// inside returns the best match in a place, or the first one if none is among the best rows and own is
// not set. own reports that the own path of the place matches: then it needs no other reason.
func (r *Results) inside(l *index.Listing, m *Matcher, q Query, best map[uint32]int, place uint32, own bool) (node uint32, score int, found bool) {
	if !index.IsDir(place) {
		return 0, 0, false
	}
	if at := best[place]; at >= 0 {
		return r.Rows[at], r.Scores[at], r.Rows[at] != place
	}
	if own {
		return 0, 0, false
	}
	s := l.Below(index.DirOf(place))
	for _, id := range l.Order()[s.Start:s.End] {
		if !r.Hits.Has(id) || l.NonCandidate(id) {
			continue
		}
		path := l.AppendPath(nil, id)
		score, _ = m.Match(path)
		return id, score + bonusOf(l, q.Kept, path, id), true
	}
	return 0, 0, false
}

// RowsBy returns the rows with those of equal scores ordered by tie, like cmp.Compare.
func (r *Results) RowsBy(tie func(a, b uint32) int) []uint32 {
	at := make([]int, len(r.Rows))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int {
		if r.Scores[a] != r.Scores[b] {
			return cmp.Compare(r.Scores[b], r.Scores[a])
		}
		return tie(r.Rows[a], r.Rows[b])
	})
	rows := make([]uint32, len(at))
	for i, a := range at {
		rows[i] = r.Rows[a]
	}
	return rows
}
