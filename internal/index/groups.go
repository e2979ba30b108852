package index

import (
	"cmp"
	"context"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Owner is whose a place is. The zero value means that it is not known.
type Owner struct {
	// Type is a word for what the owner is, such as "unit" or "program". Two owners with the same name
	// and different types are different owners.
	Type, Name string
}

// Owners says whose the places of a listing are. A place is a directory that files are rolled up
// into, or a file that is in none.
type Owners struct {
	// Splits reports whether a directory should not be kept as a whole. It must be the function that
	// RollUp gets.
	Splits func(dir string) bool
	// Of returns the owner of a place, and how many public configurations keep the place. It is called
	// once for each place.
	Of func(path string) (owner Owner, kept int)
}

// Group is the places of one owner that have candidates.
type Group struct {
	Owner Owner
	// Places are nodes, in the order of the listing. Each place is in one group.
	Places []uint32
	// Files is the number of candidates in the places.
	Files int
	// Kept is how many public configurations keep the place of the owner that most of them keep.
	Kept int
}

// Groups are the places of a listing by owner. They are immutable, and several goroutines may read
// them.
type Groups struct {
	listing *Listing
	groups  []Group
	places  map[uint32]placeOwner
	ofDir   []uint32 // for each directory, the group of the place that it is at or below, plus one
}

// placeOwner is what Owners.Of returned for a place, and the number of its group.
type placeOwner struct {
	owner Owner
	kept  int
	group int
}

// GroupByOwner groups the places of the listing by owner. The groups apply to the parts of the
// listing, too. If before is not nil, it must be the groups of an earlier listing of the store; Of is
// then called for new places only. The cost is that of Of for each place, and some ns for each
// directory (BenchmarkGroupByOwner). It returns the error of ctx soon after ctx is done.
func (l *Listing) GroupByOwner(ctx context.Context, owners Owners, before *Groups) (*Groups, error) {
	g := &Groups{listing: l, places: map[uint32]placeOwner{}, ofDir: make([]uint32, len(l.dirs))}
	numbers := map[Owner]int{}
	var path []byte
	for place := range l.places(owners.Splits) {
		if len(g.places)%checkOwners == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at, known := placeOwner{}, false
		if before != nil {
			at, known = before.places[place]
		}
		if !known {
			path = l.AppendNode(path[:0], place)
			at.owner, at.kept = owners.Of(string(path))
		}
		group, found := numbers[at.owner]
		if !found {
			group = len(g.groups)
			numbers[at.owner] = group
			g.groups = append(g.groups, Group{Owner: at.owner})
		}
		g.groups[group].add(place, l.FilesOf(place), at.kept)
		g.places[place] = at
	}
	g.sort()
	g.number()
	return g, ctx.Err()
}

func (g *Group) add(place uint32, files, kept int) {
	g.Places = append(g.Places, place)
	g.Files += files
	g.Kept = max(g.Kept, kept)
}

// checkOwners is the number of places between two checks of the context. Of takes some 10 µs.
const checkOwners = 256

// places calls yield for the places of a listing that have candidates, in order.
func (l *Listing) places(splits func(dir string) bool) func(yield func(node uint32) bool) {
	return func(yield func(node uint32) bool) {
		units := l.unitsOf(splits)
		for at := uint32(0); at < uint32(len(l.order)); {
			place := l.order[at]
			at++
			if unit := units[l.Holder(place)]; unit != 0 {
				place, at = unit, l.spans[unit&^dirBit].End
				if l.FilesOf(place) == 0 {
					continue
				}
			} else if l.NonCandidate(place) {
				continue
			}
			if !yield(place) {
				return
			}
		}
	}
}

// sort sorts the groups by name and type. The group of the unknown owner is the last.
func (g *Groups) sort() {
	slices.SortFunc(g.groups, func(a, b Group) int {
		if (a.Owner == Owner{}) != (b.Owner == Owner{}) {
			if (a.Owner == Owner{}) {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.Owner.Name, b.Owner.Name), cmp.Compare(a.Owner.Type, b.Owner.Type))
	})
}

// number sets ofDir and the groups of places.
func (g *Groups) number() {
	for i, group := range g.groups {
		for _, place := range group.Places {
			at := g.places[place]
			at.group = i
			g.places[place] = at
			if IsDir(place) {
				g.ofDir[DirOf(place)] = uint32(i) + 1
			}
		}
	}
	for dir := 1; dir < len(g.ofDir); dir++ { // a parent has the lower number
		if g.ofDir[dir] == 0 {
			g.ofDir[dir] = g.ofDir[g.listing.dirs[dir].parent]
		}
	}
}

// All returns the groups, sorted by the name of the owner. The group whose owner is not known is the
// last. They must not be changed.
func (g *Groups) All() []Group { return g.groups }

// Find returns the number of the group of an owner, and whether there is one.
func (g *Groups) Find(owner Owner) (group int, found bool) {
	group = slices.IndexFunc(g.groups, func(have Group) bool { return have.Owner == owner })
	return group, group >= 0
}

// Of returns the group of the place that a node is at or below. It reports whether there is one;
// there is none for a directory above places.
func (g *Groups) Of(node uint32) (group int, found bool) {
	dir := DirOf(node)
	if !IsDir(node) {
		dir = g.listing.Holder(node)
	}
	if int(dir) < len(g.ofDir) && g.ofDir[dir] != 0 {
		return int(g.ofDir[dir]) - 1, true
	}
	at, found := g.places[node]
	return at.group, found
}

// Only returns a function that reports whether a file is in a group, for Part.
func (g *Groups) Only(group int) func(id uint32) bool {
	return func(id uint32) bool {
		in, found := g.Of(id)
		return found && in == group
	}
}

// FilesIn returns for each group the number of its candidates in a part of the listing.
func (g *Groups) FilesIn(part *Listing) []int {
	counts := make([]int, len(g.groups))
	for i, group := range g.groups {
		for _, place := range group.Places {
			counts[i] += part.candidatesAt(place)
		}
	}
	return counts
}

// candidatesAt returns the number of candidates at or below a node that are in the listing.
func (l *Listing) candidatesAt(node uint32) int {
	if IsDir(node) || l.Rows()[node] != NoRow && !l.NonCandidate(node) {
		return l.FilesOf(node)
	}
	return 0
}

// GroupStat is the size of the candidates of a group, and the time of the newest.
type GroupStat struct {
	Size    int64 // in bytes
	ModTime int64 // seconds since 1970; 0 if no file exists any more
}

// Stats returns the sizes and times of the groups. stats must be of the listing.
func (g *Groups) Stats(stats *FileStats) []GroupStat {
	sums := make([]GroupStat, len(g.groups))
	for i, group := range g.groups {
		for _, place := range group.Places {
			sums[i].add(g.listing, stats, place)
		}
	}
	return sums
}

// add adds the candidates at or below a place.
func (s *GroupStat) add(l *Listing, stats *FileStats, place uint32) {
	files := []uint32{place}
	if IsDir(place) {
		span := l.spans[DirOf(place)]
		files = l.order[span.Start:span.End]
	}
	for _, id := range files {
		if !l.NonCandidate(id) {
			s.Size = sizes.Add(s.Size, stats.sizes[id])
			s.ModTime = max(s.ModTime, stats.times[id])
		}
	}
}

// NoNode is the node of a GroupRow that is the head of a group.
const NoNode = ^uint32(0)

// GroupRow is a row of the groups, whose groups and directories open and close.
type GroupRow struct {
	// Group is the number of the group in All.
	Group int
	// Node is a place of the group or a node below one; NoNode in the head.
	Node uint32
	// Depth is 0 in the head, 1 for a place.
	Depth int
}

// GroupOptions say which rows of groups are shown. The zero value shows the heads of all groups, in
// the order of All.
type GroupOptions struct {
	// Order contains the numbers of the groups to show; nil shows all.
	Order []int
	// Open are the numbers of the groups whose places are shown.
	Open Bitset
	// OpenDirs are the directories whose children are shown.
	OpenDirs Bitset
	// By sorts the places of a group and the children of a directory; nil sorts by path.
	By *SortKeys
	// Part, if not nil, is the part of the listing that is shown. Groups and places without a file
	// in it are omitted.
	Part *Listing
}

// Rows returns the rows of the groups.
func (g *Groups) Rows(opts GroupOptions) []GroupRow {
	part := cmp.Or(opts.Part, g.listing)
	shown := g.FilesIn(part)
	order := opts.Order
	if order == nil {
		for i := range g.groups {
			order = append(order, i)
		}
	}
	tree := treeBuilder{Listing: part, open: opts.OpenDirs, by: opts.By}
	var rows []GroupRow
	for _, i := range order {
		if shown[i] == 0 {
			continue
		}
		rows = append(rows, GroupRow{i, NoNode, 0})
		if !opts.Open.Has(uint32(i)) {
			continue
		}
		tree.rows = nil
		tree.add(part.placesIn(g.groups[i].Places), 1)
		for _, row := range tree.rows {
			rows = append(rows, GroupRow{i, row.Node, row.Depth})
		}
	}
	return rows
}

// placesIn returns the places that have candidates in the listing.
func (l *Listing) placesIn(places []uint32) []uint32 {
	return slices.DeleteFunc(slices.Clone(places), func(place uint32) bool { return l.candidatesAt(place) == 0 })
}
