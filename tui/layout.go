package tui

// The minimum size of the terminal. On a smaller one, only a notice is shown.
const (
	minWidth  = 30
	minHeight = 6
)

// layout says where the parts of the screen are. newLayout computes it whenever the size or the
// parts change. From top to bottom:
//
//	header      program, filter, counts, progress
//	search      the query, while searching
//	body        the list, with the preview beside or below it; or the snippet
//	status      selection, messages, errors
//	hints       what keys do
type layout struct {
	width, height int
	search        int // line, or -1
	body          int // the first line
	bodyHeight    int
	listWidth     int
	listHeight    int
	side          int // width of the pane beside the list, including its rule, or 0
	below         int // height of the pane below the list, including its rule, or 0
	tooSmall      bool
}

const (
	// sideFrom is the minimum width of a terminal with a pane beside the list.
	sideFrom = 100
	// belowFrom is the minimum height of the body with a pane below the list, on a narrower
	// terminal.
	belowFrom = 12
)

// pane says whether the pane is shown. paneAuto shows it only if the terminal is at least
// sideFrom wide.
type pane uint8

const (
	paneAuto pane = iota
	paneShown
	paneHidden
)

// parts are the parts of the screen that can take room from the list.
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

// pane reports whether there is room for the pane and it is not hidden.
func (l *layout) pane() bool { return l.side > 0 || l.below > 0 }
