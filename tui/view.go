package tui

import (
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/textcell"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/setting"
)

// View returns the screen and the terminal modes that it needs.
func (m *app) View() tea.View {
	if m.dirty {
		m.frame = m.render()
		m.dirty = false
	}
	return m.frame
}

func (m *app) render() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	v.WindowTitle = "list-ephemeral"
	if !m.opts.NoMouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if m.layout.tooSmall {
		v.Content = m.tooSmall()
		return v
	}
	lines := []string{m.header()}
	if m.layout.search >= 0 {
		line, column := m.search.view(&m.styles, m.layout.width)
		lines = append(lines, line)
		if m.context() == contextSearch {
			v.Cursor = tea.NewCursor(column, m.layout.search)
		}
	}
	lines = m.body(lines)
	if m.layout.side > 0 {
		lines = m.beside(lines)
	}
	if m.layout.below > 0 {
		lines = m.below(lines)
	}
	for len(lines) < m.layout.body+m.layout.bodyHeight {
		lines = append(lines, "")
	}
	lines = append(lines, m.status(), m.hints())
	v.Content = m.overlay.draw(strings.Join(lines, "\n"), &m.styles, m.layout.width, m.layout.height)
	return v
}

func (m *app) body(lines []string) []string {
	if m.snippet != nil {
		return m.snippet.view(lines, &m.styles, m.layout.width)
	}
	if len(m.list.nodes) == 0 {
		for _, line := range m.empty() {
			lines = append(lines, " "+textcell.Truncate(line, m.layout.listWidth-1, m.styles.glyphs.ellipsis))
		}
		return lines[:min(len(lines), m.layout.body+m.layout.listHeight)]
	}
	return m.list.view(lines, m.painter())
}

func (m *app) painter() *painter {
	p := &painter{
		styles:    &m.styles,
		selection: &m.selection,
		metas:     m.statCache,
		refusal:   m.notListed,
		note:      m.annotation,
		columns:   newColumns(m.layout.listWidth, m.list.result.view != setting.ViewFiles, m.annotated()),
		width:     m.layout.listWidth,
		now:       m.now(),
	}
	if m.list.result.view != setting.ViewFiles && m.selection.Len() > 0 {
		p.partly = m.partly.Of(m.list.result.listing, &m.selection)
	}
	return p
}

// empty returns the reason why there are no rows.
func (m *app) empty() []string {
	if p := m.list.result; p != nil && p.found != nil && !m.awaitsResult() {
		key := ""
		if refused := m.keys.browse.refused; refused.Enabled() && !m.withRefused {
			key = refused.Help().Key
		}
		return p.found.Nothing(p.text, m.opts.Home, key)
	}
	return []string{m.emptyList()}
}

// emptyList returns the reason why there are no rows without a query.
func (m *app) emptyList() string {
	switch {
	case m.searchTask.running():
		return "searching"
	case m.marked.Generation() > 0:
		return "no selected paths here (v shows all)"
	case m.noCaches && m.progress.files > 0:
		return "only caches here (c shows them)"
	case m.progress.files > 0 && m.program != "":
		return "nothing belongs to " + safe(m.program) + " (Ctrl-X shows all)"
	case m.progress.running || m.progress.files > 0:
		return "scanning"
	}
	return "no candidates found"
}

func (m *app) tooSmall() string {
	if m.layout.height <= 0 {
		return ""
	}
	text := fmt.Sprintf("terminal too small (need %dx%d)", minWidth, minHeight)
	return ansi.Truncate(text, max(m.layout.width, 0), "")
}

// resize adapts the layout to a new size of the terminal.
func (m *app) resize(width, height int) {
	m.layout.width, m.layout.height = width, height
	m.relayout()
}

// wish returns whether the pane should be shown. It is only shown with the list.
func (m *app) wish(list bool) pane {
	if !list {
		return paneHidden
	}
	return m.side.wish
}

func (m *app) relayout() {
	list := m.snippet == nil
	m.layout = newLayout(m.layout.width, m.layout.height, parts{
		search: list && m.search.active,
		side:   m.wish(list),
	})
	m.list.resize(m.layout.listHeight)
	if m.snippet != nil {
		m.snippet.resize(m.layout.width, m.layout.bodyHeight)
	}
}
