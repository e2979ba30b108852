package search

import "bytes"

// The second stage computes the best alignment of query and path by dynamic programming (Smith
// and Waterman 1981, as in fzf and others). The library's alignment is greedy: it takes the first
// letters that match and subtracts points for each unmatched letter, so "ffprof" does not find
// ~/.mozilla/firefox/profiles.ini.
//
//	        /.mozilla/firefox/profiles.ini
//	ffprof            f···f···prof           f and p after a slash, prof in a row
//
// For each letter of the query and each position in the path, the table has the best score of an
// alignment in which the letter matches at that position.

// The scores of an alignment.
const (
	alignMatch       = 16
	alignGapStart    = -3
	alignGap         = -1
	alignSlash       = 9 // after a slash
	alignBoundary    = 8 // after another separator
	alignCamel       = 7 // a capital after a small letter, or a digit after a non-digit
	alignConsecutive = 4
	// alignFirst is the factor for the bonus of the first letter.
	alignFirst = 2
	// alignName is added for each letter in the last component, because people usually
	// search for files by name.
	alignName = 2
	// alignWhole is added if the query is the whole name, and alignStem if it is the name
	// without its extension. A leading dot is ignored.
	alignWhole = 20
	alignStem  = 12
	// alignKept is added if Query.Kept reports true for the path.
	alignKept = 12
	// alignNoise is added for paths in a noise directory.
	alignNoise = -40
)

// Aligner finds the alignment of a query and a path with the highest score. It reuses its tables
// for the next path, and must not be used by several goroutines at once.
type Aligner struct {
	query []byte
	fold  *[256]byte
	// text is the folded path without its first skipped bytes.
	text    []byte
	skipped int
	bonus   []int16 // for each position
	worth   []int16 // of a match at each position
	rows    []cell  // the rows of all letters, concatenated; unset outside their windows
	// windows has for each letter the first and last position where it can match, given
	// the letters before and after it.
	windows []window
}

type window struct{ first, last int }

// cell is the best alignment of a prefix of the query whose last letter matches at a position.
type cell struct {
	score int16 // impossible if there is no alignment
	run   int16 // best bonus in the run of adjacent matches that ends here
	from  int16 // position of the previous letter
}

// longestAligned is the number of bytes of a path that are read, from its end: PATH_MAX. A gap
// costs one point per byte, and scores have 16 bits.
const longestAligned = 4096

const impossible = -1 << 14

// NewAligner returns an aligner for a fuzzy term without operators. It returns nil if the text is
// not ASCII or longer than MaxQuery.
func NewAligner(query string) *Aligner { return newAligner(query, hasCapital(query)) }

func newAligner(text string, exact bool) *Aligner {
	if !isASCII(text) || len(text) > MaxQuery {
		return nil
	}
	p := newPattern(text, exact)
	return &Aligner{query: p.text, fold: p.fold, windows: make([]window, len(p.text))}
}

// lastName returns where the last component of a path begins. A trailing slash is part of the
// component.
func lastName(path []byte) int {
	return bytes.LastIndexByte(bytes.TrimSuffix(path, []byte("/")), '/') + 1
}

// Align returns the score of the best alignment with a path, and whether the query matches. It
// only reads the last 4096 bytes of a path. The time is proportional to the product of the
// lengths.
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
	return best + wholeName(a.text[name:], a.query), true
}

// frame computes the windows and reports whether the query matches.
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

// wholeName returns the bonus if a text is the name, or the name without its extension. The name is
// folded.
func wholeName(name, text []byte) int {
	name = bytes.TrimPrefix(bytes.TrimSuffix(name, []byte("/")), []byte("."))
	switch rest, cut := bytes.CutPrefix(name, text); {
	case !cut:
		return 0
	case len(rest) == 0:
		return alignWhole
	case rest[0] == '.' && bytes.IndexByte(rest[1:], '.') < 0:
		return alignStem
	}
	return 0
}

// prepare sizes the tables and scores each position.
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

// placeBonus returns the bonus of a match at c, which depends on the byte before.
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
	gap, from := int16(impossible), int16(-1) // the best earlier cell, including the cost of the gap
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

// cell returns the best alignment in which letter i matches at j. last is the cell of the
// previous letter at j-1. gap is the best score of the previous letter at an earlier position,
// which is from, including the cost of the gap.
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

// Positions returns the positions of the query's letters in the path of the last call of Align,
// which must have returned true.
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
