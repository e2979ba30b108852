package search

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// The scoring of github.com/sahilm/fuzzy as an automaton that reads a path byte by byte. It can
// stop at the end of a directory's path and continue from there for each file in the directory:
//
//	/home/alice/.config|/Code         one state for the directory ...
//	                   |/settings     ... from which each name goes on
//
// As in the library, a byte is read together with the next one. The best position of a character
// is settled when the following character of the pattern is about to match, or when the path
// ends. The state of a directory therefore does not include the slash after it.
//
// Pattern and path must be ASCII. equiv_test.go compares the automaton with the library.

// The library's bonuses and penalties.
const (
	firstByteBonus     = 10
	afterSeparator     = 20
	camelCaseBonus     = 20
	adjacentBonus      = 5
	leadingPenalty     = -5
	mostLeadingPenalty = -15
)

// longestScored is the maximum length of a pattern. The bonus for adjacent matches is 5 × 3ⁿ after n
// of them, and the sum is stored in 32 bits: 19 characters have at most 970 million.
const longestScored = 19

// pattern is a query of ASCII characters.
type pattern struct {
	text []byte // in lower case, unless case matters
	// fold maps a byte of a path to the byte that is compared with the pattern.
	fold *[256]byte
}

// newPattern returns the pattern for a text of ASCII characters. If exact is set, case matters;
// otherwise the text must be folded.
func newPattern(text string, exact bool) pattern {
	p := pattern{[]byte(text), &folded}
	if exact {
		p.fold = &identity
	}
	return p
}

// hasCapital reports whether a text is case-sensitive.
func hasCapital(text string) bool { return strings.ContainsFunc(text, unicode.IsUpper) }

// Score returns the score of a path in the first stage of a search, which equals that of
// github.com/sahilm/fuzzy, and whether the query matches. known is false if the query or the path
// is not ASCII, or the query is longer than 19 bytes.
func Score(query string, path []byte) (points int, matches, known bool) {
	if len(query) > longestScored || !isASCII(query) || index.LettersOf(path)&index.NotASCII != 0 {
		return 0, false, false
	}
	p := newPattern(query, hasCapital(query))
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
	total     int32 // score of the settled characters
	best      int32 // best score found for the next character, or -1
	at        int32 // the position of best
	lastMatch int32 // the position of the last settled character, or -1
	adjacent  int32 // the sum of the bonuses for adjacent matches
	read      int32 // number of bytes read
	settled   uint8 // number of settled characters of the pattern
	last      byte  // the last byte read
}

func newScore() score { return score{best: -1, lastMatch: -1} }

// enter reads a slash and the name of a directory, which is followed by another slash.
func (s *score) enter(p *pattern, name []byte) { s.readName(p, name, '/') }

// finish reads a slash and the last name of a path.
func (s *score) finish(p *pattern, name []byte) { s.readName(p, name, 0) }

// none is the result of pattern.at after the end of the pattern.
const none = -1

// readName reads a slash and a name. behind is the byte after the name, or 0 at the end of the
// path. A search spends most of its time here, so readName skips irrelevant bytes: while no
// position has been found for the next character, or if it is the last one, only that character
// matters.
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

// settle accepts the best position for the next character.
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

// needed returns the index of the first character of the pattern that has no position yet.
func (s *score) needed() int {
	if s.best >= 0 {
		return int(s.settled) + 1
	}
	return int(s.settled)
}

// skips reports whether a name with these letters contains no character that can match next. Such
// a name only changes the number of bytes read.
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

// skip reads a slash and a name for which skips is true, given its size and last byte.
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
