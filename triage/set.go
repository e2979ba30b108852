package triage

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// Set has the decisions on all paths, one for each path: also those that were withdrawn, because a
// merge needs them. The zero value is empty.
//
// A Set may be read by several goroutines at once, but not while one changes it.
type Set struct{ byPath map[string]Decision }

// SetOf returns a set of decisions. Of several on one path, the last one written is in effect.
func SetOf(decisions ...Decision) Set {
	var s Set
	for _, d := range decisions {
		s.Add(d)
	}
	return s
}

// Add adds a decision, unless one on the same path was written later.
func (s *Set) Add(d Decision) {
	if before, found := s.byPath[d.Path]; found && compare(before, d) >= 0 {
		return
	}
	if s.byPath == nil {
		s.byPath = map[string]Decision{}
	}
	s.byPath[d.Path] = d
}

// Merge returns the decisions of both sets. It is commutative, associative and idempotent.
func Merge(a, b Set) Set {
	all := Set{maps.Clone(a.byPath)}
	for _, d := range b.byPath {
		all.Add(d)
	}
	return all
}

// On returns the decision on exactly this path, not on a directory above it.
func (s *Set) On(path string) (d Decision, found bool) {
	d, found = s.byPath[path]
	return d, found
}

// Len returns the number of paths, including those whose decision was withdrawn.
func (s *Set) Len() int { return len(s.byPath) }

// Sorted returns the decisions, sorted bytewise by path.
func (s *Set) Sorted() []Decision {
	return slices.SortedFunc(maps.Values(s.byPath), func(a, b Decision) int { return strings.Compare(a.Path, b.Path) })
}

// Active returns the decisions that are in effect: not those that were withdrawn or are due
// ([Decision.Due]). size returns the size of a path in bytes, negative if it is not known; it is
// called once for each NotNow, and nil means that no size is known.
func (s *Set) Active(now time.Time, size func(path string) int64) Active {
	var a Active
	for _, d := range s.byPath {
		bytes := int64(-1)
		if d.Verdict == NotNow && size != nil {
			bytes = size(d.Path)
		}
		if !d.Due(now, bytes) {
			a.put(d)
		}
	}
	return a
}

// Active has the decisions that are in effect. The zero value has none.
//
// An Active may be read by several goroutines at once, but not while one changes it: [Book.Decide]
// and the like change that of a book.
type Active struct {
	byPath map[string]Decision
	counts [Undecided + 1]int
	// lengths has the bit of each length that a path had when it was added. Most directories above
	// a path have another length, so they are not looked up.
	lengths [64]uint64
	// long reports that paths are longer than lengths has bits.
	long bool
}

// put replaces the decision on a path.
func (a *Active) put(d Decision) {
	if before, found := a.byPath[d.Path]; found {
		a.counts[before.Verdict]--
		delete(a.byPath, d.Path)
	}
	if d.Verdict == Undecided || d.Verdict == Unknown {
		return
	}
	if a.byPath == nil {
		a.byPath = map[string]Decision{}
	}
	a.byPath[d.Path] = d
	a.counts[d.Verdict]++
	if n := len(d.Path); n/64 < len(a.lengths) {
		a.lengths[n/64] |= 1 << (n % 64)
	} else {
		a.long = true
	}
}

// hasLength reports whether a path may have this length.
func (a *Active) hasLength(n int) bool {
	if n/64 >= len(a.lengths) {
		return a.long
	}
	return a.lengths[n/64]>>(n%64)&1 != 0
}

// Of returns the decision that is in effect for a path: the latest of those on the path and on the
// directories above it. Of several with the same time, it is the one on the nearest directory. The
// path must be absolute and clean. Of allocates nothing.
func (a *Active) Of(path string) (d Decision, decided bool) {
	if len(a.byPath) == 0 {
		return Decision{}, false
	}
	apply := func(at string) {
		if found, ok := a.byPath[at]; ok && (!decided || !found.Time.Before(d.Time)) {
			d, decided = found, true
		}
	}
	if a.hasLength(1) && len(path) > 1 {
		apply("/")
	}
	for i := 1; i < len(path); i++ {
		next := strings.IndexByte(path[i:], '/')
		if next < 0 {
			break
		}
		if i += next; a.hasLength(i) {
			apply(path[:i])
		}
	}
	if a.hasLength(len(path)) {
		apply(path)
	}
	return d, decided
}

// OfBytes is Of for a path that is not a string.
func (a *Active) OfBytes(path []byte) (d Decision, decided bool) {
	return a.Of(unsafe.String(unsafe.SliceData(path), len(path))) // Of does not retain it
}

// On returns the verdict on exactly this path, not on a directory above it; Unknown without one.
func (a *Active) On(path string) Verdict { return a.byPath[path].Verdict }

// Undecided counts the paths without a decision in effect. A path is valid only until the next one.
func (a *Active) Undecided(paths iter.Seq[[]byte]) (undecided, all int) {
	for path := range paths {
		if _, decided := a.OfBytes(path); !decided {
			undecided++
		}
		all++
	}
	return undecided, all
}

// Count returns the number of paths with a verdict.
func (a *Active) Count(v Verdict) int {
	if int(v) < len(a.counts) {
		return a.counts[v]
	}
	return 0
}

// Len returns the number of decisions.
func (a *Active) Len() int { return len(a.byPath) }

// With returns the paths with a verdict, sorted bytewise.
func (a *Active) With(v Verdict) []string {
	var all []string
	for path, d := range a.byPath {
		if d.Verdict == v {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}

// Clone returns a copy, for another goroutine.
func (a *Active) Clone() Active {
	c := *a
	c.byPath = maps.Clone(a.byPath)
	return c
}
