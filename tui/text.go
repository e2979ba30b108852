package tui

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// All text here has been escaped by package printable. It has no control characters, only
// characters of one or two cells and combining marks.

// safe escapes untrusted bytes for the screen.
func safe(text string) string { return printable.Name(text) }

// writeTail writes a path, at most room cells wide, and returns its width. A path that is too
// long is shortened at the front, because files differ at the end. The characters at the matched
// byte positions, in ascending order, are highlighted.
func (s *styles) writeTail(b *strings.Builder, text string, matched []int, room int) int {
	start, cells := textcell.TailStart(text, room, textcell.Width(s.glyphs.ellipsis))
	if start > 0 {
		b.WriteString(s.dim.render(s.glyphs.ellipsis))
		cells += textcell.Width(s.glyphs.ellipsis)
	}
	for _, at := range matched {
		if at < start { // cut off
			continue
		}
		end := at + textcell.ClusterSize(text[at:])
		b.WriteString(text[start:at])
		b.WriteString(s.match.render(text[at:end]))
		start = end
	}
	b.WriteString(text[start:])
	return cells
}
