package recording

import (
	"fmt"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// The sizes of a picture, in the units of its view box.
const (
	cellWidth  = 8
	cellHeight = 16
	baseline   = 12 // below the top of a cell
	margin     = 12
)

// The colours of a picture: those of the theme Tokyo Night, with 16 colours.
const (
	foreground = "#c0caf5"
	background = "#1a1b26"
)

var palette = [...]string{
	"#15161e", "#f7768e", "#9ece6a", "#e0af68", "#7aa2f7", "#bb9af7", "#7dcfff", "#a9b1d6",
	"#565f89", "#f7768e", "#9ece6a", "#e0af68", "#7aa2f7", "#bb9af7", "#7dcfff", "#c0caf5",
}

// SVG draws the frame on a screen of columns × rows.
func (f Frame) SVG(columns, rows int) string {
	var b strings.Builder
	open(&b, columns, rows*cellHeight)
	b.WriteString(styles)
	frame(&b, columns, rows*cellHeight)
	for y, runs := range f {
		b.WriteString(draw(runs, y))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// styles are the classes of texts.
const styles = "<style>text{white-space:pre}.b{font-weight:bold}.f{fill-opacity:.6}.u{text-decoration:underline}</style>\n"

// open writes the beginning of a picture. height is that of its contents.
func open(b *strings.Builder, columns, height int) {
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="monospace" font-size="13.3" fill="%s" xml:space="preserve">`+"\n",
		columns*cellWidth+2*margin, height+2*margin, foreground)
}

// frame writes the background of a picture.
func frame(b *strings.Builder, columns, height int) {
	fmt.Fprintf(b, `<rect width="%d" height="%d" rx="10" fill="%s"/>`+"\n", columns*cellWidth+2*margin, height+2*margin, background)
}

// draw returns the elements for a row.
func draw(runs []Run, y int) string {
	var b strings.Builder
	top := margin + y*cellHeight
	for i := range runs {
		r := &runs[i]
		fore, back, class := looks(&r.Style)
		if back != background {
			fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n",
				margin+r.Column*cellWidth, top, r.Cells*cellWidth, cellHeight, back)
		}
		text, column, cells := r.Text, r.Column, r.Cells
		if r.Style.Underline == 0 {
			// Blanks at the ends need not be drawn. A blank is one cell wide.
			trimmed := strings.TrimLeft(text, " ")
			column += len(text) - len(trimmed)
			cells -= len(text) - len(trimmed)
			text = strings.TrimRight(trimmed, " ")
			cells -= len(trimmed) - len(text)
		}
		if text == "" {
			continue
		}
		if fore != foreground {
			class += fmt.Sprintf(` fill="%s"`, fore)
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" textLength="%d"%s>%s</text>`+"\n", margin+column*cellWidth, top+baseline, cells*cellWidth, class, escape(text))
	}
	return b.String()
}

// looks returns the colours of a style, and its class as an attribute.
func looks(style *uv.Style) (fore, back, class string) {
	fore, back = colour(style.Fg, foreground), colour(style.Bg, background)
	if style.Attrs&uv.AttrReverse != 0 {
		fore, back = back, fore
	}
	var classes []string
	if style.Attrs&uv.AttrBold != 0 {
		classes = append(classes, "b")
	}
	if style.Attrs&uv.AttrFaint != 0 {
		classes = append(classes, "f")
	}
	if style.Underline != 0 {
		classes = append(classes, "u")
	}
	if len(classes) > 0 {
		class = fmt.Sprintf(` class="%s"`, strings.Join(classes, " "))
	}
	return fore, back, class
}

// colour returns a colour of a terminal for SVG.
func colour(c color.Color, otherwise string) string {
	switch c := c.(type) {
	case nil:
		return otherwise
	case ansi.BasicColor:
		return palette[c%16]
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// escape escapes a text for SVG. Blanks are not collapsed: they are no-break spaces.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", " ", "\u00a0").Replace(text)
}
