package pane

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/hits"
)

// Input is a line of text that is edited. textinput of package bubbles is not used: its clipboard
// runs commands, and it misplaces the cursor after wide characters. The zero value is empty.
type Input struct {
	Text string
	at   int // byte position of the cursor
}

// Insert inserts typed or pasted text at the cursor. Characters that cannot be printed are left out.
// The text has at most [search.MaxQuery] bytes.
func (in *Input) Insert(text string) {
	text = hits.Printable(text, search.MaxQuery-len(in.Text))
	in.Text = in.Text[:in.at] + text + in.Text[in.at:]
	in.at += len(text)
}

// Set replaces the text. The cursor is at its end.
func (in *Input) Set(text string) { in.Text, in.at = text, len(text) }

// Edit applies an editing key, or inserts the text of any other key.
func (in *Input) Edit(keys *EditKeys, msg tea.KeyPressMsg) {
	before, after := in.Text[:in.at], in.Text[in.at:]
	_, last := utf8.DecodeLastRuneInString(before)
	_, next := utf8.DecodeRuneInString(after)
	switch {
	case key.Matches(msg, keys.Left):
		in.at -= last
	case key.Matches(msg, keys.Right):
		in.at += next
	case key.Matches(msg, keys.Erase):
		in.set(before[:len(before)-last], after)
	case key.Matches(msg, keys.EraseForward):
		in.set(before, after[next:])
	case key.Matches(msg, keys.EraseWord):
		word := strings.TrimRight(before, " /")
		in.set(word[:strings.LastIndexAny(word, " /")+1], after)
	case key.Matches(msg, keys.EraseAll):
		in.set("", "")
	case msg.Text != "":
		in.Insert(msg.Text)
	}
}

func (in *Input) set(before, after string) { in.Text, in.at = before+after, len(before) }

// Line returns the text, at most room cells wide, and the column of the cursor.
func (in *Input) Line(st *draw.Styles, room int) (line string, column int) {
	var b strings.Builder
	before, after := safe(in.Text[:in.at]), safe(in.Text[in.at:])
	column = st.Tail(&b, before, room-1)
	b.WriteString(ansi.Truncate(after, max(room-column, 0), ""))
	return b.String(), column
}

// Field returns the text with a drawn cursor, for a box of room cells.
func (in *Input) Field(st *draw.Styles, room int) string {
	var b strings.Builder
	before, after := safe(in.Text[:in.at]), safe(in.Text[in.at:])
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
