package pane

import (
	"cmp"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// Programs lets the user choose the program to filter by.
type Programs struct {
	keys     ProgramsKeys
	programs []string // of Options.Programs, or found
	program  string   // the current filter
	counts   []int    // nil until they are known
	sizes    []int64  // nil until they are known
	bar      Input    // narrows the programs
	rows     []int    // indexes of the programs that are shown
	cursor   int
	moved    bool // the user has moved the cursor
	top      int
	lines    int // number of rows that fit
}

// NewPrograms returns the dialog with the cursor on the current filter, if any.
func NewPrograms(keys *Keys, programs []string, program string) *Programs {
	d := &Programs{keys: keys.Programs, programs: programs, program: program}
	d.narrow()
	d.cursor = max(slices.Index(programs, program), 0)
	return d
}

// Take shows other programs, and the number of files and the size in bytes of each; sizes may be nil.
// Once the user has moved the cursor, it stays on its program;
// before that it is on the filter that is set, or on the program with most files.
func (d *Programs) Take(programs []string, counts []int, sizes []int64) {
	d.counts, d.sizes = counts, sizes
	current := d.program
	if d.moved && d.cursor < len(d.rows) {
		current = d.programs[d.rows[d.cursor]]
	}
	d.programs = programs
	d.narrow()
	for row, i := range d.rows {
		if programs[i] == current {
			d.cursor = row
		}
	}
}

// Context implements Dialog.
func (d *Programs) Context() Context { return ContextPrograms }

// Shown returns all programs, and the number of files of each; nil if it is not known.
func (d *Programs) Shown() (programs []string, counts []int) { return d.programs, d.counts }

// narrow finds the programs that match the query, the best first.
func (d *Programs) narrow() {
	d.rows, d.cursor = nil, 0
	if d.bar.Text == "" {
		for i := range d.programs {
			d.rows = append(d.rows, i)
		}
		if d.counts != nil { // the programs without files come last
			slices.SortStableFunc(d.rows, func(a, b int) int { return cmp.Compare(d.counts[b], d.counts[a]) })
		}
		return
	}
	for _, match := range fuzzy.Find(d.bar.Text, d.programs) {
		d.rows = append(d.rows, match.Index)
	}
}

// Press implements Dialog.
func (d *Programs) Press(msg tea.KeyPressMsg) Action {
	switch {
	case key.Matches(msg, d.keys.Quit):
		return Action{Kind: ActionQuit}
	case key.Matches(msg, d.keys.Close):
		return Action{Kind: ActionClose}
	case key.Matches(msg, d.keys.Accept):
		return d.chosen(d.cursor)
	}
	if to, ok := d.keys.Move.Target(msg, d.cursor, d.lines, len(d.rows)); ok {
		d.cursor, d.moved = to, true
		return Action{}
	}
	before := d.bar.Text
	if d.bar.Edit(&d.keys.EditKeys, msg); d.bar.Text != before {
		d.narrow()
	}
	return Action{}
}

// chosen returns the action for a row. It does nothing if the row does not exist.
func (d *Programs) chosen(row int) Action {
	if row < 0 || row >= len(d.rows) {
		return Action{}
	}
	return Action{Kind: ActionFilter, Program: d.programs[d.rows[row]]}
}

// Insert implements Typist.
func (d *Programs) Insert(text string) {
	d.bar.Insert(text)
	d.narrow()
}

// Scroll implements Dialog.
func (d *Programs) Scroll(lines int) {
	d.cursor = max(0, min(d.cursor+lines, len(d.rows)-1))
}

// Click implements Dialog. Line 0 is the query.
func (d *Programs) Click(line int) Action {
	if line < 1 || line > d.lines {
		return Action{}
	}
	return d.chosen(d.top + line - 1)
}

// View implements Dialog.
func (d *Programs) View(s *draw.Styles, room, height int) (string, []string) {
	d.lines = max(0, min(height-1, len(d.rows)))
	d.top = max(0, min(d.top, d.cursor, len(d.rows)-d.lines), d.cursor-d.lines+1)
	column := 0
	for _, p := range d.programs {
		column = max(column, textcell.Width(safe(p)))
	}
	column = max(min(column, room-2-countWidth), 0)
	lines := []string{d.bar.Field(s, max(2+column+countWidth, 1))}
	if len(d.rows) == 0 && d.counts != nil {
		lines = append(lines, s.Dim.Render(textcell.Truncate("no program matches", max(2+column+countWidth, 1), s.Glyphs.Ellipsis)))
	}
	for row := d.top; row < d.top+d.lines; row++ {
		lines = append(lines, d.line(s, row, column))
	}
	for len(lines) < 1+min(height-1, len(d.programs)) { // the box keeps its size while typing
		lines = append(lines, "")
	}
	return "filter by program", lines
}

// The widths of the columns behind a program: files and size, and the size alone.
const (
	countWidth = len(" 1,000,000") + sizeWidth
	sizeWidth  = len("  512M")
)

func (d *Programs) line(s *draw.Styles, row, column int) string {
	var b strings.Builder
	program := d.rows[row]
	name := textcell.Truncate(safe(d.programs[program]), column, s.Glyphs.Ellipsis)
	count := s.Glyphs.Ellipsis
	if d.counts != nil {
		count = printable.Grouped(d.counts[program])
	}
	size := ""
	if d.sizes != nil && d.counts[program] > 0 {
		size = printable.Size(d.sizes[program])
	}
	mark := "  "
	if row == d.cursor {
		mark = "> "
	}
	b.WriteString(mark + name)
	textcell.WriteFiller(&b, column-textcell.Width(name)+countWidth-sizeWidth-textcell.Width(count))
	b.WriteString(count)
	textcell.WriteFiller(&b, sizeWidth-len(size))
	b.WriteString(size)
	switch {
	case row == d.cursor:
		return s.Cursor.Render(b.String())
	case d.counts != nil && d.counts[program] == 0:
		return s.Dim.Render(b.String())
	}
	return b.String()
}
