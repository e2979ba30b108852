package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// statCache fetches metadata for what is on the screen, in the background and one
// command at a time, and remembers it.
type statCache struct {
	stat    index.StatFunc
	known   map[uint32]index.NodeStat
	running bool
	gen     int
}

// forget drops all, because nodes have other numbers now.
func (m *statCache) forget() {
	m.gen++
	m.running = false
	clear(m.known)
}

func newStatCache() *statCache {
	return &statCache{stat: scan.Stat, known: make(map[uint32]index.NodeStat)}
}

// of returns what is known of a node; of a directory that has grown since, what
// was known before.
func (m *statCache) of(node uint32) (index.NodeStat, bool) {
	found, ok := m.known[node]
	return found, ok
}

const (
	// mostKnown is how many nodes are remembered: some megabytes.
	mostKnown = 100_000
	// growing is how many files a directory may have to be looked at again while
	// the scan runs.
	growing = 1000
)

// fetch looks at the nodes of which nothing is known, and at directories that have
// other files than before.
func (m *statCache) fetch(ctx context.Context, l *index.Listing, nodes []uint32, scanning bool) tea.Cmd {
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
	return statCmd(ctx, m.gen, m.stat, l, wanted)
}

// take remembers what was looked up.
func (m *statCache) take(msg statted) {
	if msg.gen != m.gen {
		return
	}
	m.running = false
	for i, found := range msg.metas {
		m.known[msg.nodes[i]] = found
	}
}

// selectionSize is how much the selection holds: the bytes of its files, which are looked
// up in the background whenever it changes.
type selectionSize struct {
	newest[selectionOf]
	size  int64
	known bool
}

// selectionOf is what is summed up. A directory grows while the scan runs, so that it
// is summed up again in the end.
type selectionOf struct {
	selection int // its generation
	listing   *index.Listing
}

// followSelection has the tally follow the selection.
func (m *app) followSelection() tea.Cmd {
	now := selectionOf{selection: m.selection.Generation()}
	if !m.progress.running {
		now.listing = m.progress.latest
	}
	t := &m.selectionSize
	if t.request == now {
		return nil
	}
	t.known = false
	gen := t.ask(now)
	if m.selection.Len() == 0 || m.progress.latest == nil {
		return nil
	}
	return sumSizeCmd(t.begin(m.ctx), gen, m.statCache.stat, m.progress.latest, m.selection.Clone())
}

func (t *selectionSize) take(msg sizeSummed) {
	if t.done(msg.gen) {
		t.size, t.known = msg.size, true
	}
}
