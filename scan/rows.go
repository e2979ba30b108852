package scan

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Row is a line of --dirs and --summary: a directory with the candidates in it, or a single file.
type Row struct {
	// Path ends in a slash for a directory. Rows are sorted by Path.
	Path  []byte
	Kind  Kind
	Files int
	Bytes int64
	// Newest is the latest modification time of the counted candidates.
	Newest time.Time
	// Cache reports that all counted candidates are in caches.
	Cache bool
	// Along is what is kept with the row although it is not listed.
	Along Along
}

// NewRow returns a row with nothing counted.
func NewRow(path string, kind Kind) *Row {
	r := &Row{Path: []byte(path), Kind: kind, Cache: true}
	if kind == KindDir && path != "/" {
		r.Path = append(r.Path, '/')
	}
	return r
}

// IsDir reports whether the row is a directory.
func (r *Row) IsDir() bool { return r.Kind == KindDir }

// Add counts a candidate.
func (r *Row) Add(e *Entry) {
	info := e.Info()
	r.Count(e.Kind, info.Size, info.ModTime)
}

// Count counts a path with its size in bytes and its last change.
func (r *Row) Count(kind Kind, size int64, changed time.Time) {
	if kind != KindDir {
		r.Files++
		r.Bytes = sizes.Add(r.Bytes, size)
	}
	if changed.After(r.Newest) {
		r.Newest = changed
	}
}

// contains reports whether a path is the row's path or in its directory.
func (r *Row) contains(path []byte) bool {
	if r.IsDir() {
		return bytes.HasPrefix(path, r.Path)
	}
	return bytes.Equal(path, r.Path)
}

// RowWriter turns candidates, sorted by path, into rows. It emits each row, in order, when no more
// candidates can belong to it.
type RowWriter struct {
	Rollup *Rollup
	// IsCache reports whether a path is cache. It may be nil if Row.Cache is not used.
	IsCache func(path string, isDir bool) bool
	Emit    func(*Row) error
	// open contains the rows that may still grow, sorted. There can be more than one: a directory
	// that is itself a candidate ("a") comes before a file beside it ("a-b"), and its contents
	// ("a/c") come after that file.
	open []*Row
	// split is a directory that splits, with its trailing slash. A file directly in it is its own
	// row.
	split []byte
}

// Add counts a candidate. Candidates must be sorted by path.
func (g *RowWriter) Add(e *Entry) error {
	if err := g.pass(e.Path); err != nil {
		return err
	}
	r := g.rowOf(e)
	if r == nil {
		return nil
	}
	r.Add(e)
	if g.IsCache != nil && r.Cache && !e.Tagged && !g.IsCache(string(e.Path), e.Kind == KindDir) {
		r.Cache = false
	}
	return nil
}

// pass emits the rows that come before a path and do not contain it.
func (g *RowWriter) pass(path []byte) error {
	for len(g.open) > 0 {
		r := g.open[0]
		if r.contains(path) || bytes.Compare(r.Path, path) > 0 {
			return nil
		}
		g.open = slices.Delete(g.open, 0, 1)
		if err := g.Emit(r); err != nil {
			return err
		}
	}
	return nil
}

// rowOf returns the row that counts a candidate, or nil for a directory that cannot be kept as one
// unit.
func (g *RowWriter) rowOf(e *Entry) *Row {
	for _, r := range g.open {
		if r.contains(e.Path) {
			return r
		}
	}
	slash := bytes.LastIndexByte(e.Path, '/')
	if e.Kind != KindDir && bytes.Equal(e.Path[:slash+1], g.split) {
		return g.insert(NewRow(string(e.Path), e.Kind))
	}
	unit, ok := g.Rollup.Unit(string(e.Path), e.Kind == KindDir)
	switch {
	case !ok:
		return nil
	case unit.Dir:
		return g.insert(NewRow(unit.Path, KindDir))
	}
	g.split = append(g.split[:0], e.Path[:slash+1]...)
	return g.insert(NewRow(unit.Path, e.Kind))
}

// insert inserts a row in sorted order, unless it exists, and returns the row in the list.
func (g *RowWriter) insert(r *Row) *Row {
	i, found := slices.BinarySearchFunc(g.open, r, func(a, b *Row) int { return bytes.Compare(a.Path, b.Path) })
	if !found {
		g.open = slices.Insert(g.open, i, r)
	}
	return g.open[i]
}

// End emits the remaining rows.
func (g *RowWriter) End() error {
	for _, r := range g.open {
		if err := g.Emit(r); err != nil {
			return err
		}
	}
	return nil
}

// Touches reports whether the row is at or below a path, or the path is below the row.
func (r *Row) Touches(path string) bool {
	own := cmp.Or(strings.TrimSuffix(string(r.Path), "/"), "/")
	return paths.AtOrBelow(own, path) || paths.AtOrBelow(path, own)
}

// Empty reports whether the row is a directory without counted files.
func (r *Row) Empty() bool { return r.IsDir() && r.Files == 0 }
