package known

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// ClassOptions adds rows to those of classes.tsv.
type ClassOptions struct {
	// CacheNames makes a cache of every directory whose name is one of [CacheDirNames],
	// wherever it is. Such a row is the weakest that names a directory.
	CacheNames bool
}

// Classes are the classes of paths on one machine. [Classes.Of] answers for one path, and
// [Classes.Step] for a walk; both give the same answers. Any number of goroutines may use it.
type Classes struct {
	homes Homes
	rows  []*classRow // those that can apply on this machine, in the order in which they decide

	nodes  []classNode
	starts []uint32 // of the rows of homes
	tags   []uint32 // of the rows on tagged directories
	// shows is the first row of homes that hides nothing: no directory that a home may be
	// below is pruned for a row behind it.
	shows int

	// states only grows, under mu. A caller that has a WalkState has seen a slice that contains
	// it, so reading takes no lock.
	states atomic.Pointer[[]*classState]
	mu     sync.RWMutex
	ids    map[string]WalkState // by positions
}

// NewClasses returns the classes of paths on a machine with these homes. It reads nothing from
// the disk.
func NewClasses(homes Homes, machine Machine, opts ClassOptions) *Classes {
	rows := classRows()
	if opts.CacheNames {
		rows = slices.Concat(rows, cacheNameRows())
		slices.SortStableFunc(rows, compareRows)
	}
	return newClasses(rows, homes, machine)
}

// newClasses returns the classes by these rows, which are in order.
func newClasses(rows []*classRow, homes Homes, machine Machine) *Classes {
	c := &Classes{homes: homes}
	for i, row := range rows {
		switch {
		case !machine.holds(row):
		case row.has(termOtherwise) && machine.another(rows, i):
		case row.has(termCopied):
			c.rows = append(c.rows, machine.copied(row)...)
		default:
			c.rows = append(c.rows, row)
		}
	}
	c.compile()
	return c
}

// cacheNameRows returns a row for each name of caches.txt.
func cacheNameRows() []*classRow {
	var rows []*classRow
	for _, name := range CacheDirNames() {
		rows = append(rows, &classRow{
			parts: []string{"**", name}, whole: true,
			Finding: Finding{
				Class: ClassCache, Pattern: "/**/" + name + "/", Source: "caches.txt",
				Reason: "A directory of this name is a cache of its program.",
			},
		})
	}
	return rows
}

// holds reports whether the conditions of a row on the machine hold.
func (m *Machine) holds(row *classRow) bool {
	for i := range row.terms {
		switch t := &row.terms[i]; t.kind {
		case termFact:
			if !slices.Contains(m.Facts, t.fact) {
				return false
			}
		case termUnit:
			if !slices.Contains(m.Units, t.name) {
				return false
			}
		case termUnknown, termOwner, termOtherwise, termCopied, termTagged, termKindIs, termKindIsNot, termTarget:
		}
	}
	return true
}

// another reports whether another row with the pattern of row i applies: one without "otherwise".
func (m *Machine) another(rows []*classRow, i int) bool {
	for j := range rows {
		if rows[j].Pattern == rows[i].Pattern && !rows[j].has(termOtherwise) && m.holds(rows[j]) {
			return true
		}
	}
	return false
}

// copied returns a row for each path that is copied below the row's directory.
func (m *Machine) copied(row *classRow) []*classRow {
	var rows []*classRow
	for _, name := range m.Copied {
		if name == "." || !fs.ValidPath(name) && !validBytes(name) {
			continue
		}
		one := *row
		one.below, one.quoted = false, true
		one.parts = append(slices.Clip(row.parts), strings.Split(name, "/")...)
		rows = append(rows, &one)
	}
	return rows
}

// validBytes reports whether a name is a clean relative path of any bytes; [fs.ValidPath]
// wants UTF-8.
func validBytes(name string) bool {
	return name != "" && name[0] != '/' && path.Clean(name) == name && name != ".." && !strings.HasPrefix(name, "../")
}

// Of returns the class of a path that is absolute and clean, and has no symlink above its end. It
// compares the path with one row after the other. Conditions on what file does not say count as
// false.
func (c *Classes) Of(name string, file File) Finding {
	names := splitPath(name)
	rel, inHome := c.homes.Within(name)
	inner := splitPath(rel)
	for _, row := range c.rows {
		switch {
		case row.home && (!inHome || !row.matches(inner, file.Kind)):
		case !row.home && !row.matches(names, file.Kind):
		case c.applies(row, file):
			return row.Finding
		}
	}
	return Finding{}
}

// applies reports whether the conditions of a row on the file hold.
func (c *Classes) applies(row *classRow, file File) bool {
	for i := range row.terms {
		t := &row.terms[i]
		switch {
		case !t.admits(file.Kind):
			return false
		case t.kind == termTagged && !file.Tagged:
			return false
		case t.kind == termTarget && !t.pointsTo(c.homes, file.Target):
			return false
		}
	}
	return true
}

// matches reports whether the pattern of a row matches a path, or covers it.
func (r *classRow) matches(names []string, kind FileKind) bool {
	switch {
	case r.whole:
		for n := 1; n < len(names); n++ {
			if r.matchParts(r.parts, names[:n]) {
				return true
			}
		}
		return kind == FileDirectory && len(names) > 0 && r.matchParts(r.parts, names)
	case r.below:
		for n := range names {
			if r.matchParts(r.parts, names[:n]) {
				return true
			}
		}
		return false
	}
	return r.matchParts(r.parts, names)
}

// matchParts reports whether components match names, all of both.
func (r *classRow) matchParts(parts, names []string) bool {
	if len(parts) == 0 {
		return len(names) == 0
	}
	if !r.quoted && parts[0] == "**" {
		for n := range len(names) + 1 {
			if r.matchParts(parts[1:], names[n:]) {
				return true
			}
		}
		return false
	}
	return len(names) > 0 && r.matchPart(parts[0], names[0]) && r.matchParts(parts[1:], names[1:])
}

// matchPart reports whether a component matches a name.
func (r *classRow) matchPart(part, name string) bool {
	if r.quoted {
		return part == name
	}
	return matchPart(part, name)
}

// matchPart reports whether a pattern matches a name, in which '*' stands for any bytes.
func matchPart[T string | []byte](part string, name T) bool {
	star := strings.IndexByte(part, '*')
	if star < 0 {
		return part == string(name)
	}
	if len(name) < star || part[:star] != string(name[:star]) {
		return false
	}
	name = name[star:]
	for part = part[star+1:]; ; part = part[star+1:] {
		if star = strings.IndexByte(part, '*'); star < 0 {
			return len(name) >= len(part) && string(name[len(name)-len(part):]) == part
		}
		at := indexBytes(name, part[:star])
		if at < 0 {
			return false
		}
		name = name[at+star:]
	}
}

// indexBytes returns where text begins in name, or -1.
func indexBytes[T string | []byte](name T, text string) int {
	for i := 0; i+len(text) <= len(name); i++ {
		if string(name[i:i+len(text)]) == text {
			return i
		}
	}
	return -1
}

// splitPath returns the names of a clean path; "/" and "." have none.
func splitPath(name string) []string {
	name = strings.TrimPrefix(name, "/")
	if name == "" || name == "." {
		return nil
	}
	return strings.Split(name, "/")
}
