package tui

import (
	"context"
	"runtime"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// overview has the sums over a whole listing: what is at stake, and how many rows each view has. It
// is computed in the background after a scan, because it reads the metadata of every file.
type overview struct {
	newest[*index.Listing]
	overviewSums
}

// overviewSums is what a command computes. The zero value means that it is not known yet.
type overviewSums struct {
	stats            *index.FileStats
	totals           *index.Totals
	groups           *index.Groups
	places, programs int
}

// overviewReady has the sums of a listing.
type overviewReady struct {
	gen int
	overviewSums
}

// of returns the totals if they are those of a listing.
func (o *overview) of(l *index.Listing) *index.Totals {
	if o.totals != nil && o.totals.Listing() == l {
		return o.totals
	}
	return nil
}

// followListing starts to compute the sums when a scan has ended.
func (m *app) followListing() tea.Cmd {
	p := &m.progress
	if p.running || p.latest == nil || !p.current() || m.shutdown.leaving {
		return nil
	}
	if m.rescanDue {
		return m.rescan()
	}
	if m.overview.request == p.latest {
		return nil
	}
	ctx, gen := m.overview.start(m.ctx, p.latest)
	return overviewCmd(ctx, gen, p.latest, m.statCache.Stat, m.facts.Owners())
}

func overviewCmd(ctx context.Context, gen int, l *index.Listing, stat index.StatFunc, owners index.Owners) tea.Cmd {
	return guarded("overview", func() tea.Msg {
		sums, err := sumUp(ctx, l, stat, owners)
		return answer(sums, err, func(sums overviewSums) tea.Msg { return overviewReady{gen, sums} })
	})
}

func sumUp(ctx context.Context, l *index.Listing, stat index.StatFunc, owners index.Owners) (sums overviewSums, err error) {
	if sums.stats, err = l.StatAllBy(ctx, stat, nil, max(runtime.NumCPU()-1, 1)); err != nil {
		return sums, err
	}
	sums.totals = l.Totals(sums.stats)
	if sums.groups, err = l.GroupByOwner(ctx, owners, nil); err != nil {
		return sums, err
	}
	sums.programs = len(sums.groups.All())
	for _, group := range sums.groups.All() {
		sums.places += len(group.Places)
	}
	return sums, nil
}

// takeOverview shows the sums. Rows that are ordered by them are computed again.
func (m *app) takeOverview(msg overviewReady) tea.Cmd {
	if !m.overview.done(msg.gen) {
		return nil
	}
	m.overview.overviewSums = msg.overviewSums
	counts := m.count(true) // with sizes
	if m.usualDue {
		return tea.Batch(m.keepUsual(), m.ask(false), counts)
	}
	return tea.Batch(m.ask(false), counts)
}
