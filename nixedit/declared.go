package nixedit

import (
	"path"
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
	// owner is the text of the computed attribute that is taken for the user, or "".
	owner string
}

// Declared returns the paths that a file declares in the given lists, in the order of the lists. It
// finds strings, also in sets with the key of the list, that can be read without evaluating them. It
// does not find elements of functions such as map.
func (f *File) Declared(lists []List) []Declaration {
	if (&Edit{Lists: lists}).check() != nil {
		return nil
	}
	return f.survey(lists, false).declared(func(string) bool { return true })
}

// declared returns the declarations of some paths.
func (s *Survey) declared(wanted func(path string) bool) (all []Declaration) {
	f := s.file
	for i := range s.lists {
		l := &s.lists[i]
		s.elements(i, computedMatch, func(v *value, p *spot, element Node) {
			text, where, ok := l.element(element)
			if !ok {
				return
			}
			path := l.absolute(text)
			if !wanted(path) {
				return
			}
			all = append(all, Declaration{
				Position: f.Position(where.Start()), EndOffset: where.End(), Path: path, List: i, Directory: l.Directories,
				Conditional: p.conditional || v.why == Conditional || v.why == Overridden, Computed: v.match == computedMatch, owner: v.owner,
			})
		})
	}
	return all
}

// covering returns a function that reports whether a path is that of an entry, or above one.
func covering(entries []Entry) func(string) bool {
	names := map[string]bool{}
	for i := range entries {
		for name := path.Clean(entries[i].Path); !names[name]; name = path.Dir(name) {
			names[name] = true
		}
	}
	return func(name string) bool { return names[name] }
}

// A wantedEntries finds entries among the elements of a list, by their path, and by the text of elements
// that cannot be read.
type wantedEntries struct {
	list   *List
	byPath map[string][]int
	byText map[string][]int
	// found are the first elements that are an entry, by the index of the entry.
	found map[int]Declaration
}

// want returns what finds the entries of a list with the given indexes.
func want(l *List, entries []Entry, indexes []int) *wantedEntries {
	w := &wantedEntries{list: l, byPath: map[string][]int{}, byText: map[string][]int{}, found: map[int]Declaration{}}
	for _, i := range indexes {
		e := &entries[i]
		name := path.Clean(e.Path)
		w.byPath[name] = append(w.byPath[name], i)
		if text := e.text(l); text != "" {
			w.byText[text] = append(w.byText[text], i)
		}
	}
	return w
}

// look compares an element with the entries. owner is the computed user of its list, as in a Declaration.
func (w *wantedEntries) look(element Node, owner string) {
	value, where, readable := w.list.element(element)
	if where.IsZero() {
		return
	}
	var entries []int
	if readable {
		value = w.list.absolute(value)
		entries = w.byPath[value]
	} else {
		entries = w.byText[where.Text()]
	}
	for _, i := range entries {
		if _, ok := w.found[i]; !ok {
			w.found[i] = Declaration{Position: where.file.Position(where.Start()), EndOffset: where.End(), owner: owner}
		}
	}
}

// text returns the text of the path of an entry if it cannot be read without evaluating it, or "".
func (e *Entry) text(l *List) string {
	f, err := Parse(e.Item, Options{})
	if err != nil {
		return ""
	}
	_, where, readable := l.element(f.Root())
	if where.IsZero() || readable {
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
