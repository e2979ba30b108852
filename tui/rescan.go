package tui

import (
	"context"
	"slices"

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
	m.resume = m.whereabouts()
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
	m.drawer.next = drawing{}
	m.drawer.gen++
	m.selection.clear()
	m.scannedRefused = m.scannedRefused || m.withRefused
	rescan, refused := m.opts.Rescan, m.scannedRefused
	scan := func(ctx context.Context, into *Store) (Summary, error) { return rescan(ctx, into, refused) }
	return tea.Batch(
		scanCmd(m.ctx, m.progress.gen, scan, store),
		m.after(firstTick, ticked{}),
	)
}

// selectAgain starts to look for what was selected before the disk was looked at
// again, once all of it is there.
func (m *app) selectAgain() tea.Cmd {
	if m.resume == nil || m.resume.looking || m.progress.running || !m.progress.current() {
		return nil
	}
	m.resume.looking = true
	return locateCmd(m.ctx, m.progress.gen, m.progress.latest, m.resume)
}

// resuming reports whether there is a selection that is still to be found again.
func (m *app) resuming() bool { return m.resume != nil && len(m.resume.selected) > 0 }

// whereabouts is what the user had chosen in an earlier scan, and looked at.
type whereabouts struct {
	selected map[string]bool
	cursor   string // or none
	looking  bool   // locateCmd runs
}

func (m *app) whereabouts() *whereabouts {
	w := &whereabouts{selected: map[string]bool{}}
	for _, chosen := range m.selection.paths(m.progress.latest) {
		w.selected[chosen.Path] = true
	}
	if node, shown := m.list.current(); shown {
		w.cursor = string(m.list.page.listing.appendNode(nil, node))
	}
	return w
}

// takeLocated selects again, and puts the cursor back unless it has been moved
// meanwhile. What was selected and is not there any more is said.
func (m *app) takeLocated(msg located) tea.Cmd {
	lost := 0
	if m.resuming() {
		lost = len(m.resume.selected) - len(msg.nodes)
		for _, node := range msg.nodes { // those that are refused too
			if _, covered := m.selection.cover(&m.progress.latest.tree, node); !covered && !m.selection.has(node) {
				m.selection.toggle(m.progress.latest, node)
			}
		}
	}
	m.resume = nil
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

// locate returns the nodes of a listing that were selected before, and those where
// the cursor was: a file and a directory can have the same path.
func (l *listing) locate(ctx context.Context, from *whereabouts) (nodes, cursor []uint32) {
	var buf []byte
	look := func(node uint32) {
		buf = l.appendNode(buf[:0], node)
		if from.selected[string(buf)] {
			nodes = append(nodes, node)
		}
		if from.cursor == string(buf) {
			cursor = append(cursor, node)
		}
	}
	for dir := range l.dirs {
		if l.spans[dir].start < l.spans[dir].end {
			look(uint32(dir) | dirBit)
		}
	}
	for i, id := range l.order {
		if i%checkEvery == 0 && ctx.Err() != nil {
			return nil, nil
		}
		look(id)
	}
	return nodes, cursor
}
