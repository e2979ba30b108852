package tui

import (
	"context"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// program is a row of the view of programs: an owner and all its places.
type program struct {
	places.Place // the sums of all its places
	all          []uint32
	shown        []uint32 // those that the filters and the query include
	matches      int      // files that the filters and the query include
}

// arrange describes and orders the rows of the views of places and programs. A query ranks rows, so
// they keep their order.
func (p *result) arrange(ctx context.Context, in *request) error {
	if (in.filters.narrows() || in.text != "") && !in.chosenAlone() {
		p.matches = p.listing.Hits(p.rows, p.hits)
		for i, n := range p.matches {
			p.widest = max(p.widest, len(shownOf(n, in.listing.FilesOf(p.rows[i]))))
		}
	}
	if in.text == "" {
		p.total = len(p.rows)
	}
	if in.view == setting.ViewPrograms {
		return p.arrangePrograms(ctx, in)
	}
	p.places = make([]places.Place, len(p.rows))
	var path []byte
	for i, node := range p.rows {
		if i%checkPlaces == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p.places[i] = places.Place{Node: node, Stat: index.NodeStat{Files: in.listing.FilesOf(node)}}
		if !in.quick {
			path = in.listing.AppendNode(path[:0], node)
			p.places[i].Facts = in.facts.of(path)
		}
		p.places[i].Measure(in.totals)
	}
	if in.text == "" {
		p.sortPlaces(ctx, in)
	}
	return ctx.Err()
}

// checkPlaces is the number of places between two checks of the context. Machine.Place takes some
// 10 µs.
const checkPlaces = 256

// sortPlaces sorts the places and divides them into sections.
func (p *result) sortPlaces(ctx context.Context, in *request) {
	matches := map[uint32]int{}
	for i, count := range p.matches {
		matches[p.rows[i]] = count
	}
	if in.sort == sortRank {
		if p.rank(ctx, in) != nil {
			return
		}
		p.rows = p.weights.Sorted(p.rows)
		p.reorder()
	}
	places.Sort(p.places, in.sort.order(), in.level, in.now)
	if in.reversed && in.sort != sortRank {
		slices.Reverse(p.places)
	}
	if in.sort == sortMatters && !in.quick {
		p.sections = places.Divide(p.places, in.home)
	}
	p.rows = make([]uint32, len(p.places))
	for i := range p.places {
		p.rows[i] = p.places[i].Node
		if p.matches != nil {
			p.matches[i] = matches[p.rows[i]]
		}
	}
}

// reorder puts the places into the order of the rows.
func (p *result) reorder() {
	at := make(map[uint32]int, len(p.rows))
	for i, node := range p.rows {
		at[node] = i
	}
	slices.SortFunc(p.places, func(a, b places.Place) int { return at[a.Node] - at[b.Node] })
}

// level returns the level of a share of all configurations that were counted.
func (in *request) level(kept int) int { return draw.ShareLevel(kept, in.configurations) }

// arrangePrograms makes the rows of the view of programs.
func (p *result) arrangePrograms(ctx context.Context, in *request) (err error) {
	if p.groups, err = in.listing.GroupByOwner(ctx, in.facts.owners(), in.groups); err != nil {
		return err
	}
	all := p.groups.All()
	byGroup := make(map[int]*program, len(all))
	var order []*program
	for i, node := range p.rows {
		group, found := p.groups.Of(node)
		if !found {
			continue
		}
		of := byGroup[group]
		if of == nil {
			of = newProgram(in, all[group])
			byGroup[group] = of
			order = append(order, of)
		}
		of.shown = append(of.shown, node)
		if p.matches != nil {
			of.matches += p.matches[i]
		}
	}
	p.sortPrograms(in, order)
	p.rows = make([]uint32, len(p.programs))
	for i := range p.rows {
		p.rows[i] = index.GroupNode(i)
	}
	p.total = len(p.rows)
	return nil
}

// newProgram sums up the places of an owner.
func newProgram(in *request, group index.Group) *program {
	p := &program{all: group.Places}
	p.Owner, p.Kept, p.Stat.Files = group.Owner, group.Kept, group.Files
	p.Sized = in.totals != nil
	unlikely := 0
	var path []byte
	for _, node := range group.Places {
		path = in.listing.AppendNode(path[:0], node)
		facts := in.facts.of(path)
		p.Secret = p.Secret || facts.Secret
		if facts.Unlikely != "" {
			unlikely++
		}
		if in.totals != nil {
			stat := in.totals.Of(node)
			p.Stat.Size = sizes.Add(p.Stat.Size, stat.Size)
			p.Stat.ModTime = max(p.Stat.ModTime, stat.ModTime)
		}
	}
	if unlikely == len(group.Places) {
		p.Unlikely = "cache"
	}
	return p
}

// sortPrograms sorts the programs, unless a query has ranked them. What belongs to no program comes
// last.
func (p *result) sortPrograms(in *request, order []*program) {
	rows := make([]places.Place, len(order))
	for i, of := range order {
		rows[i] = of.Place
		rows[i].Node = uint32(i)
	}
	if in.text == "" {
		places.Sort(rows, in.sort.order(), in.level, in.now)
		if in.reversed {
			slices.Reverse(rows)
		}
		slices.SortStableFunc(rows, func(a, b places.Place) int { return unknownLast(&a) - unknownLast(&b) })
	}
	p.programs = make([]program, len(rows))
	for i := range rows {
		p.programs[i] = *order[rows[i].Node]
	}
}

func unknownLast(p *places.Place) int {
	if p.Owner.Name == "" || p.Owner.Type == "user" {
		return 1
	}
	return 0
}
