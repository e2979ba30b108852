package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui/keymap"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// context returns the context of a key that is pressed now.
func (m *app) context() pane.Context {
	switch {
	case m.overlay.Top() != nil:
		return m.overlay.Top().Context()
	case m.snippet != nil:
		return pane.ContextSnippet
	case m.search.active:
		return pane.ContextSearch
	}
	return pane.ContextBrowse
}

func (m *app) press(msg tea.KeyPressMsg) tea.Cmd {
	m.clicked = 0
	if why := m.whyDisabled(msg); why != "" && len(m.searchTask.pendingKeys) == 0 {
		return m.notify(why)
	}
	switch {
	case m.shutdown.leaving:
		return nil
	case key.Matches(msg, m.keys.Suspend):
		return m.suspend()
	case m.overlay.Top() != nil:
		return m.perform(m.overlay.Top().Press(msg))
	case m.snippet != nil:
		return m.perform(m.snippet.Press(msg))
	case m.search.active:
		return m.pressSearch(msg)
	}
	return m.pressBrowse(msg)
}

// pressBrowse handles the keys outside a search, where letters are commands.
func (m *app) pressBrowse(msg tea.KeyPressMsg) tea.Cmd {
	k := &m.keys.Browse
	if m.shouldQueue(&k.ListKeys, msg) {
		return m.pressList(&k.ListKeys, msg)
	}
	node, shown := m.list.current()
	switch {
	case key.Matches(msg, k.Search):
		m.search.open()
		m.relayout()
		if m.list.result != nil {
			return prepareCmd(m.list.result.Listing)
		}
	case key.Matches(msg, k.Expand):
		if !m.list.setOpen(true) && shown && m.list.tree() && index.IsDir(node) {
			m.list.moveTo(m.list.cursor + 1)
		}
	case key.Matches(msg, k.Collapse):
		if !m.list.setOpen(false) {
			m.list.toParent()
		}
	case key.Matches(msg, k.Rescan):
		return m.rescan()
	case key.Matches(msg, k.Refused):
		return m.toggleRefused()
	case key.Matches(msg, k.HideCaches):
		m.noCaches = !m.noCaches
		return m.ask(true)
	case key.Matches(msg, k.Group):
		return m.nextGroup()
	case key.Matches(msg, k.Dialect):
		return m.changeDialect(1)
	case key.Matches(msg, k.DialectBack):
		return m.changeDialect(-1)
	case key.Matches(msg, k.Sort):
		m.sort, m.reversed = m.sort.Next(m.view, m.annotated()), false
		return m.ask(true)
	case key.Matches(msg, k.Reverse):
		m.reversed = !m.reversed
		return m.ask(true)
	case key.Matches(msg, k.Unread):
		return m.showProblems()
	case key.Matches(msg, k.Explain) && shown:
		return m.explain(node)
	case key.Matches(msg, k.Copy) && shown:
		return m.copyPath(string(m.list.result.Listing.AppendNode(nil, node)))
	case key.Matches(msg, k.Directories):
		return m.keepFilled()
	case key.Matches(msg, k.Preview):
		return m.togglePreview()
	case key.Matches(msg, k.OnlyMarked):
		return m.toggleOnlyMarked()
	default:
		return m.pressDecision(msg)
	}
	return nil
}

// quitNotice is shown at the first "q" if the selection is not empty.
const quitNotice = "q again quits without the selection; Enter shows its snippet"

// pressDecision handles the keys of decisions, undo and redo, and those of every list.
func (m *app) pressDecision(msg tea.KeyPressMsg) tea.Cmd {
	k := &m.keys.Browse
	switch {
	case key.Matches(msg, k.Undo):
		return tea.Batch(m.undo(), m.findFilled())
	case key.Matches(msg, k.Redo):
		return tea.Batch(m.redo(), m.findFilled())
	case key.Matches(msg, k.Ignore):
		return m.decide(triage.Ignore)
	case key.Matches(msg, k.NotNow):
		return m.decide(triage.NotNow)
	case key.Matches(msg, k.NextNew):
		return m.toUndecided(1)
	case key.Matches(msg, k.PreviousNew):
		return m.toUndecided(-1)
	case key.Matches(msg, k.Usual):
		return m.keepUsual()
	case key.Matches(msg, k.Dismiss):
		m.dismissed = true
	case key.Matches(msg, k.Hidden):
		return m.toggleHidden()
	default:
		return m.pressList(&k.ListKeys, msg)
	}
	return nil
}

// pressList handles the keys that mean the same with and without a query.
func (m *app) pressList(k *keymap.ListKeys, msg tea.KeyPressMsg) tea.Cmd {
	if m.shouldQueue(k, msg) {
		m.searchTask.pendingKeys = append(m.searchTask.pendingKeys, pendingKey{k, msg})
		return nil
	}
	switch {
	case key.Matches(msg, k.Toggle):
		row, cmd := m.list.cursor, m.toggle(m.list.cursor)
		if node, shown := m.list.current(); !shown || !m.rowRemark.on(node) { // the remark stays
			m.list.moveTo(row + 1)
		}
		if m.search.active && m.list.cursor > row {
			m.search.chosen = m.list.cursor
		}
		return cmd
	case key.Matches(msg, k.SelectAll):
		m.selectAll()
		return m.findFilled()
	case key.Matches(msg, k.DeselectAll):
		m.history.Push(&m.selection)
		m.selection.Clear()
		if m.saved != nil {
			m.saved.selected = nil
		}
	case key.Matches(msg, k.NextView):
		return m.switchTo(m.view.Next())
	case key.Matches(msg, k.Programs):
		return m.openPrograms()
	case key.Matches(msg, k.ClearProgram):
		return m.filter("")
	case key.Matches(msg, k.Confirm):
		if m.list.opensOnly(m.list.cursor) && (!m.search.active || m.selection.Len() == 0) { // Space may have moved there
			m.list.setOpen(true)
			return nil
		}
		return m.confirm()
	case key.Matches(msg, k.ShowHelp):
		return m.perform(pane.Action{Kind: pane.ActionHelp})
	case key.Matches(msg, k.Quit):
		if msg.String() == "q" && m.selection.Len() > 0 && m.selection.Generation() != m.decisions.restored && m.notice.text != quitNotice {
			return m.notify(quitNotice)
		}
		return m.perform(pane.Action{Kind: pane.ActionQuit})
	default:
		if to, ok := k.Move.Target(msg, m.list.cursor, m.list.height, len(m.list.nodes)); ok {
			m.list.moveTo(to)
		}
	}
	return nil
}

func (m *app) pressSearch(msg tea.KeyPressMsg) tea.Cmd {
	k := &m.keys.Search
	before := m.search.Text
	switch {
	case key.Matches(msg, k.Leave):
		m.notice.text = "" // it was for the keys of a search
		if m.search.chosen > 0 && m.search.chosen == m.list.cursor {
			m.list.moveTo(m.list.cursor - 1)
		}
		m.search.close()
		m.relayout()
	case key.Matches(msg, k.ListBindings()...): // Space is one of them
		return m.pressList(&k.ListKeys, msg)
	case key.Matches(msg, k.Space):
		m.search.Insert(" ")
	default:
		m.search.Edit(&k.EditKeys, msg)
	}
	if m.search.Text != before {
		m.search.chosen = 0
		return m.ask(true)
	}
	return nil
}
