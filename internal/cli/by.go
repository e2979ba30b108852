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
	"github.com/DaRacci/list-ephemeral/scan"
)

// addOwnerFlags defines the flags of list about owners.
func (f *listFlags) addOwnerFlags(a *app, cmd *cobra.Command) {
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

// group prints the totals of the candidates by owner, program, unit or kind, and a total of all.
// Paths of which it is not known are one group, the last one unless another order is requested.
func (f *listFlags) group(ctx context.Context, l *listing) (scan.Stats, error) {
	by := report.ParseBy(f.by)
	table := l.session.OwnerTable()
	groups := map[report.GroupKey]*report.Group{}
	var all report.Group
	stats, err := scan.List(ctx, l.opts, only(l.wanted, func(e *scan.Entry) error {
		o := table.Of(string(e.Path))
		key := by.KeyOf(&o)
		g := groups[key]
		if g == nil {
			g = &report.Group{GroupKey: key}
			groups[key] = g
		}
		g.Add(e)
		all.Add(e)
		return nil
	}))
	if err != nil {
		return stats, err
	}
	now := time.Now()
	format := report.GroupText(now)
	if f.json {
		format = report.GroupJSON(by)
	}
	for _, g := range f.sortGroups(slices.Collect(maps.Values(groups))) {
		l.printer.out.Buf = format(l.printer.out.Buf, g)
		if err := l.printer.next(); errors.Is(err, errEnough) {
			break
		} else if err != nil {
			return stats, err
		}
	}
	if !f.json && l.printer.printed > 0 {
		l.printer.out.Buf = report.AppendGroup(l.printer.out.Buf, &all, "total", now)
	}
	return stats, nil
}

// sortGroups sorts groups by name, or in the requested order.
func (f *listFlags) sortGroups(groups []*report.Group) []*report.Group {
	slices.SortFunc(groups, func(a, b *report.Group) int {
		if (a.Name == "") != (b.Name == "") {
			return cmp.Compare(b.Name, a.Name) // the unknown one is last
		}
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	switch f.sort {
	case "size":
		slices.SortStableFunc(groups, func(a, b *report.Group) int { return cmp.Compare(a.Bytes, b.Bytes) })
	case "mtime":
		slices.SortStableFunc(groups, func(a, b *report.Group) int { return a.Newest.Compare(b.Newest) })
	}
	if f.reverse {
		slices.Reverse(groups)
	}
	return groups
}
