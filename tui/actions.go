package tui

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/tui/guide"
	"github.com/DaRacci/list-ephemeral/tui/keymap"
	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// longSnippet is the number of paths above which the user is asked to confirm. Lists written
// by hand have about a hundred.
const longSnippet = 10_000

// filter shows only the files of one program, or those of all if program is "".
func (m *app) filter(program string) tea.Cmd {
	if m.program == program {
		return nil
	}
	m.program = program
	return m.ask(true)
}

// toggle selects or deselects the node of a row.
func (m *app) toggle(row int) tea.Cmd {
	if row >= len(m.list.nodes) {
		return nil
	}
	if m.list.opensOnly(row) {
		return m.notify("Enter opens these places; then choose among them")
	}
	l, node := m.progress.latest, m.list.nodes[row]
	if of := m.list.programAt(row); of != nil {
		m.history.Push(&m.selection)
		m.selection.ToggleNodes(l, of.All)
		return nil
	}
	m.rowRemark.refused = false
	if m.refuses(node) {
		return nil
	}
	if dir, covered := m.selection.CoveredBy(l, node); covered {
		return m.notify("covered by " + m.pathText(index.DirNode(dir)))
	}
	m.history.Push(&m.selection)
	m.selection.Toggle(l, node)
	if m.search.active {
		return m.notifyChosen(node)
	}
	return nil
}

// notifyChosen names the row that Space has selected or deselected in a search: the text of the
// query may have been meant.
func (m *app) notifyChosen(node uint32) tea.Cmd {
	const keys = ": Esc, u undoes; Ctrl-Space types a space"
	if m.selection.Has(node) {
		return m.notify(m.opts.Job.Selected + " " + m.pathText(node) + keys)
	}
	return m.notify("no longer " + m.opts.Job.Selected + " " + m.pathText(node) + keys)
}

// switchTo shows another view. The default order becomes that of the view; one that was chosen stays
// where the view has it.
func (m *app) switchTo(v setting.View) tea.Cmd {
	key := m.sort.In(v, m.annotated())
	if m.sort == table.SortKeys(m.view, m.annotated())[0] && !m.reversed {
		key = table.SortKeys(v, m.annotated())[0]
	}
	m.view = v
	if key != m.sort {
		m.sort, m.reversed = key, false
	}
	return m.ask(true)
}

// selectAll selects everything in the result, not only the rows that are displayed: files, or in
// the other views the directories that include them.
func (m *app) selectAll() {
	p := m.list.result
	if p == nil {
		return
	}
	m.history.Push(&m.selection)
	switch {
	case p.View == setting.ViewFiles, m.opts.Listed:
		m.selection.AddFiles(p.Listing, p.Hits)
	case p.Hits == nil:
		m.selection.AddNodes(p.Listing, p.Listing.RollUp(p.Listing.Order(), m.opts.Machine.Splits))
	default:
		var files []uint32
		p.Hits.Each(func(id uint32) { files = append(files, id) })
		m.selection.AddNodes(p.Listing, p.Listing.RollUp(append(files, p.Found.Nodes...), m.opts.Machine.Splits))
	}
}

// toggleOnlyMarked shows only what is selected now, or everything again.
func (m *app) toggleOnlyMarked() tea.Cmd {
	switch {
	case m.marked.Generation() > 0:
		m.marked = index.Selection{}
	default:
		m.marked = m.selection.Clone()
	}
	return m.ask(true)
}

// confirm shows the snippet for the selection, or for the line under the cursor if the selection
// is empty.
func (m *app) confirm() tea.Cmd {
	if m.restoring() {
		return m.notify("restoring the selection: press Enter when it is done")
	}
	chosen := m.selection.Clone()
	if chosen.Len() == 0 {
		if chosen = m.underCursor(); chosen.Len() == 0 {
			return m.notify("nothing to confirm")
		}
		if id, ok := m.list.current(); ok {
			if m.refuses(id) {
				return nil
			}
		}
	}
	if chosen.Len() > longSnippet {
		return m.open(m.longSnippet(chosen.Len()))
	}
	return m.showSnippet(chosen)
}

func (m *app) showSnippet(chosen index.Selection) tea.Cmd {
	return m.showSnippetOf(renderRequest{chosen: chosen, listing: m.progress.latest})
}

// changeDialect switches to another dialect, and renders the snippet on the screen again.
func (m *app) changeDialect(by int) tea.Cmd {
	m.dialect = (m.dialect + by + len(m.opts.Dialects)) % len(m.opts.Dialects)
	if m.snippet != nil {
		return m.showSnippetOf(m.snippetOf)
	}
	return m.notify(fmt.Sprintf("dialect: %s (%d of %d)", m.dialectName(), m.dialect+1, len(m.opts.Dialects)))
}

// showSnippetOf shows a snippet in the current dialect.
func (m *app) showSnippetOf(what renderRequest) tea.Cmd {
	what.dialect = m.dialect
	m.snippet, m.snippetOf = pane.NewSnippet(&m.keys.Keys, pane.SnippetOptions{
		Job: m.opts.Job, Migrates: m.opts.Job == keymap.AdoptJob, Dialects: m.opts.Dialects, Dialect: m.dialect,
	}), what
	m.relayout()
	return m.renderSnippet(what)
}

// dialectName returns the name of the dialect, or "" if there is no choice.
func (m *app) dialectName() string {
	if len(m.opts.Dialects) < 2 {
		return ""
	}
	return m.opts.Dialects[m.dialect]
}

// snippetJob tracks the snippet that is being rendered. There is one at a time, as
// Machine.Snippet requires. A newer one waits for its end.
type snippetJob struct {
	gen     int // of the newest snippet
	running bool
	next    renderRequest // the newest request, if it waits
}

// renderRequest is a snippet to render.
type renderRequest struct {
	chosen  index.Selection
	listing *index.Listing // of the nodes in chosen
	dialect int
	// live is the generation of the side pane that the snippet is for; 0 if it is for the
	// snippet pane.
	live int
}

// renderSnippet renders a snippet, now or after the one that is being rendered.
func (m *app) renderSnippet(what renderRequest) tea.Cmd {
	d := &m.snippetJob
	d.gen++
	if d.running {
		d.next = what
		return nil
	}
	d.running = true
	return renderCmd(d.gen, what, m.opts.Machine, m.overview.of(what.listing))
}

// takeSnippet shows a rendered snippet, unless a newer one was requested or its pane is closed.
func (m *app) takeSnippet(msg rendered) tea.Cmd {
	d := &m.snippetJob
	next := d.next
	d.running, d.next = false, renderRequest{}
	switch live := msg.drawing.live; {
	case msg.gen != d.gen:
		if next.listing == nil || next.live == 0 && m.snippet == nil {
			return nil
		}
		return m.renderSnippet(next)
	case live > 0 && live == m.side.gen:
		m.side.snippet = pane.Live(&msg.snippet)
	case live == 0 && m.snippet != nil:
		m.offer = offer{}
		if msg.drawing.chosen.Generation() == m.selection.Generation() && m.selection.Len() > 0 {
			m.offer = offer{msg.filled, m.selection.Generation()}
		}
		if m.offers() {
			msg.about.Offer = pane.OfferText(m.offer.Files, len(m.offer.Dirs), m.offerKeys()) + " instead"
		}
		m.snippet.Fill(msg.snippet, msg.about)
		m.sumExcluded()
		m.result.Snippet = msg.snippet
		if msg.snippet.Text != "" {
			return copyCmd(m.ctx, m.opts.Machine, copied{what: "the snippet", text: msg.snippet.Text, auto: true})
		}
	}
	return nil
}

// explain requests the explanation of a node.
func (m *app) explain(node uint32) tea.Cmd {
	return explainCmd(m.ctx, m.opts.Machine, string(m.list.result.Listing.AppendNode(nil, node)), m.placeOf(node))
}

// placeOf says which row keeps a node, and what else it keeps; "" if nothing does.
func (m *app) placeOf(node uint32) string {
	l := m.list.result.From
	if l.NonCandidate(node) {
		return ""
	}
	if dir, covered := m.selection.CoveredBy(l, node); covered {
		return m.opts.Job.Selected + " with " + m.pathText(index.DirNode(dir))
	}
	rows := l.RollUp([]uint32{node}, m.opts.Machine.Splits)
	if len(rows) != 1 || rows[0] == node && !index.IsDir(node) {
		return ""
	}
	text := "place: " + m.pathText(rows[0]) + ", " + printable.Plural(l.FilesOf(rows[0]), "file", "files")
	if totals := m.overview.of(l); totals != nil {
		text += ", " + printable.Size(totals.Of(rows[0]).Size)
	}
	return text
}

// paste inserts text where text can be typed. Elsewhere it does nothing: pasted text never acts
// as keys.
func (m *app) paste(text string) tea.Cmd {
	if d, ok := m.overlay.Top().(pane.Typist); ok {
		d.Insert(text)
	}
	switch m.context() {
	case pane.ContextBrowse:
		m.search.open()
		m.relayout()
	case pane.ContextSearch:
	default:
		return nil
	}
	m.search.Insert(search.Pasted(text))
	return m.ask(true)
}

// notify shows a notice for noticeTime.
func (m *app) notify(text string) tea.Cmd {
	m.notice = notice{text: text, gen: m.notice.gen + 1}
	return m.after(noticeTime, noticeExpired{m.notice.gen})
}

// sortBy sorts by a key, or reverses the order if rows are sorted by it.
func (m *app) sortBy(by table.SortKey) tea.Cmd {
	by = by.In(m.view, m.annotated())
	m.reversed = by == m.sort.In(m.view, m.annotated()) && !m.reversed
	m.sort = by
	return m.ask(true)
}

// problems returns what went wrong, and what the next boot no longer keeps.
func (m *app) problems() *guide.Problems {
	of := &m.progress.summary
	p := guide.Problems{Errors: of.Errors, NoLongerKept: of.NoLongerKept, Unread: of.Unread}
	if err := m.result.DecisionsErr; err != nil {
		p.NotSaved = err.Error()
	}
	if err := m.progress.err; err != nil {
		p.Stopped = err.Error()
	}
	return &p
}

// showProblems lists them.
func (m *app) showProblems() tea.Cmd {
	m.overlay.Push(pane.NewText(&m.keys.Keys, "problems", m.problems().Lines()))
	return nil
}
