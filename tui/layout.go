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
//	body        the list, and beside or below it the preview; or the snippet
//	status      selection, messages, errors
//	hints       what keys do
type layout struct {
	width, height int
	search        int // line, or -1
	body          int // the first line
	bodyHeight    int
	listWidth     int
	listHeight    int
	side          int // cells for the pane beside the list and its rule, or 0
	below         int // lines for the pane below the list and its rule, or 0
	tooSmall      bool
}

const (
	// sideFrom is the width of a terminal that has room for a pane beside the list.
	sideFrom = 100
	// belowFrom is how many lines of the body leave room for a pane below the list,
	// on a narrower one.
	belowFrom = 12
)

// pane says whether the user wants the pane. By default it is where it leaves the
// paths their width.
type pane uint8

const (
	paneAuto pane = iota
	paneShown
	paneHidden
)

// parts are what takes room beside the list.
type parts struct {
	search bool
	side   pane
}

func newLayout(width, height int, with parts) layout {
	const header, status, hints = 1, 1, 1
	l := layout{width: width, height: height, search: -1, body: header, listWidth: width}
	if with.search {
		l.search = l.body
		l.body++
	}
	l.bodyHeight = max(height-l.body-status-hints, 0)
	l.listHeight = l.bodyHeight
	switch {
	case with.side == paneHidden:
	case width >= sideFrom:
		l.side = width * 2 / 5
		l.listWidth = width - l.side
	case with.side == paneShown && l.bodyHeight >= belowFrom:
		l.below = l.bodyHeight / 2
		l.listHeight = l.bodyHeight - l.below
	}
	l.tooSmall = width < minWidth || height < minHeight
	return l
}

// pane reports whether there is one.
func (l *layout) pane() bool { return l.side > 0 || l.below > 0 }
