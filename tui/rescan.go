package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// rescan looks at the disk again, from the start. What was selected is selected
// again when it is found: nodes have other numbers then.
func (m *app) rescan() tea.Cmd {
	switch {
	case m.progress.running || m.progress.latest == nil:
		return m.notify("the scan is still running")
	}
	m.saved = m.savedState()
	m.searchTask.stop()
	m.searchTask.pendingKeys = nil
	m.closePrograms()
	store := new(index.Store)
	m.progress = progress{store: store, running: true, gen: m.progress.gen + 1}
	m.statCache.forget()
	m.list = list{height: m.list.height}
	m.history, m.marked = index.UndoStack{}, index.Selection{}
	m.side.ask(subject{})
	m.snippetJob.next = renderRequest{}
	m.snippetJob.gen++
	m.selection.Clear()
	m.scannedRefused = m.scannedRefused || m.withRefused
	return tea.Batch(
		scanCmd(m.ctx, m.progress.gen, m.opts.Machine, store, m.scannedRefused),
		m.after(firstTick, ticked{}),
	)
}

// restore starts to look for what was selected before the disk was looked at
// again, once all of it is there.
func (m *app) restore() tea.Cmd {
	if m.saved == nil || m.saved.looking || m.progress.running || !m.progress.current() {
		return nil
	}
	m.saved.looking = true
	return restoreCmd(m.ctx, m.progress.gen, m.progress.latest, m.saved)
}

// restoring reports whether there is a selection that is still to be found again.
func (m *app) restoring() bool { return m.saved != nil && len(m.saved.selected) > 0 }

// savedState is what the user had chosen in an earlier scan, and looked at.
type savedState struct {
	selected map[string]bool
	cursor   string // or none
	looking  bool   // locateCmd runs
}

func (m *app) savedState() *savedState {
	w := &savedState{selected: map[string]bool{}}
	for _, chosen := range m.selection.Paths(m.progress.latest) {
		w.selected[chosen.Path] = true
	}
	if node, shown := m.list.current(); shown {
		w.cursor = string(m.list.result.listing.AppendNode(nil, node))
	}
	return w
}

// takeRestored selects again, and puts the cursor back unless it has been moved
// meanwhile. What was selected and is not there any more is said.
func (m *app) takeRestored(msg restored) tea.Cmd {
	lost := 0
	if m.restoring() {
		lost = len(m.saved.selected) - len(msg.nodes)
		for _, node := range msg.nodes { // those that are refused too
			if _, covered := m.selection.CoveredBy(m.progress.latest, node); !covered && !m.selection.Has(node) {
				m.selection.Toggle(m.progress.latest, node)
			}
		}
	}
	m.saved = nil
	if at := slices.IndexFunc(m.list.nodes, func(node uint32) bool {
		return slices.Contains(msg.cursor, node)
	}); at >= 0 && !m.list.touched {
		m.list.moveTo(at)
	}
	if lost > 0 {
		return m.notify(plural(lost, "selected path is", "selected paths are") + " not there any more")
	}
	return nil
}
