package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/tty"
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
	partial        index.PartlySelected
	marked         index.Selection // the copy of the selection that is shown alone; generation 0 shows all
	statCache      *table.StatCache
	excluded       table.ExcludedCache
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
		statCache: table.NewStatCache(),
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
	return m, tea.Batch(cmd, remembered, m.statVisible(), m.followCursor(), m.followSelection(), m.followListing(), m.followDecisions(), m.followExcluded())
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
		m.statCache.Take(msg.gen, msg.nodes, msg.metas)
	case excludedCounted:
		m.takeExcluded(msg)
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
	case noticeExpired:
		if msg.gen == m.notice.gen {
			m.notice.text = ""
			return m.nextNote()
		}
	default:
		return m.receiveLast(msg)
	}
	return nil
}

// receiveLast handles the messages about decisions, and those that end the program.
func (m *app) receiveLast(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case decisionsLoaded:
		return m.takeLoaded(msg)
	case decisionsSaved:
		return m.takeSaved(msg)
	case decisionsCounted:
		return m.takeCounted(msg)
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
