package tui

// The smallest terminal that shows more than a notice.
const (
	minWidth  = 30
	minHeight = 6
)

// layout says which line of the screen holds what. It is computed in one place,
// whenever the size or the parts change.
//
//	header      program, filter, counts, progress
//	search      the query, while searching
//	body        the list, or the snippet
//	status      selection, messages, errors
//	hints       what keys do
type layout struct {
	width, height int
	search        int // line, or -1
	body          int // the first line
	bodyHeight    int
	tooSmall      bool
}

func newLayout(width, height int, searching bool) layout {
	const header, status, hints = 1, 1, 1
	l := layout{width: width, height: height, search: -1, body: header}
	if searching {
		l.search = l.body
		l.body++
	}
	l.bodyHeight = max(height-l.body-status-hints, 0)
	l.tooSmall = width < minWidth || height < minHeight
	return l
}
