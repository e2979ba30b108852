package pane

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/guide"
)

// Text shows lines: the keys of a context, or why a path is a candidate.
type Text struct {
	keys  DialogKeys
	title string
	// lines renders the text for a width of room cells.
	lines func(s *draw.Styles, room int) []string
	count int // number of lines when last shown
	top   int
	fit   int // number of lines that fit
}

// NewHelp shows keys by purpose, in columns. title is that of the context.
func NewHelp(keys *Keys, title string, groups []guide.Group) *Text {
	return &Text{keys: keys.Help, title: title, lines: func(s *draw.Styles, room int) []string { return guide.Help(groups, s, room) }}
}

// NewText shows a text, wrapped. Its lines must be safe to show.
func NewText(keys *Keys, title string, text []string) *Text {
	d := &Text{keys: keys.Help, title: title}
	d.setText(text)
	return d
}

// setText replaces the text and scrolls to its first line.
func (d *Text) setText(text []string) {
	d.top = 0
	d.lines = func(_ *draw.Styles, room int) []string {
		var lines []string
		for _, line := range text {
			lines = append(lines, textcell.Wrap(line, room)...)
		}
		return lines
	}
}

// Hints implements Hinter: there is more only if the text did not fit when it was shown.
func (d *Text) Hints() []Hint {
	hints := []Hint{{d.keys.Close, "close"}}
	if d.count > d.fit {
		hints = append(hints, Hint{d.keys.Move.Down, "more"})
	}
	return hints
}

// Context implements Dialog.
func (d *Text) Context() Context { return ContextHelp }

// Press implements Dialog.
func (d *Text) Press(msg tea.KeyPressMsg) Action {
	switch {
	case key.Matches(msg, d.keys.Quit):
		return Action{Kind: ActionQuit}
	case key.Matches(msg, d.keys.Close, d.keys.Accept):
		return Action{Kind: ActionClose}
	}
	if to, ok := d.keys.Move.Target(msg, d.top, d.fit, d.count); ok {
		d.Scroll(to - d.top)
	}
	return Action{}
}

// Scroll implements Dialog.
func (d *Text) Scroll(lines int) { d.top = max(0, min(d.top+lines, d.count-d.fit)) }

// Click implements Dialog.
func (d *Text) Click(int) Action { return Action{Kind: ActionClose} }

// View implements Dialog.
func (d *Text) View(s *draw.Styles, room, height int) (string, []string) {
	lines := d.lines(s, room)
	d.count = len(lines)
	d.fit = min(height, d.count)
	d.Scroll(0)
	return d.title, lines[d.top : d.top+d.fit]
}
