package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// What is written here has gone through printable, so it has no control bytes,
// and what is left are characters of one or two cells, and marks on them.

// wrapped breaks a text at its spaces into lines of so many cells, or anywhere where
// there are none.
func wrapped(text string, cells int) []string {
	return strings.Split(ansi.Wrap(text, max(cells, 1), " /"), "\n")
}

// isASCII reports whether each byte of text is one cell. Nearly all paths are so,
// and need not go through ansi.StringWidth.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x7f || text[i] < ' ' {
			return false
		}
	}
	return true
}

// width returns how many cells a text takes that has no escape sequences.
func width(text string) int {
	if isASCII(text) {
		return len(text)
	}
	return ansi.StringWidth(text)
}

// truncated shortens a text on the right, which has no escape sequences.
func truncated(text string, room int, ellipsis string) string {
	if width(text) <= room {
		return text
	}
	if room <= width(ellipsis) {
		return ansi.Truncate(text, max(room, 0), "")
	}
	return ansi.Truncate(text, room, ellipsis)
}

// writeFiller writes spaces.
func writeFiller(b *strings.Builder, cells int) {
	const spaces = "                                                                "
	for ; cells > len(spaces); cells -= len(spaces) {
		b.WriteString(spaces)
	}
	b.WriteString(spaces[:max(cells, 0)])
}

// safe makes bytes from elsewhere fit for the screen.
func safe(text string) string { return printable.Name(text) }

// writeTail writes a path into the room given and returns the cells it took. A
// path that is too long loses its front, for the end tells files apart. The
// bytes at the positions given, ascending, are highlighted.
func (s *styles) writeTail(b *strings.Builder, text string, matched []int, room int) int {
	start, cells := tailStart(text, room, width(s.glyphs.ellipsis))
	if start > 0 {
		b.WriteString(s.dim.render(s.glyphs.ellipsis))
		cells += width(s.glyphs.ellipsis)
	}
	for _, at := range matched {
		if at < start { // cut off
			continue
		}
		end := at + clusterSize(text[at:])
		b.WriteString(text[start:at])
		b.WriteString(s.match.render(text[at:end]))
		start = end
	}
	b.WriteString(text[start:])
	return cells
}

// tailStart returns where the part of a text begins that is shown, and its
// width: the whole if there is room, or else what fits behind an ellipsis.
func tailStart(text string, room, ellipsis int) (start, cells int) {
	cells = width(text)
	if cells <= room {
		return 0, cells
	}
	room = max(room-ellipsis, 0)
	if isASCII(text) {
		return len(text) - room, room
	}
	for cells > room {
		cluster, wide := ansi.FirstGraphemeCluster(text[start:], ansi.GraphemeWidth)
		start += len(cluster)
		cells -= wide
	}
	return start, cells
}

// clusterSize returns the length of the first character with its marks.
func clusterSize(text string) int {
	if len(text) == 1 || text[0] < 0x80 && text[1] < 0x80 {
		return 1
	}
	cluster, _ := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	return len(cluster)
}
