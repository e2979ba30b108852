package tui

import (
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// searchBar edits the query.
type searchBar struct {
	pane.Input
	active bool
	// chosen is the row after the one that Space has just selected, or 0. If the cursor is still on
	// that row when the search ends, the cursor returns to the selected row, because the next match
	// may be far from it in the whole list.
	chosen int
}

// open starts a search.
func (s *searchBar) open() { s.active = true }

// close ends the search and clears the query.
func (s *searchBar) close() { *s = searchBar{} }

// view returns the line and the column of the cursor.
func (s *searchBar) view(st *draw.Styles, room int) (line string, column int) {
	const prompt = "/ "
	line, column = s.Line(st, room-len(prompt))
	return st.Key.Render(prompt) + line, len(prompt) + column
}

// safe makes a text from outside printable.
func safe(s string) string { return printable.Name(s) }
