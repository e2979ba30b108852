package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/tui/card"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// side is the two cards beside the list: what is under the cursor, and the snippet as it would be
// now.
type side struct {
	newest[subject]
	wish    cardsWish // what the user chose
	preview card.Card
	snippet []string // safe to show
	// placeTop and snippetTop are the lines at the top of the cards.
	placeTop, snippetTop int
}

// subject is what the cards show.
type subject struct {
	node    uint32
	owner   index.Owner // of a row of a program
	shown   bool        // there is a line under the cursor
	marks   int         // generation of the selection
	dialect int         // of the snippet
	totals  *index.Totals
}

const (
	// sideDelay is how long the cursor must rest on a line before the line is previewed. A
	// key that repeats does not cause disk accesses.
	sideDelay = 30 * time.Millisecond
	// liveMarks is the maximum size of a selection that is rendered at every change.
	liveMarks = 2000
)

// followCursor updates the cards after a change of the cursor or the selection.
func (m *app) followCursor() tea.Cmd {
	if !m.layout.pane() || m.snippet != nil || m.list.result == nil || m.shutdown.leaving {
		return nil
	}
	now := subject{marks: m.selection.Generation(), dialect: m.dialect, totals: m.overview.totals}
	now.node, now.shown = m.list.current()
	if of := m.list.programAt(m.list.cursor); of != nil {
		now.owner, now.shown = of.Owner, true
	}
	if now == m.side.request {
		return nil
	}
	m.side.placeTop, m.side.snippetTop = 0, 0
	return m.after(sideDelay, sideDue{m.side.ask(now)})
}

// togglePreview shows the cards or hides them.
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

// fillSide requests the contents of the cards.
func (m *app) fillSide(msg sideDue) tea.Cmd {
	s := &m.side
	if msg.gen != s.gen || m.list.result == nil || m.snippet != nil {
		return nil
	}
	if !s.request.shown {
		s.preview, s.snippet = card.Card{}, nil
		return nil
	}
	if program := m.list.programAt(m.list.cursor); program != nil {
		s.preview = m.previewProgram(program)
		return m.renderLive()
	}
	of := card.Source{
		Listing: m.list.result.From, Stat: m.statCache.Stat, Machine: m.opts.Machine, Totals: m.overview.of(m.list.result.From),
		Now: m.now(), Configurations: m.opts.Configurations, Title: m.pathText(s.request.node),
	}
	if m.annotated() {
		of.Note = func(path string) string { return m.opts.Machine.Annotate(path).Long }
	}
	return tea.Batch(previewCmd(s.begin(m.ctx), s.gen, of, s.request.node), m.renderLive())
}

// previewProgram describes a program.
func (m *app) previewProgram(of *table.Program) card.Card {
	show := card.Card{
		Title: programName(of), Known: safe(of.Owner.Type), Share: of.Kept, ShareOf: m.opts.Configurations,
		Sum: printable.Plural(len(of.All), "place", "places") + ", " + printable.Plural(of.Stat.Files, "file", "files"),
	}
	if of.Sized {
		show.Sum += ", " + printable.Size(of.Stat.Size)
	}
	totals := m.overview.of(m.list.result.From)
	for _, node := range of.All[:min(len(of.All), card.MostLines)] {
		entry := card.Entry{Name: m.pathText(node)}
		if totals != nil {
			entry.Size, entry.Sized = totals.Of(node).Size, true
		}
		show.Entries = append(show.Entries, entry)
	}
	slices.SortStableFunc(show.Entries, func(a, b card.Entry) int { return cmp.Compare(b.Size, a.Size) })
	show.More = len(of.All) - len(show.Entries)
	return show
}

// renderLive renders the snippet for the selection, or for the line under the cursor if the
// selection is empty.
func (m *app) renderLive() tea.Cmd {
	chosen := m.selection.Clone()
	if chosen.Len() == 0 {
		chosen = m.underCursor()
	}
	if chosen.Len() > liveMarks {
		m.side.snippet = []string{printable.Grouped(chosen.Len()) + " " + m.opts.Job.Selected + ": Enter shows the " + m.opts.Job.Shows}
		return nil
	}
	return m.renderSnippet(renderRequest{chosen: chosen, listing: m.progress.latest, dialect: m.dialect, live: m.side.gen})
}

// underCursor returns a selection of the row under the cursor: a path, or all places of a program.
func (m *app) underCursor() (chosen index.Selection) {
	if of := m.list.programAt(m.list.cursor); of != nil {
		chosen.ToggleNodes(m.list.result.From, of.All)
		return chosen
	}
	if node, ok := m.list.current(); ok {
		chosen.Select(node)
	}
	return chosen
}

// belowWidths returns the widths of the cards below the list. On a narrow terminal there is only the
// first one.
func (m *app) belowWidths() (place, snippet int) {
	if m.layout.width < bothFrom {
		return m.layout.width, 0
	}
	place = m.layout.width / 2
	return place, m.layout.width - place
}

// bothFrom is the least width of a terminal with both cards below the list.
const bothFrom = 72

// placeCard returns the card of the row under the cursor.
func (m *app) placeCard(width, height int) []string {
	title := cmp.Or(m.side.preview.Title, m.styles.Glyphs.Ellipsis)
	m.side.preview.Excluded = m.excludedOf(m.list.cursor)
	return m.styles.Card(m.styles.ShortTitle(title, width), draw.Scrolled(&m.side.placeTop, height-draw.FrameHeight, func(n int) []string { return m.side.preview.Lines(&m.styles, width-draw.FrameWidth, n) }), width, height)
}

// snippetCard returns the card of the snippet.
func (m *app) snippetCard(width, height int) []string {
	st := &m.styles
	title := "this place"
	if n := m.selection.Len(); n > 0 {
		title = printable.Grouped(n) + " " + m.opts.Job.Selected
	}
	if name := m.dialectName(); name != "" {
		title += " " + st.Glyphs.Separator + " " + name
	}
	if m.selectionSize.known && m.selection.Len() > 0 {
		title += " " + st.Glyphs.Separator + " " + printable.Size(m.selectionSize.size)
	}
	m.side.snippetTop = max(0, min(m.side.snippetTop, len(m.side.snippet)-(height-draw.FrameHeight)))
	lines := st.Clipped(m.side.snippet[m.side.snippetTop:], width-draw.FrameWidth, height-draw.FrameHeight)
	return st.Card(title, lines, width, height)
}

// sideArea returns the first line and the height of the cards beside the list.
func (m *app) sideArea() (first, height int) {
	if m.layout.heads >= 0 {
		return m.layout.heads, m.layout.bodyHeight + 1
	}
	return m.layout.body, m.layout.bodyHeight
}

// beside appends the lines of the cards to those of the list. The first card begins at the heads of
// the columns.
func (m *app) beside(lines []string) []string {
	first, height := m.sideArea()
	place := height - height*2/5
	cards := append(m.placeCard(m.layout.side, place), m.snippetCard(m.layout.side, height-place)...)
	for len(lines) < first+height {
		lines = append(lines, "")
	}
	for i := range height {
		var b strings.Builder
		b.WriteString(lines[first+i])
		if i < len(cards) {
			textcell.WriteFiller(&b, m.layout.listWidth-lipgloss.Width(lines[first+i]))
			b.WriteString(cards[i])
		}
		lines[first+i] = b.String()
	}
	return lines
}

// below adds the cards below the list.
func (m *app) below(lines []string) []string {
	for len(lines) < m.layout.body+m.layout.listHeight {
		lines = append(lines, "")
	}
	left, right := m.belowWidths()
	place, snippet := m.placeCard(left, m.layout.below), []string(nil)
	if right > 0 {
		snippet = m.snippetCard(right, m.layout.below)
	}
	for i, line := range place {
		if i < len(snippet) {
			line += snippet[i]
		}
		lines = append(lines, line)
	}
	return lines
}
