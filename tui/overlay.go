package tui

import (
	"image"
	"strings"

	"github.com/DaRacci/list-ephemeral/tui/draw"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// action is what a pane or a dialog asks the model to do.
type action struct {
	kind      actionKind
	program   string // of actionFilter
	text      string // of actionWrite: the name of the file
	overwrite bool
}

type actionKind uint8

const (
	actionNone actionKind = iota
	actionClose
	actionQuit
	actionFilter
	actionBack
	actionLeave
	actionHelp
	actionAskFile
	actionWrite
	actionCopy
	actionDialect
	actionAskAdopt
	actionAdopt
	actionAskInto
	actionInto
	actionConfirm
)

// dialog is a box drawn over the screen that receives all keys.
type dialog interface {
	context() keyContext
	press(tea.KeyPressMsg) action
	// scroll moves by lines. click handles a click on a line of the content.
	scroll(lines int)
	click(line int) action
	// view returns the title and the lines of the content, at most width cells wide and
	// height lines high.
	view(s *draw.Styles, width, height int) (title string, lines []string)
}

// typist is a dialog that accepts text.
type typist interface{ insert(text string) }

// overlay is a stack of dialogs; the last one is on top.
type overlay struct {
	dialogs []dialog
	// content is the area of the top dialog's content on the screen.
	content image.Rectangle
}

func (o *overlay) top() dialog {
	if len(o.dialogs) == 0 {
		return nil
	}
	return o.dialogs[len(o.dialogs)-1]
}

func (o *overlay) push(d dialog) { o.dialogs = append(o.dialogs, d) }

func (o *overlay) pop() { o.dialogs = o.dialogs[:max(len(o.dialogs)-1, 0)] }

// click passes a click to the top dialog. A click outside closes the dialog.
func (o *overlay) click(x, y int) action {
	if !image.Pt(x, y).In(o.content) {
		return action{kind: actionClose}
	}
	return o.top().click(y - o.content.Min.Y)
}

// draw renders the dialogs over a screen.
func (o *overlay) draw(screen string, s *draw.Styles, width, height int) string {
	if len(o.dialogs) == 0 {
		return screen
	}
	layers := []*lipgloss.Layer{lipgloss.NewLayer(screen)}
	for i, d := range o.dialogs {
		title, lines := d.view(s, width-draw.FrameWidth, height-draw.FrameHeight)
		box := s.Box(title, lines, width)
		y := max((height-len(box))/2, 0)
		x := max((width-lipgloss.Width(box[0]))/2, 0)
		layers = append(layers, lipgloss.NewLayer(strings.Join(box, "\n")).X(x).Y(y).Z(i+1))
		o.content = image.Rect(x+2, y+1, x+lipgloss.Width(box[0])-2, y+len(box)-1)
	}
	return lipgloss.NewCompositor(layers...).Render()
}
