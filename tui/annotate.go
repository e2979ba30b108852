package tui

import (
	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// annotation returns the annotation of a node.
func (m *app) annotation(l *index.Listing, node uint32) table.Annotation {
	if !m.annotated() {
		return table.Annotation{}
	}
	return m.opts.Machine.Annotate(string(l.AppendNode(nil, node)))
}

// annotated reports whether there are annotations.
func (m *app) annotated() bool { return len(m.opts.Groups) > 0 }

// nextGroup cycles through the groups: it shows the next one alone, or all paths again.
func (m *app) nextGroup() tea.Cmd {
	m.group = (m.group + 1) % (len(m.opts.Groups) + 1)
	return m.ask(true)
}

// Paths that are not candidates are shown on demand. Only the topmost one is shown:
// "~/.cache", but not its contents. The store treats it as a file, whatever its kind, and no
// count includes it.

// notListed returns the reason why a node is not a candidate.
func (m *app) notListed(node uint32) table.NotListedReason {
	l := m.list.result.Listing
	return m.opts.Machine.NotListed(string(l.AppendNode(nil, node)), l.NodeKind(node))
}

// toggleRefused shows or hides paths that are not candidates. Showing them the first time
// requires a new scan. Hidden paths stay in the store and stay selected.
func (m *app) toggleRefused() tea.Cmd {
	if m.scannedRefused {
		m.withRefused = !m.withRefused
		return m.ask(true)
	}
	m.withRefused = !m.withRefused
	if m.progress.running || m.progress.latest == nil {
		m.rescanDue = m.withRefused
		if m.rescanDue {
			return m.notify("they are shown when the scan is complete")
		}
		return nil
	}
	return m.rescan()
}
