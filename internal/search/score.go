package search

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// The scoring of github.com/sahilm/fuzzy as an automaton that reads a path byte by
// byte, so that it can stop at the end of a directory's path and be resumed for
// each file in it:
//
//	/home/alice/.config|/Code         one state for the directory ...
//	                   |/settings     ... from which each name goes on
//
// A byte is read together with the one after it, as in the library: it takes the best place
// of a character when the next character of the pattern is about to match, or the path ends.
// Therefore a state ends before the slash.
//
// It takes only ASCII, in pattern and path; equiv_test.go compares it with the library.

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

// pattern is a query of ASCII characters.
type pattern struct {
	text []byte // in lower case, unless exact
	// exact says that case matters: there is a capital in the query.
	exact bool
	// fold maps a byte to what the pattern compares it with.
	fold *[256]byte
}

// newPattern returns the pattern for a query, and whether the automaton can take
// it.
func newPattern(query string) (p pattern, ok bool) {
	ok = len(query) <= longestScored
	for _, r := range query {
		ok = ok && r < utf8.RuneSelf
		p.exact = p.exact || unicode.IsUpper(r)
	}
	p.text, p.fold = []byte(query), &folded
	if p.exact {
		p.fold = &identity
	}
	return p, ok
}

// Score returns the score that the first stage of a search gives a path, which is that of
// github.com/sahilm/fuzzy, and whether the text of a query matches. It is known of queries
// and paths that are ASCII, and queries of at most 24 bytes.
func Score(query string, path []byte) (points int, matches, known bool) {
	p, ok := newPattern(query)
	if !ok || index.LettersOf(path)&index.NotASCII != 0 {
		return 0, false, false
	}
	state := newScore()
	for rest := bytes.TrimPrefix(path, []byte("/")); ; {
		name, below, more := bytes.Cut(rest, []byte("/"))
		if !more {
			state.finish(&p, name)
			break
		}
		state.enter(&p, name)
		rest = below
	}
	points, matches = state.result(&p)
	return points, matches, true
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

// enter reads a slash and the name of a directory, which another slash will follow.
func (s *score) enter(p *pattern, name []byte) { s.readName(p, name, '/') }

// finish reads a slash and the last name of a path.
func (s *score) finish(p *pattern, name []byte) { s.readName(p, name, 0) }

// none stands for a character after the end of the pattern.
const none = -1

// readName reads a slash and a name, with the byte that follows the name: 0 at the end of
// the path. A search spends most of its time here, so it skips what cannot matter: while no
// place has been found for the next character, and when it is the last one, only that
// character matters.
func (s *score) readName(p *pattern, name []byte, behind byte) {
	fold := p.fold
	wanted, after := p.at(s.settled), p.at(s.settled+1)
	for i := 0; wanted != none; i++ { // i-1 is in the name, 0 is the slash
		if s.best < 0 || after == none {
			if i == 0 && wanted != '/' {
				i = 1
			}
			for i > 0 && i <= len(name) && int(fold[name[i-1]]) != wanted {
				i++
			}
		}
		if i > len(name) {
			break
		}
		c, next := byte('/'), behind
		if i > 0 {
			c = name[i-1]
		}
		if i < len(name) {
			next = name[i]
		}
		if int(fold[c]) == wanted {
			switch i {
			case 0:
			case 1:
				s.last = '/'
			default:
				s.last = name[i-2]
			}
			s.matchAt(s.read+int32(i), c)
		}
		if s.best >= 0 && int(fold[next]) == after {
			s.settle()
			wanted, after = after, p.at(s.settled+1)
		}
	}
	if behind == 0 && s.best >= 0 {
		s.settle()
	}
	s.read += int32(len(name)) + 1
	s.last = '/'
	if len(name) > 0 {
		s.last = name[len(name)-1]
	}
}

// at returns a character of the pattern, or none.
func (p *pattern) at(i uint8) int {
	if int(i) < len(p.text) {
		return int(p.text[i])
	}
	return none
}

// matchAt scores a match of the next character with c, at j.
func (s *score) matchAt(j int32, c byte) {
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

// settle takes the best place for the next character.
func (s *score) settle() {
	if s.lastMatch < 0 {
		s.best += max(s.at*leadingPenalty, mostLeadingPenalty)
	}
	s.total += s.best
	s.lastMatch, s.best = s.at, -1
	s.settled++
}

// result returns the score of the whole path, and whether it matches.
func (s *score) result(p *pattern) (int, bool) {
	return int(s.total) + int(s.settled) - int(s.read), int(s.settled) == len(p.text)
}

// ended returns the score if the path ends here, and whether it matches.
func (s score) ended(p *pattern) (int, bool) {
	if s.best >= 0 {
		s.settle()
	}
	return s.result(p)
}

// needed returns the first character of the pattern that has no place yet.
func (s *score) needed() int {
	if s.best >= 0 {
		return int(s.settled) + 1
	}
	return int(s.settled)
}

// skips reports whether a name with these letters would change nothing except how many bytes
// have been read: it has none that could match next.
func (s *score) skips(p *pattern, name index.Letters) bool {
	settled := int(s.settled)
	if settled >= len(p.text) {
		return true
	}
	awaited := index.LettersOfByte(p.text[settled])
	if s.best >= 0 && settled+1 < len(p.text) {
		awaited |= index.LettersOfByte(p.text[settled+1])
	}
	return awaited&(name|index.LettersOfByte('/')) == 0
}

// skip reads a slash and a name that change nothing, given its size and last byte.
func (s *score) skip(size uint32, last byte) {
	s.read += int32(size) + 1
	s.last = last
}

var (
	folded   = foldTable(lowerCase)
	identity = foldTable(func(c byte) byte { return c })
)

// lowerCase folds an ASCII capital.
func lowerCase(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func foldTable(fold func(byte) byte) (table [256]byte) {
	for c := range table {
		table[c] = fold(byte(c))
	}
	return table
}

var isSeparator = separatorTable()

func separatorTable() (table [256]bool) {
	for _, c := range []byte(`/-_ .\`) {
		table[c] = true
	}
	return table
}
