package tui

import (
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// notice is a short message on the status line, which goes away by itself.
type notice struct {
	text string
	gen  int
}

// grouped writes a number with a comma between thousands.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// plural writes a number of things.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// bar writes a line with something on its left and something on its right, each
// the first of its variants, from long to short, for which there is room. The
// right goes first.
func bar(room int, left, right []string, leftStyle, rightStyle style) string {
	r := fitting(right, room)
	l := fitting(left, room-width(r)-2)
	var b strings.Builder
	b.WriteString(leftStyle.render(l))
	if r != "" {
		writeFiller(&b, room-width(l)-width(r))
		b.WriteString(rightStyle.render(r))
	}
	return b.String()
}

func fitting(variants []string, room int) string {
	for _, v := range variants {
		if width(v) <= room {
			return v
		}
	}
	return ""
}

// header is the first line: what is shown, and how far the scan is.
func (m *app) header() string {
	title, shown := " list-ephemeral", ""
	if m.view != ViewFiles {
		shown += "  " + m.view.String()
	}
	if m.marked.gen > 0 {
		shown += "  selected"
	}
	if m.withRefused {
		shown += "  with what is excluded or persisted"
	}
	if m.noCaches {
		shown += "  without caches"
	}
	if m.sort != sortPath {
		shown += "  by " + m.sort.String()
	}
	if m.program != "" {
		shown += "  program: " + safe(m.program)
	}
	left := []string{title + shown, strings.TrimPrefix(shown, " "), ""}
	return bar(m.layout.width, left, m.counts(), m.styles.title, style{})
}

// counts writes how many paths are shown, from long to short.
func (m *app) counts() []string {
	p := &m.progress
	shown := ""
	if p := m.list.page; p != nil && p.narrows() {
		shown = grouped(p.total) + "/"
	}
	paths, count := shown+plural(p.files, "path", "paths")+"  ", shown+grouped(p.files)
	dirs := plural(p.dirs, "directory", "directories")
	state, short := "scan complete ", ""
	switch {
	case p.running:
		state, short = "scanning "+p.spin()+" ", p.spin()+" "
	case p.err != nil:
		state, short = "scan stopped ", "! "
	}
	return []string{
		paths + dirs + "  " + state,
		paths + state,
		count + " " + short,
		count,
	}
}

// status is the line below the list: the selection, and what there is to say.
func (m *app) status() string {
	if m.snippet != nil {
		return bar(m.layout.width, []string{" " + m.snippet.title(), ""}, []string{safe(m.notice.text) + " ", ""}, m.styles.title, m.styles.warning)
	}
	left := " " + grouped(m.selection.count) + " selected"
	if m.tally.known {
		left += ", " + printable.Size(m.tally.size)
	}
	right, rightStyle := m.remark()
	if room := m.layout.width - len(left) - 3; right != "" {
		right = truncated(right, room, m.styles.glyphs.ellipsis) + " "
	}
	return bar(m.layout.width, []string{left, ""}, []string{right}, style{}, rightStyle)
}

// remark is the most important thing to say.
func (m *app) remark() (string, style) {
	p := m.list.page
	switch {
	case m.notice.text != "":
		return safe(m.notice.text), m.styles.warning
	case m.progress.err != nil:
		return "scan stopped: " + safe(m.progress.err.Error()), m.styles.warning
	case m.progress.summary.Errors > 0:
		return plural(m.progress.summary.Errors, "path", "paths") + " could not be read", m.styles.warning
	case m.finder.running && m.sort != sortPath:
		return "looking at all sizes and times", m.styles.dim
	case p != nil && p.cut > 0:
		return "the best " + grouped(bestRows) + " of " + grouped(p.cut) + " matches", m.styles.dim
	}
	return "", style{}
}

// hints is the last line: the keys that matter here, as far as there is room.
func (m *app) hints() string {
	var b strings.Builder
	room := m.layout.width
	for _, h := range m.keys.hints(m.context()) {
		name := keyLabel(h.binding.Keys()[0])
		cells := 1 + width(name) + 1 + width(h.label) + 1
		if cells > room {
			break
		}
		room -= cells
		b.WriteString(" " + m.styles.key.render(name) + " " + m.styles.dim.render(h.label) + " ")
	}
	return b.String()
}
