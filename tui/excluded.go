package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// mostOfProgram and mostOfSnippet are the largest numbers of places whose excluded files are added up:
// in each frame for a program, once for a snippet.
const (
	mostOfProgram = 100
	mostOfSnippet = 1000
)

// countDelay is the time before excluded files are counted. It limits the work while the list scrolls.
const countDelay = 150 * time.Millisecond

// followExcluded counts the excluded files that are kept with the places on the screen, or with those
// of the snippet. It begins after the scan.
func (m *app) followExcluded() tea.Cmd {
	if m.opts.Excluded == nil || m.progress.running || !m.progress.current() || m.list.result == nil || m.list.result.From != m.progress.latest || m.shutdown.leaving {
		return nil
	}
	gen, wanted := m.excluded.Begin(m.keptTogether())
	if len(wanted) == 0 {
		return nil
	}
	return excludedCmd(m.ctx, gen, m.opts.Excluded, m.progress.latest, m.opts.Machine.Splits, wanted)
}

func excludedCmd(ctx context.Context, gen int, count table.CountExcluded, l *index.Listing, splits func(string) bool, dirs []uint32) tea.Cmd {
	return guarded("count excluded files", func() tea.Msg {
		select {
		case <-ctx.Done():
		case <-time.After(countDelay):
		}
		return excludedCounted{gen, count.Count(ctx, l, splits, dirs)}
	})
}

// keptTogether returns the nodes whose excluded files are of interest.
func (m *app) keptTogether() (nodes []uint32) {
	l := &m.list
	if m.snippet != nil {
		return m.snippetNodes()
	}
	nodes = l.visible()
	for line := range l.height {
		if row, ok := l.rowAt(line); ok {
			if of := l.programAt(row); of != nil && len(of.All) <= mostOfProgram {
				nodes = append(nodes, of.All...)
			}
		}
	}
	return nodes
}

// snippetNodes returns the paths of the snippet, unless there are too many.
func (m *app) snippetNodes() []uint32 {
	if m.snippetOf.listing != m.progress.latest || m.snippetOf.chosen.Len() > mostOfSnippet {
		return nil
	}
	return m.snippetOf.chosen.Nodes(m.snippetOf.listing)
}

// excludedOf returns the excluded files that are kept with a row, as far as they are known.
func (m *app) excludedOf(row int) (sum scan.Extent) {
	if m.opts.Excluded == nil || row >= len(m.list.nodes) {
		return sum
	}
	if of := m.list.programAt(row); of != nil {
		if len(of.All) <= mostOfProgram {
			sum, _ = m.excluded.Of(of.All...)
		}
		return sum
	}
	sum, _ = m.excluded.Of(m.list.nodes[row])
	return sum
}

// takeExcluded stores what was counted.
func (m *app) takeExcluded(msg excludedCounted) {
	m.excluded.Take(msg.gen, msg.counted)
	m.sumExcluded()
}

// sumExcluded shows in the snippet what is kept with its paths.
func (m *app) sumExcluded() {
	if m.snippet != nil {
		sum, _ := m.excluded.Of(m.snippetNodes()...)
		m.snippet.Along(sum.Files, sum.Bytes)
	}
}
