package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// rescan looks at the disk again, from the start. What was selected is selected
// again when it is found: nodes have other numbers then.
func (m *app) rescan() tea.Cmd {
	switch {
	case m.opts.Rescan == nil:
		return m.notify("a list of paths cannot be read again")
	case m.progress.running || m.progress.latest == nil:
		return m.notify("the scan is still running")
	}
	m.reselect = m.selection.paths(m.progress.latest)
	if m.finder.cancel != nil {
		m.finder.cancel()
	}
	m.closePrograms()
	store := new(Store)
	m.progress = progress{store: store, running: true, gen: m.progress.gen + 1}
	m.finder = finder{gen: m.finder.gen + 1}
	m.metas.forget()
	m.list = list{height: m.list.height}
	m.history, m.marked, m.side.subject = history{}, selection{}, subject{}
	m.selection.clear()
	return tea.Batch(
		scanCmd(m.ctx, m.progress.gen, m.opts.Rescan, store),
		m.after(firstTick, ticked{}),
	)
}

// selectAgain starts to look for what was selected before the disk was looked at
// again, once all of it is there.
func (m *app) selectAgain() tea.Cmd {
	if m.reselect == nil || m.progress.running || !m.progress.current() {
		return nil
	}
	wanted := m.reselect
	m.reselect = nil
	return locateCmd(m.ctx, m.progress.gen, m.progress.latest, wanted)
}

// locate returns the nodes of paths that are in a listing.
func (l *listing) locate(ctx context.Context, wanted []Selected) []uint32 {
	paths := make(map[string]bool, len(wanted))
	for _, w := range wanted {
		paths[w.Path] = true
	}
	var nodes []uint32
	var buf []byte
	look := func(node uint32) {
		if buf = l.appendNode(buf[:0], node); paths[string(buf)] {
			nodes = append(nodes, node)
		}
	}
	for dir := range l.dirs {
		if l.spans[dir].start < l.spans[dir].end {
			look(uint32(dir) | dirBit)
		}
	}
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil
		}
		look(id)
	}
	return nodes
}
