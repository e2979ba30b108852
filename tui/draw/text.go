package draw

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// Tail writes a text, at most room cells wide, and returns its width. A text that is too long is
// shortened at the front. The cursor of a line of input is at its end, so the end is shown.
func (s *Styles) Tail(b *strings.Builder, text string, room int) int {
	start, cells := textcell.TailStart(text, room, textcell.Width(s.Glyphs.Ellipsis))
	if start > 0 {
		b.WriteString(s.Dim.Render(s.Glyphs.Ellipsis))
		cells += textcell.Width(s.Glyphs.Ellipsis)
	}
	b.WriteString(text[start:])
	return cells
}

// Name is a path as it is shown: the directories above, and the base name.
type Name struct {
	// Text is the path; a slash at the end is part of the base name.
	Text string
	// Matched are the byte positions of Text to highlight, in ascending order.
	Matched []int
	// Parent and Base are the styles of the two parts.
	Parent, Base Style
}

// BaseStart returns the position of the base name in a path. A slash at the end belongs to the base
// name.
func BaseStart(path string) int {
	return strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/') + 1
}

// minHead is the fewest cells of a parent that are worth showing before an ellipsis.
const minHead = 4

// WriteName writes a path, at most room cells wide, and returns its width. A path that is too long
// is shortened in the middle: the program is at its beginning, and the file at its end.
func (s *Styles) WriteName(b *strings.Builder, n *Name, room int) int {
	if room <= 0 {
		return 0
	}
	width := textcell.Width(n.Text)
	base := BaseStart(n.Text)
	if width <= room {
		w := nameWriter{b: b, match: s.Match, name: n, base: base, matched: n.Matched}
		w.write(0, len(n.Text))
		return width
	}
	head, tail := n.cut(base, room-textcell.Width(s.Glyphs.Ellipsis))
	w := nameWriter{b: b, match: s.Match, name: n, base: base, matched: n.Matched}
	w.write(0, head)
	cells := textcell.Width(n.Text[:head]) + textcell.Width(n.Text[tail:])
	ellipsis := ansi.Truncate(s.Glyphs.Ellipsis, room-cells, "")
	b.WriteString(s.Dim.Render(ellipsis))
	w.write(tail, len(n.Text))
	return cells + textcell.Width(ellipsis)
}

// cut returns the ends of the parts that are shown before and after the ellipsis, which have room
// cells together. The base name comes first; the rest is for the beginning of the path, up to a
// slash if one is near.
func (n *Name) cut(base, room int) (head, tail int) {
	room = max(room, 0)
	slash := max(base-1, 0)
	if left := room - textcell.Width(n.Text[slash:]); left >= minHead {
		head = prefix(n.Text[:slash], left)
		if at := strings.LastIndexByte(n.Text[:head], '/') + 1; head < slash && 2*at >= head && at > 1 {
			head = at
		}
		return head, slash
	}
	switch {
	case textcell.Width(n.Text[slash:]) <= room:
		return 0, slash
	case textcell.Width(n.Text[base:]) <= room:
		return 0, base
	}
	head = prefix(n.Text, room/2) // the base name alone is too long
	start, _ := textcell.TailStart(n.Text[head:], room-textcell.Width(n.Text[:head]), 0)
	return head, head + start
}

// prefix returns the length in bytes of the longest beginning of a text that fits.
func prefix(text string, room int) int { return len(ansi.Truncate(text, max(room, 0), "")) }

// nameWriter writes parts of a name from left to right.
type nameWriter struct {
	b       *strings.Builder
	match   Style
	name    *Name
	base    int
	matched []int // matched positions that are not written yet
}

// write writes the bytes from start to end.
func (w *nameWriter) write(start, end int) {
	if start < w.base {
		stop := min(end, w.base)
		w.part(start, stop, w.name.Parent)
		start = stop
	}
	w.part(start, end, w.name.Base)
}

// part writes the bytes from start to end in one style, and matches among them in that of matches.
func (w *nameWriter) part(start, end int, style Style) {
	text := w.name.Text
	for len(w.matched) > 0 && w.matched[0] < end {
		at := w.matched[0]
		w.matched = w.matched[1:]
		if at < start {
			continue
		}
		next := min(at+textcell.ClusterSize(text[at:]), end)
		w.b.WriteString(style.Render(text[start:at]))
		w.b.WriteString(w.match.Render(text[at:next]))
		start = next
	}
	if start < end {
		w.b.WriteString(style.Render(text[start:end]))
	}
}

// Span is a part of a line in one style.
type Span struct {
	Text  string
	Style Style
	// Cells is the width of a text that has attributes; 0 measures the text.
	Cells int
}

func (s *Span) width() int {
	if s.Cells > 0 {
		return s.Cells
	}
	return textcell.Width(s.Text)
}

// Spans returns the rendered text and the width of spans.
func Spans(spans ...Span) (rendered string, cells int) {
	var b strings.Builder
	for _, span := range spans {
		b.WriteString(span.Style.Render(span.Text))
		cells += span.width()
	}
	return b.String(), cells
}

// Ends renders a line with spans on the left and on the right. Both are given as variants from
// long to short. If they do not fit, they are shortened in turns, the left one first. If the
// shortest variants do not fit, the right one is omitted, then the left one.
func Ends(room int, left, right [][]Span) string {
	l, r := 0, 0
	for {
		onLeft, leftCells := Spans(left[l]...)
		onRight, rightCells := Spans(right[r]...)
		gap := 0
		if leftCells > 0 && rightCells > 0 {
			gap = len("  ")
		}
		if leftCells+gap+rightCells <= room {
			return both(room, onLeft, onRight, leftCells, rightCells)
		}
		switch {
		case l < len(left)-1 && (l <= r || r == len(right)-1):
			l++
		case r < len(right)-1:
			r++
		case leftCells <= room:
			return onLeft
		default:
			return ""
		}
	}
}

func both(room int, left, right string, leftCells, rightCells int) string {
	var b strings.Builder
	b.WriteString(left)
	if right != "" {
		textcell.WriteFiller(&b, room-leftCells-rightCells)
		b.WriteString(right)
	}
	return b.String()
}
