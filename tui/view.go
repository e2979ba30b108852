package tui

import (
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/guide"
	"github.com/DaRacci/list-ephemeral/tui/pane"
	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
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
	v.WindowTitle = m.windowTitle()
	if !m.opts.NoMouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	if m.layout.tooSmall {
		v.Content = m.tooSmall()
		return v
	}
	lines := []string{m.headline()}
	if m.layout.tabs >= 0 {
		lines = append(lines, m.tabLine())
	}
	if m.layout.search >= 0 {
		line, column := m.searchLine()
		lines = append(lines, line)
		if m.context() == pane.ContextSearch {
			v.Cursor = tea.NewCursor(column, m.layout.search)
		}
	}
	if m.layout.heads >= 0 {
		lines = append(lines, m.heads())
	}
	if l := &m.list; m.context() == pane.ContextBrowse && len(l.nodes) > 0 { // on the mark, for screen readers
		v.Cursor = tea.NewCursor(2, m.layout.body+l.lineOf(l.cursor)-l.top)
		v.Cursor.Shape, v.Cursor.Blink = tea.CursorUnderline, false
	}
	lines = m.firstRunCard(m.body(lines))
	if m.layout.side > 0 {
		lines = m.beside(lines)
	}
	if m.layout.below > 0 {
		lines = m.below(lines)
	}
	for len(lines) < m.layout.body+m.layout.bodyHeight {
		lines = append(lines, "")
	}
	lines = append(lines, m.status())
	v.Content = m.overlay.Draw(strings.Join(lines, "\n"), &m.styles, m.layout.width, m.layout.height-1) // the hints stay visible
	v.Content += "\n" + m.hints()                                                                       // they depend on what of a dialog fits
	return v
}

// windowTitle returns the title of the terminal's window.
func (m *app) windowTitle() string {
	if m.opts.Host == "" {
		return "list-ephemeral"
	}
	return "list-ephemeral: " + safe(m.opts.Host)
}

func (m *app) body(lines []string) []string {
	if m.snippet != nil {
		return m.snippet.View(lines, &m.styles)
	}
	if len(m.list.nodes) == 0 {
		for i, line := range m.empty() {
			if i < m.layout.listHeight {
				lines = append(lines, "  "+textcell.Truncate(line, max(m.layout.rowWidth()-2, 0), m.styles.Glyphs.Ellipsis))
			}
		}
		return lines
	}
	return m.painter().view(lines)
}

// heads returns the heads of the columns.
func (m *app) heads() string {
	names := draw.Names{Path: m.opts.Job.Picks + " " + m.view.Row(), Note: m.opts.Job.Note, Hits: "files", Program: "program"}
	if m.view == setting.ViewPrograms {
		names.Hits, names.Program = "places", " files"
	}
	if p := m.list.result; p != nil && p.Matches != nil {
		names.Hits = "matching"
	}
	by, reversed := m.sort.In(m.view, m.annotated()), m.reversed
	if p := m.list.result; p != nil && p.Text != "" {
		by = table.SortMatters // a query ranks
	}
	columns := m.columns()
	return m.styles.Heads(&columns, names, draw.Sorted{By: by.Column(), Reversed: reversed})
}

// empty returns why there are no rows, and which key helps.
func (m *app) empty() []string {
	p, k := &m.progress, &m.keys.Browse
	found := p.latest != nil && p.latest.Files() > p.latest.NonCandidates()
	if m.search.Text != "" && (found || !p.running) {
		return m.noMatch()
	}
	e := guide.Empty{
		Scanning: p.running, Live: m.opts.Live, Reading: m.searchTask.running() || !p.current(), Found: found, Filters: m.emptyFilters(),
		Unread: p.summary.Errors, Errors: k.Unread.Help().Key,
	}
	if m.opts.Hidden != nil {
		e.Hidden = m.opts.Hidden()
	}
	if p.err != nil {
		e.Stopped = safe(p.err.Error())
	}
	if !m.opts.Once {
		e.Again = k.Rescan.Help().Key
		if !m.withRefused {
			e.Refused = k.Refused.Help().Key
		}
	}
	for _, path := range m.opts.Paths {
		e.Asked = append(e.Asked, safe(path)+": "+safe(m.opts.Machine.NotListed(path, scan.KindDir).Reason))
	}
	return e.Lines()
}

// emptyFilters returns the filters that are set, other than a query.
func (m *app) emptyFilters() (all []guide.Filter) {
	add := func(set bool, alone, text, key string) {
		if set {
			all = append(all, guide.Filter{Alone: alone, Text: text, Key: key})
		}
	}
	add(m.marked.Generation() > 0, "no selected paths here", "only what is selected", "v shows all")
	if m.group > 0 {
		group := safe(m.opts.Groups[m.group-1])
		add(true, "no "+group, group, "o shows others")
	}
	add(m.noCaches, "only caches here", "no caches", "c shows them")
	add(m.program != "", "nothing belongs to "+safe(m.program), safe(m.program), "Ctrl-X shows all")
	hidden := printable.Plural(m.decisions.Hidden(), "path", "paths")
	add(m.hiddenGeneration() != 0, "everything here is decided: "+hidden+" ignored or postponed", hidden+" ignored or postponed", "I shows them")
	return all
}

// noMatch returns what is shown if nothing matches the query.
func (m *app) noMatch() []string {
	p := m.list.result
	if m.searchTask.running() || p == nil || p.Found == nil || m.awaitsResult() {
		return []string{"searching"}
	}
	key := ""
	if refused := m.keys.Browse.Refused; refused.Enabled() && !m.withRefused {
		key = refused.Help().Key
	}
	lines := p.Found.Nothing(p.Text, m.opts.Home, key)
	for _, f := range m.emptyFilters() {
		lines = append(lines, "filter "+f.Text+": Esc, then "+f.Key)
	}
	return lines
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

// wish returns whether the cards should be shown. They are only shown with the list.
func (m *app) wish(list bool) cardsWish {
	if !list {
		return paneHidden
	}
	return m.side.wish
}

func (m *app) relayout() {
	list := m.snippet == nil
	m.layout = newLayout(m.layout.width, m.layout.height, parts{
		list:   list,
		search: list && m.search.active,
		side:   m.wish(list),
		card:   m.firstRunHeight(list),
	})
	m.list.resize(m.layout.listHeight)
	if m.snippet != nil {
		m.snippet.Resize(m.layout.width, m.layout.bodyHeight)
	}
}
