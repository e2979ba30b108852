package tui

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

// notice is a short message on the status line that disappears after noticeTime.
type notice struct {
	text string
	gen  int
}

// bar renders a line with text on the left and on the right. Both are given as variants from
// long to short. If they do not fit, they are shortened in turns, the left one first. If the
// shortest variants do not fit, the right one is omitted, then the left one.
func bar(room int, left, right []string, leftStyle, rightStyle style) string {
	l, r := 0, 0
	need := func(left, right string) int {
		if left == "" || right == "" {
			return textcell.Width(left) + textcell.Width(right)
		}
		return textcell.Width(left) + textcell.Width("  ") + textcell.Width(right)
	}
	for need(left[l], right[r]) > room && (l < len(left)-1 || r < len(right)-1) {
		if l <= r && l < len(left)-1 || r == len(right)-1 {
			l++
		} else {
			r++
		}
	}
	onLeft, onRight := left[l], right[r]
	if need(onLeft, onRight) > room {
		onRight = ""
	}
	if textcell.Width(onLeft) > room {
		onLeft = ""
	}
	var b strings.Builder
	b.WriteString(leftStyle.render(onLeft))
	if onRight != "" {
		textcell.WriteFiller(&b, room-textcell.Width(onLeft)-textcell.Width(onRight))
		b.WriteString(rightStyle.render(onRight))
	}
	return b.String()
}

// header renders the first line: what is shown, and the progress of the scan.
func (m *app) header() string {
	long, short := m.modes()
	left := []string{" list-ephemeral" + long, strings.TrimPrefix(long, " "), short}
	if long == "" {
		left[1], left[2] = " list-ephemeral", ""
	}
	left = append(left, textcell.Truncate(short, max(m.layout.width-1, 0), m.styles.glyphs.ellipsis))
	return bar(m.layout.width, left, m.counts(), m.styles.title, style{})
}

// modes describes the settings that differ from the default, in a long and a short form.
func (m *app) modes() (long, short string) {
	say := func(is bool, text, brief string) {
		if is {
			long += "  " + text
			short += " " + brief
		}
	}
	say(m.view == setting.ViewDirs, "directories", "dirs")
	say(m.view == setting.ViewTree, "tree", "tree")
	say(m.marked.Generation() > 0, "selected", "selected")
	say(m.withRefused, "with excluded and persisted", "+excluded")
	say(m.noCaches, "without caches", "-caches")
	if m.group > 0 {
		name := m.opts.Groups[m.group-1]
		say(true, "only "+name, name)
	}
	say(m.sort != sortPath, "by "+m.sort.String(), "by "+m.sort.String())
	say(m.program != "", "program: "+safe(m.program), safe(m.program))
	return long, short
}

// counts writes the number of paths that are shown, in variants from long to short.
func (m *app) counts() []string {
	p := &m.progress
	files := p.files
	if p.latest != nil {
		files -= p.latest.NonCandidates()
	}
	paths, count := printable.Plural(files, "path", "paths")+"  ", printable.Grouped(files)
	if page := m.list.result; page != nil && page.narrows() && !m.withRefused {
		shown := printable.Grouped(page.total)
		if page.view == setting.ViewDirs {
			shown = printable.Plural(page.total, "row", "rows") + " for "
			paths, count = shown+paths, printable.Grouped(page.total)+"/"+count
		} else {
			paths, count = shown+"/"+paths, shown+"/"+count
		}
	}
	dirs := printable.Plural(p.dirs, "directory", "directories")
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

// status renders the line below the list: the selection and the remark.
func (m *app) status() string {
	if m.snippet != nil {
		title := " " + m.snippet.title(m.opts.Job.Result, m.dialectName())
		doubt := m.doubt(title)
		told := textcell.Truncate(safe(m.notice.text), max(m.layout.width-textcell.Width(title)-textcell.Width(doubt)-3, 0), m.styles.glyphs.ellipsis)
		return bar(m.layout.width, []string{m.styles.title.render(title) + doubt}, []string{told + " ", ""}, style{}, m.styles.warning)
	}
	left := " " + printable.Grouped(m.selection.Len()) + " selected"
	if m.restoring() {
		left += ", " + printable.Grouped(len(m.saved.selected)) + " to be restored"
	}
	if m.selectionSize.known {
		left += ", " + printable.Size(m.selectionSize.size)
	}
	right, rightStyle := m.remark()
	doubt := m.doubt(left)
	if room := m.layout.width - textcell.Width(left) - textcell.Width(doubt) - 3; right != "" {
		right = textcell.Truncate(right, max(room, 0), m.styles.glyphs.ellipsis) + " "
	}
	return bar(m.layout.width, []string{left + doubt}, []string{right, ""}, style{}, rightStyle)
}

// doubt returns what follows left on the status line if nothing shows that a boot wipes a root.
func (m *app) doubt(left string) string {
	room := m.layout.width - textcell.Width(left) - len("  ")
	if m.opts.Doubt == "" || room <= 0 {
		return ""
	}
	return "  " + m.styles.warning.render(textcell.Truncate(safe(m.opts.Doubt), room, m.styles.glyphs.ellipsis))
}

// remark returns the most important message.
func (m *app) remark() (string, style) {
	p := m.list.result
	switch {
	case m.notice.text != "":
		return safe(m.notice.text), m.styles.warning
	case m.progress.err != nil:
		return "scan stopped: " + safe(m.progress.err.Error()), m.styles.warning
	case m.progress.summary.Errors > 0:
		return printable.Plural(m.progress.summary.Errors, "path", "paths") + " could not be read", m.styles.warning
	case m.searchTask.running() && m.sort != sortPath:
		return "reading all sizes and times", m.styles.dim
	case p != nil && p.found != nil && p.found.Cut > 0:
		return "the best " + printable.Grouped(search.BestRows) + " of " + printable.Grouped(p.found.Cut) + " matches", m.styles.dim
	}
	return "", style{}
}
