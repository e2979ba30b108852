package tui

import (
	"context"

	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// statCache fetches metadata of the rows on the screen and caches it. It runs one command at a
// time.
type statCache struct {
	stat    index.StatFunc
	known   map[uint32]index.NodeStat
	running bool
	gen     int
}

// forget clears the cache, because nodes have new numbers after a rescan.
func (m *statCache) forget() {
	m.gen++
	m.running = false
	clear(m.known)
}

func newStatCache() *statCache {
	return &statCache{stat: scan.Stat, known: make(map[uint32]index.NodeStat)}
}

// of returns the cached metadata of a node. That of a directory which has grown since may be out
// of date.
func (m *statCache) of(node uint32) (index.NodeStat, bool) {
	found, ok := m.known[node]
	return found, ok
}

const (
	// mostKnown is the maximum number of cached nodes, a few megabytes.
	mostKnown = 100_000
	// growing limits updates while the scan runs: only a directory with fewer files is
	// read again.
	growing = 1000
)

// fetch starts a command for the nodes that are not cached, and for directories whose number of
// files has changed.
func (m *statCache) fetch(ctx context.Context, facts *table.FactCache, l *index.Listing, nodes []uint32, scanning bool) tea.Cmd {
	if m.running {
		return nil
	}
	var wanted []uint32
	for _, node := range nodes {
		found, ok := m.known[node]
		files := l.FilesOf(node)
		if !ok || found.Files != files && (!scanning || files < growing) {
			wanted = append(wanted, node)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	if len(m.known) > mostKnown {
		clear(m.known)
	}
	m.running = true
	return statCmd(ctx, m.gen, m.stat, facts, l, wanted)
}

// take stores fetched metadata.
func (m *statCache) take(msg statted) {
	if msg.gen != m.gen {
		return
	}
	m.running = false
	for i, found := range msg.metas {
		m.known[msg.nodes[i]] = found
	}
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
	return sumSizeCmd(t.begin(m.ctx), gen, m.statCache.stat, m.progress.latest, m.selection.Clone(), sums)
}

func (t *selectionSize) take(msg sizeSummed) {
	if t.done(msg.gen) {
		t.selectionSums, t.known = msg.selectionSums, true
	}
}
