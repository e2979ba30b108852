package nixedit

import (
	"path"
	"slices"
	"strings"
)

// A Declaration is a path in a list of a file.
type Declaration struct {
	// Position is that of the string, EndOffset the offset after it.
	Position
	EndOffset int
	// Path is the absolute path, List the index of its list.
	Path string
	List int
	// Directory is set if everything below the path is declared too.
	Directory bool
	// Conditional is set if the list counts only under a condition, or may be replaced.
	Conditional bool
	// Computed is set if the storage path or the user of the list is computed, or is another one.
	Computed bool
}

// Declared returns the paths that a file declares in the given lists, in the order of the lists. It
// finds strings, also in sets with the key of the list, that can be read without evaluating them. It
// does not find elements of functions such as map.
func (f *File) Declared(lists []List) []Declaration {
	if (&Edit{Lists: lists}).check() != nil {
		return nil
	}
	all, _ := f.declared(lists)
	return all
}

// declared returns what Declared does, and the best match of the bindings of each list.
func (f *File) declared(lists []List) (all []Declaration, best []exactness) {
	best = f.elements(lists, computedMatch, func(i int, t *target, p spot, element Node) {
		value, where, ok := lists[i].element(element)
		if !ok {
			return
		}
		all = append(all, Declaration{
			Position: f.Position(where.Start()), EndOffset: where.End(), Path: lists[i].absolute(value), List: i,
			Directory: lists[i].Directories, Conditional: p.conditional || t.why == Conditional || t.why == Overridden,
			Computed: t.match == computedMatch,
		})
	})
	slices.SortStableFunc(all, func(a, b Declaration) int { return a.List - b.List })
	return all, best
}

// elements calls a function for each element of lists, with the index of the list. Lists of other
// storage paths are left out if least is computedMatch. It returns the best match of the bindings of
// each list.
func (f *File) elements(lists []List, least exactness, call func(list int, t *target, p spot, element Node)) (best []exactness) {
	best = make([]exactness, len(lists))
	v := visitor{binding: func(s scope, _, b Node) {
		for i := range lists {
			l := &lists[i]
			if len(s.path) < len(l.Path) {
				continue
			}
			t := target{match: l.compareEnd(s.path, len(l.Path)), why: s.why}
			best[i] = max(best[i], t.match)
			if t.match < least {
				continue
			}
			if s.mayBeReplaced(s.path) {
				t.needs(Overridden, "")
			}
			for _, p := range readValue(s, b.first().following()).spots {
				for element := range p.list.Children() {
					call(i, &t, p, element)
				}
			}
		}
	}}
	v.uses(lists)
	v.walk(f)
	return best
}

// written finds the elements of a list by their path, and by the text of those that cannot be read.
type written struct {
	byPath, byText map[string]Declaration
}

func newWritten() written { return written{map[string]Declaration{}, map[string]Declaration{}} }

// written reads the elements of each of some lists. Those of the list at an index have at least the
// match least(index).
func (f *File) written(lists []List, least func(list int) exactness) []written {
	all := make([]written, len(lists))
	for i := range all {
		all[i] = newWritten()
	}
	f.elements(lists, otherStore, func(i int, t *target, _ spot, element Node) {
		if t.match >= least(i) {
			all[i].add(&lists[i], element)
		}
	})
	return all
}

// add adds an element of a list.
func (w written) add(l *List, element Node) {
	value, where, readable := l.element(element)
	if where.IsZero() {
		return
	}
	d := Declaration{Position: where.file.Position(where.Start()), EndOffset: where.End()}
	if readable {
		w.byPath[l.absolute(value)] = d
	} else {
		w.byText[where.Text()] = d
	}
}

// find returns the element that is an entry.
func (w written) find(l *List, e *Entry) (d Declaration, ok bool) {
	if d, ok = w.byPath[path.Clean(e.Path)]; !ok {
		d, ok = w.byText[e.text(l)]
	}
	d.Path = path.Clean(e.Path)
	return d, ok
}

// text returns the text of the path of an entry, or "".
func (e *Entry) text(l *List) string {
	f, err := Parse(e.Item, Options{})
	if err != nil {
		return ""
	}
	_, where, _ := l.element(f.Root())
	if where.IsZero() {
		return ""
	}
	return where.Text()
}

func (d *Declaration) certain() bool { return !d.Conditional && !d.Computed }

// An Index finds declarations by their path.
type Index map[string]Declaration

// NewIndex returns an index of declarations. Of several with the same path, it contains the first that
// is certain: neither Conditional nor Computed. If none is certain, it contains the first.
func NewIndex(declared []Declaration) Index {
	x := Index{}
	for _, d := range declared {
		if old, ok := x[d.Path]; !ok || !old.certain() && d.certain() {
			x[d.Path] = d
		}
	}
	return x
}

// Covering returns the declaration of an absolute path, otherwise that of the nearest directory above it
// whose Directory is set.
func (x Index) Covering(name string) (Declaration, bool) {
	name = path.Clean(name)
	if d, ok := x[name]; ok {
		return d, true
	}
	for strings.HasPrefix(name, "/") && name != "/" {
		name = path.Dir(name)
		if d, ok := x[name]; ok && d.Directory {
			return d, true
		}
	}
	return Declaration{}, false
}
