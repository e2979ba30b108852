package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// searchTask tracks the request that runs. There is at most one. A new query cancels it; a new
// listing does not, or a slow search would never end while the scan runs.
type searchTask struct {
	newest[query]
	// pendingKeys are keys that were pressed while the rows they apply to were still being
	// computed. They are handled when the rows are shown.
	pendingKeys []pendingKey
}

// pendingKey is a key and the key map in effect when it was pressed.
type pendingKey struct {
	keys *listKeys
	msg  tea.KeyPressMsg
}

// query returns the current query.
func (m *app) query() query {
	return query{
		filters: filters{
			program: m.program, noCaches: m.noCaches, marked: m.marked.Generation(),
			group: m.group, noRefused: m.scannedRefused && !m.withRefused, hidden: m.hiddenGeneration(),
		},
		text: m.search.Text, view: m.view, sort: m.sort.in(m.view, m.annotated()), reversed: m.reversed,
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
		dropped = m.notify("keys after the previous query were dropped: its rows were not ready")
	}
	if m.progress.latest == nil {
		return dropped
	}
	in := request{
		query: m.query(), listing: m.progress.latest, marked: m.marked,
		machine: m.opts.Machine, find: m.opts.findPrograms(), stat: m.statCache.stat, caches: m.opts.Caches,
		totals: m.overview.of(m.progress.latest), measured: m.overview.stats, facts: m.facts,
		home: m.opts.Home, now: m.now(), configurations: m.opts.Configurations, quick: m.list.result == nil,
	}
	if in.hidden != 0 {
		in.decisions = m.decisions.Copy()
	}
	if p := m.list.result; p != nil {
		in.narrowed, in.recall, in.groups = p.narrowed, p.recall, p.groups
		if in.measured == nil {
			in.measured = p.measured
		}
	}
	if in.plain() {
		l := in.listing
		m.list.show(&result{
			query: in.query, from: l, listing: l, recall: in.recall, rows: l.Order(), total: len(l.Order()),
		})
		return tea.Batch(dropped, m.pressPending())
	}
	ctx, gen := f.start(m.ctx, in.query)
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
	if p := msg.result; p.from != m.progress.latest || p.quick || p.totals != m.overview.of(p.from) {
		return tea.Batch(m.ask(false), keys)
	}
	return keys
}

// awaitsResult reports whether there are no rows yet, or the rows on the screen are for an older
// query.
func (m *app) awaitsResult() bool {
	return m.list.result == nil || m.list.result.query != m.query()
}

// shouldQueue reports whether a key has to wait for the rows it applies to. After a key that
// waits, all keys wait, except the one that quits.
//
// If only the sort order changed, keys do not wait: the same rows are already on the screen, and
// sorting may have to stat each of them.
func (m *app) shouldQueue(k *listKeys, msg tea.KeyPressMsg) bool {
	if !m.awaitsResult() || key.Matches(msg, k.quit) {
		return false
	}
	if p := m.list.result; p != nil && len(m.searchTask.pendingKeys) == 0 {
		asked := m.query()
		asked.sort, asked.reversed = p.sort, p.reversed
		if asked == p.query {
			return false
		}
	}
	return len(m.searchTask.pendingKeys) > 0 || key.Matches(msg, k.onRows()...)
}

// pressPending handles the pending keys. If one of them opens a dialog or the snippet, the keys
// after it are dropped, because the user pressed them before seeing it.
func (m *app) pressPending() tea.Cmd {
	var cmds []tea.Cmd
	for len(m.searchTask.pendingKeys) > 0 && !m.awaitsResult() {
		next, rest := m.searchTask.pendingKeys[0], m.searchTask.pendingKeys[1:]
		m.searchTask.pendingKeys = nil // they do not apply to a query that this key may start
		if next.keys == &m.keys.browse.listKeys {
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
	return countCmd(ctx, gen, m.progress.latest, m.opts.Programs, m.opts.findPrograms())
}

func (m *app) takeCounts(msg counted) tea.Cmd {
	c := &m.counter
	if !c.done(msg.gen) {
		return nil
	}
	c.dialog.Take(msg.programs, msg.counts)
	return m.count(false)
}

// closePrograms stops counting.
func (m *app) closePrograms() {
	m.counter.stop()
	m.counter.dialog, m.counter.request = nil, nil
}
