package table

import (
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// StatCache caches metadata of the rows on the screen. Commands fetch it, one at a time. It is not
// safe for concurrent use, except for Stat.
type StatCache struct {
	Stat    index.StatFunc
	known   map[uint32]index.NodeStat
	running bool
	gen     int
}

// NewStatCache returns an empty cache for files on the disk.
func NewStatCache() *StatCache {
	return &StatCache{Stat: scan.Stat, known: make(map[uint32]index.NodeStat)}
}

// Forget clears the cache, because nodes have new numbers after a rescan.
func (m *StatCache) Forget() {
	m.gen++
	m.running = false
	clear(m.known)
}

// Of returns the cached metadata of a node. That of a directory which has grown since may be out of
// date.
func (m *StatCache) Of(node uint32) (index.NodeStat, bool) {
	found, ok := m.known[node]
	return found, ok
}

const (
	// mostKnown is the maximum number of cached nodes, a few megabytes.
	mostKnown = 100_000
	// growing limits updates while the scan runs: only a directory with fewer files is read again.
	growing = 1000
)

// Begin returns the nodes to fetch: those that are not cached, and directories whose number of files
// has changed. If there are some, nothing else is fetched until Take is called with gen.
func (m *StatCache) Begin(l *index.Listing, nodes []uint32, scanning bool) (gen int, wanted []uint32) {
	if m.running {
		return m.gen, nil
	}
	for _, node := range nodes {
		found, ok := m.known[node]
		files := l.FilesOf(node)
		if !ok || found.Files != files && (!scanning || files < growing) {
			wanted = append(wanted, node)
		}
	}
	if len(m.known) > mostKnown {
		clear(m.known)
	}
	m.running = len(wanted) > 0
	return m.gen, wanted
}

// Take stores fetched metadata of the first nodes.
func (m *StatCache) Take(gen int, nodes []uint32, stats []index.NodeStat) {
	if gen != m.gen {
		return
	}
	m.running = false
	for i, found := range stats {
		m.known[nodes[i]] = found
	}
}
