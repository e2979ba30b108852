package cli

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

// summarize prints the number and size of candidates for each top directory, which is the nearest
// container or root above a candidate.
func (f *listFlags) summarize(ctx context.Context, l *listing) (scan.Stats, error) {
	t := totals{rollup: scan.NewRollup(l.session.Policy, l.session.Homes()...), tops: map[string]*scan.Row{}}
	stats, err := scan.List(ctx, l.opts, only(l.wanted, t.add))
	if err != nil {
		return stats, err
	}
	format := report.SummaryFormat(l.style)
	if f.json {
		format = report.SummaryJSONFormat()
	}
	rows := slices.SortedFunc(maps.Values(t.tops), func(a, b *scan.Row) int { return bytes.Compare(a.Path, b.Path) })
	f.sortRows(rows)
	out := &rowPrinter{printer: l.printer, format: format}
	for _, r := range rows {
		if err := out.row(r); errors.Is(err, errEnough) {
			break
		} else if err != nil {
			return stats, err
		}
	}
	if !f.json && l.printer.printed > 0 {
		l.printer.out.Buf = report.AppendTotal(l.printer.out.Buf, t.all.Files, t.all.Bytes, "total")
	}
	return stats, nil
}

// totals counts candidates by top directory.
type totals struct {
	rollup *scan.Rollup
	tops   map[string]*scan.Row
	all    scan.Row
	// dir is the directory of the last candidate, with a slash at the end. top is its row.
	dir []byte
	top *scan.Row
}

func (t *totals) add(e *scan.Entry) error {
	slash := bytes.LastIndexByte(e.Path, '/')
	if !bytes.Equal(e.Path[:slash+1], t.dir) {
		t.dir = append(t.dir[:0], e.Path[:slash+1]...)
		name := t.rollup.Top(string(e.Path))
		if t.top = t.tops[name]; t.top == nil {
			t.top = scan.NewRow(name, scan.KindDir)
			t.tops[name] = t.top
		}
	}
	t.top.Add(e)
	t.all.Add(e)
	return nil
}
