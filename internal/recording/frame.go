package recording

import (
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// Run is a text of neighbouring cells in the same style.
type Run struct {
	Column, Cells int // the first column, counted from 0, and the number of cells
	Text          string
	Style         uv.Style
}

// Frame is what is on a screen: the runs of each row. Blank cells in the default style are not in it.
type Frame [][]Run

// Take returns what an emulator shows. No other goroutine may use the emulator during the call.
func Take(e *vt.Emulator) Frame {
	f := make(Frame, e.Height())
	for y := range f {
		f[y] = row(e, y)
	}
	return f
}

func row(e *vt.Emulator, y int) []Run {
	var runs []Run
	for x := 0; x < e.Width(); {
		next := Run{Column: x, Cells: 1, Text: " "}
		if c := e.CellAt(x, y); c != nil {
			next.Cells, next.Style = max(c.Width, 1), c.Style
			if c.Content != "" {
				next.Text = c.Content
			}
		}
		x += next.Cells
		if last := len(runs) - 1; last >= 0 && runs[last].Style.Equal(&next.Style) {
			runs[last].Text += next.Text
			runs[last].Cells += next.Cells
			continue
		}
		runs = append(runs, next)
	}
	for last := len(runs) - 1; last >= 0 && runs[last].blank(); last-- {
		runs = runs[:last]
	}
	return runs
}

// blank reports whether a run cannot be seen.
func (r *Run) blank() bool {
	return strings.Trim(r.Text, " ") == "" && r.Style.Bg == nil && r.Style.Underline == 0 && r.Style.Attrs&uv.AttrReverse == 0
}

// Map returns the frame with texts replaced. The replacements have the same width.
func (f Frame) Map(replace func(text string) string) Frame {
	mapped := make(Frame, len(f))
	for y, runs := range f {
		mapped[y] = make([]Run, len(runs))
		for i, r := range runs {
			r.Text = replace(r.Text)
			mapped[y][i] = r
		}
	}
	return mapped
}

// Text returns the lines of the frame without trailing blanks.
func (f Frame) Text() string {
	lines := make([]string, len(f))
	for y, runs := range f {
		var b strings.Builder
		for _, r := range runs {
			b.WriteString(r.Text)
		}
		lines[y] = strings.TrimRight(b.String(), " ")
	}
	return strings.Join(lines, "\n")
}

// Styled returns the lines of the frame with the escape sequences of their styles. Frames that look
// the same have the same lines.
func (f Frame) Styled() []string {
	lines := make([]string, len(f))
	for y, runs := range f {
		var b strings.Builder
		for _, r := range runs {
			b.WriteString(r.Style.Styled(r.Text))
		}
		lines[y] = b.String()
	}
	return lines
}
