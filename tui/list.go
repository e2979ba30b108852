package tui

import (
	"slices"
	"strings"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
)

// list shows the rows of some results. Only what is visible is ever rendered, so
// its cost does not depend on the number of rows.
type list struct {
	results *results // nil before the first
	cursor  int      // row
	top     int      // the first row on the screen
	height  int
	// touched says that the user has moved or marked something. From then on the
	// cursor stays on its path, before that on the first row.
	touched bool
}

// gutter is what stands before a path: cursor, mark and a space.
const gutter = len(">[x] ")

func (l *list) rows() []uint32 {
	if l.results == nil {
		return nil
	}
	return l.results.rows
}

// current returns the file under the cursor.
func (l *list) current() (uint32, bool) {
	if rows := l.rows(); l.cursor < len(rows) {
		return rows[l.cursor], true
	}
	return 0, false
}

// show replaces the rows. The cursor stays on its path and the path on its line
// of the screen, if it is among the new rows. A new query starts on the best
// match, and leaving it stays on what was found.
func (l *list) show(r *results) {
	id, shown := l.current()
	line := l.cursor - l.top
	if l.results != nil && l.results.query != r.query {
		l.touched = r.query == ""
	}
	l.results = r
	at := -1
	if shown && l.touched {
		at = slices.Index(r.rows, id)
	}
	l.cursor, l.top = max(at, 0), max(at-line, 0)
	l.clamp()
}

// moveTo puts the cursor on a row, or the nearest there is.
func (l *list) moveTo(row int) {
	l.cursor = row
	l.touched = true
	l.clamp()
}

func (l *list) resize(height int) {
	l.height = height
	l.clamp()
}

// clamp keeps the cursor among the rows and on the screen, and the screen full.
func (l *list) clamp() {
	n := len(l.rows())
	l.cursor = max(0, min(l.cursor, n-1))
	l.top = min(l.top, l.cursor, n-l.height)
	l.top = max(0, l.top, l.cursor-l.height+1)
}

// rowAt returns the row at a line of the list.
func (l *list) rowAt(line int) (int, bool) {
	row := l.top + line
	return row, line >= 0 && line < l.height && row < len(l.rows())
}

// view appends one line for each visible row.
func (l *list) view(lines []string, s *styles, selected bitset, width int) []string {
	rows := l.rows()
	end := min(l.top+l.height, len(rows))
	for row := l.top; row < end; row++ {
		lines = append(lines, l.line(s, row, selected.has(rows[row]), width))
	}
	return lines
}

func (l *list) line(s *styles, row int, marked bool, width int) string {
	var b strings.Builder
	text := l.text(l.rows()[row])
	if row == l.cursor {
		b.WriteString(s.cursor.on)
		b.WriteByte('>')
	} else {
		b.WriteByte(' ')
	}
	if marked {
		b.WriteString(s.mark.render("[x]"))
	} else {
		b.WriteString("[ ]")
	}
	b.WriteByte(' ')
	cells := s.writeTail(&b, text, l.matched(text), width-gutter)
	if row == l.cursor {
		writeFiller(&b, width-gutter-cells)
		b.WriteString(s.cursor.off)
	}
	return b.String()
}

// text returns a file's path as it is shown; a directory's ends in a slash.
func (l *list) text(id uint32) string {
	path := l.results.listing.appendPath(nil, id)
	if l.results.listing.kind(id) == scan.KindDir && len(path) > 1 {
		path = append(path, '/')
	}
	return string(printable.AppendName(make([]byte, 0, len(path)), path))
}

// matched returns where the query matches a text as it is shown, which can
// differ from the name that was searched.
func (l *list) matched(text string) []int {
	if l.results.query == "" {
		return nil
	}
	matches := fuzzy.FindNoSort(l.results.query, []string{text})
	if len(matches) == 0 {
		return nil
	}
	return matches[0].MatchedIndexes
}
