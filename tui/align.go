package tui

import "bytes"

// The second look at the best matches: the alignment of query and path that says
// most, found by dynamic programming (Smith and Waterman 1981, as fzf and others
// use it). The library's greedy one takes the first letters that come, and counts
// each letter that is left over, so that "ffprof" does not find
// ~/.mozilla/firefox/profiles.ini.
//
//	        /.mozilla/firefox/profiles.ini
//	ffprof            f···f···prof           f and p behind a slash, prof in a row
//
// For each letter of the query and each place in the path it keeps the best score
// of an alignment that ends there.

// What an alignment is worth.
const (
	alignMatch       = 16
	alignGapStart    = -3
	alignGap         = -1
	alignSlash       = 9 // behind a slash
	alignBoundary    = 8 // behind another separator
	alignCamel       = 7 // a capital or a digit behind what is none
	alignConsecutive = 4
	// alignFirst is by how much the bonus of the first letter counts more.
	alignFirst = 2
	// alignName is what a letter in the last component is worth more: people look
	// for files by their names.
	alignName = 2
	// alignWhole is what it is worth that the query is the whole name, and alignStem
	// that it is all of it but the extension; a dot in front does not count.
	alignWhole = 20
	alignStem  = 12
	// alignKept is what it is worth that other people keep a path.
	alignKept = 12
	// alignNoise is what lying in a directory of noise costs.
	alignNoise = -40
)

// aligner finds alignments; it keeps its tables for the next one.
type aligner struct {
	query []byte
	exact bool
	bonus []int16 // of each place
	worth []int16 // of a match there
	rows  []cell  // of all letters, one after the other
}

// cell is the best alignment of some letters of the query that ends at a place.
type cell struct {
	score int16 // impossible if there is none
	run   int16 // bonus of the first letter of the run that ends here; 0 if none
	from  int16 // where the letter before is
}

const impossible = -1 << 14

// newAligner returns nil for a query that the automaton does not take.
func newAligner(query string) *aligner {
	p, ok := newPattern(query)
	if !ok {
		return nil
	}
	return &aligner{query: p.text, exact: p.exact}
}

// lastName returns where the last component of a path begins; a slash at the end
// is part of it.
func lastName(path []byte) int {
	return bytes.LastIndexByte(bytes.TrimSuffix(path, []byte("/")), '/') + 1
}

// align returns the score of a path whose last component begins at name, and false
// if the query does not match. It takes time in the product of the lengths.
func (a *aligner) align(path []byte, name int) (int, bool) {
	n, m := len(path), len(a.query)
	if m == 0 || m > n {
		return 0, false
	}
	a.prepare(path, name)
	for i := range a.query {
		a.row(path, i)
	}
	best := impossible
	for _, c := range a.rows[(m-1)*n : m*n] {
		best = max(best, int(c.score))
	}
	return best + a.whole(path[name:]), best > impossible/2
}

// whole returns what it is worth that the query is the name, or most of it.
func (a *aligner) whole(name []byte) int {
	name = bytes.TrimPrefix(bytes.TrimSuffix(name, []byte("/")), []byte("."))
	if len(name) < len(a.query) {
		return 0
	}
	for i, q := range a.query {
		if !a.same(name[i], q) {
			return 0
		}
	}
	switch rest := name[len(a.query):]; {
	case len(rest) == 0:
		return alignWhole
	case rest[0] == '.' && bytes.IndexByte(rest[1:], '.') < 0:
		return alignStem
	}
	return 0
}

// prepare sizes the tables and says what each place is worth.
func (a *aligner) prepare(path []byte, name int) {
	n, m := len(path), len(a.query)
	if cap(a.bonus) < n {
		a.bonus, a.worth = make([]int16, n), make([]int16, n)
	}
	a.bonus, a.worth = a.bonus[:n], a.worth[:n]
	if cap(a.rows) < n*m {
		a.rows = make([]cell, n*m)
	}
	a.rows = a.rows[:n*m]
	before := byte('/')
	for j, c := range path {
		a.bonus[j], a.worth[j] = placeBonus(before, c), alignMatch
		if j >= name {
			a.worth[j] += alignName
		}
		before = c
	}
}

// placeBonus is what it is worth to match a byte by what stands before it.
func placeBonus(before, c byte) int16 {
	switch {
	case before == '/':
		return alignSlash
	case isSeparator[before]:
		return alignBoundary
	case isLowerCase(before) && isUpperCase(c), !isDigit(before) && isDigit(c):
		return alignCamel
	}
	return 0
}

// row fills in the cells of a letter.
func (a *aligner) row(path []byte, i int) {
	n := len(path)
	row := a.rows[i*n : (i+1)*n]
	if i == 0 {
		for j, c := range path {
			row[j] = cell{score: impossible, from: -1}
			if a.same(c, a.query[0]) {
				row[j] = cell{a.worth[j] + a.bonus[j]*alignFirst, a.bonus[j], -1}
			}
		}
		return
	}
	above := a.rows[(i-1)*n : i*n]
	gap, from := int16(impossible), int16(-1) // the best one before, with the cost of the gap up to here
	for j, c := range path {
		row[j] = cell{score: impossible, from: -1}
		if a.same(c, a.query[i]) {
			if gap > impossible/2 {
				row[j] = cell{gap + a.worth[j] + a.bonus[j], a.bonus[j], from}
			}
			if j > 0 && above[j-1].score > impossible/2 {
				run := max(above[j-1].run, a.bonus[j])
				score := above[j-1].score + a.worth[j] + max(alignConsecutive, run)
				if score > row[j].score {
					row[j] = cell{score, run, int16(j - 1)}
				}
			}
		}
		gap += alignGap
		if j > 0 && above[j-1].score+alignGapStart > gap {
			gap, from = above[j-1].score+alignGapStart, int16(j-1)
		}
	}
}

func (a *aligner) same(c, q byte) bool {
	if a.exact {
		return c == q
	}
	return lower(c) == q
}

// positions returns where the letters of the query are in the path that was
// aligned last.
func (a *aligner) positions() []int {
	m := len(a.query)
	n := len(a.bonus)
	at := 0
	last := a.rows[(m-1)*n : m*n]
	for j := range last {
		if last[j].score > last[at].score {
			at = j
		}
	}
	places := make([]int, m)
	for i := m - 1; i >= 0; i-- {
		places[i] = at
		at = int(a.rows[i*n+at].from)
	}
	return places
}

func isLowerCase(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpperCase(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool     { return '0' <= c && c <= '9' }
