package draw

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// Column is a column of the list.
type Column uint8

// The columns.
const (
	ColumnUnknown Column = iota
	ColumnPath
	ColumnNote // the annotations
	ColumnHits // the number of files that the filters include, of all that are kept
	ColumnProgram
	ColumnShare
	ColumnBar
	ColumnSize
	ColumnAge
)

var columnNames = [...]string{"", "place", "note", "hits", "program", "kept", "", "size", "age"}

// String returns the head of the column, or "".
func (c Column) String() string {
	if int(c) < len(columnNames) {
		return columnNames[c]
	}
	return ""
}

// Columns are the widths of the columns of a list, with the space before each; 0 omits a column.
type Columns struct {
	Width                                      int // of a row
	Path                                       int
	Note, Hits, Program, Share, Bar, Size, Age int
}

// The widths of what is in a row.
const (
	pointerCells = 1
	markCells    = len("[x]")
	// Gutter is the width of what precedes a path: pointer, mark, and the sign of a secret.
	Gutter = pointerCells + markCells + len("!")

	noteCells    = len(" looked up")
	liveCells    = len(" firefox-esr, 59s ago")
	programCells = 12
	dotCells     = len(" .....")
	barCells     = 6
	sizeCells    = len(" size") + 1 // and the arrow of the order
	ageCells     = len(" 24mo")
	// minPath is the least width of paths with a column that can be left out.
	minPath = 26
	// enoughPath is the width from which other columns get half of what more there is, up to enoughMore
	// each.
	enoughPath = 50
	enoughMore = 14
)

// Wants are the columns that a view has, if there is room.
type Wants struct {
	Note, Owner bool
	// Live is set if notes have an age.
	Live bool
	// Hits is the width of the widest number of hits; 0 leaves the column out.
	Hits int
}

// NewColumns returns the columns for a list of listWidth cells on a terminal of width cells. Columns
// are left out, the least important first, so that paths keep their room.
func NewColumns(width, listWidth int, wants Wants) Columns {
	c := Columns{Width: listWidth}
	from := func(least, cells int, wanted bool) int {
		if width < least || !wanted {
			return 0
		}
		return cells
	}
	c.Note = from(50, noteCells, wants.Note)
	if wants.Live && c.Note > 0 {
		c.Note = from(60, liveCells, true)
	}
	c.Size = from(40, sizeCells, true)
	c.Age = from(50, ageCells, true)
	c.Bar = from(60, barCells+1, true)
	c.Share = from(72, dotCells+1, wants.Owner)
	c.Hits = from(72, wants.Hits+1, wants.Hits > 0)
	c.Program = from(100, programCells+1, wants.Owner)
	for _, least := range []*int{&c.Program, &c.Bar, &c.Share, &c.Hits, &c.Age} {
		if listWidth-Gutter-c.behind() < minPath {
			*least = 0
		}
	}
	c.Path = max(listWidth-Gutter-c.behind(), 0)
	for _, more := range []*int{&c.Program, &c.Bar} { // paths do not need all the room of a wide list
		if wider := min((c.Path-enoughPath)/2, enoughMore); wider > 0 && *more > 0 {
			*more += wider
			c.Path -= wider
		}
	}
	return c
}

// behind returns the width of the columns to the right of a path.
func (c *Columns) behind() int {
	return c.Note + c.Hits + c.Program + c.Share + c.Bar + c.Size + c.Age
}

// placed is a column with its position.
type placed struct {
	column      Column
	start, end  int
	alignedLeft bool
}

// layout returns the columns from left to right.
func (c *Columns) layout() []placed {
	at := Gutter
	var all []placed
	add := func(column Column, cells int, left bool) {
		if cells > 0 {
			all = append(all, placed{column, at, at + cells, left})
			at += cells
		}
	}
	add(ColumnPath, c.Path, true)
	add(ColumnNote, c.Note, false)
	add(ColumnHits, c.Hits, false)
	add(ColumnProgram, c.Program, true)
	add(ColumnShare, c.Share, true)
	add(ColumnBar, c.Bar, true)
	add(ColumnSize, c.Size, false)
	add(ColumnAge, c.Age, false)
	return all
}

// At returns the column at a position of a row, or ColumnUnknown.
func (c *Columns) At(x int) Column {
	for _, p := range c.layout() {
		if x >= p.start && x < p.end {
			return p.column
		}
	}
	return ColumnUnknown
}

// Sorted says by which column rows are sorted.
type Sorted struct {
	By       Column
	Reversed bool
}

// Names are the heads of the columns whose meaning depends on the view.
type Names struct{ Path, Note, Hits, Program string }

// Heads returns the line above the list.
func (s *Styles) Heads(c *Columns, names Names, by Sorted) string {
	arrow := s.Glyphs.Down
	if by.Reversed {
		arrow = s.Glyphs.Up
	}
	var b strings.Builder
	textcell.WriteFiller(&b, Gutter)
	for _, p := range c.layout() {
		head := p.column.String()
		switch p.column {
		case ColumnPath:
			head = names.Path
		case ColumnNote:
			head = names.Note
		case ColumnHits:
			head = names.Hits
		case ColumnProgram:
			head = names.Program
		default:
		}
		style := s.Dim
		if p.column == by.By && head != "" {
			head += arrow
			style = s.Bold
		}
		cells := p.end - p.start
		head = textcell.Truncate(head, cells-1, "")
		pad := cells - textcell.Width(head)
		if p.column == ColumnPath {
			b.WriteString(style.Render(head))
			textcell.WriteFiller(&b, pad)
			continue
		}
		if p.alignedLeft {
			b.WriteString(" " + style.Render(head))
			textcell.WriteFiller(&b, pad-1)
			continue
		}
		textcell.WriteFiller(&b, pad)
		b.WriteString(style.Render(head))
	}
	return b.String()
}
