package places

import (
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Kind is the kind of a section.
type Kind uint8

// The kinds, in the order of the screen.
const (
	KindUnknown  Kind = iota
	KindHome          // a home directory
	KindSystem        // outside homes
	KindUnlikely      // places that are probably not worth keeping
	// The kinds of places that a search found, except those whose own paths match.
	KindInside    // something inside matches
	KindScattered // only letters far from each other match
)

// String returns one word.
func (k Kind) String() string {
	return [...]string{"unknown", "home", "system", "unlikely", "inside", "scattered"}[min(k, KindScattered)]
}

// Section is a run of places.
type Section struct {
	Kind Kind
	Home string // of KindHome
	// First is the position of its first place, and Count the number of places.
	First, Count int
	// Size is the size of all in bytes; it is valid if Sized is set.
	Size  int64
	Sized bool
	// Largest is the position of its largest place; it is valid if Sized is set.
	Largest int
	// Reasons are why the places of KindUnlikely are there, the most frequent first.
	Reasons []string
}

// Divide sorts places into sections, without changing the order within a section: first the home
// given, then other homes by path, the system, and what is probably not worth keeping. It returns
// the sections that are not empty.
func Divide(all []Place, home string) []Section {
	slices.SortStableFunc(all, func(a, b Place) int { return compareSections(&a, &b, home) })
	var sections []Section
	for i := range all {
		kind := kindOf(&all[i])
		at := len(sections) - 1
		if at < 0 || sections[at].Kind != kind || kind == KindHome && sections[at].Home != all[i].Home {
			s := Section{Kind: kind, First: i, Sized: true, Largest: i}
			if kind == KindHome {
				s.Home = all[i].Home
			}
			sections = append(sections, s)
			at++
		}
		if all[i].Stat.Size > all[sections[at].Largest].Stat.Size {
			sections[at].Largest = i
		}
		sections[at].add(&all[i])
	}
	return sections
}

func (s *Section) add(p *Place) {
	s.Count++
	s.Size = sizes.Add(s.Size, p.Stat.Size)
	s.Sized = s.Sized && p.Sized
	if p.Unlikely != "" && !slices.Contains(s.Reasons, p.Unlikely) {
		s.Reasons = append(s.Reasons, p.Unlikely)
	}
}

func kindOf(p *Place) Kind {
	switch {
	case p.Unlikely != "" && !p.Secret:
		return KindUnlikely
	case p.Home != "":
		return KindHome
	}
	return KindSystem
}

func compareSections(a, b *Place, home string) int {
	kindA, kindB := kindOf(a), kindOf(b)
	if kindA != kindB {
		return int(kindA) - int(kindB)
	}
	if kindA != KindHome || a.Home == b.Home {
		return 0
	}
	if order := first(a.Home == home, b.Home == home); order != 0 {
		return order
	}
	return strings.Compare(a.Home, b.Home)
}
