package tui

import (
	"errors"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// perform does what a pane or a dialog asks for.
func (m *app) perform(a action) tea.Cmd {
	switch a.kind {
	case actionClose:
		m.closeDialog()
	case actionFilter:
		m.closeDialog()
		return m.filter(a.program)
	case actionHelp:
		m.overlay.push(newHelpDialog(&m.keys, m.context()))
	case actionBack:
		m.snippet = nil
		m.side.ask(subject{}) // what was rendered for it may have been dropped
		m.relayout()
	case actionLeave:
		m.result.Outcome = Confirmed
		return m.leave()
	case actionQuit:
		return m.leave()
	case actionAskFile:
		m.overlay.push(newPromptDialog(&m.keys))
	case actionWrite:
		return writeCmd(m.opts.Home, a, m.result.Snippet.Text)
	case actionConfirm:
		m.closeDialog()
		return m.showSnippet(m.selection.Clone())
	case actionCopy:
		return m.copyText("the snippet", m.result.Snippet.Text)
	case actionDialect:
		return m.nextDialect()
	case actionAskAdopt:
		return m.openAdopt()
	case actionAdopt:
		return m.runAdopt()
	case actionNone:
	}
	return nil
}

func (m *app) closeDialog() {
	if m.overlay.top() == dialog(m.counter.dialog) {
		m.closePrograms()
	}
	m.overlay.pop()
}

// filter shows the files of one program only, or of all.
func (m *app) filter(program string) tea.Cmd {
	if m.program == program {
		return nil
	}
	m.program = program
	return m.ask(true)
}

// toggle marks the node of a row, or takes its mark away.
func (m *app) toggle(row int) tea.Cmd {
	if row >= len(m.list.nodes) {
		return nil
	}
	l, node := m.progress.latest, m.list.nodes[row]
	if told := m.whyUnselectable(node); told != nil {
		return told
	}
	if dir, covered := m.selection.CoveredBy(l, node); covered {
		return m.notify("covered by " + string(l.AppendNode(nil, index.DirNode(dir))))
	}
	m.history.Push(&m.selection)
	m.selection.Toggle(l, node)
	if index.IsDir(node) && m.selection.Has(node) && m.opts.Machine.Splits(string(l.AppendNode(nil, node))) {
		return m.notify("it belongs to several programs, or is kept in part: see Tab")
	}
	return nil
}

// selectAll marks everything that the page is about, not only what is kept for
// display: files, or in the other views the directories that stand for them.
func (m *app) selectAll() {
	p := m.list.result
	if p == nil {
		return
	}
	m.history.Push(&m.selection)
	switch {
	case p.view == ViewFiles, m.opts.Listed:
		m.selection.AddFiles(p.listing, p.hits)
	case p.hits == nil:
		m.selection.AddNodes(p.listing, p.listing.RollUp(p.listing.Order(), m.opts.Machine.Splits))
	default:
		var files []uint32
		p.hits.Each(func(id uint32) { files = append(files, id) })
		m.selection.AddNodes(p.listing, p.listing.RollUp(files, m.opts.Machine.Splits))
	}
}

// toggleOnlyMarked shows only what is marked now, or everything again.
func (m *app) toggleOnlyMarked() tea.Cmd {
	switch {
	case m.marked.Generation() > 0:
		m.marked = index.Selection{}
	default:
		m.marked = m.selection.Clone()
	}
	return m.ask(true)
}

// confirm shows the snippet for what is selected, or else for the line under the
// cursor.
func (m *app) confirm() tea.Cmd {
	if m.restoring() {
		return m.notify("the selection is looked for again: Enter when that is done")
	}
	chosen := m.selection.Clone()
	if chosen.Len() == 0 {
		id, ok := m.list.current()
		if !ok {
			return m.notify("there is nothing to confirm")
		}
		if told := m.whyUnselectable(id); told != nil {
			return told
		}
		chosen.Select(id)
	}
	if chosen.Len() > longSnippet {
		m.overlay.push(newConfirmDialog(&m.keys, chosen.Len()))
		return nil
	}
	return m.showSnippet(chosen)
}

func (m *app) showSnippet(chosen index.Selection) tea.Cmd {
	return m.showSnippetOf(renderRequest{chosen: chosen, listing: m.progress.latest})
}

// nextDialect writes snippets in the next dialect from now on, the one that is on the
// screen too.
func (m *app) nextDialect() tea.Cmd {
	m.dialect = (m.dialect + 1) % len(m.opts.Dialects)
	if m.snippet != nil {
		return m.showSnippetOf(m.snippet.drawing)
	}
	return m.notify("dialect " + m.dialectName())
}

// showSnippetOf shows a snippet in the dialect of now.
func (m *app) showSnippetOf(what renderRequest) tea.Cmd {
	what.dialect = m.dialect
	m.snippet = newSnippetPane(&m.keys, what)
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

// snippetJob keeps track of the snippet that is being rendered. There is one at a
// time, as Options.Snippet asks for; a newer one waits for the end of it.
type snippetJob struct {
	gen     int // of the newest snippet
	running bool
	next    renderRequest // the newest one, if it waits
}

// renderRequest is a snippet to render.
type renderRequest struct {
	chosen  index.Selection
	listing *index.Listing // whose nodes they are
	dialect int
	// live is the generation of the side pane that it is for; 0 if it is the one
	// to leave with.
	live int
}

// renderSnippet renders a snippet, now or when the one before is done.
func (m *app) renderSnippet(what renderRequest) tea.Cmd {
	d := &m.snippetJob
	d.gen++
	if d.running {
		d.next = what
		return nil
	}
	d.running = true
	return renderCmd(d.gen, what, m.opts.Machine)
}

// takeSnippet shows a snippet, unless a newer one is waited for or nobody looks.
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
		m.side.snippet = snippetLines(msg.snippet, m.paneWidth(), sideLines)
	case live == 0 && m.snippet != nil:
		m.snippet.fill(msg)
		m.result.Snippet = msg.snippet
		if msg.snippet.Text != "" {
			return m.copyText("the snippet", msg.snippet.Text)
		}
	}
	return nil
}

// takeWritten says what became of the file.
func (m *app) takeWritten(msg written) tea.Cmd {
	d, open := m.overlay.top().(*promptDialog)
	switch {
	case msg.err == nil && open:
		m.closeDialog()
		fallthrough
	case msg.err == nil:
		return m.notify("written to " + msg.name)
	case !open:
		return m.notify(msg.name + ": " + msg.err.Error())
	}
	d.answer, d.exists = safe(msg.err.Error()), ""
	if errors.Is(msg.err, errExists) {
		d.exists = msg.name
	}
	return nil
}

// explain asks why a node is a candidate.
func (m *app) explain(node uint32) tea.Cmd {
	return explainCmd(m.ctx, m.opts.Machine, string(m.list.result.listing.AppendNode(nil, node)))
}

// paste inserts text where text is typed. Elsewhere it does nothing: what was copied
// from somewhere is never taken for keys.
func (m *app) paste(text string) tea.Cmd {
	if d, ok := m.overlay.top().(typist); ok {
		d.insert(text)
	}
	if m.context() != contextSearch {
		return nil
	}
	m.search.insert(text)
	return m.ask(true)
}

// notify shows a notice for a while.
func (m *app) notify(text string) tea.Cmd {
	m.notice = notice{text: text, gen: m.notice.gen + 1}
	return m.after(noticeTime, noticeExpired{m.notice.gen})
}

// wheelLines is how far a step of the wheel goes.
const wheelLines = 3

func (m *app) wheel(mouse tea.Mouse) {
	lines := wheelLines
	switch mouse.Button {
	case tea.MouseWheelUp:
		lines = -lines
	case tea.MouseWheelDown:
	default:
		return
	}
	switch {
	case m.overlay.top() != nil:
		m.overlay.top().scroll(lines)
	case m.snippet != nil:
		m.snippet.scroll(lines)
	case m.overList(mouse):
		m.list.moveTo(max(m.list.cursor+lines, 0))
	}
}

// overList reports whether the mouse points at the list, and not at a pane beside
// or below it.
func (m *app) overList(mouse tea.Mouse) bool {
	return mouse.X < m.layout.listWidth && mouse.Y < m.layout.body+m.layout.listHeight
}

// click puts the cursor on a row; on its mark, it changes that.
func (m *app) click(mouse tea.Mouse) tea.Cmd {
	if mouse.Button != tea.MouseLeft || m.shutdown.leaving {
		return nil
	}
	if m.overlay.top() != nil {
		return m.perform(m.overlay.click(mouse.X, mouse.Y))
	}
	if m.snippet != nil || m.layout.tooSmall || !m.overList(mouse) {
		return nil
	}
	row, ok := m.list.rowAt(mouse.Y - m.layout.body)
	if !ok {
		return nil
	}
	m.list.moveTo(row)
	if mouse.X < gutter {
		return m.toggle(row)
	}
	return nil
}
