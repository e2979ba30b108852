package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// textDialog shows lines: the keys of a context, or why a path is a candidate.
type textDialog struct {
	keys  dialogKeys
	title string
	// lines renders the text for a width of room cells.
	lines func(s *draw.Styles, room int) []string
	count int // number of lines when last shown
	top   int
	fit   int // number of lines that fit
}

// newHelpDialog lists the enabled keys of a context.
func newHelpDialog(keys *keyMap, of keyContext) *textDialog {
	rows := slices.DeleteFunc(keys.bindings(of), func(b key.Binding) bool { return !b.Enabled() })
	column := 0
	for _, b := range rows {
		column = max(column, textcell.Width(b.Help().Key))
	}
	lines := func(s *draw.Styles, room int) []string {
		lines := make([]string, len(rows))
		for i, row := range rows {
			var b strings.Builder
			name := textcell.Truncate(row.Help().Key, room, s.Glyphs.Ellipsis)
			b.WriteString(s.Key.Render(name))
			textcell.WriteFiller(&b, column-textcell.Width(name)+2)
			b.WriteString(textcell.Truncate(row.Help().Desc, max(room-column-2, 0), s.Glyphs.Ellipsis))
			lines[i] = b.String()
		}
		return lines
	}
	return &textDialog{keys: keys.help, title: "keys: " + of.String(), lines: lines}
}

// newTextDialog shows a text, wrapped. Its lines must be safe to show.
func newTextDialog(keys *keyMap, title string, text []string) *textDialog {
	lines := func(_ *draw.Styles, room int) []string {
		var lines []string
		for _, line := range text {
			lines = append(lines, textcell.Wrap(line, room)...)
		}
		return lines
	}
	d := &textDialog{title: title, lines: lines}
	if keys != nil {
		d.keys = keys.help
	}
	return d
}

func (d *textDialog) context() keyContext { return contextHelp }

func (d *textDialog) press(msg tea.KeyPressMsg) action {
	switch {
	case key.Matches(msg, d.keys.quit):
		return action{kind: actionQuit}
	case key.Matches(msg, d.keys.close, d.keys.accept):
		return action{kind: actionClose}
	}
	if to, ok := d.keys.move.target(msg, d.top, d.fit, d.count); ok {
		d.scroll(to - d.top)
	}
	return action{}
}

func (d *textDialog) scroll(lines int) { d.top = max(0, min(d.top+lines, d.count-d.fit)) }

func (d *textDialog) click(int) action { return action{kind: actionClose} }

func (d *textDialog) view(s *draw.Styles, room, height int) (string, []string) {
	lines := d.lines(s, room)
	d.count = len(lines)
	d.fit = min(height, d.count)
	d.scroll(0)
	return d.title, lines[d.top : d.top+d.fit]
}
