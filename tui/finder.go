package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// finder keeps track of the request that runs. There is one at a time, and the
// newest question wins: it cancels the one before. A newer listing does not, or
// a slow search would never end while the scan runs.
type finder struct {
	gen     int
	cancel  context.CancelFunc
	running bool
	// early are keys that were pressed before the screen could follow. They are
	// meant for the rows that are being found, and wait for them.
	early []earlyKey
}

// earlyKey is a key and what it was to mean when it was pressed.
type earlyKey struct {
	keys *listKeys
	msg  tea.KeyPressMsg
}

// question returns what the user wants to see now.
func (m *app) question() question {
	return question{
		filters: filters{
			program: m.program, noCaches: m.noCaches, marked: m.marked.gen,
			group: m.group, noRefused: m.scannedRefused && !m.withRefused,
		},
		query: m.search.query,
		view:  m.view,
		sort:  m.sort,
	}
}

// ask finds what to show of the newest listing. It is a new question if anything
// but the listing changed.
func (m *app) ask(isNew bool) tea.Cmd {
	f := &m.finder
	if f.running && !isNew {
		return nil
	}
	if f.cancel != nil {
		f.cancel()
	}
	f.gen++
	f.cancel, f.running = nil, false
	var dropped tea.Cmd
	if isNew && len(f.early) > 0 {
		f.early = nil
		dropped = m.notify("too fast: keys after the last query had no rows to act on")
	}
	if m.progress.latest == nil {
		return dropped
	}
	in := inquiry{
		question: m.question(), listing: m.progress.latest, marked: m.marked,
		splits: m.opts.Splits, annotations: m.opts.Annotations, stat: m.metas.stat, caches: m.opts.Caches, kept: m.opts.Kept,
	}
	if m.list.page != nil {
		in.narrowed, in.recall, in.measured = m.list.page.narrowed, m.list.page.recall, m.list.page.measured
	}
	if in.plain() {
		l := in.listing
		m.list.show(&page{
			question: in.question, from: l, listing: l, recall: in.recall, rows: l.order, total: len(l.order),
		})
		return tea.Batch(dropped, m.replay())
	}
	ctx, cancel := context.WithCancel(m.ctx)
	f.cancel, f.running = cancel, true
	return tea.Batch(composeCmd(ctx, f.gen, in), dropped)
}

// take shows what has been found, unless a newer question has been asked.
func (m *app) take(msg composed) tea.Cmd {
	f := &m.finder
	if msg.gen != f.gen {
		return nil
	}
	f.cancel()
	f.cancel, f.running = nil, false
	m.list.show(msg.page)
	keys := m.replay()
	if msg.page.from != m.progress.latest {
		return tea.Batch(m.ask(false), keys)
	}
	return keys
}

// unanswered reports whether there are no rows yet, or those on the screen are for
// another question than the one that was asked last.
func (m *app) unanswered() bool {
	return m.list.page == nil || m.list.page.question != m.question()
}

// tooEarly reports whether a key has to wait for the rows it is meant for. All
// keys wait behind one that does, but for the one that ends the program.
//
// While rows are only put into another order, which may mean that the disk is
// asked about each, those on the screen are as good.
func (m *app) tooEarly(k *listKeys, msg tea.KeyPressMsg) bool {
	if !m.unanswered() || key.Matches(msg, k.quit) {
		return false
	}
	if p := m.list.page; p != nil && len(m.finder.early) == 0 {
		asked := m.question()
		asked.sort = p.sort
		if asked == p.question {
			return false
		}
	}
	return len(m.finder.early) > 0 || key.Matches(msg, k.onRows()...)
}

// replay presses the keys that have waited. What follows one that opens a dialog
// or the snippet was not meant for that, and is dropped: nobody had seen it yet.
func (m *app) replay() tea.Cmd {
	var cmds []tea.Cmd
	for len(m.finder.early) > 0 && !m.unanswered() {
		next, rest := m.finder.early[0], m.finder.early[1:]
		m.finder.early = nil // they are not for the question that this key may ask
		if next.keys == &m.keys.browse.listKeys {
			cmds = append(cmds, m.pressBrowse(next.msg))
		} else {
			cmds = append(cmds, m.pressList(next.keys, next.msg))
		}
		if m.overlay.top() == nil && m.snippet == nil {
			m.finder.early = rest
		}
	}
	return tea.Batch(cmds...)
}

// counter keeps track of the programs' counts, which follow the newest listing
// while the dialog is open.
type counter struct {
	dialog  *programsDialog // nil if it is closed
	gen     int
	cancel  context.CancelFunc
	running bool
	counted *listing
}

// openPrograms opens the dialog.
func (m *app) openPrograms() tea.Cmd {
	if len(m.opts.Programs) == 0 {
		return m.notify("the configuration names no programs to filter by")
	}
	m.counter.dialog = newProgramsDialog(&m.keys, m.opts.Programs, m.program)
	m.overlay.push(m.counter.dialog)
	return m.count(true)
}

// count counts the programs' files in the newest listing, if somebody looks.
func (m *app) count(opened bool) tea.Cmd {
	c := &m.counter
	if c.dialog == nil || c.running || m.progress.latest == nil || c.counted == m.progress.latest && !opened {
		return nil
	}
	ctx, cancel := context.WithCancel(m.ctx)
	c.gen++
	c.cancel, c.running, c.counted = cancel, true, m.progress.latest
	return countCmd(ctx, c.gen, m.progress.latest, m.opts.Programs)
}

func (m *app) takeCounts(msg counted) tea.Cmd {
	c := &m.counter
	if msg.gen != c.gen || c.dialog == nil {
		return nil
	}
	c.cancel()
	c.running = false
	c.dialog.counts = msg.counts
	return m.count(false)
}

// closePrograms stops counting.
func (m *app) closePrograms() {
	c := &m.counter
	if c.cancel != nil {
		c.cancel()
	}
	*c = counter{gen: c.gen + 1}
}
