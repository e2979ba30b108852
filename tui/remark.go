package tui

import (
	"github.com/DaRacci/list-ephemeral/tui/keymap"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// rowRemark is a remark on a row. It is shown while the cursor is on the row. The zero value is none:
// node 0 is shown only with a text.
type rowRemark struct {
	node uint32
	text string
	// refused reports that the row was not selected, asks that it is selected if it is asked for again.
	refused, asks bool
}

// on reports whether the remark is on a node.
func (r *rowRemark) on(node uint32) bool { return r.text != "" && r.node == node }

// refuses reports whether a node cannot be selected, or not yet, and says why below the list.
func (m *app) refuses(node uint32) bool {
	l := m.list.result.From
	if l.NonCandidate(node) {
		why := m.notListed(node)
		if !why.Selectable {
			m.remarkOn(rowRemark{node: node, text: "not a candidate: " + why.Reason, refused: true})
		}
		return !why.Selectable
	}
	if !index.IsDir(node) && l.NodeKind(node) != scan.KindDir || m.selection.Has(node) {
		return false
	}
	path := string(l.AppendNode(nil, node))
	if why := m.opts.Machine.CannotKeep(path); why != "" {
		m.remarkOn(rowRemark{node: node, text: "not " + m.opts.Job.Selected + ": " + why + m.instead(), refused: true})
		return true
	}
	why, ask := m.opts.Machine.WholeDoubt(path)
	switch {
	case why == "":
		return false
	case ask && (!m.rowRemark.on(node) || !m.rowRemark.asks):
		m.remarkOn(rowRemark{node: node, text: why + m.instead() + ", " + pane.Label(m.keys.Browse.Toggle.Keys()[0]) + " keeps it all", refused: true, asks: true})
		return true
	}
	m.remarkOn(rowRemark{node: node, text: m.opts.Job.Selected + " as a whole, but " + why})
	return false
}

// instead says which key shows what is in a directory.
func (m *app) instead() string {
	if m.list.tree() {
		return ": " + pane.Label(m.keys.Browse.Expand.Keys()[0]) + " opens it"
	}
	return ": " + pane.Label(m.keys.Browse.NextView.Keys()[0]) + " shows its parts"
}

// remarkOn shows a remark in place of other messages.
func (m *app) remarkOn(r rowRemark) { m.rowRemark, m.notice.text = r, "" }

// offer is the places that the selected files fill.
type offer struct {
	index.Filled
	selected int // the generation of the selection
}

// mostLooseFiles is the number of selected files from which places are offered below the list.
const mostLooseFiles = 20

// offers reports whether the offer is for the selection, and the job is to keep it.
func (m *app) offers() bool {
	return m.opts.Job == keymap.AdoptJob && len(m.offer.Dirs) > 0 && m.offer.selected == m.selection.Generation()
}

// findFilled finds the places that a selection of many files fills.
func (m *app) findFilled() tea.Cmd {
	chosen, l, splits := m.selection.Clone(), m.progress.latest, m.opts.Machine.Splits
	if chosen.Len() <= mostLooseFiles || l == nil {
		return nil
	}
	return guarded("find filled places", func() tea.Msg { return filledFound{offer{l.Filled(&chosen, splits), chosen.Generation()}} })
}

// offerKeys are the keys that accept the offer.
func (m *app) offerKeys() string {
	keys := pane.Label(m.keys.Browse.Directories.Keys()[0])
	if m.context() == pane.ContextSearch {
		keys = pane.Label(m.keys.Search.Leave.Keys()[0]) + ", " + keys
	}
	return keys
}

// keepFilled selects the places that the selected files fill, instead of the files.
func (m *app) keepFilled() tea.Cmd {
	if !m.offers() {
		return nil
	}
	f := m.offer
	m.history.Push(&m.selection)
	m.selection.AddNodes(m.progress.latest, f.Dirs)
	text := printable.Plural(len(f.Dirs), "directory", "directories") + " " + m.opts.Job.Selected + " instead of " + printable.Plural(f.Files, "file", "files") + ": u undoes"
	if m.snippet != nil {
		return tea.Batch(m.showSnippet(m.selection.Clone()), m.notify(text))
	}
	return m.notify(text)
}
