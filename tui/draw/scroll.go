package draw

import (
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// ShortTitle shortens a path for the title of a card of a width, on the left: its end is what matters.
func (s *Styles) ShortTitle(title string, width int) string {
	room := max(width-FrameWidth-2, 1)
	start, _ := textcell.TailStart(title, room, textcell.Width(s.Glyphs.Ellipsis))
	if start == 0 {
		return title
	}
	return s.Glyphs.Ellipsis + title[start:]
}

// Clipped returns the first height lines of code, truncated to width.
func (s *Styles) Clipped(lines []string, width, height int) []string {
	var shown []string
	for i, line := range lines {
		if i == height-1 && len(lines) > height {
			more := "+ " + printable.Grouped(len(lines)-i) + " more lines"
			return append(shown, s.Dim.Render(textcell.Truncate(more, width, s.Glyphs.Ellipsis)))
		}
		if i == height {
			break
		}
		shown = append(shown, s.Highlight(textcell.Truncate(line, width, s.Glyphs.Ellipsis)))
	}
	return shown
}

// Scrolled returns height lines of a card from a line on, which stays within them. lines returns the
// first n lines.
func Scrolled(top *int, height int, lines func(n int) []string) []string {
	all := lines(height + *top)
	*top = max(0, min(*top, len(all)-height))
	if *top == 0 {
		return lines(height)
	}
	return all[*top:]
}
