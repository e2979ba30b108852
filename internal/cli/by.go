package cli

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/owner"
	"github.com/DaRacci/list-ephemeral/scan"
)

// ownerFlags are the flags of list and lost about owners.
type ownerFlags struct {
	by    string
	owned session.OwnerFilter
}

func (f *ownerFlags) addOwnerFlags(a *app, cmd *cobra.Command) {
	flags := cmd.Flags()
	choiceVar(flags, &f.by, "by", "print totals by `KEY`: owner, program, unit or kind", report.ByNames()...)
	textVar(flags, &f.owned.Unit, "unit", "", "the name of a service unit", "list only what belongs to the service unit `NAME`")
	flags.Var(&dataKindsValue{to: &f.owned.Kinds}, "kind", "list only data of `KINDS`: state, cache, log, config, runtime, regenerated, data")
	completeValues(cmd, "by", report.ByNames()...)
	completeValues(cmd, "kind", dataKinds()...)
	_ = cmd.RegisterFlagCompletionFunc("unit", a.unitNames)
}

// both returns a filter that accepts what both accept. Nil accepts all.
func both(first, second func(*scan.Entry) bool) func(*scan.Entry) bool {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	return func(e *scan.Entry) bool { return first(e) && second(e) }
}

// grouping counts paths by owner, program, unit or kind.
type grouping struct {
	by     report.By
	table  *owner.Table
	groups map[report.GroupKey]*report.Group
	all    report.Group
}

func newGrouping(s *session.Session, by string) *grouping {
	return &grouping{by: report.ParseBy(by), table: s.OwnerTable(), groups: map[report.GroupKey]*report.Group{}}
}

// count counts a path with its size in bytes and its last change.
func (g *grouping) count(path string, size int64, changed time.Time) {
	o := g.table.Of(path)
	key := g.by.KeyOf(&o)
	group := g.groups[key]
	if group == nil {
		group = &report.Group{GroupKey: key}
		g.groups[key] = group
	}
	group.Count(1, size, changed)
	g.all.Count(1, size, changed)
}

// print prints the groups, and a total of all. Paths of which the group is not known are one group,
// the last one unless another order is requested.
func (g *grouping) print(p *printer, asJSON bool, sort string, reverse bool) error {
	now := time.Now()
	format := report.GroupText(now)
	if asJSON {
		format = report.GroupJSON(g.by)
	}
	for _, group := range sortGroups(slices.Collect(maps.Values(g.groups)), sort, reverse) {
		p.out.Buf = format(p.out.Buf, group)
		if err := p.next(); errors.Is(err, errEnough) {
			break
		} else if err != nil {
			return err
		}
	}
	if !asJSON && p.printed > 0 {
		p.out.Buf = report.AppendGroup(p.out.Buf, &g.all, "total", now)
	}
	return nil
}

// group prints the totals of the candidates by owner, program, unit or kind.
func (f *listFlags) group(ctx context.Context, l *listing) (scan.Stats, error) {
	g := newGrouping(l.session, f.by)
	stats, err := scan.List(ctx, l.opts, only(l.wanted, func(e *scan.Entry) error {
		info := e.Info()
		g.count(string(e.Path), info.Size, info.ModTime)
		return nil
	}))
	if err != nil {
		return stats, err
	}
	return stats, g.print(l.printer, f.json, f.sort, f.reverse)
}

// sortGroups sorts groups by name, or in the requested order.
func sortGroups(groups []*report.Group, sort string, reverse bool) []*report.Group {
	slices.SortFunc(groups, func(a, b *report.Group) int {
		if (a.Name == "") != (b.Name == "") {
			return cmp.Compare(b.Name, a.Name) // the unknown one is last
		}
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	switch sort {
	case "size":
		slices.SortStableFunc(groups, func(a, b *report.Group) int { return cmp.Compare(a.Bytes, b.Bytes) })
	case "mtime":
		slices.SortStableFunc(groups, func(a, b *report.Group) int { return a.Newest.Compare(b.Newest) })
	}
	if reverse {
		slices.Reverse(groups)
	}
	return groups
}
