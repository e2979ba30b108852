package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// meta is what the disk says of a node: of a directory, the sum of its files and
// the time of the newest.
type meta struct {
	size  int64
	mtime int64 // seconds since 1970
	files int   // that were looked at
	gone  bool  // none of them is there
}

// metas fetches metadata for what is on the screen, in the background and one
// command at a time, and remembers it.
type metas struct {
	stat    statFunc
	known   map[uint32]meta
	running bool
	gen     int
}

// forget drops all, because nodes have other numbers now.
func (m *metas) forget() {
	m.gen++
	m.running = false
	clear(m.known)
}

// statFunc is scan.Stat, or what a test has in place of it.
type statFunc func(path string) (scan.Kind, scan.Info, error)

func newMetas() *metas { return &metas{stat: scan.Stat, known: make(map[uint32]meta)} }

// of returns what is known of a node; of a directory that has grown since, what
// was known before.
func (m *metas) of(node uint32) (meta, bool) {
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
func (m *metas) fetch(ctx context.Context, l *listing, nodes []uint32, scanning bool) tea.Cmd {
	if m.running {
		return nil
	}
	var wanted []uint32
	for _, node := range nodes {
		found, ok := m.known[node]
		files := l.filesOf(node)
		if !ok || found.files != files && (!scanning || files < growing) {
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
	return lookCmd(ctx, m.gen, m.stat, l, wanted)
}

// take remembers what was looked up.
func (m *metas) take(msg looked) {
	if msg.gen != m.gen {
		return
	}
	m.running = false
	for i, found := range msg.metas {
		m.known[msg.nodes[i]] = found
	}
}

// filesOf returns how many candidates a node is.
func (l *listing) filesOf(node uint32) int {
	if !isDirNode(node) {
		return 1
	}
	s := l.spans[node&^dirBit]
	if before := l.candidatesBefore(); before != nil {
		return int(before[s.end] - before[s.start])
	}
	return int(s.end - s.start)
}

// lookTime is how long a command looks: then the screen shows what there is, and
// asks for the rest.
const lookTime = 50 * time.Millisecond

// look asks the disk about nodes, for about lookTime, but at least about one.
func look(ctx context.Context, stat statFunc, l *listing, nodes []uint32) []meta {
	start := time.Now()
	var found []meta
	for _, node := range nodes {
		if len(found) > 0 && time.Since(start) > lookTime || ctx.Err() != nil {
			break
		}
		found = append(found, measure(ctx, stat, l, node))
	}
	return found
}

// measure asks the disk about a node, of a directory about all its files.
func measure(ctx context.Context, stat statFunc, l *listing, node uint32) meta {
	sum := meta{files: l.filesOf(node), gone: true}
	var path []byte
	add := func(id uint32) {
		path = l.appendPath(path[:0], id)
		if kind, info, err := stat(string(path)); err == nil {
			sum.gone = false
			if kind != scan.KindDir { // a directory's own says nothing of what is in it
				sum.size = sizes.Add(sum.size, info.Size)
			}
			sum.mtime = max(sum.mtime, info.ModTime.Unix())
		}
	}
	if !isDirNode(node) {
		add(node)
		return sum
	}
	s := l.spans[node&^dirBit]
	for _, id := range l.order[s.start:s.end] {
		if ctx.Err() != nil {
			break
		}
		if !l.refused(id) {
			add(id)
		}
	}
	return sum
}
