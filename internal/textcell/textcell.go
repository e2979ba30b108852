// Package textcell measures, wraps and shortens texts by terminal cells. Texts have been escaped by
// package printable: they have no control characters, only characters of one or two cells and
// combining marks.
package textcell

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks a text into lines of at most cells cells: at spaces and slashes, or anywhere if
// there are none.
func Wrap(text string, cells int) []string {
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

// Width returns the number of cells of a text without escape sequences.
func Width(text string) int {
	if isASCII(text) {
		return len(text)
	}
	return ansi.StringWidth(text)
}

// Truncate shortens a text without escape sequences on the right.
func Truncate(text string, room int, ellipsis string) string {
	if Width(text) <= room {
		return text
	}
	if room <= Width(ellipsis) {
		return ansi.Truncate(text, max(room, 0), "")
	}
	return ansi.Truncate(text, room, ellipsis)
}

// WriteFiller writes spaces.
func WriteFiller(b *strings.Builder, cells int) {
	const spaces = "                                                                "
	for ; cells > len(spaces); cells -= len(spaces) {
		b.WriteString(spaces)
	}
	b.WriteString(spaces[:max(cells, 0)])
}

// TailStart returns the start and the width of the part of a text that is shown: all of it if
// there is room, otherwise the end that fits after an ellipsis.
func TailStart(text string, room, ellipsis int) (start, cells int) {
	cells = Width(text)
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

// ClusterSize returns the length in bytes of the first grapheme cluster.
func ClusterSize(text string) int {
	if len(text) == 1 || text[0] < 0x80 && text[1] < 0x80 {
		return 1
	}
	cluster, _ := ansi.FirstGraphemeCluster(text, ansi.GraphemeWidth)
	return len(cluster)
}
