package tui

// The smallest terminal that shows more than a notice.
const (
	minWidth  = 30
	minHeight = 6
)

// layout says which part of the screen holds what. It is computed in one place,
// whenever the size or the parts change.
//
//	header      program, filter, counts, progress
//	search      the query, while searching
//	body        the list, and beside it the preview; or the snippet
//	status      selection, messages, errors
//	hints       what keys do
type layout struct {
	width, height int
	search        int // line, or -1
	body          int // the first line
	bodyHeight    int
	listWidth     int
	side          int // cells for the pane beside the list and its rule, or 0
	tooSmall      bool
}

// sideFrom is the width of a terminal that has room for a pane beside the list.
const sideFrom = 100

// parts are what takes room beside the list.
type parts struct{ search, side bool }

func newLayout(width, height int, with parts) layout {
	const header, status, hints = 1, 1, 1
	l := layout{width: width, height: height, search: -1, body: header, listWidth: width}
	if with.search {
		l.search = l.body
		l.body++
	}
	if with.side && width >= sideFrom {
		l.side = width * 2 / 5
		l.listWidth = width - l.side
	}
	l.bodyHeight = max(height-l.body-status-hints, 0)
	l.tooSmall = width < minWidth || height < minHeight
	return l
}
