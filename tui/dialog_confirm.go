package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// confirmDialog asks before a snippet that is too long to be of use.
type confirmDialog struct {
	keys  confirmKeys
	lines []string
}

// longSnippet is how many paths a snippet may have before somebody is asked: what
// people write by hand has a hundred.
const longSnippet = 10_000

func newConfirmDialog(keys *keyMap, paths int) *confirmDialog {
	return &confirmDialog{keys.confirm, []string{
		plural(paths, "path is", "paths are") + " selected: a snippet with a line for each.",
		"",
		"A directory stands for all that is in it:",
		keyLabel(keys.browse.nextView.Keys()[0]) + " shows them, and they are selected as files are.",
		"",
		keyLabel(keys.confirm.accept.Keys()[0]) + " writes it all the same.",
	}}
}

func (d *confirmDialog) context() keyContext { return contextConfirm }

func (d *confirmDialog) press(msg tea.KeyPressMsg) action {
	switch {
	case key.Matches(msg, d.keys.quit):
		return action{kind: actionQuit}
	case key.Matches(msg, d.keys.close):
		return action{kind: actionClose}
	case key.Matches(msg, d.keys.accept):
		return action{kind: actionConfirm}
	}
	return action{}
}

func (d *confirmDialog) scroll(int) {}

func (d *confirmDialog) click(int) action { return action{} }

func (d *confirmDialog) view(s *styles, room, height int) (string, []string) {
	var lines []string
	for _, line := range d.lines[:min(len(d.lines), height)] {
		lines = append(lines, truncated(line, room, s.glyphs.ellipsis))
	}
	return "a long snippet", lines
}
