package table

import (
	"context"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/places"
)

// Program is a row of the view of programs: an owner and all its places.
type Program struct {
	places.Place // the sums of all its places
	All          []uint32
	Shown        []uint32 // those that the filters and the query include
	Matches      int      // files that the filters and the query include
}

// arrange describes and orders the rows of the views of places and programs. A query ranks rows, so
// they keep their order.
func (p *Result) arrange(ctx context.Context, in *Request) error {
	if (in.excludes() || in.Text != "") && !in.chosenAlone() {
		p.Matches = p.Listing.Hits(p.Rows, p.Hits)
		for i, n := range p.Matches {
			p.Widest = max(p.Widest, len(CountText(n, in.Listing.FilesOf(p.Rows[i]))))
		}
	}
	if in.Text == "" {
		p.Total = len(p.Rows)
	}
	if in.View == setting.ViewPrograms {
		return p.arrangePrograms(ctx, in)
	}
	p.Places = make([]places.Place, len(p.Rows))
	var path []byte
	for i, node := range p.Rows {
		if i%checkPlaces == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p.Places[i] = places.Place{Node: node, Stat: index.NodeStat{Files: in.Listing.FilesOf(node)}}
		if !in.Quick {
			path = in.Listing.AppendNode(path[:0], node)
			p.Places[i].Facts = in.Facts.Of(path)
		}
		p.Places[i].Measure(in.Totals)
	}
	if in.Text == "" {
		p.sortPlaces(ctx, in)
	}
	return ctx.Err()
}

// FoundSections returns the sections of the places that a search found: first places that match inside,
// then those that match in scattered letters. Places that match by their own paths precede them.
func (p *Result) FoundSections() (sections []places.Section) {
	for _, of := range []struct {
		fit  search.Fit
		kind places.Kind
	}{{search.FitInside, places.KindInside}, {search.FitScattered, places.KindScattered}} {
		if first, end := p.Found.Places(of.fit); first < end {
			sections = append(sections, places.Section{Kind: of.kind, First: first, Count: end - first})
		}
	}
	return sections
}

// checkPlaces is the number of places between two checks of the context. Machine.Place takes some
// 10 µs.
const checkPlaces = 256

// sortPlaces sorts the places and divides them into sections.
func (p *Result) sortPlaces(ctx context.Context, in *Request) {
	matches := map[uint32]int{}
	for i, count := range p.Matches {
		matches[p.Rows[i]] = count
	}
	if in.Sort == SortRank {
		if p.rank(ctx, in) != nil {
			return
		}
		p.Rows = p.Weights.Sorted(p.Rows)
		p.reorder()
	}
	places.Sort(p.Places, in.Sort.order(), in.level, in.Now)
	if in.Reversed && in.Sort != SortRank {
		slices.Reverse(p.Places)
	}
	if in.Sort == SortMatters && !in.Quick {
		p.Sections = places.Divide(p.Places, in.Home)
	}
	p.Rows = make([]uint32, len(p.Places))
	for i := range p.Places {
		p.Rows[i] = p.Places[i].Node
		if p.Matches != nil {
			p.Matches[i] = matches[p.Rows[i]]
		}
	}
}

// reorder puts the places into the order of the rows.
func (p *Result) reorder() {
	at := make(map[uint32]int, len(p.Rows))
	for i, node := range p.Rows {
		at[node] = i
	}
	slices.SortFunc(p.Places, func(a, b places.Place) int { return at[a.Node] - at[b.Node] })
}

// level returns the level of a share of all configurations that were counted.
func (in *Request) level(kept int) int { return draw.ShareLevel(kept, in.Configurations) }

// arrangePrograms makes the rows of the view of programs.
func (p *Result) arrangePrograms(ctx context.Context, in *Request) (err error) {
	if p.Groups, err = in.Listing.GroupByOwner(ctx, in.Facts.Owners(), in.Groups); err != nil {
		return err
	}
	all := p.Groups.All()
	byGroup := make(map[int]*Program, len(all))
	var order []*Program
	for i, node := range p.Rows {
		group, found := p.Groups.Of(node)
		if !found {
			continue
		}
		of := byGroup[group]
		if of == nil {
			of = newProgram(in, all[group])
			byGroup[group] = of
			order = append(order, of)
		}
		of.Shown = append(of.Shown, node)
		if p.Matches != nil {
			of.Matches += p.Matches[i]
		}
	}
	p.sortPrograms(in, order)
	p.Rows = make([]uint32, len(p.Programs))
	for i := range p.Rows {
		p.Rows[i] = index.GroupNode(i)
	}
	p.Total = len(p.Rows)
	return nil
}

// newProgram sums up the places of an owner.
func newProgram(in *Request, group index.Group) *Program {
	p := &Program{All: group.Places}
	p.Owner, p.Kept, p.Stat.Files = group.Owner, group.Kept, group.Files
	p.Sized = in.Totals != nil
	unlikely := 0
	var path []byte
	for _, node := range group.Places {
		path = in.Listing.AppendNode(path[:0], node)
		facts := in.Facts.Of(path)
		p.Secret, p.Coming = p.Secret || facts.Secret, max(p.Coming, facts.Coming)
		if facts.Unlikely != "" {
			unlikely++
		}
		if in.Totals != nil {
			stat := in.Totals.Of(node)
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
func (p *Result) sortPrograms(in *Request, order []*Program) {
	rows := make([]places.Place, len(order))
	for i, of := range order {
		rows[i] = of.Place
		rows[i].Node = uint32(i)
	}
	if in.Text == "" {
		places.Sort(rows, in.Sort.order(), in.level, in.Now)
		if in.Reversed {
			slices.Reverse(rows)
		}
		slices.SortStableFunc(rows, func(a, b places.Place) int { return unknownLast(&a) - unknownLast(&b) })
	}
	p.Programs = make([]Program, len(rows))
	for i := range rows {
		p.Programs[i] = *order[rows[i].Node]
	}
}

func unknownLast(p *places.Place) int {
	if p.Owner.Name == "" || p.Owner.Type == "user" {
		return 1
	}
	return 0
}

// CountText writes how many files of a row are shown: "46 of 367", or the number if all are.
func CountText(shown, all int) string {
	if shown == all {
		return printable.Grouped(all)
	}
	return printable.Grouped(shown) + " of " + printable.Grouped(all)
}
