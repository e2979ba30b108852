package cli

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// rollUp prints the units of the candidates. A unit is printed as soon as it is complete, or in a
// batch of up to rowBatch units if their excluded files have to be counted, or at the end if the
// units have to be sorted.
func (f *listFlags) rollUp(ctx context.Context, l *listing) (scan.Stats, error) {
	rows := &rowPrinter{
		printer: l.printer, opts: l.opts, format: f.rowFormat(l), batch: rowBatch,
		numbers: f.json || f.long, keep: f.sort != "path" || f.reverse,
	}
	rollup := scan.NewRollup(l.session.Policy, l.session.Homes()...)
	g := &scan.RowWriter{Rollup: rollup, Emit: func(r *scan.Row) error { return rows.add(ctx, r) }}
	if f.json {
		notes := session.NewNotes(l.session)
		g.IsCache = func(path string, isDir bool) bool { return notes.Of(path, isDir).Cache }
	}
	stats, err := scan.List(ctx, l.opts, only(l.wanted, g.Add))
	if err == nil {
		err = g.End()
	}
	if err == nil {
		sortRows(rows.rows, f.sort, f.reverse)
		err = rows.flush(ctx)
	}
	stats.Errors = append(stats.Errors, rows.errors...)
	return stats, err
}

// sortRows sorts rows, which are sorted by path, in the requested order.
func sortRows(rows []*scan.Row, sort string, reverse bool) {
	switch sort {
	case "size":
		slices.SortStableFunc(rows, func(a, b *scan.Row) int { return cmp.Compare(a.Bytes, b.Bytes) })
	case "mtime":
		slices.SortStableFunc(rows, func(a, b *scan.Row) int { return a.Newest.Compare(b.Newest) })
	}
	if reverse {
		slices.Reverse(rows)
	}
}

// rowBatch is the maximum number of rows whose excluded files one walk counts. It bounds the rows
// in memory and the rules of the walk. Smaller batches mean more walks.
const rowBatch = 4096

// rowPrinter prints rows, with the numbers of excluded files if they are requested.
type rowPrinter struct {
	*printer

	opts    scan.Options
	format  report.RowFormat
	numbers bool
	batch   int  // maximum number of rows for one walk
	keep    bool // print no row before flush
	rows    []*scan.Row
	errors  []scan.PathError
}

func (p *rowPrinter) add(ctx context.Context, r *scan.Row) error {
	if !p.numbers && !p.keep {
		return p.row(r)
	}
	p.rows = append(p.rows, r)
	if p.keep || len(p.rows) < p.batch && p.printed+len(p.rows) != p.limit {
		return nil
	}
	return p.flush(ctx)
}

// flush prints the collected rows.
func (p *rowPrinter) flush(ctx context.Context) error {
	rows := p.rows
	if p.limit > 0 {
		rows = rows[:min(len(rows), p.limit-p.printed)]
	}
	p.rows = nil
	for batch := range slices.Chunk(rows, p.batch) {
		if p.numbers {
			if err := p.countExcluded(ctx, batch); err != nil {
				return err
			}
		}
		for _, r := range batch {
			if err := p.row(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *rowPrinter) row(r *scan.Row) error {
	if !p.mute {
		p.out.Buf = p.format(p.out.Buf, r)
	}
	return p.next()
}

// countExcluded counts the excluded files and the symlinks in the directories among rows.
func (p *rowPrinter) countExcluded(ctx context.Context, rows []*scan.Row) error {
	var dirs []string
	var counted []*scan.Row
	for _, r := range rows {
		if r.IsDir() {
			dirs = append(dirs, string(bytes.TrimSuffix(r.Path, []byte("/"))))
			counted = append(counted, r)
		}
	}
	opts := p.opts
	opts.Linked = true
	along, stats, err := scan.Excluded(ctx, opts, dirs)
	for i, a := range along {
		counted[i].Along = a
	}
	p.errors = append(p.errors, stats.Errors...)
	return err
}

func (f *listFlags) rowFormat(l *listing) report.RowFormat {
	switch {
	case f.json:
		notes := session.NewNotes(l.session)
		return report.DirJSONFormat(func(path string, isDir bool) report.Note {
			note := notes.Of(path, isDir)
			note.Coming, _ = l.session.ComingOfPlace(path)
			return note
		}, l.session.OwnerOf)
	case f.long:
		coming := l.coming
		if coming != nil {
			coming = func(path string) report.Coming { change, _ := l.session.ComingOfPlace(path); return change }
		}
		return report.DirLongFormat(l.style, coming, time.Now())
	case f.print0:
		return report.DirPathFormat(0, l.style.Plain())
	}
	return report.DirPathFormat('\n', l.style)
}
