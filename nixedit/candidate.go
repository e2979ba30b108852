package nixedit

import (
	"path"
	"slices"
	"strings"
)

// A Candidate is a place in a file for the entries of a list.
type Candidate struct {
	// Position is the position of the list; of the value if it is not a list; of the set or the
	// binding before it if the list is missing.
	Position
	// EndLine is the last line of the list, the value or the set.
	EndLine int
	// Attr is the attribute path as the file writes it, with all attributes around it.
	Attr string
	// New is set if the list is missing and a binding can be added.
	New bool
	// Paths are the absolute paths of the elements that can be read without evaluating them; Others
	// is the number of the other elements.
	Paths  []string
	Others int
	// Reason is the zero value if the place can be used without a choice. Detail says more.
	Reason Reason
	Detail string
	// Choosable is set if Edit.At can choose the place.
	Choosable bool
}

// exactness says how well a path in a file matches that of a list.
type exactness uint8

const (
	noMatch exactness = iota
	otherStore
	computedMatch
	exactMatch
)

// compare matches one step of a path in a file.
func (a *Attr) compare(s step) exactness {
	open := a.Role == RoleStore || a.Role == RoleUser
	name, computed := s.name, s.computed
	if alias, ok := s.aliases[a.Alias]; ok && a.Alias != "" {
		name, ok = alias.literal()
		computed = !ok
	}
	// A storage path of this name is set elsewhere, so it may be any path.
	elsewhere := !computed && a.Role == RoleStore && path.IsAbs(a.Name) && !path.IsAbs(name)
	switch {
	case open && a.Name == "", !computed && name == a.Name, !computed && a.Role == RoleStore && path.Clean(name) == path.Clean(a.Name):
		return exactMatch
	case computed && open, elsewhere:
		return computedMatch
	case !computed && a.Role == RoleStore:
		return otherStore
	}
	return noMatch
}

// compareSteps matches the attributes from index first on with steps of the same number.
func (l *List) compareSteps(first int, steps []step) exactness {
	got := exactMatch
	for i := range steps {
		got = min(got, l.Path[first+i].compare(steps[i]))
		if got == noMatch {
			break
		}
	}
	return got
}

// compareOwner compares the user of home-manager.users.NAME in the attributes before a list.
func (l *List) compareOwner(before []step) exactness {
	for i := range before {
		if len(before) >= i+3 && before[i].name == "home-manager" && before[i+1].name == "users" {
			owner := Attr{Name: l.Owner, Role: RoleUser}
			return owner.compare(before[i+2])
		}
	}
	return exactMatch
}

// compareEnd compares the last attributes of a path with the first ones of the list.
func (l *List) compareEnd(path []step, count int) exactness {
	before := len(path) - count
	return min(l.compareSteps(0, path[before:]), l.compareOwner(path[:before]))
}

// computedOwner returns the text of the attribute that is taken for the user of the list although it is
// computed, in a path that ends with the first attributes of the list; or "".
func (l *List) computedOwner(steps []step, count int) (owner string) {
	before := len(steps) - count
	for i := range count {
		if l.Path[i].Role == RoleUser && l.Path[i].Name != "" && steps[before+i].computed {
			owner = steps[before+i].attr.Text()
		}
	}
	for i := range max(before-2, 0) {
		if l.Owner != "" && steps[i].name == "home-manager" && steps[i+1].name == "users" && steps[i+2].computed {
			owner = steps[i+2].attr.Text()
		}
	}
	return owner
}

// A target is a place for the entries of one list.
type target struct {
	match exactness
	why   Reason // 0 if it can be used without a choice
	// detail says why; choosable whether At can choose it nevertheless.
	detail    string
	choosable bool
	at        Node   // what Candidate.Position says
	attr      string // as Candidate.Attr
	let       string // the name of the let, if why is InLet
	binding   Node   // zero for a new binding
	list      Node   // zero for a new binding, and where no list can be read
	spot      newSpot
	owner     string // the text of the computed attribute that is taken for the user, or ""
}

// candidate returns the exported form of a target.
func (t *target) candidate(l *List) Candidate {
	f := t.at.file
	c := Candidate{
		Position: f.Position(t.at.Start()), EndLine: f.Position(t.at.End()).Line, Attr: t.attr, New: t.binding.IsZero(),
		Reason: t.why, Detail: t.detail, Choosable: t.choosable,
	}
	if t.list.IsZero() {
		return c
	}
	for element := range t.list.Children() {
		if value, _, ok := l.element(element); ok {
			c.Paths = append(c.Paths, l.absolute(value))
		} else {
			c.Others++
		}
	}
	return c
}

// attrText returns a path as the file writes it.
func attrText(steps []step) string {
	parts := make([]string, len(steps))
	for i := range steps {
		parts[i] = steps[i].attr.Text()
	}
	return strings.Join(parts, ".")
}

// A finder finds the places for one list.
type finder struct {
	list *List
	// targets are the bindings of the list, with those of other storage paths; added are the places
	// for new bindings.
	targets, added []*target
	// values are the bindings with all their lists, and match is the best one of them.
	values []value
	match  exactness
	// store is an attribute that is another storage path.
	store Node
	// steps is memory for those of a binding.
	steps []step
}

// A value is that of a binding of a list.
type value struct {
	match exactness
	why   Reason // as in a target
	spots []spot
	owner string // as in a target; "" in an argument of a function
}

// binding keeps a binding of the list.
func (f *finder) binding(s scope, b Node) {
	l := f.list
	f.noteStore(s.path)
	if len(s.path) < len(l.Path) {
		return
	}
	match := l.compareEnd(s.path, len(l.Path))
	if match == noMatch {
		return
	}
	base := target{match: match, attr: attrText(s.path), binding: b, why: s.why, detail: s.detail, choosable: true, owner: l.computedOwner(s.path, len(l.Path))}
	if match == otherStore {
		base.why, base.detail = OtherStore, "the list is for another storage path"
	}
	replaced := s.mayBeReplaced(s.path)
	if replaced {
		base.needs(Overridden, "the right side of // may replace the list")
	}
	r := readValue(s, b.first().following())
	f.targets = append(f.targets, base.spots(r)...)
	f.match = max(f.match, match)
	why := s.why
	if why == 0 && replaced {
		why = Overridden
	}
	owner := base.owner
	if s.why == InFunction {
		owner = "" // map may call the function for several users
	}
	f.values = append(f.values, value{match, why, r.spots, owner})
}

func (t *target) needs(why Reason, detail string) {
	if t.why == 0 {
		t.why, t.detail = why, detail
	}
}

// spots returns the target of each list of a value. If a list can be used without a choice, it is
// the only one; if there is no list, the target is refused.
func (t *target) spots(r *valueReader) []*target {
	var all []*target
	for _, p := range r.spots {
		one := *t
		one.list, one.at, one.let = p.list, p.list, p.name
		one.needs(p.why, p.detail)
		if p.why == 0 {
			return []*target{&one}
		}
		all = append(all, &one)
	}
	if len(all) == 0 {
		one := *t
		one.at, one.choosable, one.why, one.detail = r.refused, false, r.why, r.detail
		if r.refused.IsZero() {
			one.at, one.why, one.detail = t.binding, Computed, "the value merges no lists"
		}
		all = append(all, &one)
	}
	return all
}

// noteStore keeps the attribute of another storage path.
func (f *finder) noteStore(steps []step) {
	store := f.list.store()
	if store < 0 || !f.store.IsZero() {
		return
	}
	for i := store; i < len(steps); i++ {
		if f.list.compareSteps(0, steps[i-store:i+1]) == otherStore {
			f.store = steps[i].attr
			return
		}
	}
}

// Candidates returns the places for the entries of a list in a file: the bindings of the list in order,
// with those that cannot be used and those of other storage paths; if the list is missing, the sets to
// which it can be added too. A list that cannot be used in any file has none.
func (f *File) Candidates(l List) []Candidate { return f.CandidatesOf([]List{l})[0] }

// CandidatesOf returns the Candidates of each of some lists, in one walk through the file.
func (f *File) CandidatesOf(lists []List) [][]Candidate {
	s := f.Survey(lists)
	all := make([][]Candidate, len(lists))
	for i := range all {
		all[i] = s.Candidates(i)
	}
	return all
}

func (f *finder) candidates() []Candidate {
	places := f.places()
	if len(places) == 0 {
		return nil
	}
	all := make([]Candidate, len(places))
	for i, t := range places {
		all[i] = t.candidate(f.list)
	}
	return all
}

// places returns the bindings of the list, and if it is missing the places for a new one.
func (f *finder) places() []*target {
	if len(f.matching()) > 0 {
		return f.targets
	}
	return slices.Concat(f.targets, f.added)
}

// matching returns the bindings of the list without those of other storage paths.
func (f *finder) matching() (all []*target) {
	for _, t := range f.targets {
		if t.match > otherStore {
			all = append(all, t)
		}
	}
	return all
}
