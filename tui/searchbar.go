package tui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/hits"
)

// searchBar edits the query. textinput of package bubbles is not used: its clipboard runs
// commands, and it misplaces the cursor after wide characters.
type searchBar struct {
	active bool
	query  string
	at     int // byte position of the cursor
}

// open starts a search.
func (s *searchBar) open() { s.active = true }

// close ends the search and clears the query.
func (s *searchBar) close() { *s = searchBar{} }

// insert inserts typed or pasted text at the cursor.
func (s *searchBar) insert(text string) {
	text = hits.Printable(text, search.MaxQuery-len(s.query))
	s.query = s.query[:s.at] + text + s.query[s.at:]
	s.at += len(text)
}

// edit applies an editing key, or inserts the text of any other key.
func (s *searchBar) edit(keys *editKeys, msg tea.KeyPressMsg) {
	before, after := s.query[:s.at], s.query[s.at:]
	_, last := utf8.DecodeLastRuneInString(before)
	_, next := utf8.DecodeRuneInString(after)
	switch {
	case key.Matches(msg, keys.left):
		s.at -= last
	case key.Matches(msg, keys.right):
		s.at += next
	case key.Matches(msg, keys.erase):
		s.set(before[:len(before)-last], after)
	case key.Matches(msg, keys.eraseForward):
		s.set(before, after[next:])
	case key.Matches(msg, keys.eraseWord):
		word := strings.TrimRight(before, " /")
		s.set(word[:strings.LastIndexAny(word, " /")+1], after)
	case key.Matches(msg, keys.eraseAll):
		s.set("", "")
	case msg.Text != "":
		s.insert(msg.Text)
	}
}

func (s *searchBar) set(before, after string) { s.query, s.at = before+after, len(before) }

// view returns the line and the column of the cursor.
func (s *searchBar) view(st *draw.Styles, room int) (line string, column int) {
	var b strings.Builder
	b.WriteString(st.Key.Render("/ "))
	room -= 2
	before, after := safe(s.query[:s.at]), safe(s.query[s.at:])
	column = 2 + st.Tail(&b, before, room-1)
	b.WriteString(ansi.Truncate(after, max(room-(column-2), 0), ""))
	return b.String(), column
}

// field returns the query with a drawn cursor, for a box of room cells.
func (s *searchBar) field(st *draw.Styles, room int) string {
	var b strings.Builder
	before, after := safe(s.query[:s.at]), safe(s.query[s.at:])
	cells := st.Tail(&b, before, room-1)
	under := " "
	if after != "" {
		size := textcell.ClusterSize(after)
		under, after = after[:size], after[size:]
	}
	b.WriteString(st.Cursor.Render(under))
	cells += textcell.Width(under)
	after = ansi.Truncate(after, max(room-cells, 0), "")
	b.WriteString(after)
	textcell.WriteFiller(&b, room-cells-textcell.Width(after))
	return b.String()
}

// safe makes a text from outside printable.
func safe(s string) string { return printable.Name(s) }
