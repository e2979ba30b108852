package cli

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// row is a line of --dirs and --summary: a directory with the candidates in it, or
// a lone file.
type row struct {
	// path ends in a slash for a directory, which is how rows sort.
	path  []byte
	kind  scan.Kind
	files int
	bytes int64
	// newest is the last change of what was counted.
	newest time.Time
	// cache says that all that was counted lies in caches.
	cache bool
	// excluded is what would come along.
	excluded scan.Extent
}

func newRow(path string, kind scan.Kind) *row {
	r := &row{path: []byte(path), kind: kind, cache: true}
	if kind == scan.KindDir && path != "/" {
		r.path = append(r.path, '/')
	}
	return r
}

func (r *row) isDir() bool { return r.kind == scan.KindDir }

// add counts a candidate.
func (r *row) add(e *scan.Entry) {
	info := e.Info()
	if e.Kind != scan.KindDir {
		r.files++
		r.bytes = sizes.Add(r.bytes, info.Size)
	}
	if info.ModTime.After(r.newest) {
		r.newest = info.ModTime
	}
}

// holds reports whether a path is the row's or lies in it.
func (r *row) holds(path []byte) bool {
	if r.isDir() {
		return bytes.HasPrefix(path, r.path)
	}
	return bytes.Equal(path, r.path)
}

// gatherer turns candidates, sorted by path, into rows, and hands over each, in
// their order, when there can be no more in it.
type gatherer struct {
	rollup *scan.Rollup
	notes  *notes // nil: caches are of no interest
	done   func(*row) error
	// open are the rows that may grow, sorted. A directory that is a candidate
	// itself comes before a file beside it, "a" before "a-b", and what is in it
	// after, "a/c": then there is more than one.
	open []*row
	// split is a directory that splits, with its slash: a file there is alone.
	split []byte
}

func (g *gatherer) add(e *scan.Entry) error {
	if err := g.pass(e.Path); err != nil {
		return err
	}
	r := g.rowOf(e)
	if r == nil {
		return nil
	}
	r.add(e)
	if g.notes != nil && r.cache && !e.Tagged && !g.notes.of(string(e.Path), e.Kind == scan.KindDir).cache {
		r.cache = false
	}
	return nil
}

// pass hands over the rows that come before a path and do not hold it.
func (g *gatherer) pass(path []byte) error {
	for len(g.open) > 0 {
		r := g.open[0]
		if r.holds(path) || bytes.Compare(r.path, path) > 0 {
			return nil
		}
		g.open = slices.Delete(g.open, 0, 1)
		if err := g.done(r); err != nil {
			return err
		}
	}
	return nil
}

// rowOf returns the row in which a candidate counts, or nil for a directory that
// cannot be kept as one.
func (g *gatherer) rowOf(e *scan.Entry) *row {
	for _, r := range g.open {
		if r.holds(e.Path) {
			return r
		}
	}
	slash := bytes.LastIndexByte(e.Path, '/')
	if e.Kind != scan.KindDir && bytes.Equal(e.Path[:slash+1], g.split) {
		return g.insert(newRow(string(e.Path), e.Kind))
	}
	unit, ok := g.rollup.Unit(string(e.Path), e.Kind == scan.KindDir)
	switch {
	case !ok:
		return nil
	case unit.Dir:
		return g.insert(newRow(unit.Path, scan.KindDir))
	}
	g.split = append(g.split[:0], e.Path[:slash+1]...)
	return g.insert(newRow(unit.Path, e.Kind))
}

// insert puts a row into its place, unless it is there.
func (g *gatherer) insert(r *row) *row {
	i, found := slices.BinarySearchFunc(g.open, r, func(a, b *row) int { return bytes.Compare(a.path, b.path) })
	if !found {
		g.open = slices.Insert(g.open, i, r)
	}
	return g.open[i]
}

func (g *gatherer) end() error {
	for _, r := range g.open {
		if err := g.done(r); err != nil {
			return err
		}
	}
	return nil
}

// rollUp prints the units of the candidates: each as soon as it is complete, or
// some thousand together where what is excluded in them has to be counted, or all
// at the end where they have to be sorted.
func (f *listFlags) rollUp(ctx context.Context, l *listing) (scan.Stats, error) {
	rows := &rowPrinter{
		printer: l.printer, opts: l.opts, format: f.rowFormat(l), batch: rowBatch,
		numbers: f.json || f.long, keep: f.sort != "path" || f.reverse,
	}
	rollup := scan.NewRollup(l.plan.policy, l.plan.homes()...)
	g := &gatherer{rollup: rollup, done: func(r *row) error { return rows.add(ctx, r) }}
	if f.json {
		g.notes = newNotes(l.plan)
	}
	stats, err := scan.List(ctx, l.opts, only(l.wanted, g.add))
	if err == nil {
		err = g.end()
	}
	if err == nil {
		f.sortRows(rows.rows)
		err = rows.flush(ctx)
	}
	stats.Errors = append(stats.Errors, rows.errors...)
	return stats, err
}

// sortRows puts rows, which are sorted by path, in the order wanted.
func (f *listFlags) sortRows(rows []*row) {
	switch f.sort {
	case "size":
		slices.SortStableFunc(rows, func(a, b *row) int { return cmp.Compare(a.bytes, b.bytes) })
	case "mtime":
		slices.SortStableFunc(rows, func(a, b *row) int { return a.newest.Compare(b.newest) })
	}
	if f.reverse {
		slices.Reverse(rows)
	}
}

// rowBatch bounds what waits in memory for its numbers, and the rules of the walk
// that finds them. Fewer would make for more walks.
const rowBatch = 4096

// rowPrinter prints rows, with the numbers where they are asked for.
type rowPrinter struct {
	*printer

	opts    scan.Options
	format  rowFormat
	numbers bool
	batch   int  // how many rows at most have their numbers found in one walk
	keep    bool // until flush
	rows    []*row
	errors  []scan.PathError
}

func (p *rowPrinter) add(ctx context.Context, r *row) error {
	if !p.numbers && !p.keep {
		return p.row(r)
	}
	p.rows = append(p.rows, r)
	if p.keep || len(p.rows) < p.batch && p.printed+len(p.rows) != p.limit {
		return nil
	}
	return p.flush(ctx)
}

// flush prints what has been gathered.
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

func (p *rowPrinter) row(r *row) error {
	if !p.mute {
		p.out.buf = p.format(p.out.buf, r)
	}
	return p.next()
}

// countExcluded finds what would come along with the directories among rows.
func (p *rowPrinter) countExcluded(ctx context.Context, rows []*row) error {
	var dirs []string
	var counted []*row
	for _, r := range rows {
		if r.isDir() {
			dirs = append(dirs, string(bytes.TrimSuffix(r.path, []byte("/"))))
			counted = append(counted, r)
		}
	}
	extents, stats, err := scan.Excluded(ctx, p.opts, dirs)
	for i, extent := range extents {
		counted[i].excluded = extent
	}
	p.errors = append(p.errors, stats.Errors...)
	return err
}

// rowFormat appends one row as a line of output.
type rowFormat func(dst []byte, r *row) []byte

func (f *listFlags) rowFormat(l *listing) rowFormat {
	switch {
	case f.json:
		return dirJSONFormat(newNotes(l.plan))
	case f.long:
		return dirLongFormat(l.style, time.Now())
	case f.print0:
		return dirPathFormat(0, l.style.plain())
	}
	return dirPathFormat('\n', l.style)
}

// dirPathFormat writes paths ended by end.
func dirPathFormat(end byte, style pathStyle) rowFormat {
	return func(dst []byte, r *row) []byte { return append(style.append(dst, r.path, r.kind), end) }
}

// dirLongFormat writes files, size, excluded files that would come along, age and
// path in columns.
func dirLongFormat(style pathStyle, now time.Time) rowFormat {
	path := dirPathFormat('\n', style)
	return func(dst []byte, r *row) []byte {
		along := "-"
		if r.excluded.Files > 0 {
			along = fmt.Sprintf("+%d", r.excluded.Files)
		}
		dst = fmt.Appendf(dst, "%7d %5s %8s %4s ", r.files, printable.Size(r.bytes), along, printable.Age(now.Sub(r.newest)))
		return path(dst, r)
	}
}

// dirLine is the schema of --dirs --json, which docs/json.md documents.
type dirLine struct {
	Path          string    `json:"path,omitempty"`
	PathBytes     string    `json:"pathBytes,omitempty"`
	Type          string    `json:"type"`
	Files         int       `json:"files"`
	Bytes         int64     `json:"bytes"`
	Excluded      int       `json:"excluded"`
	ExcludedBytes int64     `json:"excludedBytes"`
	ModTime       time.Time `json:"mtime"`
	Program       string    `json:"program"`
	Cache         bool      `json:"cache"`
	Known         int       `json:"known"`
}

func dirJSONFormat(notes *notes) rowFormat {
	json := jsonline.NewEncoder()
	return func(dst []byte, r *row) []byte {
		path := string(r.path)
		if r.isDir() {
			path = path[:len(path)-1]
		}
		note := notes.of(path, r.isDir())
		line := dirLine{
			Type: r.kind.String(), Files: r.files, Bytes: r.bytes, ModTime: r.newest.UTC(),
			Excluded: r.excluded.Files, ExcludedBytes: r.excluded.Bytes,
			Program: note.program, Cache: r.cache, Known: note.known,
		}
		line.Path, line.PathBytes = jsonline.Path(path)
		return json.Append(dst, &line)
	}
}
