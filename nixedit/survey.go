package nixedit

import "slices"

// A Survey is what one walk through a file found about some lists. It is not changed after it was made.
type Survey struct {
	file    *File
	lists   []List
	found   []finder // one for each list
	refusal *RefusalError
}

// Survey walks through a file and finds all places for each of some lists.
func (f *File) Survey(lists []List) *Survey { return f.survey(lists, true) }

// survey makes a Survey. adds says whether places for new bindings are wanted.
func (f *File) survey(lists []List, adds bool) *Survey {
	s := &Survey{file: f, lists: lists, found: make([]finder, len(lists))}
	var valid []*finder
	var used []List
	for i := range lists {
		s.found[i].list = &lists[i]
		refusal := (&Edit{Lists: lists[i : i+1]}).check()
		if refusal == nil {
			valid, used = append(valid, &s.found[i]), append(used, lists[i])
		} else if s.refusal == nil {
			refusal.List = i
			s.refusal = refusal
		}
	}
	v := visitor{
		binding: func(sc scope, b Node) {
			if !sc.listed {
				return
			}
			for _, one := range valid {
				one.binding(sc, b)
			}
		},
	}
	if adds {
		v.set = func(sc scope, set *setScope) {
			for _, one := range valid {
				one.set(sc, set)
			}
		}
	}
	v.uses(used)
	v.walk(f)
	return s
}

// Candidates returns the places for the list with an index, as File.Candidates does.
func (s *Survey) Candidates(list int) []Candidate { return s.found[list].candidates() }

// Has reports whether the file has a binding of the list with an index, also one of another storage path
// and one that cannot be used.
func (s *Survey) Has(list int) bool { return len(s.found[list].targets) > 0 }

// Has reports for each of some lists whether the file has a binding of it, also one of another storage
// path and one that cannot be used.
func (f *File) Has(lists []List) []bool {
	has := make([]bool, len(lists))
	var v visitor
	v.uses(lists)
	look := func(path []step) {
		for i := range lists {
			l := &lists[i]
			has[i] = has[i] || len(path) >= len(l.Path) && l.compareEnd(path, len(l.Path)) != noMatch
		}
	}
	v.binding = func(s scope, _ Node) {
		if s.listed {
			look(s.path)
		}
	}
	v.set = func(s scope, set *setScope) {
		for _, b := range set.heads {
			if !s.listed || b.Kind() != NodeInherit {
				continue
			}
			for attr := range b.Children() {
				if attr.Kind() != NodeParen { // the source of inherit
					look(slices.Concat(s.path, []step{attr.step()}))
				}
			}
		}
	}
	v.walk(f)
	return has
}

// elements calls a function for each element of the lists with an index. Bindings with a smaller match
// are left out.
func (s *Survey) elements(list int, least exactness, call func(v *value, p *spot, element Node)) {
	values := s.found[list].values
	for i := range values {
		if values[i].match < least {
			continue
		}
		for j := range values[i].spots {
			p := &values[i].spots[j]
			for element := range p.list.Children() {
				call(&values[i], p, element)
			}
		}
	}
}
