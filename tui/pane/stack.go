package pane

import (
	"context"
	"image"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// Stack is the dialogs that are open; the last one is on top. The zero value has none.
type Stack struct {
	dialogs []opened
	// gen is the generation of the newest work.
	gen int
	// content is the area of the top dialog's content on the screen.
	content image.Rectangle
}

// opened is a dialog and its work.
type opened struct {
	Dialog
	gen    int
	cancel context.CancelFunc // nil if it has never had any
}

// Top returns the top dialog, or nil.
func (o *Stack) Top() Dialog {
	if len(o.dialogs) == 0 {
		return nil
	}
	return o.dialogs[len(o.dialogs)-1].Dialog
}

// Over reports whether a cell of the screen is in the content of the top dialog.
func (o *Stack) Over(x, y int) bool { return o.Top() != nil && image.Pt(x, y).In(o.content) }

// Push opens a dialog.
func (o *Stack) Push(d Dialog) { o.dialogs = append(o.dialogs, opened{Dialog: d}) }

// Pop closes the top dialog, if any, and cancels its work.
func (o *Stack) Pop() {
	o.Stop()
	o.dialogs = o.dialogs[:max(len(o.dialogs)-1, 0)]
}

// Begin returns the context and the generation of new work for the top dialog, and cancels its
// earlier work. There must be a dialog.
func (o *Stack) Begin(parent context.Context) (context.Context, int) {
	o.Stop()
	ctx, cancel := context.WithCancel(parent)
	o.gen++
	top := &o.dialogs[len(o.dialogs)-1]
	top.gen, top.cancel = o.gen, cancel
	return ctx, o.gen
}

// Stop cancels the work of the top dialog, if there is any.
func (o *Stack) Stop() {
	if last := len(o.dialogs) - 1; last >= 0 && o.dialogs[last].cancel != nil {
		o.dialogs[last].cancel()
	}
}

// Awaits reports whether an answer is for the newest work of the top dialog.
func (o *Stack) Awaits(gen int) bool {
	last := len(o.dialogs) - 1
	return last >= 0 && o.dialogs[last].gen == gen && gen > 0
}

// Done records that work has ended. It reports whether its answer is to be taken; if not, the dialog
// has closed or has newer work.
func (o *Stack) Done(gen int) bool {
	if !o.Awaits(gen) {
		return false
	}
	o.Stop()
	o.dialogs[len(o.dialogs)-1].gen = 0
	return true
}

// Click passes a click to the top dialog. A click outside closes the dialog.
func (o *Stack) Click(x, y int) Action {
	if !image.Pt(x, y).In(o.content) {
		return Action{Kind: ActionClose}
	}
	return o.Top().Click(y - o.content.Min.Y)
}

// Draw renders the dialogs over a screen.
func (o *Stack) Draw(screen string, s *draw.Styles, width, height int) string {
	if len(o.dialogs) == 0 {
		return screen
	}
	layers := []*lipgloss.Layer{lipgloss.NewLayer(screen)}
	for i, d := range o.dialogs {
		title, lines := d.View(s, width-draw.FrameWidth, height-draw.FrameHeight)
		box := s.Box(title, lines, width)
		y := max((height-len(box))/2, 0)
		x := max((width-lipgloss.Width(box[0]))/2, 0)
		layers = append(layers, lipgloss.NewLayer(strings.Join(box, "\n")).X(x).Y(y).Z(i+1))
		o.content = image.Rect(x+2, y+1, x+lipgloss.Width(box[0])-2, y+len(box)-1)
	}
	return lipgloss.NewCompositor(layers...).Render()
}
