package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// textDialog shows lines: the keys of a context, or why a path is a candidate.
type textDialog struct {
	keys  dialogKeys
	title string
	count int
	// line renders one of count lines for so many cells.
	line func(s *styles, i, room int) string
	top  int
	fit  int // lines that fit
}

// newHelpDialog lists the keys that work where it is opened.
func newHelpDialog(keys *keyMap, of keyContext) *textDialog {
	rows := keys.bindings(of)
	column := 0
	for _, b := range rows {
		column = max(column, width(b.Help().Key))
	}
	line := func(s *styles, i, room int) string {
		var b strings.Builder
		help := rows[i].Help()
		name := truncated(help.Key, room, s.glyphs.ellipsis)
		b.WriteString(s.key.render(name))
		writeFiller(&b, column-width(name)+2)
		b.WriteString(truncated(help.Desc, max(room-column-2, 0), s.glyphs.ellipsis))
		return b.String()
	}
	return &textDialog{keys: keys.help, title: "keys: " + of.String(), count: len(rows), line: line}
}

// newTextDialog shows a text, whose lines are safe to show.
func newTextDialog(keys *keyMap, title string, text []string) *textDialog {
	line := func(s *styles, i, room int) string { return truncated(text[i], room, s.glyphs.ellipsis) }
	return &textDialog{keys: keys.help, title: title, count: len(text), line: line}
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

func (d *textDialog) view(s *styles, room, height int) (string, []string) {
	d.fit = min(height, d.count)
	d.scroll(0)
	var lines []string
	for i := range d.fit {
		lines = append(lines, d.line(s, d.top+i, room))
	}
	return d.title, lines
}
