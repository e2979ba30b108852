package tui

import (
	"context"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/tty"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/keymap"
	"github.com/DaRacci/list-ephemeral/tui/pane"
	"github.com/DaRacci/list-ephemeral/tui/review"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// app is the model of the whole program.
type app struct {
	ctx    context.Context // of the program: cancels the work in the background
	opts   Options
	keys   keymap.Map
	styles draw.Styles

	layout   layout
	list     list
	search   searchBar
	view     setting.View
	sort     table.SortKey
	reversed bool // the sort order
	noCaches bool
	group    int // the only group of Options.Groups that is shown, from 1; 0 shows all
	// withRefused shows paths that are not candidates as well.
	withRefused bool
	// scannedRefused reports whether the store contains paths that are not candidates,
	// shown or not.
	scannedRefused bool
	program        string // package to filter by, or ""
	selection      index.Selection
	selectionSize  selectionSize
	history        review.History
	decisions      decisions
	dismissed      bool // the card of a first run
	usualDue       bool // the key was pressed before it was known what is usual
	clicked        int  // the row of the last click, from 1, if no key was pressed since
	partly         index.PartlySelected
	marked         index.Selection // the copy of the selection that is shown alone; generation 0 shows all
	statCache      *statCache
	facts          *table.FactCache
	overview       overview
	side           side
	overlay        pane.Stack
	snippet        *pane.Snippet // instead of the list, or nil
	snippetOf      renderRequest // what snippet shows
	dialect        int           // index into Options.Dialects
	notice         notice
	rowRemark      rowRemark
	offer          offer

	progress progress
	saved    *savedState // from before a rescan, until it is restored
	// rescanDue reports whether a rescan was asked for while a scan was running.
	rescanDue  bool
	searchTask searchTask
	counter    counter
	snippetJob snippetJob
	shutdown   shutdown

	result Result
	err    error // the error that ended the program, or nil

	// after makes a command that sends a message after a delay.
	after func(time.Duration, tea.Msg) tea.Cmd
	now   func() time.Time
	// canSuspend reports whether a shell can resume the program.
	canSuspend func() bool

	frame tea.View
	dirty bool // the frame is out of date
}

func newApp(ctx context.Context, opts Options, store *index.Store) *app {
	m := &app{
		ctx:       ctx,
		opts:      opts,
		keys:      keymap.New(),
		layout:    layout{tooSmall: true}, // until the terminal has said its size
		styles:    draw.NewStyles(opts.Theme, opts.ASCII),
		view:      opts.View.Known(),
		dialect:   opts.Dialect,
		statCache: newStatCache(),
		facts:     table.NewFactCache(opts.Machine),
		progress:  progress{store: store, running: true, began: time.Now()},
		shutdown:  shutdown{started: time.Now(), queries: modeQueries},
		result:    Result{Outcome: Quit},
		after:     after,
		now:       time.Now,

		canSuspend: tty.CanSuspend,
		dirty:      true,
	}
	if opts.asksBackground() {
		m.shutdown.queries++
	}
	m.sort = m.sort.In(m.view, m.annotated())
	if opts.Job == (Job{}) {
		m.opts.Job = keymap.AdoptJob
	}
	m.keys.Word(&m.opts.Job)
	m.notice.text = strings.Join(opts.Warnings, "; ")
	m.enableKeys()
	return m
}

// Init starts the timer. The store is read at once the first time, because the scan has been
// running since the setup of the terminal began.
func (m *app) Init() tea.Cmd {
	first := m.after(firstTick, ticked{})
	if m.opts.asksBackground() {
		first = tea.Batch(first, tea.RequestBackgroundColor)
	}
	if m.decides() {
		first = tea.Batch(first, loadDecisionsCmd(m.ctx, m.opts.Machine))
	}
	if m.notice.text == "" {
		return first
	}
	return tea.Batch(first, m.after(noticeTime, noticeExpired{m.notice.gen}))
}

// Update routes a message.
func (m *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.dirty = m.dirty || changes(msg)
	cmd := m.route(msg)
	remembered := m.remember()
	if m.firstRunHeight(m.snippet == nil) > 0 != (m.layout.card > 0) {
		m.relayout()
	}
	m.enableKeys()
	return m, tea.Batch(cmd, remembered, m.statVisible(), m.followCursor(), m.followSelection(), m.followListing(), m.followDecisions())
}

func (m *app) route(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
	case tea.ModeReportMsg:
		return m.noteReply()
	case tea.BackgroundColorMsg:
		return m.takeBackground(msg)
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.MouseWheelMsg:
		m.wheel(msg.Mouse())
	case tea.MouseClickMsg:
		return m.click(msg.Mouse())
	default:
		return m.receive(msg)
	}
	return nil
}

// statVisible fetches missing metadata of the rows on the screen.
func (m *app) statVisible() tea.Cmd {
	if m.list.result == nil || m.snippet != nil || m.shutdown.leaving {
		return nil
	}
	return m.statCache.fetch(m.ctx, m.facts, m.list.result.Listing, m.list.visible(), m.progress.running)
}

// changes reports whether a message can change the screen. Bubble Tea calls View after every
// message; if nothing changed, View returns the previous frame.
func changes(msg tea.Msg) bool {
	switch msg.(type) {
	case tea.MouseReleaseMsg, tea.MouseMotionMsg, tea.KeyReleaseMsg, tea.ModeReportMsg, cancelled, replyTimeEnded:
		return false
	}
	return true
}

// receive handles the messages that commands return.
func (m *app) receive(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ticked:
		return m.tick()
	case scanEnded:
		if msg.gen != m.progress.gen {
			return nil
		}
		m.result.Summary, m.result.ScanErr, m.result.ScanEnded = msg.summary, msg.err, true
		return tea.Batch(m.progress.ended(m.ctx, msg), m.restore())
	case listed:
		if msg.gen != m.progress.gen {
			return nil
		}
		m.progress.sorted(msg)
		return tea.Batch(m.ask(false), m.count(false), m.restore())
	case restored:
		if msg.gen == m.progress.gen {
			return m.takeRestored(msg)
		}
	case resultReady:
		return m.take(msg)
	case statted:
		m.statCache.take(msg)
	case sizeSummed:
		m.selectionSize.take(msg)
	case overviewReady:
		return m.takeOverview(msg)
	case filledFound:
		m.offer = msg.offer
	case counted:
		return m.takeCounts(msg)
	case rendered:
		return m.takeSnippet(msg)
	case copied:
		return m.takeCopied(msg)
	case explained:
		m.overlay.Push(pane.NewText(&m.keys.Keys, "why", msg.lines))
	case worked:
		return m.takeWork(msg)
	case workTicked:
		return m.tickWork(msg)
	case sideDue:
		return m.fillSide(msg)
	case previewed:
		if m.side.done(msg.gen) {
			m.side.preview = msg.preview
		}
	case decisionsLoaded:
		return m.takeLoaded(msg)
	case decisionsSaved:
		return m.takeSaved(msg)
	case decisionsCounted:
		return m.takeCounted(msg)
	case noticeExpired:
		if msg.gen == m.notice.gen {
			m.notice.text = ""
			return m.nextNote()
		}
	case panicked:
		m.err = msg.err
		return tea.Quit
	case interrupted:
		m.err = msg.cause
		return tea.Quit
	case replyTimeEnded:
		return tea.Quit
	}
	return nil
}

// tick reads the store. The next tick comes sooner while the screen is not full.
func (m *app) tick() tea.Cmd {
	sort, more := m.progress.tick(m.ctx)
	if !more {
		return nil
	}
	every := earlyTick
	if m.layout.bodyHeight > 0 && len(m.list.nodes) >= m.layout.bodyHeight {
		every = steadyTick
	}
	const again = 10 // ticks: the order by last write is then a second old at most
	if m.opts.Live && sort == nil && m.progress.ticks%again == 0 {
		sort = m.ask(false)
	}
	return tea.Batch(sort, m.after(every, ticked{}))
}

// context returns the context of a key that is pressed now.
func (m *app) context() keymap.KeyContext {
	switch {
	case m.overlay.Top() != nil:
		return m.overlay.Top().Context()
	case m.snippet != nil:
		return keymap.ContextSnippet
	case m.search.active:
		return keymap.ContextSearch
	}
	return keymap.ContextBrowse
}

func (m *app) press(msg tea.KeyPressMsg) tea.Cmd {
	m.clicked = 0
	if why := m.whyDisabled(msg); why != "" && len(m.searchTask.pendingKeys) == 0 {
		return m.notify(why)
	}
	switch {
	case m.shutdown.leaving:
		return nil
	case key.Matches(msg, m.keys.Suspend):
		return m.suspend()
	case m.overlay.Top() != nil:
		return m.perform(m.overlay.Top().Press(msg))
	case m.snippet != nil:
		return m.perform(m.snippet.Press(msg))
	case m.search.active:
		return m.pressSearch(msg)
	}
	return m.pressBrowse(msg)
}

// pressBrowse handles the keys outside a search, where letters are commands.
func (m *app) pressBrowse(msg tea.KeyPressMsg) tea.Cmd {
	k := &m.keys.Browse
	if m.shouldQueue(&k.ListKeys, msg) {
		return m.pressList(&k.ListKeys, msg)
	}
	node, shown := m.list.current()
	switch {
	case key.Matches(msg, k.Search):
		m.search.open()
		m.relayout()
		if m.list.result != nil {
			return prepareCmd(m.list.result.Listing)
		}
	case key.Matches(msg, k.Expand):
		if !m.list.setOpen(true) && shown && m.list.tree() && index.IsDir(node) {
			m.list.moveTo(m.list.cursor + 1)
		}
	case key.Matches(msg, k.Collapse):
		if !m.list.setOpen(false) {
			m.list.toParent()
		}
	case key.Matches(msg, k.Rescan):
		return m.rescan()
	case key.Matches(msg, k.Refused):
		return m.toggleRefused()
	case key.Matches(msg, k.HideCaches):
		m.noCaches = !m.noCaches
		return m.ask(true)
	case key.Matches(msg, k.Group):
		return m.nextGroup()
	case key.Matches(msg, k.Dialect):
		return m.changeDialect(1)
	case key.Matches(msg, k.DialectBack):
		return m.changeDialect(-1)
	case key.Matches(msg, k.Sort):
		m.sort, m.reversed = m.sort.Next(m.view, m.annotated()), false
		return m.ask(true)
	case key.Matches(msg, k.Reverse):
		m.reversed = !m.reversed
		return m.ask(true)
	case key.Matches(msg, k.Unread):
		return m.showUnread()
	case key.Matches(msg, k.Explain) && shown:
		return m.explain(node)
	case key.Matches(msg, k.Copy) && shown:
		return m.copyPath(string(m.list.result.Listing.AppendNode(nil, node)))
	case key.Matches(msg, k.Directories):
		return m.keepFilled()
	case key.Matches(msg, k.Preview):
		return m.togglePreview()
	case key.Matches(msg, k.OnlyMarked):
		return m.toggleOnlyMarked()
	case key.Matches(msg, k.Undo):
		return tea.Batch(m.undo(), m.findFilled())
	case key.Matches(msg, k.Redo):
		return tea.Batch(m.redo(), m.findFilled())
	case key.Matches(msg, k.Ignore):
		return m.decide(triage.Ignore)
	case key.Matches(msg, k.NotNow):
		return m.decide(triage.NotNow)
	case key.Matches(msg, k.NextNew):
		return m.toUndecided(1)
	case key.Matches(msg, k.PreviousNew):
		return m.toUndecided(-1)
	case key.Matches(msg, k.Usual):
		return m.keepUsual()
	case key.Matches(msg, k.Dismiss):
		m.dismissed = true
	case key.Matches(msg, k.Hidden):
		return m.toggleHidden()
	default:
		return m.pressList(&k.ListKeys, msg)
	}
	return nil
}

// quitNotice is shown at the first "q" if the selection is not empty.
const quitNotice = "q again quits without the selection; Enter shows its snippet"

// pressList handles the keys that mean the same with and without a query.
func (m *app) pressList(k *keymap.ListKeys, msg tea.KeyPressMsg) tea.Cmd {
	if m.shouldQueue(k, msg) {
		m.searchTask.pendingKeys = append(m.searchTask.pendingKeys, pendingKey{k, msg})
		return nil
	}
	switch {
	case key.Matches(msg, k.Toggle):
		row, told := m.list.cursor, m.toggle(m.list.cursor)
		if node, shown := m.list.current(); !shown || !m.rowRemark.on(node) { // the remark stays
			m.list.moveTo(row + 1)
		}
		if m.search.active && m.list.cursor > row {
			m.search.chosen = m.list.cursor
		}
		return told
	case key.Matches(msg, k.SelectAll):
		m.selectAll()
		return m.findFilled()
	case key.Matches(msg, k.DeselectAll):
		m.history.Push(&m.selection)
		m.selection.Clear()
		if m.saved != nil {
			m.saved.selected = nil
		}
	case key.Matches(msg, k.NextView):
		return m.switchTo(m.view.Next())
	case key.Matches(msg, k.Programs):
		return m.openPrograms()
	case key.Matches(msg, k.ClearProgram):
		return m.filter("")
	case key.Matches(msg, k.Confirm):
		if m.list.opensOnly(m.list.cursor) {
			m.list.setOpen(true)
			return nil
		}
		return m.confirm()
	case key.Matches(msg, k.ShowHelp):
		return m.perform(pane.Action{Kind: pane.ActionHelp})
	case key.Matches(msg, k.Quit):
		if msg.String() == "q" && m.selection.Len() > 0 && m.selection.Generation() != m.decisions.restored && m.notice.text != quitNotice {
			return m.notify(quitNotice)
		}
		return m.perform(pane.Action{Kind: pane.ActionQuit})
	default:
		if to, ok := k.Move.Target(msg, m.list.cursor, m.list.height, len(m.list.nodes)); ok {
			m.list.moveTo(to)
		}
	}
	return nil
}

func (m *app) pressSearch(msg tea.KeyPressMsg) tea.Cmd {
	k := &m.keys.Search
	before := m.search.Text
	switch {
	case key.Matches(msg, k.Leave):
		m.notice.text = "" // it was for the keys of a search
		if m.search.chosen > 0 && m.search.chosen == m.list.cursor {
			m.list.moveTo(m.list.cursor - 1)
		}
		m.search.close()
		m.relayout()
	case key.Matches(msg, k.ListBindings()...): // Space is one of them
		return m.pressList(&k.ListKeys, msg)
	case key.Matches(msg, k.Space):
		m.search.Insert(" ")
	default:
		m.search.Edit(&k.EditKeys, msg)
	}
	if m.search.Text != before {
		m.search.chosen = 0
		return m.ask(true)
	}
	return nil
}
