package search

import (
	"bytes"
	"slices"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// Matcher compares single paths with a query: rows for their scores and highlights, places, and
// paths that are in no listing. It reads the whole path each time, so it is also the definition that
// tests compare the automata with. It must not be used by several goroutines at once.
type Matcher struct {
	groups [][]termMatcher
	needed index.Letters // letters that each matching path has
	// scored reports whether a term gives paths different scores.
	scored bool
}

// NewMatcher returns a matcher for a query. With ignoreCase, no term is case-sensitive; see
// Results.CaseIgnored.
func NewMatcher(q Query, ignoreCase bool) *Matcher {
	return newMatcher(parse(q.Text, q.Home, ignoreCase))
}

func newMatcher(terms Terms) *Matcher {
	m := new(Matcher)
	for _, group := range terms {
		var made []termMatcher
		for _, t := range group {
			made = append(made, newTermMatcher(t))
			m.scored = m.scored || !t.Negated && t.Text != ""
			if len(group) == 1 && !t.Negated && isASCII(t.Text) {
				m.needed |= index.LettersOf(t.Text)
			}
		}
		m.groups = append(m.groups, made)
	}
	return m
}

// Match returns the score of a path in the second stage of a search, and whether it matches. A path
// that ends in a slash is a directory: it matches with or without the slash.
func (m *Matcher) Match(path []byte) (score int, matches bool) {
	for _, group := range m.groups {
		t, best := bestOf(group, path)
		if t == nil {
			return impossible, false
		}
		score += best
	}
	return score, true
}

// matches reports whether a path matches. It is faster than Match.
func (m *Matcher) matches(path []byte) bool {
	letters := index.LettersOf(path)
	if letters&index.NotASCII == 0 && m.needed&^letters != 0 {
		return false
	}
	for _, group := range m.groups {
		found := false
		for i := 0; i < len(group) && !found; i++ {
			found = group[i].matches(path)
		}
		if !found {
			return false
		}
	}
	return true
}

// Positions returns the positions in a path that match, in ascending order. It returns nil if the
// path does not match.
func (m *Matcher) Positions(path []byte) []int {
	var places []int
	for _, group := range m.groups {
		t, _ := bestOf(group, path)
		if t == nil {
			return nil
		}
		places = append(places, t.positions(path)...)
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// bestOf returns the matching term with the highest score and the score, or nil.
func bestOf(group []termMatcher, path []byte) (best *termMatcher, score int) {
	for i := range group {
		if s, matches := group[i].match(path); matches && (best == nil || s > score) {
			best, score = &group[i], s
		}
	}
	return best, score
}

// termMatcher compares paths with one term.
type termMatcher struct {
	Term
	text, home []byte
	aligner    *Aligner // nil if the term is not fuzzy, or not ASCII
	folded     []byte   // the last path, folded
}

func newTermMatcher(t Term) termMatcher {
	m := termMatcher{Term: t, text: []byte(t.Text), home: []byte(t.Home)}
	if t.Kind == Fuzzy && t.Text != "" && !t.Negated {
		m.aligner = newAligner(t.Text, t.CaseSensitive)
	}
	return m
}

// match returns the score of a path, and whether it matches.
func (t *termMatcher) match(path []byte) (score int, matches bool) {
	if t.aligner != nil && t.Home == "" {
		if score, matches = t.aligner.Align(path); matches {
			return score, true
		}
	}
	t.fold(path)
	at, end, found := t.locate(t.folded)
	switch {
	case t.Negated || !found:
		return 0, found != t.Negated
	case t.Text == "":
	case t.aligner != nil: // impossible if only the folded path matches, or a part that is not aligned
		score, _ = t.aligner.Align(path[min(at, len(path)):])
	case t.Kind != Fuzzy && len(t.folded) == len(path): // otherwise the positions differ
		score, _ = t.bestRun(path, at, end)
	}
	return score, true
}

// matches reports whether a path matches.
func (t *termMatcher) matches(path []byte) bool {
	t.fold(path)
	_, _, found := t.locate(t.folded)
	return found != t.Negated
}

func (t *termMatcher) fold(path []byte) {
	if t.folded = t.folded[:0]; t.CaseSensitive {
		t.folded = append(t.folded, path...)
	} else {
		t.folded = appendFolded(t.folded, path)
	}
}

// locate returns the first part of a folded path that matches a term without its negation. For a
// fuzzy term, it is the part that the text is compared with.
func (t *termMatcher) locate(path []byte) (at, end int, found bool) {
	n := len(t.text)
	trimmed := path
	if len(path) > 1 {
		trimmed = bytes.TrimSuffix(path, []byte("/"))
	}
	switch t.Kind {
	case Fuzzy:
		rest, inHome := bytes.CutPrefix(path, t.home)
		return len(path) - len(rest), len(path), inHome && inOrder(rest, t.Text)
	case Exact:
		at = bytes.Index(path, t.text)
		return at, at + n, at >= 0
	case Prefix:
		return 0, n, bytes.HasPrefix(path, t.text)
	case Suffix:
		if !bytes.HasSuffix(path, t.text) {
			path = trimmed
		}
		return len(path) - n, len(path), bytes.HasSuffix(path, t.text)
	case Equal:
		return 0, n, string(path) == t.Text || string(trimmed) == t.Text
	case KindUnknown:
	}
	return 0, 0, false
}

// bestRun returns the score of the best occurrence of the text, and where it is. The first
// occurrence is from at up to end.
func (t *termMatcher) bestRun(path []byte, at, end int) (score, best int) {
	name := lastName(path)
	score, best = runScore(path, name, at, end), at
	for t.Kind == Exact {
		next := bytes.Index(t.folded[at+1:], t.text)
		if next < 0 {
			break
		}
		at += 1 + next
		if s := runScore(path, name, at, at+len(t.text)); s > score {
			score, best = s, at
		}
	}
	return score + wholeName(t.folded[name:], t.text), best
}

// runScore returns the score of an alignment in which adjacent bytes match, from first up to end.
// Aligner.Align gives the same alignment the same score.
func runScore(path []byte, name, first, end int) int {
	before, score, run := byte('/'), 0, 0
	if first > 0 {
		before = path[first-1]
	}
	for j := first; j < end; j++ {
		bonus := int(placeBonus(before, path[j]))
		run = max(run, bonus)
		score += alignMatch
		if j >= name {
			score += alignName
		}
		if j == first {
			score += bonus * alignFirst
		} else {
			score += max(alignConsecutive, run)
		}
		before = path[j]
	}
	return score
}

// positions returns the positions of a term that matches a path.
func (t *termMatcher) positions(path []byte) (places []int) {
	t.fold(path)
	at, end, found := t.locate(t.folded)
	switch {
	case t.Negated || !found || t.Text == "" || at > len(path):
		return nil
	case t.Kind != Fuzzy && len(t.folded) != len(path):
		return nil
	case t.Kind != Fuzzy:
		_, at = t.bestRun(path, at, end)
		for i := range t.text {
			places = append(places, at+i)
		}
		return places
	}
	if t.aligner != nil {
		if _, ok := t.aligner.Align(path[at:]); ok {
			places = t.aligner.Positions()
		}
	}
	if places == nil {
		for _, match := range fuzzy.FindNoSort(t.Text, []string{string(path[at:])}) {
			places = match.MatchedIndexes
		}
	}
	for i := range places {
		places[i] += at
	}
	return places
}
