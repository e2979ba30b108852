package search

import "github.com/DaRacci/list-ephemeral/internal/index"

// A term as an automaton over the bytes of a path. As with the score, the state at the end of a
// directory's path is computed once, and each file continues from it. A state is the number of
// bytes of the text that are matched:
//
//	'code    0 ─c→ 1 ─o→ 2 ─d→ 3 ─e→ 4      4 is final: the rest is not read
//	         other bytes lead back, as in Knuth, Morris and Pratt (1977)
//	^/etc    other bytes lead to dead, which is final too
//	.db$     4 is not final: further bytes lead back
//	fuzzy    other bytes change nothing
//
// Term and path must be ASCII.

// longestAutomaton is the length of the longest text, so a state has one byte.
const longestAutomaton = 250

// automaton is the transition table of one term.
type automaton struct {
	// next contains the state after a byte, for each state: next[state][byte].
	next [][256]uint8
	// rest contains for each state the letters that must follow.
	rest   []index.Letters
	accept uint8
	dead   uint8
	sticky bool // accept is final
}

// newAutomaton returns the automaton of a term without its negation, or nil if the text is too long
// or not ASCII.
func newAutomaton(t Term) *automaton {
	text := t.Home + t.Text
	if len(text) > longestAutomaton || !isASCII(text) {
		return nil
	}
	n := len(text)
	a := &automaton{
		next: make([][256]uint8, n+2), rest: make([]index.Letters, n+2),
		accept: uint8(n), dead: uint8(n + 1), sticky: t.sticky(),
	}
	for s := n - 1; s >= 0; s-- {
		a.rest[s] = a.rest[s+1] | index.LettersOfByte(text[s])
	}
	failed := uint8(0) // the longest proper suffix of text[:s] that text begins with
	for s := range n + 2 {
		row := &a.next[s]
		switch {
		case s == n+1 || s == n && a.sticky:
			fill(row, uint8(s))
			continue
		case t.Kind == Prefix || t.Kind == Equal || s < len(t.Home):
			fill(row, a.dead)
		case t.Kind == Fuzzy:
			fill(row, uint8(s))
		case s > 0:
			*row = a.next[failed]
		}
		if s == n {
			continue
		}
		c := text[s]
		after := row[c]
		row[c] = uint8(s + 1)
		if !t.CaseSensitive && 'a' <= c && c <= 'z' {
			row[c-'a'+'A'] = uint8(s + 1)
		}
		if s > 0 {
			failed = after
		}
	}
	return a
}

func fill(row *[256]uint8, state uint8) {
	for c := range row {
		row[c] = state
	}
}

// final reports whether no further byte changes a state.
func (a *automaton) final(state uint8) bool {
	return state == a.dead || state == a.accept && a.sticky
}

// enter returns the state after a slash and a name.
func (a *automaton) enter(state uint8, name []byte) uint8 {
	state = a.next[state]['/']
	for _, c := range name {
		state = a.next[state][c]
	}
	return state
}

// matchesFile reports whether the path of a file matches, given the state at the end of its
// directory.
func (a *automaton) matchesFile(state uint8, name []byte, letters index.Letters) bool {
	switch {
	case a.final(state):
		return state == a.accept
	case a.rest[state]&^(letters|index.LettersOfByte('/')) != 0:
		return false
	}
	return a.enter(state, name) == a.accept
}

// matchesDir reports whether the path of a directory matches, with or without a slash at its end.
func (a *automaton) matchesDir(state uint8) bool {
	return state == a.accept || a.next[state]['/'] == a.accept
}
