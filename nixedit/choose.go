package nixedit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// choose returns the one place for the entries of the list.
func (f *finder) choose(file *File, choices []At) (*target, *RefusalError) {
	l := f.list
	for _, at := range choices {
		if t, refusal := f.chosen(at); t != nil || refusal != nil {
			return t, refusal
		}
	}
	targets := best(f.matching())
	if len(targets) == 0 || targets[0].owner != "" && f.named() {
		targets = f.best()
	}
	var ready []*target
	for _, t := range targets {
		if t.why == 0 {
			ready = append(ready, t)
		}
	}
	switch {
	case len(ready) == 1:
		return f.allowed(ready[0])
	case len(ready) > 1:
		return nil, f.refuse(ready[0], SeveralPlaces, fmt.Sprintf("the list %s has %d places", l.name(), len(ready)))
	case len(targets) > 0:
		t := targets[0]
		return nil, f.refuse(t, t.why, t.detail)
	case !f.store.IsZero():
		return nil, f.refuse(&target{at: f.store}, OtherStore, "the file has lists for another storage path, "+f.store.shown())
	}
	return nil, f.refuse(&target{at: file.Root()}, NoPlace, "the file has neither the list "+l.name()+" nor a set to which it can be added")
}

// named reports whether the file names the user of the list, where a new binding can be added. A
// computed user beside it cannot be the same, because Nix refuses to define an attribute twice.
func (f *finder) named() bool {
	user := slices.IndexFunc(f.list.Path, func(a Attr) bool { return a.Role == RoleUser })
	return user >= 0 && slices.ContainsFunc(f.added, func(t *target) bool {
		return t.owner == "" && t.match == exactMatch && t.spot.covered() > user
	})
}

// allowed refuses a new storage path in a file that has another one.
func (f *finder) allowed(t *target) (*target, *RefusalError) {
	if t.binding.IsZero() && !f.store.IsZero() && t.spot.covered() <= f.list.store() {
		return nil, f.refuse(&target{at: f.store}, OtherStore, "the file has lists for another storage path, "+f.store.shown())
	}
	return t, nil
}

// best returns the targets that match exactly, or if there are none the computed ones.
func best(targets []*target) (chosen []*target) {
	match := noMatch
	for _, t := range targets {
		switch {
		case t.match > match:
			match, chosen = t.match, []*target{t}
		case t.match == match:
			chosen = append(chosen, t)
		}
	}
	return chosen
}

// best returns the places for a new binding that have the most attributes of the list.
func (f *finder) best() (chosen []*target) {
	most := -1
	for _, t := range f.added {
		switch covered := t.spot.covered(); {
		case covered > most:
			most, chosen = covered, []*target{t}
		case covered == most:
			chosen = append(chosen, t)
		}
	}
	return best(smallest(chosen))
}

// smallest leaves out the places in whose set that of another one is.
func smallest(targets []*target) []*target {
	return withoutOuter(targets, func(t *target) Node { return t.spot.set }, func(t, inner *target) bool { return t.spot.contains(&inner.spot) })
}

// innermost leaves out the targets that contain another one.
func innermost(targets []*target) []*target {
	return withoutOuter(targets, func(t *target) Node { return t.at }, func(t, inner *target) bool {
		return inner.at.End() <= t.at.End() && inner.at.index != t.at.index
	})
}

// withoutOuter leaves out the targets that contain another one which begins inside of their node.
func withoutOuter(targets []*target, node func(*target) Node, contains func(t, inner *target) bool) []*target {
	sorted := slices.SortedStableFunc(slices.Values(targets), func(a, b *target) int {
		return cmp.Or(cmp.Compare(node(a).Start(), node(b).Start()), cmp.Compare(node(b).End(), node(a).End()))
	})
	outer := map[*target]bool{}
	for i, t := range sorted {
		for _, other := range sorted[i+1:] {
			if node(other).Start() >= node(t).End() {
				break
			}
			if contains(t, other) {
				outer[t] = true
				break
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(targets), func(t *target) bool { return outer[t] })
}

// refuse returns a refusal of the list at a target.
func (f *finder) refuse(t *target, reason Reason, detail string) *RefusalError {
	refusal := t.at.file.refusal(t.at.Start(), reason, detail)
	refusal.Candidates = f.candidates()
	return refusal
}

// refuseOther refuses a target that is already used for a list of another home.
func (f *finder) refuseOther(t *target, other *List) *RefusalError {
	detail := fmt.Sprintf("the place may belong to %s or to %s", quote(other.Base), quote(f.list.Base))
	if t.owner != "" {
		detail = fmt.Sprintf("the computed user %s can be the one of %s or of %s, not of both", quote(t.owner), quote(other.Base), quote(f.list.Base))
	}
	refusal := t.at.file.refusal(t.at.Start(), SeveralPlaces, detail)
	for _, place := range f.places() {
		if place != t && (t.owner == "" || place.owner != t.owner) {
			refusal.Candidates = append(refusal.Candidates, place.candidate(f.list))
		}
	}
	return refusal
}

// chosen returns the target that a user has chosen, or nil if the choice is not for this list.
func (f *finder) chosen(at At) (*target, *RefusalError) {
	if at == (At{}) {
		return nil, nil
	}
	var matching []*target
	for _, t := range f.places() {
		if t.isAt(at) {
			matching = append(matching, t)
		}
	}
	matching = innermost(matching)
	switch {
	case len(matching) == 0:
		return nil, nil
	case len(matching) > 1:
		return nil, f.refuse(matching[0], SeveralPlaces, fmt.Sprintf("%d places are there", len(matching)))
	case !matching[0].choosable:
		return nil, f.refuse(matching[0], matching[0].why, matching[0].detail)
	}
	return matching[0], nil
}

// isThere reports whether a choice is for the list.
func (f *finder) isThere(at At) bool {
	t, refusal := f.chosen(at)
	return t != nil || refusal != nil
}

// isAt reports whether a target is at a place that a user has chosen.
func (t *target) isAt(at At) bool {
	if at.Line != 0 {
		first := t.at
		if !t.binding.IsZero() && t.binding.Start() < first.Start() && t.binding.End() > first.End() {
			first = t.binding
		}
		f := t.at.file
		if at.Line < f.Position(first.Start()).Line || at.Line > f.Position(t.at.End()).Line {
			return false
		}
	}
	if at.Attr == "" {
		return true
	}
	return at.Attr == t.let || t.attr == at.Attr || strings.HasSuffix(t.attr, "."+at.Attr)
}

// checkAt refuses a choice that is not for any of the lists with entries.
func (s *Survey) checkAt(edit *Edit, pending [][]int) *RefusalError {
	if len(edit.At) == 0 || !slices.ContainsFunc(pending, func(entries []int) bool { return len(entries) > 0 }) {
		return nil
	}
	var finders []*finder
	for i := range s.found {
		if slices.ContainsFunc(edit.Entries, func(e Entry) bool { return e.List == i }) {
			finders = append(finders, &s.found[i])
		}
	}
	for _, at := range edit.At {
		if at == (At{}) || slices.ContainsFunc(finders, func(found *finder) bool { return found.isThere(at) }) {
			continue
		}
		f := s.file
		refusal := f.refusal(0, NotThere, "no place for the entries is at "+at.String())
		if at.Line > 0 && at.Line <= len(f.lines) {
			refusal.Position = f.Position(int(f.lines[at.Line-1]))
		}
		for _, found := range finders {
			refusal.Candidates = append(refusal.Candidates, found.candidates()...)
		}
		return refusal
	}
	return nil
}

// String returns the choice in words.
func (a At) String() string {
	switch {
	case a.Line == 0:
		return a.Attr
	case a.Attr == "":
		return fmt.Sprintf("line %d", a.Line)
	}
	return fmt.Sprintf("%s in line %d", a.Attr, a.Line)
}
