package tui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// side is the pane beside the list: what the line under the cursor is, and below
// it the snippet as it would be now.
type side struct {
	newest[subject]
	wish    pane     // of the user
	preview []string // safe to show
	snippet []string // safe to show
}

// subject is what the pane is about.
type subject struct {
	node  uint32
	shown bool // there is a line under the cursor
	marks int  // generation of the selection
	// dialect is what its snippet is written in.
	dialect int
}

const (
	// sideDelay is how long the cursor rests before the disk is asked about its
	// line: a held key asks nothing.
	sideDelay = 30 * time.Millisecond
	// liveMarks is how many marks may be rendered at every change.
	liveMarks = 2000
	// sideLines is how many lines of a preview or a snippet are kept.
	sideLines = 200
)

// followCursor has the pane follow what the cursor and the selection do.
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

// fillSide asks for what the pane shows.
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

// renderLive renders the snippet as it would be now: for the selection, or else for
// the line under the cursor.
func (m *app) renderLive() tea.Cmd {
	chosen := m.selection.Clone()
	switch {
	case chosen.Len() > liveMarks:
		m.side.snippet = []string{grouped(chosen.Len()) + " selected: Enter shows the snippet"}
		return nil
	case chosen.Len() == 0:
		chosen.Select(m.side.request.node)
	}
	return m.renderSnippet(renderRequest{chosen: chosen, listing: m.progress.latest, dialect: m.dialect, live: m.side.gen})
}

// paneWidth is how wide a line of the pane may be.
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
	lines = append(lines, st.dim.render(truncated(head, width, st.glyphs.ellipsis)))
	for _, line := range clipped(st, snippet, width, below-1) {
		lines = append(lines, st.highlight(line))
	}
	return lines
}

// clipped returns the first lines, so many and no wider than the room.
func clipped(st *styles, lines []string, width, height int) []string {
	var shown []string
	for i, line := range lines {
		if i == height-1 && len(lines) > height {
			more := " + " + grouped(len(lines)-i) + " more lines"
			return append(shown, st.dim.render(truncated(more, width, st.glyphs.ellipsis)))
		}
		if i == height {
			break
		}
		shown = append(shown, truncated(" "+line, width, st.glyphs.ellipsis))
	}
	return shown
}

// beside puts the lines of the pane behind those of the list, whose last cells are
// known to be free.
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
			writeFiller(&b, m.layout.listWidth-width(lines[first+i]))
		}
		b.WriteString(st.frame.render(st.glyphs.vertical))
		if i < len(pane) {
			b.WriteString(pane[i])
		}
		lines[first+i] = b.String()
	}
	return lines
}

// below puts the lines of the pane under those of the list.
func (m *app) below(lines []string) []string {
	st := &m.styles
	for len(lines) < m.layout.body+m.layout.listHeight {
		lines = append(lines, "")
	}
	lines = append(lines, st.frame.render(strings.Repeat(st.glyphs.horizontal, m.layout.width)))
	return append(lines, m.side.view(st, m, m.layout.width, m.layout.below-1)...)
}
