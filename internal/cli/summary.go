package cli

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// summarize prints the number and size of candidates for each top directory.
func (f *listFlags) summarize(ctx context.Context, l *listing) (scan.Stats, error) {
	t := newTotals(l.session)
	stats, err := scan.List(ctx, l.opts, only(l.wanted, func(e *scan.Entry) error {
		info := e.Info()
		t.count(e.Path, e.Kind, info.Size, info.ModTime)
		return nil
	}))
	if err != nil {
		return stats, err
	}
	return stats, t.print(l.printer, l.style, f.json, f.sort, f.reverse)
}

// totals counts paths by top directory, which is the nearest container or root above a path.
type totals struct {
	rollup *scan.Rollup
	tops   map[string]*scan.Row
	all    scan.Row
	// dir is the directory of the last path, with a slash at the end. top is its row.
	dir []byte
	top *scan.Row
}

func newTotals(s *session.Session) *totals {
	return &totals{rollup: scan.NewRollup(s.Policy, s.Homes()...), tops: map[string]*scan.Row{}}
}

// count counts a path with its size in bytes and its last change.
func (t *totals) count(path []byte, kind scan.Kind, size int64, changed time.Time) {
	slash := bytes.LastIndexByte(path, '/')
	if !bytes.Equal(path[:slash+1], t.dir) {
		t.dir = append(t.dir[:0], path[:slash+1]...)
		name := t.rollup.Top(string(path))
		if t.top = t.tops[name]; t.top == nil {
			t.top = scan.NewRow(name, scan.KindDir)
			t.tops[name] = t.top
		}
	}
	t.top.Count(kind, size, changed)
	t.all.Count(kind, size, changed)
}

// print prints the top directories, and a total of all.
func (t *totals) print(p *printer, style report.PathStyle, asJSON bool, sort string, reverse bool) error {
	format := report.SummaryFormat(style)
	if asJSON {
		format = report.SummaryJSONFormat()
	}
	rows := slices.SortedFunc(maps.Values(t.tops), func(a, b *scan.Row) int { return bytes.Compare(a.Path, b.Path) })
	sortRows(rows, sort, reverse)
	out := &rowPrinter{printer: p, format: format}
	for _, r := range rows {
		if err := out.row(r); errors.Is(err, errEnough) {
			break
		} else if err != nil {
			return err
		}
	}
	if !asJSON && p.printed > 0 {
		p.out.Buf = report.AppendTotal(p.out.Buf, t.all.Files, t.all.Bytes, "total")
	}
	return nil
}
