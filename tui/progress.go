package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/tui/review"
)

// progress follows the scan. It reads the store at each tick and starts a command that sorts
// what is new.
type progress struct {
	store       *index.Store
	gen         int // the number of rescans
	running     bool
	summary     Summary
	err         error
	dirs, files int
	ticks       int
	began       time.Time
	took        time.Duration // of the scan, once it has ended
	// latest is the newest listing, or nil.
	latest  *index.Listing
	sorting bool
	// rest is the number of ticks to skip before sorting again. It limits repeated sorting
	// to a fifth of one core while the scan can use all of them.
	rest int
}

// spinner is animated while the scan runs. ASCII works on the Linux console and with screen
// readers.
const spinner = `|/-\`

func (p *progress) spin() string {
	i := p.ticks % len(spinner)
	return spinner[i : i+1]
}

// tick reads the store and reports whether more ticks are needed.
func (p *progress) tick(ctx context.Context) (sort tea.Cmd, more bool) {
	p.ticks++
	p.rest--
	p.count()
	if !p.running && p.current() {
		return nil, false
	}
	return p.sort(ctx), true
}

func (p *progress) count() { p.dirs, p.files = p.store.Counts() }

// current reports whether the newest listing contains everything in the store.
func (p *progress) current() bool { return p.latest != nil && p.latest.Files() == p.files }

// sort starts sorting if there is something new and rest has passed.
func (p *progress) sort(ctx context.Context) tea.Cmd {
	if p.sorting || p.current() || p.rest > 0 && p.running {
		return nil
	}
	p.sorting = true
	return sortCmd(ctx, p.gen, p.store)
}

// sorted stores a new listing.
func (p *progress) sorted(msg listed) {
	p.sorting = false
	p.latest = msg.listing
	const share = 4
	p.rest = int(share * msg.took / steadyTick)
}

// ended records the end of the scan and starts the last sort.
func (p *progress) ended(ctx context.Context, msg scanEnded) tea.Cmd {
	p.running, p.summary, p.err, p.took = false, msg.summary, msg.err, msg.took
	p.store.Seal()
	p.count()
	return p.sort(ctx)
}

// rescan scans the disk again from the start. Nodes get new numbers, so the selection is saved
// by path and restored at the end.
func (m *app) rescan() tea.Cmd {
	switch {
	case m.progress.running || m.progress.latest == nil:
		return m.notify("the scan is still running")
	}
	m.rescanDue = false
	m.saved = m.savedState()
	m.searchTask.stop()
	m.searchTask.pendingKeys = nil
	m.closePrograms()
	store := new(index.Store)
	m.progress = progress{store: store, running: true, gen: m.progress.gen + 1, began: m.now()}
	m.statCache.Forget()
	m.excluded.Forget()
	m.overview.stop()
	m.overview.request, m.overview.overviewSums = nil, overviewSums{}
	m.list = list{height: m.list.height, openOwners: m.list.openOwners, unfolded: m.list.unfolded}
	m.history, m.marked = review.History{}, index.Selection{}
	m.side.ask(subject{})
	m.snippetJob.next = renderRequest{}
	m.snippetJob.gen++
	m.selection.Clear()
	m.scannedRefused = m.scannedRefused || m.withRefused
	return tea.Batch(
		scanCmd(m.ctx, m.progress.gen, m.opts.Machine, store, m.scannedRefused),
		m.after(firstTick, ticked{}),
	)
}

// restore starts to restore the selection from before the rescan, once the listing is complete.
func (m *app) restore() tea.Cmd {
	if m.saved == nil || m.saved.looking || m.progress.running || !m.progress.current() {
		return nil
	}
	m.saved.looking = true
	return restoreCmd(m.ctx, m.progress.gen, m.progress.latest, m.saved)
}

// restoring reports whether a selection is still to be restored.
func (m *app) restoring() bool {
	return m.saved != nil && len(m.saved.selected) > 0 && !m.saved.earlier
}

// savedState is the selection and the cursor from before a rescan.
type savedState struct {
	selected map[string]bool
	cursor   string // or ""
	looking  bool   // restoreCmd runs
	// earlier says that it is what earlier runs have decided to keep.
	earlier bool
}

func (m *app) savedState() *savedState {
	w := &savedState{selected: map[string]bool{}}
	for _, chosen := range m.selection.Paths(m.progress.latest) {
		w.selected[chosen.Path] = true
	}
	if node, shown := m.list.current(); shown {
		w.cursor = string(m.list.result.Listing.AppendNode(nil, node))
	}
	return w
}

// takeRestored restores the selection, and the cursor unless the user has moved it. A notice
// counts the selected paths that no longer exist.
func (m *app) takeRestored(msg restored) tea.Cmd {
	lost, earlier := 0, m.saved != nil && m.saved.earlier
	if m.saved != nil && len(m.saved.selected) > 0 {
		lost = len(m.saved.selected) - len(msg.nodes)
		for _, node := range msg.nodes { // including non-candidates
			if _, covered := m.selection.CoveredBy(m.progress.latest, node); !covered && !m.selection.Has(node) {
				m.selection.Toggle(m.progress.latest, node)
			}
		}
	}
	m.saved = nil
	if at := slices.IndexFunc(m.list.nodes, func(node uint32) bool {
		return slices.Contains(msg.cursor, node)
	}); at >= 0 && !m.list.touched {
		m.list.moveTo(at)
	}
	if earlier {
		m.decisions.restored = m.selection.Generation()
		return nil
	}
	if lost > 0 {
		return m.notify(printable.Plural(lost, "selected path no longer exists", "selected paths no longer exist"))
	}
	return nil
}
