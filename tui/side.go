package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/textcell"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// side is the pane beside the list. It shows a preview of the line under the cursor, and below
// it a live snippet.
type side struct {
	newest[subject]
	wish    pane     // what the user chose
	preview []string // safe to show
	snippet []string // safe to show
}

// subject is what the pane shows.
type subject struct {
	node    uint32
	shown   bool // there is a line under the cursor
	marks   int  // generation of the selection
	dialect int  // of the snippet
}

const (
	// sideDelay is how long the cursor must rest on a line before the line is previewed. A
	// key that repeats does not cause disk accesses.
	sideDelay = 30 * time.Millisecond
	// liveMarks is the maximum size of a selection that is rendered at every change.
	liveMarks = 2000
	// sideLines is the maximum number of lines of a preview or a snippet.
	sideLines = 200
)

// followCursor updates the pane after a change of the cursor or the selection.
func (m *app) followCursor() tea.Cmd {
	if !m.layout.pane() || m.snippet != nil || m.list.result == nil || m.shutdown.leaving {
		return nil
	}
	now := subject{marks: m.selection.Generation(), dialect: m.dialect}
	now.node, now.shown = m.list.current()
	if now == m.side.request {
		return nil
	}
	return m.after(sideDelay, sideDue{m.side.ask(now)})
}

// togglePreview shows the pane or hides it.
func (m *app) togglePreview() tea.Cmd {
	m.side.wish = paneHidden
	if !m.layout.pane() {
		m.side.wish = paneShown
	}
	m.relayout()
	if m.side.wish == paneShown && !m.layout.pane() {
		return m.notify(fmt.Sprintf("no room for the preview: it needs %d columns, or more lines", sideFrom))
	}
	return nil
}

// fillSide requests the contents of the pane.
func (m *app) fillSide(msg sideDue) tea.Cmd {
	s := &m.side
	if msg.gen != s.gen || m.list.result == nil || m.snippet != nil {
		return nil
	}
	if !s.request.shown {
		s.preview, s.snippet = nil, nil
		return nil
	}
	return tea.Batch(
		previewCmd(s.begin(m.ctx), s.gen, previewer{m.list.result.listing, m.statCache.stat, m.opts.Machine, m.annotated()}, s.request.node),
		m.renderLive(),
	)
}

// renderLive renders the snippet for the selection, or for the line under the cursor if the
// selection is empty.
func (m *app) renderLive() tea.Cmd {
	chosen := m.selection.Clone()
	switch {
	case chosen.Len() > liveMarks:
		m.side.snippet = []string{printable.Grouped(chosen.Len()) + " selected: Enter shows the snippet"}
		return nil
	case chosen.Len() == 0:
		chosen.Select(m.side.request.node)
	}
	return m.renderSnippet(renderRequest{chosen: chosen, listing: m.progress.latest, dialect: m.dialect, live: m.side.gen})
}

// paneWidth returns the maximum width of a line of the pane.
func (m *app) paneWidth() int {
	if m.layout.side > 0 {
		return m.layout.side - 2
	}
	return m.layout.width - 1
}

// view returns the lines of the pane.
func (s *side) view(st *styles, m *app, width, height int) []string {
	head := " snippet of the selection"
	if m.selection.Len() == 0 {
		head = " snippet of this line"
	}
	if name := m.dialectName(); name != "" {
		head += ", " + name
	}
	snippet := s.snippet
	below := min(len(snippet)+1, max(height/2, height-len(s.preview)-1))
	lines := clipped(st, s.preview, width, height-below)
	for len(lines) < height-below {
		lines = append(lines, "")
	}
	lines = append(lines, st.dim.render(textcell.Truncate(head, width, st.glyphs.ellipsis)))
	for _, line := range clipped(st, snippet, width, below-1) {
		lines = append(lines, st.highlight(line))
	}
	return lines
}

// clipped returns the first height lines, truncated to width.
func clipped(st *styles, lines []string, width, height int) []string {
	var shown []string
	for i, line := range lines {
		if i == height-1 && len(lines) > height {
			more := " + " + printable.Grouped(len(lines)-i) + " more lines"
			return append(shown, st.dim.render(textcell.Truncate(more, width, st.glyphs.ellipsis)))
		}
		if i == height {
			break
		}
		shown = append(shown, textcell.Truncate(" "+line, width, st.glyphs.ellipsis))
	}
	return shown
}

// beside appends the lines of the pane to those of the list.
func (m *app) beside(lines []string) []string {
	st := &m.styles
	pane := m.side.view(st, m, m.layout.side-1, m.layout.bodyHeight)
	first := m.layout.body
	for len(lines) < first+m.layout.bodyHeight {
		lines = append(lines, "")
	}
	for i := range m.layout.bodyHeight {
		var b strings.Builder
		b.WriteString(lines[first+i])
		if lines[first+i] == "" || i >= len(m.list.visible()) {
			textcell.WriteFiller(&b, m.layout.listWidth-textcell.Width(lines[first+i]))
		}
		b.WriteString(st.frame.render(st.glyphs.vertical))
		if i < len(pane) {
			b.WriteString(pane[i])
		}
		lines[first+i] = b.String()
	}
	return lines
}

// below adds the lines of the pane below those of the list.
func (m *app) below(lines []string) []string {
	st := &m.styles
	for len(lines) < m.layout.body+m.layout.listHeight {
		lines = append(lines, "")
	}
	lines = append(lines, st.frame.render(strings.Repeat(st.glyphs.horizontal, m.layout.width)))
	return append(lines, m.side.view(st, m, m.layout.width, m.layout.below-1)...)
}
