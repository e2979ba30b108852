package search

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// filter decides on the paths that the score alone does not decide on: those of queries with
// several terms or with operators. It has the state of each automaton at the end of each directory's
// path. It is immutable, and all workers use it.
type filter struct {
	groups [][]filterTerm
	count  int     // the number of automata
	states []uint8 // for each directory, of each automaton
	// ends reports whether a directory can match by its own name although its parent matches.
	ends bool
}

// filterTerm is a term of a filter.
type filterTerm struct {
	Term
	*automaton     // nil if there is none; the whole path is read then
	at         int // its number among the automata
}

// newFilter returns the filter for some groups. It returns the error of ctx soon after ctx is done.
func newFilter(ctx context.Context, l *index.Listing, groups Terms) (*filter, error) {
	f := &filter{ends: groups.any(func(t Term) bool { return !t.sticky() && !t.Negated })}
	for _, group := range groups {
		var made []filterTerm
		for _, t := range group {
			made = append(made, filterTerm{t, newAutomaton(t), f.count})
			if made[len(made)-1].automaton != nil {
				f.count++
			}
		}
		f.groups = append(f.groups, made)
	}
	f.states = make([]uint8, l.Dirs()*f.count)
	for dir := 1; dir < l.Dirs(); dir++ { // a parent has the lower number
		if dir%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f.enter(l, uint32(dir))
	}
	return f, nil
}

// enter computes the states of a directory from those of its parent.
func (f *filter) enter(l *index.Listing, dir uint32) {
	name, before, after := l.DirName(dir), f.of(l.Parent(dir)), f.of(dir)
	for _, group := range f.groups {
		for _, t := range group {
			switch {
			case t.automaton == nil:
			case t.final(before[t.at]):
				after[t.at] = before[t.at]
			default:
				after[t.at] = t.enter(before[t.at], name)
			}
		}
	}
}

// of returns the states of a directory.
func (f *filter) of(dir uint32) []uint8 { return f.states[int(dir)*f.count:][:f.count] }

// passes reports whether is returns true for a term of each group.
func (f *filter) passes(is func(group, i int) bool) bool {
	for g, group := range f.groups {
		found := false
		for i := 0; i < len(group) && !found; i++ {
			found = is(g, i)
		}
		if !found {
			return false
		}
	}
	return true
}

// filterFile reports whether a file passes the filter. Its path must be ASCII.
func (w *worker) filterFile(id uint32, f *index.FileRecord, name []byte) bool {
	states := w.filter.of(f.Dir())
	return w.filter.passes(func(group, i int) bool {
		t := &w.filter.groups[group][i]
		if t.automaton == nil {
			w.path = w.AppendPath(w.path[:0], id)
			return w.matchesWhole(group, i)
		}
		return t.matchesFile(states[t.at], name, f.Letters()) != t.Negated
	})
}

// filterDir is like filterFile for a directory.
func (w *worker) filterDir(dir uint32) bool {
	states := w.filter.of(dir)
	return w.filter.passes(func(group, i int) bool {
		t := &w.filter.groups[group][i]
		if t.automaton == nil {
			w.path = w.AppendDir(w.path[:0], dir)
			return w.matchesWhole(group, i)
		}
		return t.matchesDir(states[t.at]) != t.Negated
	})
}

// matchesWhole compares w.path with a term of the filter.
func (w *worker) matchesWhole(group, i int) bool {
	_, matches := w.whole.groups[group][i].match(w.path)
	return matches
}

// plan says how the first stage runs a query. It scores the paths by one term, which all matching
// paths have to match; the filter decides on the others.
type plan struct {
	// text is scored as a fuzzy term. It is empty if no term is suited: each path has score 0.
	text  string
	exact bool // case matters
	// ascii reports whether the automaton supports text. Otherwise the library scores.
	ascii bool
	// filtered are the groups that are not decided by the score.
	filtered Terms
}

// newPlan scores by the longest term, if possible one of ASCII characters.
func newPlan(terms Terms) plan {
	p, at := plan{ascii: true}, -1
	for i, group := range terms {
		t := group[0]
		if len(group) > 1 || t.Negated || t.Text == "" {
			continue
		}
		if ascii := isASCII(t.Text); at < 0 || ascii && !p.ascii || ascii == p.ascii && len(t.Text) > len(p.text) {
			p, at = plan{text: t.Text, exact: t.CaseSensitive, ascii: ascii}, i
		}
	}
	for i, group := range terms {
		if t := group[0]; i != at || t.Kind != Fuzzy || t.Home != "" || p.ascii && len(t.Text) > longestScored {
			p.filtered = append(p.filtered, group)
		}
	}
	if p.ascii {
		p.text = p.text[:min(len(p.text), longestScored)]
	}
	return p
}
