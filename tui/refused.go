package tui

import tea "charm.land/bubbletea/v2"

// What is no candidate is shown on demand, where it starts: "~/.cache", and nothing
// in it. It is a file to the store, whatever it is, and counts nowhere.

// Refusal says why a path is no candidate.
type Refusal struct {
	// Reason is short: "excluded: **/.cache".
	Reason string
	// Selectable says that it is lost all the same, and may be kept.
	Selectable bool
}

// refused reports whether a node is no candidate.
func (t *tree) refused(node uint32) bool {
	if isDirNode(node) || t.refusals == 0 {
		return false
	}
	f, _ := t.file(node)
	return f.refused()
}

// refusal says why a node is no candidate.
func (m *app) refusal(node uint32) Refusal {
	l := m.list.page.listing
	if m.opts.Refusal == nil {
		return Refusal{Reason: "no candidate"}
	}
	return m.opts.Refusal(string(l.appendNode(nil, node)), l.nodeKind(node))
}

// settled says that a node cannot be selected, and why; nil if it can.
func (m *app) settled(node uint32) tea.Cmd {
	if isDirNode(node) {
		if why := m.opts.Refuses(string(m.list.page.listing.appendNode(nil, node))); why != "" {
			return m.notify("not selected: " + why)
		}
		return nil
	}
	if !m.list.page.listing.refused(node) {
		return nil
	}
	why := m.refusal(node)
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

// candidatesBefore returns how many of the first rows of the order are candidates,
// for each number of rows; nil if all are.
func (l *listing) candidatesBefore() []uint32 {
	if l.refusals == 0 {
		return nil
	}
	l.candidatesOnce.Do(func() {
		l.candidates = make([]uint32, len(l.order)+1)
		for i, id := range l.order {
			l.candidates[i+1] = l.candidates[i]
			if !l.refused(id) {
				l.candidates[i+1]++
			}
		}
	})
	return l.candidates
}
