package tui

// The minimum size of the terminal. On a smaller one, only a notice is shown.
const (
	minWidth  = 30
	minHeight = 6
)

// layout says where the parts of the screen are. newLayout computes it whenever the size or the
// parts change. From top to bottom:
//
//	headline    what is at stake and what is kept; host, file system, scan
//	tabs        the views and the filters; while searching, the query instead
//	heads       the heads of the columns
//	body        the list, with cards beside or below it; or the snippet
//	status      selection, messages, errors
//	hints       what keys do
//
// On a terminal with few lines, the tabs are in the headline, and there are no heads.
type layout struct {
	width, height int
	tabs          int // line, or -1
	search        int // line, or -1
	heads         int // line, or -1
	body          int // the first line
	bodyHeight    int
	listWidth     int // with the scroll bar
	listHeight    int
	side          int // width of the cards beside the list, or 0
	card          int // height of the card of a first run at the end of the list, or 0
	below         int // height of the cards below the list, or 0
	tooSmall      bool
}

const (
	// sideFrom is the minimum width of a terminal with cards beside the list.
	sideFrom = 100
	// sideMost is the maximum width of the cards.
	sideMost = 72
	// belowFrom is the minimum height of the body with cards below the list, on a narrower
	// terminal.
	belowFrom = 12
	// tabsFrom and headsFrom are the minimum heights of a terminal with a line for them.
	tabsFrom  = 20
	headsFrom = 12
)

// minRows is the least number of rows with the card of a first run.
const minRows = 4

// cardsWish says whether the cards are shown. paneAuto shows them only if the terminal is at least
// sideFrom wide.
type cardsWish uint8

const (
	paneAuto cardsWish = iota
	paneShown
	paneHidden
)

// parts are the parts of the screen that can take room from the list.
type parts struct {
	list   bool // the list is shown, not the snippet
	search bool
	side   cardsWish
	card   int // the height of the card of a first run, or 0
}

func newLayout(width, height int, with parts) layout {
	const headline, status, hints = 1, 1, 1
	l := layout{width: width, height: height, tabs: -1, search: -1, heads: -1, body: headline, listWidth: width}
	switch {
	case with.search:
		l.search = l.body
		l.body++
	case with.list && height >= tabsFrom:
		l.tabs = l.body
		l.body++
	}
	if with.list && height >= headsFrom {
		l.heads = l.body
		l.body++
	}
	l.bodyHeight = max(height-l.body-status-hints, 0)
	l.listHeight = l.bodyHeight
	switch {
	case with.side == paneHidden:
	case width >= sideFrom:
		l.side = min(width*7/20, sideMost)
		l.listWidth = width - l.side
	case with.side == paneShown && l.bodyHeight >= belowFrom:
		l.below = l.bodyHeight * 2 / 5
		l.listHeight = l.bodyHeight - l.below
	}
	if l.listHeight >= with.card+minRows {
		l.card = with.card
		l.listHeight -= l.card
	}
	l.tooSmall = width < minWidth || height < minHeight
	return l
}

// pane reports whether there is room for the cards and they are not hidden.
func (l *layout) pane() bool { return l.side > 0 || l.below > 0 }

// rowWidth returns the width of a row, without the scroll bar.
func (l *layout) rowWidth() int { return max(l.listWidth-1, 0) }
