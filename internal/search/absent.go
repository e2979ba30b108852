package search

import (
	"context"
	"iter"
)

// Absence says why a path is not among the rows.
type Absence uint8

// The reasons.
const (
	AbsenceUnknown Absence = iota
	Persisted              // it is kept already
	Excluded               // it is excluded, or hidden by a mount
	Filtered               // the filters of the screen leave it out
)

var absenceNames = [...]string{"unknown", "persisted", "excluded", "filtered"}

// String returns the name of the reason.
func (a Absence) String() string {
	if int(a) < len(absenceNames) {
		return absenceNames[a]
	}
	return absenceNames[AbsenceUnknown]
}

// Source are paths that are not among the rows.
type Source struct {
	// Paths are the paths; those of directories may end in a slash. A path may be overwritten after
	// it was yielded.
	Paths iter.Seq[[]byte]
	// Why returns why a path is not among the rows. It is called for matching paths only.
	Why func(path []byte) Absence
}

// MostAbsent is the number of paths that Absent.First contains at most.
const MostAbsent = 8

// Absent are the paths that match a query although they are not among its rows.
type Absent struct {
	// Total is their number, and Of their number by reason.
	Total int
	Of    [len(absenceNames)]int
	// First are the first of them, at most MostAbsent.
	First []AbsentPath
	// CaseIgnored is like Results.CaseIgnored.
	CaseIgnored bool
}

// AbsentPath is a path and why it is not among the rows.
type AbsentPath struct {
	Path string
	Why  Absence
}

// FindAbsent returns which paths of some sources match a query. A path that is in several sources is
// counted several times. FindAbsent returns the error of ctx soon after ctx is done.
func FindAbsent(ctx context.Context, q Query, sources ...Source) (Absent, error) {
	terms := Parse(q.Text, q.Home)
	a, err := findAbsent(ctx, terms, sources)
	if err != nil || a.Total > 0 || !terms.CaseSensitive() {
		return a, err
	}
	a, err = findAbsent(ctx, parse(q.Text, q.Home, true), sources)
	a.CaseIgnored = a.Total > 0
	return a, err
}

func findAbsent(ctx context.Context, terms Terms, sources []Source) (a Absent, err error) {
	m := newMatcher(terms)
	read := 0
	for _, s := range sources {
		for path := range s.Paths {
			if read++; read%checkEvery == 0 && ctx.Err() != nil {
				return Absent{}, ctx.Err()
			}
			if !m.matches(path) {
				continue
			}
			why := s.Why(path)
			a.Total++
			a.Of[min(int(why), len(a.Of)-1)]++
			if len(a.First) < MostAbsent {
				a.First = append(a.First, AbsentPath{string(path), why})
			}
		}
	}
	return a, ctx.Err()
}
