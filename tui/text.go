package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// All text here has been escaped by package printable. It has no control characters, only
// characters of one or two cells and combining marks.

// wrapped breaks a text into lines of at most cells cells: at spaces and slashes, or anywhere if
// there are none.
func wrapped(text string, cells int) []string {
	return strings.Split(ansi.Wrap(text, max(cells, 1), " /"), "\n")
}

// isASCII reports whether a text is printable ASCII, so each byte is one cell. This is true of
// nearly all paths, which saves calls of ansi.StringWidth.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x7f || text[i] < ' ' {
			return false
		}
	}
	return true
}

// width returns the number of cells of a text without escape sequences.
func width(text string) int {
	if isASCII(text) {
		return len(text)
	}
	return ansi.StringWidth(text)
}

// truncated shortens a text without escape sequences on the right.
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

// safe escapes untrusted bytes for the screen.
func safe(text string) string { return printable.Name(text) }

// writeTail writes a path, at most room cells wide, and returns its width. A path that is too
// long is shortened at the front, because files differ at the end. The characters at the matched
// byte positions, in ascending order, are highlighted.
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

// tailStart returns the start and the width of the part of a text that is shown: all of it if
// there is room, otherwise the end that fits after an ellipsis.
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

// clusterSize returns the length in bytes of the first grapheme cluster.
func clusterSize(text string) int {
	if len(text) == 1 || text[0] < 0x80 && text[1] < 0x80 {
		return 1
	}
	cluster, _ := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	return len(cluster)
}
