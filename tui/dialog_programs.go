package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// programsDialog lets people choose the program to filter by.
type programsDialog struct {
	keys     dialogKeys
	programs []string
	counts   []int // nil until they are known
	cursor   int
	top      int
	lines    int // that fit
}

// newProgramsDialog opens on the program that is filtered by, if any.
func newProgramsDialog(keys *keyMap, programs []string, program string) *programsDialog {
	return &programsDialog{
		keys:     keys.programs,
		programs: programs,
		cursor:   max(slices.Index(programs, program), 0),
	}
}

func (d *programsDialog) context() keyContext { return contextPrograms }

func (d *programsDialog) press(msg tea.KeyPressMsg) action {
	switch {
	case key.Matches(msg, d.keys.quit):
		return action{kind: actionQuit}
	case key.Matches(msg, d.keys.close):
		return action{kind: actionClose}
	case key.Matches(msg, d.keys.accept):
		return action{kind: actionFilter, program: d.programs[d.cursor]}
	}
	if to, ok := d.keys.move.target(msg, d.cursor, d.lines, len(d.programs)); ok {
		d.cursor = to
	}
	return action{}
}

func (d *programsDialog) scroll(lines int) {
	d.cursor = max(0, min(d.cursor+lines, len(d.programs)-1))
}

func (d *programsDialog) click(line int) action {
	if row := d.top + line; line >= 0 && line < d.lines && row < len(d.programs) {
		return action{kind: actionFilter, program: d.programs[row]}
	}
	return action{}
}

func (d *programsDialog) view(s *styles, room, height int) (string, []string) {
	d.lines = min(height, len(d.programs))
	d.top = max(0, min(d.top, d.cursor), d.cursor-d.lines+1)
	column := 0
	for _, p := range d.programs {
		column = max(column, width(safe(p)))
	}
	const countWidth = len(" 1,000,000")
	column = max(min(column, room-2-countWidth), 0)
	var lines []string
	for row := d.top; row < d.top+d.lines; row++ {
		lines = append(lines, d.line(s, row, column, countWidth))
	}
	return "filter by program", lines
}

func (d *programsDialog) line(s *styles, row, column, countWidth int) string {
	var b strings.Builder
	name := truncated(safe(d.programs[row]), column, s.glyphs.ellipsis)
	count := s.glyphs.ellipsis
	if d.counts != nil {
		count = grouped(d.counts[row])
	}
	mark := "  "
	if row == d.cursor {
		mark = "> "
	}
	b.WriteString(mark + name)
	writeFiller(&b, column-width(name)+countWidth-width(count))
	b.WriteString(count)
	switch {
	case row == d.cursor:
		return s.cursor.render(b.String())
	case d.counts != nil && d.counts[row] == 0:
		return s.dim.render(b.String())
	}
	return b.String()
}
