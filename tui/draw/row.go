package draw

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// Mark is the mark of a row.
type Mark uint8

// The marks.
const (
	MarkUnknown Mark = iota // the row cannot be selected
	MarkNone                // it is not selected
	MarkOn                  // it is selected
	MarkCovered             // a selected directory includes it
	MarkPartly              // something below it is selected
	MarkIgnored             // it was decided that it may be lost
	MarkNotNow              // the decision was postponed
)

var markTexts = [...]string{"   ", "[ ]", "[x]", " x ", "[-]", "[i]", "[z]"}

// String returns the mark as it is shown, three cells wide.
func (m Mark) String() string {
	if int(m) < len(markTexts) {
		return markTexts[m]
	}
	return markTexts[MarkUnknown]
}

// Row is one line of the list. Texts are safe to show.
type Row struct {
	Current bool // the cursor is on it
	Mark    Mark
	Secret  bool   // it contains keys or passwords
	Lead    string // the indentation and the sign of a tree
	Text    string // the path or name; a directory ends in a slash
	Dir     bool
	Matched []int // byte positions of Text to highlight
	// Quiet shows a text that is not a path: faint, and shortened at its end.
	Quiet bool
	// Inside is the path of a match inside the directory, which is the reason for the row, and
	// InsideMatched are its positions to highlight.
	Inside        string
	InsideMatched []int
	// Reason says why the row is not a candidate. It replaces the columns.
	Reason string
	// Tag follows the name: it says what will change. TagWord is for rows without room for it. If Loss is
	// set, the tag or the reason says that data will be lost.
	Tag, TagWord string
	Loss         bool
	// Also is right of the name if there is room: what is kept with the row, but not counted in it.
	Also string

	Note, Hits, Program string
	// Share is how many of ShareOf configurations keep it.
	Share, ShareOf int
	// Size is the size in bytes; it is shown if Sized is set.
	Size  int64
	Sized bool
	Age   string // or ""
}

// minName is the number of cells of a name that a tree shows at any depth.
const minName = 15

// WriteRow writes a row, exactly c.Width cells wide.
func (s *Styles) WriteRow(b *strings.Builder, r *Row, c *Columns) {
	s.writeGutter(b, r)
	room := c.Path
	reason := ""
	if r.Reason != "" {
		reason = textcell.Truncate(r.Reason, (c.Width-Gutter)/2, s.Glyphs.Ellipsis)
		room = c.Width - Gutter - textcell.Width(reason) - 1
	}
	lead := textcell.Truncate(r.Lead, max(room-minName, 0), "")
	b.WriteString(s.Dim.Render(lead))
	cells := textcell.Width(lead)
	if r.Quiet {
		text, style := textcell.Truncate(r.Text, max(c.Width-Gutter-cells, 0), s.Glyphs.Ellipsis), s.Dim
		if r.Current {
			style = s.Cursor
		}
		b.WriteString(style.Render(text))
		textcell.WriteFiller(b, c.Width-Gutter-cells-textcell.Width(text))
		return
	}
	tag := r.tag(room - cells)
	cells += s.WriteName(b, s.nameOf(r), max(room-cells-textcell.Width(tag), 0)) + textcell.Width(tag)
	b.WriteString(s.lossy(r).Render(tag))
	if r.Inside != "" && reason == "" {
		cells += s.writeInside(b, r, room-cells)
	}
	s.writeAlso(b, r, room-cells)
	if reason != "" {
		b.WriteString(" " + s.lossy(r).Render(reason))
		return
	}
	s.writeColumns(b, r, c)
}

// tag returns the tag of a row with the space before it, in a form that leaves minName cells to the
// name, if there is one.
func (r *Row) tag(room int) string {
	switch {
	case r.Tag == "" || r.Reason != "":
		return ""
	case room-textcell.Width("  "+r.Tag) >= min(minName, textcell.Width(r.Text)):
		return "  " + r.Tag
	}
	return "  " + r.TagWord
}

// lossy returns the style of a tag or a reason.
func (s *Styles) lossy(r *Row) Style {
	if r.Loss {
		return s.Loss
	}
	return s.Dim
}

func (s *Styles) writeGutter(b *strings.Builder, r *Row) {
	pointer := " "
	if r.Current {
		pointer = s.Key.Render(s.Glyphs.Pointer)
	}
	b.WriteString(pointer)
	switch mark := r.Mark.String(); r.Mark {
	case MarkOn, MarkCovered:
		b.WriteString(s.Marked.Render(mark))
	case MarkPartly:
		b.WriteString(s.Partial.Render(mark))
	case MarkNone, MarkUnknown, MarkIgnored, MarkNotNow:
		b.WriteString(s.Dim.Render(mark))
	}
	if r.Secret {
		b.WriteString(s.Secret.Render("!"))
	} else {
		b.WriteByte(' ')
	}
}

// nameOf returns the name of a row with its styles. The base name of a directory is bold, and that of
// the row under the cursor is inverse.
func (s *Styles) nameOf(r *Row) *Name {
	n := &Name{Text: r.Text, Matched: r.Matched, Parent: s.Dim}
	switch {
	case r.Reason != "":
		n.Base = s.Dim
	case r.Dir:
		n.Base = s.Bold
	}
	if r.Current {
		n.Base = Style{n.Base.On + s.Cursor.On, s.Cursor.Off + n.Base.Off}
	}
	return n
}

// writeInside writes the match inside a directory, if there is room for some of it.
func (s *Styles) writeInside(b *strings.Builder, r *Row, room int) int {
	lead := "  " + s.Glyphs.From + " "
	left := room - textcell.Width(lead)
	if left < minHead {
		return 0
	}
	b.WriteString(s.Dim.Render(lead))
	return textcell.Width(lead) + s.WriteName(b, s.insideName(r, left), left)
}

func (s *Styles) writeColumns(b *strings.Builder, r *Row, c *Columns) {
	ellipsis := s.Glyphs.Ellipsis
	if c.Note > 0 {
		right(b, textcell.Truncate(r.Note, c.Note-1, ellipsis), Style{}, c.Note)
	}
	if c.Hits > 0 {
		right(b, textcell.Truncate(r.Hits, c.Hits-1, ellipsis), s.Dim, c.Hits)
	}
	if c.Program > 0 {
		left(b, textcell.Truncate(r.Program, c.Program-1, ellipsis), s.Program, c.Program)
	}
	if c.Share > 0 {
		text, style := s.Share(r.Share, r.ShareOf)
		left(b, text, style, c.Share)
	}
	bar, size := "", ""
	if r.Sized {
		bar, size = s.SizeBar(r.Size, c.Bar-1), printable.Size(r.Size)
	}
	if c.Bar > 0 {
		left(b, bar, s.Bar, c.Bar)
	}
	if c.Size > 0 {
		right(b, size, Style{}, c.Size)
	}
	if c.Age > 0 {
		right(b, r.Age, s.Dim, c.Age)
	}
}

// right writes a text, right-aligned in so many cells.
func right(b *strings.Builder, text string, style Style, cells int) {
	textcell.WriteFiller(b, cells-textcell.Width(text))
	b.WriteString(style.Render(text))
}

// left writes a space and a text, left-aligned in so many cells.
func left(b *strings.Builder, text string, style Style, cells int) {
	b.WriteString(" " + style.Render(text))
	textcell.WriteFiller(b, cells-1-textcell.Width(text))
}
