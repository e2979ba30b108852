package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// statVisible fetches missing metadata of the rows on the screen.
func (m *app) statVisible() tea.Cmd {
	if m.list.result == nil || m.snippet != nil || m.shutdown.leaving {
		return nil
	}
	l := m.list.result.Listing
	gen, wanted := m.statCache.Begin(l, m.list.visible(), m.progress.running)
	if len(wanted) == 0 {
		return nil
	}
	return statCmd(m.ctx, gen, m.statCache.Stat, m.facts, l, wanted)
}

// selectionSize is the total size of the selected files. It is computed in the background
// whenever the selection changes.
type selectionSize struct {
	newest[selectionOf]
	selectionSums
	known bool
}

// selectionSums is what a selection keeps.
type selectionSums struct {
	size   int64 // in bytes
	places int   // that are kept whole
}

// selectionOf identifies what is summed. listing is nil while the scan runs: directories still
// grow, so the sum is computed again at the end.
type selectionOf struct {
	selection int // its generation
	listing   *index.Listing
	totals    *index.Totals
}

// followSelection computes the size again if the selection has changed.
func (m *app) followSelection() tea.Cmd {
	now := selectionOf{selection: m.selection.Generation()}
	if !m.progress.running {
		now.listing, now.totals = m.progress.latest, m.overview.of(m.progress.latest)
	}
	t := &m.selectionSize
	if t.request == now {
		return nil
	}
	if m.selection.Len() == 0 {
		t.known, t.selectionSums = false, selectionSums{}
	}
	gen := t.ask(now)
	if m.selection.Len() == 0 || m.progress.latest == nil {
		return nil
	}
	var sums overviewSums
	if now.totals != nil {
		sums = m.overview.overviewSums
	}
	return sumSizeCmd(t.begin(m.ctx), gen, m.statCache.Stat, m.progress.latest, m.selection.Clone(), sums)
}

func (t *selectionSize) take(msg sizeSummed) {
	if t.done(msg.gen) {
		t.selectionSums, t.known = msg.selectionSums, true
	}
}
