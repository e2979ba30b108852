package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// helpDialog lists the keys that work where it was opened.
type helpDialog struct {
	keys  dialogKeys
	of    keyContext
	rows  []key.Binding
	top   int
	lines int // that fit
}

func newHelpDialog(keys *keyMap, of keyContext) *helpDialog {
	return &helpDialog{keys: keys.help, of: of, rows: keys.bindings(of)}
}

func (d *helpDialog) context() keyContext { return contextHelp }

func (d *helpDialog) press(msg tea.KeyPressMsg) action {
	switch {
	case key.Matches(msg, d.keys.quit):
		return action{kind: actionQuit}
	case key.Matches(msg, d.keys.close, d.keys.accept):
		return action{kind: actionClose}
	}
	if to, ok := d.keys.move.target(msg, d.top, d.lines, len(d.rows)); ok {
		d.scroll(to - d.top)
	}
	return action{}
}

func (d *helpDialog) scroll(lines int) {
	d.top = max(0, min(d.top+lines, len(d.rows)-d.lines))
}

func (d *helpDialog) click(int) action { return action{kind: actionClose} }

func (d *helpDialog) view(s *styles, room, height int) (string, []string) {
	d.lines = min(height, len(d.rows))
	d.scroll(0)
	column := 0
	for _, b := range d.rows {
		column = max(column, width(b.Help().Key))
	}
	var lines []string
	for _, b := range d.rows[d.top : d.top+d.lines] {
		var line strings.Builder
		keys := truncated(b.Help().Key, room, s.glyphs.ellipsis)
		line.WriteString(s.key.render(keys))
		writeFiller(&line, column-width(keys)+2)
		line.WriteString(truncated(b.Help().Desc, max(room-column-2, 0), s.glyphs.ellipsis))
		lines = append(lines, line.String())
	}
	return "keys: " + d.of.String(), lines
}
