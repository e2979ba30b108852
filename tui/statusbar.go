package tui

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// notice is a short message on the status line that disappears after noticeTime.
type notice struct {
	text string
	gen  int
}

// headline renders the first line: what is at stake and what is kept, where, and the scan.
func (m *app) headline() string {
	st := &m.styles
	name := []draw.Span{{Text: " ephemeral", Style: st.Title}}
	where := []draw.Span{}
	for _, text := range []string{m.opts.Host, m.opts.FileSystem} {
		if text != "" {
			where = append(where, draw.Span{Text: "  " + safe(text), Style: st.Dim})
		}
	}
	stake := m.stake()
	brief := stake[:min(len(stake), 2)]
	left := [][]draw.Span{
		spans(name, where, gap(3), stake), spans(name, where[:min(len(where), 1)], gap(3), stake), spans(name, gap(3), stake), spans(gap(1), stake), spans(name, gap(2), brief),
		spans(gap(1), brief),
		{},
	}
	return draw.Ends(m.layout.width, left, m.headlineRight())
}

func gap(cells int) []draw.Span { return []draw.Span{{Text: fmt.Sprintf("%*s", cells, "")}} }

func spans(parts ...[]draw.Span) (all []draw.Span) {
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}

// stake says what is at stake and what is kept. The number counts down while the user keeps places.
func (m *app) stake() []draw.Span {
	st, p := &m.styles, &m.progress
	switch totals := m.overview.totals; {
	case totals != nil && totals.Listing() == p.latest && !p.running:
		kept := int64(0)
		if m.selectionSize.known {
			kept = m.selectionSize.size
		}
		all := []draw.Span{{Text: printable.Size(max(totals.Size()-kept, 0)), Style: st.Loss}, {Text: " " + m.opts.loss()}}
		if m.selection.Len() > 0 && m.selectionSize.known {
			all = append(all, draw.Span{Text: "  "}, draw.Span{Text: printable.Size(kept), Style: st.Marked}, draw.Span{Text: " " + m.opts.Job.Selected})
		}
		return all
	case p.running:
		return []draw.Span{{Text: p.spin() + " " + m.opts.scanning(), Style: st.Loss}, {Text: ""}}
	case p.err != nil:
		return []draw.Span{{Text: "scan stopped", Style: st.Loss}, {Text: ""}}
	}
	return []draw.Span{{Text: "adding up sizes", Style: st.Dim}, {Text: ""}}
}

// loss returns the words for what is not selected.
func (o *Options) loss() string {
	if o.Loss == "" {
		return "not kept"
	}
	return o.Loss
}

// shortTabs is the room for the active tab alone.
const shortTabs = len("Programs 1,000")

// headlineRight describes the scan, or names the view if there is no line for tabs.
func (m *app) headlineRight() [][]draw.Span {
	st, p := &m.styles, &m.progress
	var unread []draw.Span
	if problem := m.problems().Chip(); problem != "" {
		unread = []draw.Span{{Text: problem, Style: st.Secret}, {Text: "  "}}
	}
	least := [][]draw.Span{unread, nil}
	if len(p.summary.NoLongerKept) > 0 { // shown at any width
		unread[0].Style, least = st.Loss, [][]draw.Span{unread[:1]}
	}
	if m.layout.tabs < 0 && m.snippet == nil && m.layout.search < 0 {
		line, short := m.tabSpans(m.layout.width), m.tabSpans(shortTabs)
		if unread == nil {
			least[0] = short
		}
		return append([][]draw.Span{spans(unread, line), spans(unread, short)}, least...)
	}
	files := p.files
	if p.latest != nil {
		files -= p.latest.NonCandidates()
	}
	count := printable.Plural(files, "file", "files")
	took := ""
	if !p.running && p.took > 0 {
		took = fmt.Sprintf(" %s %.1fs", st.Glyphs.Separator, p.took.Seconds())
	}
	more := ""
	if places := m.overview.places; places > 0 && (m.decisions.Decided == 0 || m.snippet != nil) {
		more = " " + st.Glyphs.Separator + " " + printable.Plural(places, "place", "places")
	}
	var variants [][]draw.Span
	if m.decisions.Decided > 0 && m.snippet == nil {
		bar := m.reviewed()
		files := []draw.Span{{Text: count + took + " " + st.Glyphs.Separator + " ", Style: st.Dim}}
		return append([][]draw.Span{spans(unread, files, bar), spans(unread, bar), spans(unread, bar[:1])}, least...)
	}
	for _, text := range []string{count + more + took, count + took, count} {
		variants = append(variants, spans(unread, []draw.Span{{Text: text + " ", Style: st.Dim}}))
	}
	return append(variants, least...)
}

// tabSpans returns as many tabs as fit into room cells.
func (m *app) tabSpans(room int) []draw.Span {
	line, cells, _ := m.styles.Tabs(m.tabs(), room)
	if cells == 0 {
		return nil
	}
	return []draw.Span{{Text: line, Cells: cells}, {Text: " "}}
}

// tabs returns the views with their counts.
func (m *app) tabs() []draw.Tab {
	p := m.list.result
	count := func(v setting.View, known int) string {
		if p != nil && p.View == v && (p.Narrows() || known == 0) && v != setting.ViewTree {
			return draw.TabCount(p.Total)
		}
		return draw.TabCount(known)
	}
	files := 0
	if m.progress.latest != nil {
		files = m.progress.files - m.progress.latest.NonCandidates()
	}
	return []draw.Tab{
		{Name: "Places", Count: count(setting.ViewPlaces, m.overview.places), Active: m.view == setting.ViewPlaces},
		{Name: "Programs", Count: count(setting.ViewPrograms, m.overview.programs), Active: m.view == setting.ViewPrograms},
		{Name: "Tree", Active: m.view == setting.ViewTree},
		{Name: "Files", Count: count(setting.ViewFiles, files), Active: m.view == setting.ViewFiles},
	}
}

// chip is a filter that is set, and the key that removes it.
type chip struct {
	draw.Chip
	key tea.KeyPressMsg
}

// chips returns the filters that are set.
func (m *app) chips() (all []chip) {
	add := func(set bool, text, label string, key tea.KeyPressMsg) {
		if set {
			all = append(all, chip{draw.Chip{Text: text, Key: label}, key})
		}
	}
	letter := func(r rune) tea.KeyPressMsg { return tea.KeyPressMsg{Code: r, Text: string(r)} }
	add(m.program != "", safe(m.program), "^X", tea.KeyPressMsg{Code: 'x', Mod: tea.ModCtrl})
	add(m.noCaches, "no caches", "c", letter('c'))
	add(m.marked.Generation() > 0, "selected", "v", letter('v'))
	hidden := printable.Grouped(m.decisions.Hidden()) + " decided"
	add(m.hiddenGeneration() != 0, hidden+" hidden", "I", letter('I'))
	add(m.decisions.withHidden, hidden+" shown", "I", letter('I'))
	add(m.withRefused, "excluded too", "x", letter('x'))
	if m.group > 0 {
		add(true, safe(m.opts.Groups[m.group-1]), "o", letter('o'))
	}
	key := m.sort.In(m.view, m.annotated())
	isDefault := key == table.SortKeys(m.view, m.annotated())[0] && !m.reversed
	add(m.search.Text == "" && (!isDefault || m.layout.tabs >= 0 && m.layout.width >= sideFrom), "sort: "+m.sortName(key), "s", letter('s'))
	return all
}

// drawnChips returns the chips that fit into room cells.
func (m *app) drawnChips(room int) (line string, cells int, at []draw.Range) {
	chips := make([]draw.Chip, 0, 4)
	for _, c := range m.chips() {
		chips = append(chips, c.Chip)
	}
	return m.styles.Chips(chips, room)
}

// tabLine renders the views and, on the right, the filters.
func (m *app) tabLine() string {
	width := m.layout.width
	tabs, used, _ := m.styles.Tabs(m.tabs(), width-1)
	used++
	chips, cells, _ := m.drawnChips(width - used - 2)
	line := " " + tabs
	if cells > 0 {
		line += fmt.Sprintf("%*s", width-used-cells, "") + chips
	}
	return line
}

// searchLine renders the query, and how much matches.
func (m *app) searchLine() (line string, column int) {
	st := &m.styles
	right := ""
	if p := m.list.result; p != nil && p.Text == m.search.Text {
		right = printable.Grouped(p.Total)
		if total := m.tabTotal(p.View); total > 0 {
			right += " of " + printable.Grouped(total)
		}
		right += " " + m.view.String() + " "
	}
	room := m.layout.width - textcell.Width(right)
	if room < m.layout.width/2 {
		right, room = "", m.layout.width
	}
	line, column = m.search.view(st, room)
	if right != "" {
		line += fmt.Sprintf("%*s", max(room-lipgloss.Width(line), 0), "") + st.Dim.Render(right)
	}
	return line, column
}

// tabTotal returns the number of rows of a view without a query.
func (m *app) tabTotal(v setting.View) int {
	switch v {
	case setting.ViewPlaces:
		return m.overview.places
	case setting.ViewPrograms:
		return m.overview.programs
	case setting.ViewFiles, setting.ViewTree:
	}
	if m.progress.latest == nil {
		return 0
	}
	return m.progress.files - m.progress.latest.NonCandidates()
}

// status renders the line below the list: the selection, the progress of the review, and the remark.
func (m *app) status() string {
	st, width := &m.styles, m.layout.width
	if m.snippet != nil {
		title := " " + m.snippet.Title()
		doubt := m.doubt(textcell.Width(title))
		told := textcell.Truncate(safe(m.notice.text), max(width-textcell.Width(title)-textcell.Width(doubt)-3, 0), st.Glyphs.Ellipsis)
		return draw.Ends(width, [][]draw.Span{{{Text: title, Style: st.Title}, {Text: doubt, Style: st.Warning}}}, [][]draw.Span{{{Text: told + " ", Style: st.Warning}}, {}})
	}
	left := m.selectedSpans()
	_, used := draw.Spans(left...)
	right, style := m.remark()
	if doubt := m.doubt(used); doubt != "" && (right == "" || used+textcell.Width(doubt)+textcell.Width(right)+3 <= width) {
		left = append(left, draw.Span{Text: doubt, Style: st.Warning})
		used += textcell.Width(doubt)
	}
	if right != "" {
		right = textcell.Truncate(right, max(width-used-3, 0), st.Glyphs.Ellipsis) + " "
		return draw.Ends(width, [][]draw.Span{left}, [][]draw.Span{{{Text: right, Style: style}}, {}})
	}
	if largest := m.largestPlace(); largest != nil && m.layout.tabs >= 0 {
		return draw.Ends(width, [][]draw.Span{spans(left, largest), left}, [][]draw.Span{{}})
	}
	if m.layout.tabs < 0 {
		if chips, cells, _ := m.drawnChips(width - used - 2); cells > 0 {
			return draw.Ends(width, [][]draw.Span{left}, [][]draw.Span{{{Text: chips, Cells: cells}}})
		}
	}
	return draw.Ends(width, [][]draw.Span{left}, [][]draw.Span{{}})
}

// selectedSpans describes the selection.
func (m *app) selectedSpans() []draw.Span {
	st := &m.styles
	left := " " + printable.Grouped(m.selection.Len()) + " " + m.opts.Job.Selected
	all := []draw.Span{{Text: left, Style: st.Marked}}
	if m.selection.Len() == 0 {
		all[0].Style = st.Dim
	}
	if m.restoring() {
		all = append(all, draw.Span{Text: ", " + printable.Grouped(len(m.saved.selected)) + " to be restored"})
	}
	if m.selectionSize.known && m.selection.Len() > 0 {
		all = append(all, draw.Span{Text: ", " + printable.Size(m.selectionSize.size)})
	}
	return all
}

// largestPlace names the largest of all places while nothing is selected: it may be far below.
func (m *app) largestPlace() []draw.Span {
	p := m.list.result
	if p == nil || m.selection.Len() > 0 || m.view != setting.ViewPlaces || len(p.Sections) < 2 {
		return nil
	}
	largest := &p.Places[p.Sections[0].Largest]
	for _, s := range p.Sections {
		if !s.Sized {
			return nil
		}
		if place := &p.Places[s.Largest]; place.Stat.Size > largest.Stat.Size {
			largest = place
		}
	}
	st := &m.styles
	text := "  " + st.Glyphs.Separator + "  largest: " + m.pathText(largest.Node) + " " + printable.Size(largest.Stat.Size)
	return []draw.Span{{Text: text, Style: st.Dim}}
}

// progressCells is the width of the progress bar.
const progressCells = 16

// reviewed shows how many of all places are decided.
func (m *app) reviewed() []draw.Span {
	st, d := &m.styles, &m.decisions
	text := fmt.Sprintf("%s of %s decided ", printable.Grouped(d.Decided), printable.Grouped(d.All))
	return []draw.Span{{Text: text, Style: st.Dim}, {Text: st.Progress(d.Decided, d.All, progressCells), Cells: progressCells}, {Text: " "}}
}

// doubt returns what follows used cells of the status line if nothing shows that a boot wipes a root.
func (m *app) doubt(used int) string {
	room := m.layout.width - used - len("  ")
	if m.opts.Doubt == "" || room <= 0 {
		return ""
	}
	return "  " + textcell.Truncate(safe(m.opts.Doubt), room, m.styles.Glyphs.Ellipsis)
}

// remark returns the most important message.
func (m *app) remark() (string, draw.Style) {
	p, st := m.list.result, &m.styles
	node, shown := m.list.current()
	switch {
	case m.notice.text != "":
		return safe(m.notice.text), st.Warning
	case shown && m.rowRemark.on(node):
		return safe(m.rowRemark.text), st.Warning
	case m.offers():
		return pane.OfferText(m.offer.Files, len(m.offer.Dirs), m.offerKeys()), st.Key
	case m.progress.err != nil:
		return "scan stopped: " + safe(m.progress.err.Error()), st.Warning
	case m.searchTask.running() && m.awaitsResult() && (m.sort == table.SortSize || m.sort == table.SortTime):
		return "reading all sizes and times", st.Dim
	case p != nil && p.Found != nil && p.Found.Cut > 0:
		return "the best " + printable.Grouped(search.BestRows) + " of " + printable.Grouped(p.Found.Cut) + " matches", st.Dim
	}
	return "", draw.Style{}
}

// sortName returns the key as the screen names it.
func (m *app) sortName(k table.SortKey) string {
	switch {
	case k == table.SortRank && m.opts.Live:
		return "last write"
	case k == table.SortRank:
		return m.opts.Job.Order
	}
	return k.String()
}
