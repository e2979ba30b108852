package tui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// noteWidth is the width of the column for annotations.
const noteWidth = len(" looked up")

// annotation returns that of a node.
func (m *app) annotation(l *index.Listing, node uint32) Annotation {
	if !m.annotated() {
		return Annotation{}
	}
	return m.opts.Machine.Annotate(string(l.AppendNode(nil, node)))
}

// annotated reports whether there are annotations.
func (m *app) annotated() bool { return len(m.opts.Groups) > 0 }

// nextGroup shows another set of paths alone, or all again.
func (m *app) nextGroup() tea.Cmd {
	m.group = (m.group + 1) % (len(m.opts.Groups) + 1)
	return m.ask(true)
}

// inGroup returns the rule for files of a group, which count from 1 on.
func (in *request) inGroup() func(id uint32) bool {
	bit := uint32(1) << (in.group - 1)
	var path []byte
	return func(id uint32) bool {
		path = in.listing.AppendPath(path[:0], id)
		return in.machine.Annotate(string(path)).Groups&bit != 0
	}
}

// What is no candidate is shown on demand, where it starts: "~/.cache", and nothing
// in it. It is a file to the store, whatever it is, and counts nowhere.

// notListed says why a node is no candidate.
func (m *app) notListed(node uint32) NotListedReason {
	l := m.list.result.listing
	return m.opts.Machine.NotListed(string(l.AppendNode(nil, node)), l.NodeKind(node))
}

// whyUnselectable says that a node cannot be selected, and why; nil if it can.
func (m *app) whyUnselectable(node uint32) tea.Cmd {
	if index.IsDir(node) {
		if why := m.opts.Machine.CannotKeep(string(m.list.result.listing.AppendNode(nil, node))); why != "" {
			return m.notify("not selected: " + why)
		}
		return nil
	}
	if !m.list.result.listing.NonCandidate(node) {
		return nil
	}
	why := m.notListed(node)
	if why.Selectable {
		return nil
	}
	return m.notify("not selected, as it is not lost: " + why.Reason)
}

// toggleRefused shows what is refused, or hides it. To show it the first time, the
// disk is scanned again; hidden it stays known, and selected.
func (m *app) toggleRefused() tea.Cmd {
	if m.scannedRefused {
		m.withRefused = !m.withRefused
		return m.ask(true)
	}
	gen := m.progress.gen
	m.withRefused = !m.withRefused
	cmd := m.rescan()
	if m.progress.gen == gen { // it cannot be scanned now
		m.withRefused = !m.withRefused
	}
	return cmd
}
