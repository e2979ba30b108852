package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// confirmDialog asks for confirmation before a snippet that is too long to be useful.
type confirmDialog struct {
	keys  confirmKeys
	lines []string
}

// longSnippet is the number of paths above which the user is asked to confirm. Lists written
// by hand have about a hundred.
const longSnippet = 10_000

func newConfirmDialog(keys *keyMap, paths int) *confirmDialog {
	return &confirmDialog{keys.confirm, []string{
		printable.Plural(paths, "path is", "paths are") + " selected; the snippet has a line for each.",
		"",
		"A selected directory includes everything in it:",
		keyLabel(keys.browse.nextView.Keys()[0]) + " shows directories.",
		"",
		keyLabel(keys.confirm.accept.Keys()[0]) + " writes the snippet anyway.",
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

func (d *confirmDialog) view(s *draw.Styles, room, height int) (string, []string) {
	var lines []string
	for _, line := range d.lines[:min(len(d.lines), height)] {
		lines = append(lines, textcell.Truncate(line, room, s.Glyphs.Ellipsis))
	}
	return "a long snippet", lines
}

// promptDialog asks for the name of the file to write the snippet to.
type promptDialog struct {
	keys   promptKeys
	bar    searchBar
	answer string // the error of the last attempt, safe to show
	// exists is the name of a file that already exists. Accepting it again overwrites it.
	exists string
}

func newPromptDialog(keys *keyMap) *promptDialog { return &promptDialog{keys: keys.prompt} }

func (d *promptDialog) context() keyContext { return contextPrompt }

func (d *promptDialog) press(msg tea.KeyPressMsg) action {
	switch {
	case key.Matches(msg, d.keys.quit):
		return action{kind: actionQuit}
	case key.Matches(msg, d.keys.close):
		return action{kind: actionClose}
	case key.Matches(msg, d.keys.accept):
		if d.bar.query != "" {
			return action{kind: actionWrite, text: d.bar.query, overwrite: d.exists == d.bar.query}
		}
	default:
		before := d.bar.query
		d.bar.edit(&d.keys.editKeys, msg)
		if d.bar.query != before {
			d.answer = "" // it was about another name
		}
	}
	return action{}
}

func (d *promptDialog) insert(text string) { d.bar.insert(text) }

func (d *promptDialog) scroll(int) {}

func (d *promptDialog) click(int) action { return action{} }

// promptWidth is the maximum width of the field.
const promptWidth = 50

func (d *promptDialog) view(s *draw.Styles, room, _ int) (string, []string) {
	lines := []string{d.bar.field(s, min(room, promptWidth))}
	if d.answer != "" {
		lines = append(lines, s.Warning.Render(textcell.Truncate(d.answer, room, s.Glyphs.Ellipsis)))
	}
	return "write the snippet to", lines
}
