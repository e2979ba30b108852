package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/tui/keymap"
	"github.com/DaRacci/list-ephemeral/tui/pane"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// searchTask tracks the request that runs. There is at most one. A new query cancels it; a new
// listing does not, or a slow search would never end while the scan runs.
type searchTask struct {
	newest[table.Query]
	// pendingKeys are keys that were pressed while the rows they apply to were still being
	// computed. They are handled when the rows are shown.
	pendingKeys []pendingKey
}

// pendingKey is a key and the key map in effect when it was pressed.
type pendingKey struct {
	keys *keymap.ListKeys
	msg  tea.KeyPressMsg
}

// query returns the current query.
func (m *app) query() table.Query {
	return table.Query{
		Filters: table.Filters{
			Program: m.program, NoCaches: m.noCaches, Marked: m.marked.Generation(),
			Group: m.group, NoRefused: m.scannedRefused && !m.withRefused, Hidden: m.hiddenGeneration(),
		},
		Text: m.search.Text, View: m.view, Sort: m.sort.In(m.view, m.annotated()), Reversed: m.reversed,
	}
}

// ask requests a result for the newest listing. isNew says that the query changed, not only the
// listing.
func (m *app) ask(isNew bool) tea.Cmd {
	f := &m.searchTask
	if f.running() && !isNew {
		return nil
	}
	f.stop()
	var dropped tea.Cmd
	if isNew && len(f.pendingKeys) > 0 {
		f.pendingKeys = nil
		dropped = m.notify("a key came before the rows were ready; Ctrl-Space types a space")
	}
	if m.progress.latest == nil {
		return dropped
	}
	in := table.Request{
		Query: m.query(), Listing: m.progress.latest, Marked: m.marked,
		Machine: m.opts.Machine, Find: m.opts.findPrograms(), Stat: m.statCache.Stat, Caches: m.opts.Caches,
		Totals: m.overview.of(m.progress.latest), Measured: m.overview.stats, Facts: m.facts,
		Home: m.opts.Home, Now: m.now(), Configurations: m.opts.Configurations, Quick: m.list.result == nil,
	}
	if in.Hidden != 0 {
		in.Decisions = m.decisions.Copy()
	}
	if p := m.list.result; p != nil {
		in.Narrowed, in.Recall, in.Groups = p.Narrowed, p.Recall, p.Groups
		if in.Measured == nil {
			in.Measured = p.Measured
		}
	}
	if in.Plain() {
		l := in.Listing
		m.list.show(&table.Result{
			Query: in.Query, From: l, Listing: l, Recall: in.Recall, Rows: l.Order(), Total: len(l.Order()),
		})
		return tea.Batch(dropped, m.pressPending())
	}
	ctx, gen := f.start(m.ctx, in.Query)
	return tea.Batch(resultCmd(ctx, gen, in), dropped)
}

// take shows a result, unless a newer request was made.
func (m *app) take(msg resultReady) tea.Cmd {
	f := &m.searchTask
	if !f.done(msg.gen) {
		return nil
	}
	m.list.show(msg.result)
	keys := m.pressPending()
	if p := msg.result; p.From != m.progress.latest || p.Quick || p.Totals != m.overview.of(p.From) {
		return tea.Batch(m.ask(false), keys)
	}
	return keys
}

// awaitsResult reports whether there are no rows yet, or the rows on the screen are for an older
// query.
func (m *app) awaitsResult() bool {
	return m.list.result == nil || m.list.result.Query != m.query()
}

// shouldQueue reports whether a key has to wait for the rows it applies to. After a key that
// waits, all keys wait, except the one that quits.
//
// If only the sort order changed, keys do not wait: the same rows are already on the screen, and
// sorting may have to stat each of them.
func (m *app) shouldQueue(k *keymap.ListKeys, msg tea.KeyPressMsg) bool {
	if !m.awaitsResult() || key.Matches(msg, k.Quit) {
		return false
	}
	if p := m.list.result; p != nil && len(m.searchTask.pendingKeys) == 0 {
		asked := m.query()
		asked.Sort, asked.Reversed = p.Sort, p.Reversed
		if asked == p.Query {
			return false
		}
	}
	return len(m.searchTask.pendingKeys) > 0 || key.Matches(msg, k.OnRows()...)
}

// pressPending handles the pending keys. If one of them opens a dialog or the snippet, the keys
// after it are dropped, because the user pressed them before seeing it.
func (m *app) pressPending() tea.Cmd {
	var cmds []tea.Cmd
	for len(m.searchTask.pendingKeys) > 0 && !m.awaitsResult() {
		next, rest := m.searchTask.pendingKeys[0], m.searchTask.pendingKeys[1:]
		m.searchTask.pendingKeys = nil // they do not apply to a query that this key may start
		if next.keys == &m.keys.Browse.ListKeys {
			cmds = append(cmds, m.pressBrowse(next.msg))
		} else {
			cmds = append(cmds, m.pressList(next.keys, next.msg))
		}
		if m.overlay.Top() == nil && m.snippet == nil {
			m.searchTask.pendingKeys = rest
		}
	}
	return tea.Batch(cmds...)
}

// counter tracks the counting of the programs' files. It follows the newest listing while the
// dialog is open.
type counter struct {
	dialog *pane.Programs // nil if it is closed
	newest[*index.Listing]
}

// openPrograms opens the dialog.
func (m *app) openPrograms() tea.Cmd {
	m.counter.dialog = pane.NewPrograms(&m.keys.Keys, m.opts.Programs, m.program)
	m.overlay.Push(m.counter.dialog)
	return m.count(true)
}

// count counts the programs' files in the newest listing, if the dialog is open.
func (m *app) count(opened bool) tea.Cmd {
	c := &m.counter
	if c.dialog == nil || c.running() || m.progress.latest == nil || c.request == m.progress.latest && !opened {
		return nil
	}
	ctx, gen := c.start(m.ctx, m.progress.latest)
	return countCmd(ctx, gen, m.progress.latest, m.overview.of(m.progress.latest), m.opts.Programs, m.opts.findPrograms())
}

func (m *app) takeCounts(msg counted) tea.Cmd {
	c := &m.counter
	if !c.done(msg.gen) {
		return nil
	}
	c.dialog.Take(msg.programs, msg.sums.Files, msg.sums.Sizes)
	return m.count(false)
}

// closePrograms stops counting.
func (m *app) closePrograms() {
	m.counter.stop()
	m.counter.dialog, m.counter.request = nil, nil
}
