package pane

import (
	"context"
	"errors"
	"os"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// Confirm asks for confirmation.
type Confirm struct {
	keys  ConfirmKeys
	title string
	lines []string
}

// NewConfirm returns a dialog with lines that are safe to show.
func NewConfirm(keys *Keys, title string, lines ...string) *Confirm {
	return &Confirm{keys.Confirm, title, lines}
}

// Context implements Dialog.
func (d *Confirm) Context() Context { return ContextConfirm }

// Press implements Dialog.
func (d *Confirm) Press(msg tea.KeyPressMsg) Action {
	switch {
	case key.Matches(msg, d.keys.Quit):
		return Action{Kind: ActionQuit}
	case key.Matches(msg, d.keys.Close):
		return Action{Kind: ActionClose}
	case key.Matches(msg, d.keys.Accept):
		return Action{Kind: ActionConfirm}
	}
	return Action{}
}

// Scroll implements Dialog.
func (d *Confirm) Scroll(int) {}

// Click implements Dialog.
func (d *Confirm) Click(int) Action { return Action{} }

// View implements Dialog.
func (d *Confirm) View(s *draw.Styles, room, height int) (string, []string) {
	var lines []string
	for _, line := range d.lines[:min(len(d.lines), height)] {
		lines = append(lines, textcell.Truncate(line, room, s.Glyphs.Ellipsis))
	}
	return d.title, lines
}

// Prompt asks for the name of the file to write the snippet to.
type Prompt struct {
	keys PromptKeys
	file File
	dir  string // the working directory, or ""
	// proposed reports that the name is the one to begin with: what is typed replaces it.
	proposed bool
	bar      Input
	answer   string // the error of the last attempt, safe to show
	// exists is the name of a file that already exists. Accepting it again overwrites it.
	exists string
}

// NewPrompt returns a dialog that writes to a file whose name it asks for.
func NewPrompt(keys *Keys, file File) *Prompt {
	d := &Prompt{keys: keys.Prompt, file: file, proposed: true}
	d.bar.Set(file.Name)
	return d
}

// Start implements Starter: it finds the working directory.
func (d *Prompt) Start() Action {
	return Action{Kind: ActionWork, Work: Work{Name: "working directory", Do: func(context.Context) func() Action {
		dir, err := os.Getwd()
		return func() Action {
			if err == nil {
				d.dir = dir
			}
			return Action{}
		}
	}}}
}

// complete completes the name as far as it is unambiguous.
func (d *Prompt) complete() Action {
	if d.proposed {
		d.bar.Set("")
	}
	d.proposed = false
	file, name := d.file, d.bar.Text
	return Action{Kind: ActionWork, Work: Work{Name: "complete", Do: func(context.Context) func() Action {
		completed, names := file.complete(name)
		return func() Action {
			if d.bar.Text != name {
				return Action{}
			}
			d.bar.Set(completed)
			d.answer = ""
			if completed == name {
				d.answer = strings.Join(names, "  ")
			}
			return Action{}
		}
	}}}
}

// Context implements Dialog.
func (d *Prompt) Context() Context { return ContextPrompt }

// Press implements Dialog.
func (d *Prompt) Press(msg tea.KeyPressMsg) Action {
	switch {
	case key.Matches(msg, d.keys.Quit):
		return Action{Kind: ActionQuit}
	case key.Matches(msg, d.keys.Close):
		return Action{Kind: ActionClose}
	case key.Matches(msg, d.keys.Accept):
		if d.bar.Text != "" {
			return d.write(d.bar.Text, d.exists == d.bar.Text)
		}
	case key.Matches(msg, d.keys.Complete):
		return d.complete()
	default:
		before := d.bar.Text
		if d.proposed && msg.Text != "" {
			d.bar.Set("")
		}
		d.proposed = false
		d.bar.Edit(&d.keys.EditKeys, msg)
		if d.bar.Text != before {
			d.answer = "" // it was about another name
		}
	}
	return Action{}
}

// Insert implements Typist.
func (d *Prompt) Insert(text string) {
	if d.proposed {
		d.bar.Set("")
	}
	d.proposed = false
	d.bar.Insert(text)
}

// Scroll implements Dialog.
func (d *Prompt) Scroll(int) {}

// Click implements Dialog.
func (d *Prompt) Click(int) Action { return Action{} }

// write writes the file.
func (d *Prompt) write(name string, overwrite bool) Action {
	file := d.file
	return Action{Kind: ActionWork, Work: Work{Name: "write", Do: func(context.Context) func() Action {
		err := file.write(name, overwrite)
		return func() Action { return d.written(name, err) }
	}}}
}

// written closes the dialog, or shows the error.
func (d *Prompt) written(name string, err error) Action {
	if err == nil {
		return Action{Kind: ActionClose, Notice: "written to " + d.file.full("", name)}
	}
	d.answer, d.exists = safe(err.Error()), ""
	if errors.Is(err, errExists) {
		d.exists = name
	}
	return Action{}
}

// promptWidth is the maximum width of the field.
const promptWidth = 50

// View implements Dialog.
func (d *Prompt) View(s *draw.Styles, room, _ int) (string, []string) {
	lines := []string{d.bar.Field(s, min(room, promptWidth))}
	if full := safe(d.file.full(d.dir, d.bar.Text)); d.dir != "" {
		var b strings.Builder
		b.WriteString(s.Dim.Render("that is "))
		s.Tail(&b, full, max(room-len("that is "), 0))
		lines = append(lines, b.String())
	}
	if d.answer != "" {
		lines = append(lines, s.Warning.Render(textcell.Truncate(d.answer, room, s.Glyphs.Ellipsis)))
	}
	return "write the snippet to", lines
}
