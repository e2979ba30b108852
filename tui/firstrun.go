package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/guide"
)

// firstRun reports whether the card of a first run is shown: without a configuration and decisions, and
// until it is dismissed.
func (m *app) firstRun() bool {
	return m.opts.NoConfiguration && m.decides() && !m.opts.Listed && !m.annotated() && !m.dismissed && m.decisions.Empty() && m.decisions.CanUndo() == 0
}

// firstRunLines is the number of lines of the text of the card on a terminal that is high enough.
const firstRunLines = 5

// firstRunHeight returns the height of the card. On a low terminal it has one line, without a frame.
func (m *app) firstRunHeight(list bool) int {
	switch {
	case !list || m.search.active || !m.firstRun():
		return 0
	case m.layout.height < tabsFrom:
		return 1
	}
	return firstRunLines + draw.FrameHeight
}

// firstRunCard appends the card of a first run to the lines of the list.
func (m *app) firstRunCard(lines []string) []string {
	height := m.layout.card
	if height == 0 {
		return lines
	}
	for len(lines) < m.layout.body+m.layout.listHeight {
		lines = append(lines, "")
	}
	k := &m.keys.Browse
	of := guide.FirstRun{
		Places: m.overview.places, Loss: m.opts.Loss == "will be lost", Usual: -1, Configurations: m.opts.Configurations,
		Keep: k.Toggle.Help().Key, Ignore: k.Ignore.Help().Key, Show: k.Confirm.Help().Key, Mark: k.Usual.Help().Key, Close: k.Dismiss.Help().Key,
	}
	if totals := m.overview.totals; totals != nil {
		of.Size, of.Usual = totals.Size(), len(m.usual())
	}
	width := m.layout.rowWidth()
	if height == 1 {
		return append(lines, " "+m.styles.Heading.Render(of.Lines(width-1, 1)[0]))
	}
	return append(lines, m.styles.Card("first run", of.Lines(width-draw.FrameWidth, firstRunLines), width, height)...)
}

// usual returns the undecided places that at least half of the public configurations keep.
func (m *app) usual() (nodes []uint32) {
	l := m.progress.latest
	if m.overview.groups == nil || m.opts.Configurations == 0 {
		return nil
	}
	var buf []byte
	for _, group := range m.overview.groups.All() {
		if 2*group.Kept < m.opts.Configurations {
			continue
		}
		for _, node := range group.Places {
			buf = l.AppendNode(buf[:0], node)
			facts, _ := m.facts.Cached(buf)
			_, decided := m.decisions.Active().OfBytes(buf)
			_, covered := m.selection.CoveredBy(l, node)
			if 2*facts.Kept >= m.opts.Configurations && facts.Unlikely == "" && !decided && !covered && !m.selection.Has(node) &&
				(!index.IsDir(node) || m.opts.Machine.CannotKeep(string(buf)) == "") {
				nodes = append(nodes, node)
			}
		}
	}
	return nodes
}

// keepUsual keeps what at least half of the public configurations keep, as soon as it is known.
func (m *app) keepUsual() tea.Cmd {
	if m.overview.groups == nil {
		m.usualDue = true
		return m.notify("this is done when the scan is complete")
	}
	m.usualDue = false
	of := printable.Grouped(m.opts.Configurations) + " configurations keep"
	nodes := m.usual()
	if len(nodes) == 0 {
		return m.notify("nothing undecided here is what half of " + of)
	}
	m.history.Push(&m.selection)
	m.selection.AddNodes(m.progress.latest, nodes)
	return m.notify(m.opts.Job.Selected + " " + printable.Plural(len(nodes), "place", "places") + " that half of " + of + ": u undoes")
}
