package tui

import (
	"unicode"
	"unicode/utf8"
)

// The scoring of github.com/sahilm/fuzzy as an automaton that reads a path byte by
// byte, so that it can stop at the end of a directory's path and be resumed for
// each file in it:
//
//	/home/alice/.config|/Code         one state for the directory ...
//	                   |/settings     ... from which each name goes on
//
// A byte is read together with the one behind it, as the library does: it settles
// for the best place of a character when the next character of the pattern is
// about to match, or the path ends. That is why a state ends before the slash.
//
// It is for ASCII alone, in pattern and path; equiv_test.go holds it against the
// library.

// The library's bonuses and penalties.
const (
	firstByteBonus     = 10
	afterSeparator     = 20
	camelCaseBonus     = 20
	adjacentBonus      = 5
	leadingPenalty     = -5
	mostLeadingPenalty = -15
)

// longestScored is the longest pattern that the automaton takes: the bonus for
// adjacent matches doubles with each, and is kept in 32 bits.
const longestScored = 24

// pattern is a query that is ASCII alone.
type pattern struct {
	text []byte // in lower case, unless exact
	// exact says that case matters: there is a capital in the query.
	exact bool
}

// newPattern returns the pattern for a query, and whether the automaton can take
// it.
func newPattern(query string) (p pattern, ok bool) {
	ok = len(query) <= longestScored
	for _, r := range query {
		ok = ok && r < utf8.RuneSelf
		p.exact = p.exact || unicode.IsUpper(r)
	}
	p.text = []byte(query)
	return p, ok
}

// fold is how the pattern sees a byte.
func (p *pattern) fold(c byte) byte {
	if p.exact {
		return c
	}
	return lower(c)
}

// score is the state of the automaton after some bytes of a path.
type score struct {
	total     int32 // of the characters that are settled
	best      int32 // of the places found for the next one; -1 if none
	at        int32 // where the best place is
	lastMatch int32 // where the last settled one is; -1 if there is none
	adjacent  int32 // what the last adjacent match was worth, and those before it
	read      int32 // bytes
	settled   uint8 // characters of the pattern
	last      byte  // the last byte read
}

func newScore() score { return score{best: -1, lastMatch: -1} }

// feed reads a byte, with the one behind it, or 0 at the end of the path.
func (s *score) feed(p *pattern, c, next byte) {
	j := s.read
	if int(s.settled) < len(p.text) && p.fold(c) == p.text[s.settled] {
		s.weigh(j, c)
	}
	ends := next == 0
	if !ends && int(s.settled)+1 < len(p.text) {
		ends = p.fold(next) == p.text[s.settled+1]
	}
	if ends && s.best >= 0 {
		if s.lastMatch < 0 {
			s.best += max(s.at*leadingPenalty, mostLeadingPenalty)
		}
		s.total += s.best
		s.lastMatch, s.best = s.at, -1
		s.settled++
	}
	s.last = c
	s.read++
}

// weigh says what it is worth to match the next character here.
func (s *score) weigh(j int32, c byte) {
	worth := int32(0)
	if j == 0 {
		worth += firstByteBonus
	}
	if 'a' <= s.last && s.last <= 'z' && 'A' <= c && c <= 'Z' {
		worth += camelCaseBonus
	}
	if j != 0 && isSeparator[s.last] {
		worth += afterSeparator
	}
	if s.lastMatch >= 0 && s.lastMatch == j-1 {
		bonus := 2*s.adjacent + adjacentBonus
		worth += bonus
		s.adjacent += bonus
	}
	if worth > s.best {
		s.best, s.at = worth, j
	}
}

// result returns the score of the whole path, and whether it matches.
func (s *score) result(p *pattern) (int, bool) {
	return int(s.total) + int(s.settled) - int(s.read), int(s.settled) == len(p.text)
}

// needed returns the first character of the pattern that has no place yet.
func (s *score) needed() int {
	if s.best >= 0 {
		return int(s.settled) + 1
	}
	return int(s.settled)
}

// enter reads a slash and a name, but for the last byte's successor: what comes
// behind the name is not known yet.
func (s *score) enter(p *pattern, name []byte) {
	if len(name) == 0 {
		return
	}
	c := byte('/')
	for _, next := range name {
		s.feed(p, c, next)
		c = next
	}
	s.feed(p, c, '/')
}

// finish reads a slash and the last name of a path.
func (s *score) finish(p *pattern, name []byte) {
	c := byte('/')
	for _, next := range name {
		s.feed(p, c, next)
		c = next
	}
	s.feed(p, c, 0)
}

var isSeparator = separatorTable()

func separatorTable() (table [256]bool) {
	for _, c := range []byte(`/-_ .\`) {
		table[c] = true
	}
	return table
}
