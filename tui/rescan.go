package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
)

// rescan scans the disk again from the start. Nodes get new numbers, so the selection is saved
// by path and restored at the end.
func (m *app) rescan() tea.Cmd {
	switch {
	case m.progress.running || m.progress.latest == nil:
		return m.notify("the scan is still running")
	}
	m.rescanDue = false
	m.saved = m.savedState()
	m.searchTask.stop()
	m.searchTask.pendingKeys = nil
	m.closePrograms()
	store := new(index.Store)
	m.progress = progress{store: store, running: true, gen: m.progress.gen + 1, began: m.now()}
	m.statCache.forget()
	m.overview.stop()
	m.overview.request, m.overview.overviewSums = nil, overviewSums{}
	m.list = list{height: m.list.height, openOwners: m.list.openOwners, unfolded: m.list.unfolded}
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

// restore starts to restore the selection from before the rescan, once the listing is complete.
func (m *app) restore() tea.Cmd {
	if m.saved == nil || m.saved.looking || m.progress.running || !m.progress.current() {
		return nil
	}
	m.saved.looking = true
	return restoreCmd(m.ctx, m.progress.gen, m.progress.latest, m.saved)
}

// restoring reports whether a selection is still to be restored.
func (m *app) restoring() bool { return m.saved != nil && len(m.saved.selected) > 0 }

// savedState is the selection and the cursor from before a rescan.
type savedState struct {
	selected map[string]bool
	cursor   string // or ""
	looking  bool   // restoreCmd runs
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

// takeRestored restores the selection, and the cursor unless the user has moved it. A notice
// counts the selected paths that no longer exist.
func (m *app) takeRestored(msg restored) tea.Cmd {
	lost := 0
	if m.restoring() {
		lost = len(m.saved.selected) - len(msg.nodes)
		for _, node := range msg.nodes { // including non-candidates
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
		return m.notify(printable.Plural(lost, "selected path no longer exists", "selected paths no longer exist"))
	}
	return nil
}
