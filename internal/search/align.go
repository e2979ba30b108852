package search

import "bytes"

// The second stage: the best alignment of query and path, found by dynamic programming
// (Smith and Waterman 1981, as in fzf and others). The greedy one of the library takes the
// first letters that match, and subtracts for each letter that is left over, so "ffprof"
// does not find ~/.mozilla/firefox/profiles.ini.
//
//	        /.mozilla/firefox/profiles.ini
//	ffprof            f···f···prof           f and p after a slash, prof in a row
//
// For each letter of the query and each place in the path it keeps the best score of an
// alignment that ends there.

// What an alignment is worth.
const (
	alignMatch       = 16
	alignGapStart    = -3
	alignGap         = -1
	alignSlash       = 9 // after a slash
	alignBoundary    = 8 // after another separator
	alignCamel       = 7 // a capital after a small letter, or a digit after a non-digit
	alignConsecutive = 4
	// alignFirst is by how much the bonus of the first letter counts more.
	alignFirst = 2
	// alignName is what a letter in the last component is worth more: people search for
	// files by their names.
	alignName = 2
	// alignWhole is what it is worth that the query is the whole name, and alignStem
	// that it is all of it but the extension; a dot in front does not count.
	alignWhole = 20
	alignStem  = 12
	// alignKept is what it is worth that other people keep a path.
	alignKept = 12
	// alignNoise is what being in a directory of noise costs.
	alignNoise = -40
)

// Aligner finds the alignment of a query and a path that is worth most. It keeps its tables
// for the next path, and is for one goroutine.
type Aligner struct {
	query []byte
	fold  *[256]byte
	// text is the path as the query sees it, without as many bytes as are skipped.
	text    []byte
	skipped int
	bonus   []int16 // of each place
	worth   []int16 // of a match there
	rows    []cell  // of all letters, one after the other; unset outside of their windows
	// windows are the places that each letter may have: from where it comes first,
	// all letters before it taken, to where it comes last.
	windows []window
}

type window struct{ first, last int }

// cell is the best alignment of some letters of the query that ends at a place.
type cell struct {
	score int16 // impossible if there is none
	run   int16 // bonus of the first letter of the run that ends here; 0 if none
	from  int16 // where the letter before is
}

// longestAligned is how many bytes of a path are read, from its end: PATH_MAX. Gaps cost one
// for each byte, in 16 bits.
const longestAligned = 4096

const impossible = -1 << 14

// NewAligner returns the aligner of a query; nil if the query is not ASCII, or longer than 24
// bytes.
func NewAligner(query string) *Aligner {
	p, ok := newPattern(query)
	if !ok {
		return nil
	}
	return &Aligner{query: p.text, fold: p.fold, windows: make([]window, len(p.text))}
}

// lastName returns where the last component of a path begins; a slash at the end is part of
// it.
func lastName(path []byte) int {
	return bytes.LastIndexByte(bytes.TrimSuffix(path, []byte("/")), '/') + 1
}

// Align returns what the best alignment with a path is worth, and false if the query does
// not match. Of a path of more than 4096 bytes it reads the last ones. It takes time in the
// product of the lengths.
func (a *Aligner) Align(path []byte) (int, bool) {
	name := lastName(path)
	a.skipped = max(len(path)-longestAligned, 0)
	path, name = path[a.skipped:], max(name-a.skipped, 0)
	if len(a.query) == 0 || !a.frame(path) {
		return impossible, false
	}
	a.prepare(path, name)
	for i := range a.query {
		a.row(i)
	}
	best := impossible
	last := a.windows[len(a.query)-1]
	for _, c := range a.rowOf(len(a.query) - 1)[last.first : last.last+1] {
		best = max(best, int(c.score))
	}
	return best + a.whole(path[name:]), true
}

// frame sets the windows, and reports whether the query matches.
func (a *Aligner) frame(path []byte) bool {
	a.text = a.text[:0]
	i := 0
	for j, c := range path {
		c = a.fold[c]
		a.text = append(a.text, c)
		if i < len(a.query) && c == a.query[i] {
			a.windows[i].first = j
			i++
		}
	}
	if i < len(a.query) {
		return false
	}
	j := len(path) - 1
	for i--; i >= 0; i-- {
		for a.text[j] != a.query[i] {
			j--
		}
		a.windows[i].last = j
		j--
	}
	return true
}

func (a *Aligner) rowOf(i int) []cell { return a.rows[i*len(a.text) : (i+1)*len(a.text)] }

// whole scores that the query is the name, or all of it but the extension.
func (a *Aligner) whole(name []byte) int {
	name = bytes.TrimPrefix(bytes.TrimSuffix(name, []byte("/")), []byte("."))
	if len(name) < len(a.query) {
		return 0
	}
	for i, q := range a.query {
		if a.fold[name[i]] != q {
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

// prepare sizes the tables and scores each place.
func (a *Aligner) prepare(path []byte, name int) {
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

// placeBonus scores the match of a byte by the byte before it.
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

// row fills in the cells of a letter's window.
func (a *Aligner) row(i int) {
	row, here := a.rowOf(i), a.windows[i]
	if i == 0 {
		for j := here.first; j <= here.last; j++ {
			row[j] = cell{score: impossible, from: -1}
			if a.text[j] == a.query[0] {
				row[j] = cell{a.worth[j] + a.bonus[j]*alignFirst, a.bonus[j], -1}
			}
		}
		return
	}
	above, before := a.rowOf(i-1), a.windows[i-1]
	gap, from := int16(impossible), int16(-1) // the best one before, with the cost of the gap up to here
	for j := before.first + 1; j <= here.last; j++ {
		last := cell{score: impossible}
		if j-1 <= before.last {
			last = above[j-1]
		}
		if j >= here.first {
			row[j] = a.cell(i, j, last, gap, from)
		}
		gap += alignGap
		if last.score+alignGapStart > gap {
			gap, from = last.score+alignGapStart, int16(j-1)
		}
	}
}

// cell returns the best alignment that ends with a letter at a place, from the best one of
// the letter before that ends in the place before, and the best with a gap between.
func (a *Aligner) cell(i, j int, last cell, gap, from int16) cell {
	c := cell{score: impossible, from: -1}
	if a.text[j] != a.query[i] {
		return c
	}
	if gap > impossible/2 {
		c = cell{gap + a.worth[j] + a.bonus[j], a.bonus[j], from}
	}
	if last.score > impossible/2 {
		run := max(last.run, a.bonus[j])
		if score := last.score + a.worth[j] + max(alignConsecutive, run); score > c.score {
			c = cell{score, run, int16(j - 1)}
		}
	}
	return c
}

// Positions returns where the letters of the query are in the path that was aligned last,
// which must have matched.
func (a *Aligner) Positions() []int {
	m := len(a.query)
	last, w := a.rowOf(m-1), a.windows[m-1]
	at := w.first
	for j := w.first; j <= w.last; j++ {
		if last[j].score > last[at].score {
			at = j
		}
	}
	places := make([]int, m)
	for i := m - 1; i >= 0; i-- {
		places[i] = at + a.skipped
		at = int(a.rowOf(i)[at].from)
	}
	return places
}

func isLowerCase(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpperCase(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool     { return '0' <= c && c <= '9' }
