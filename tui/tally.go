package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// tally is how much the selection holds: the bytes of its files, which are looked
// up in the background whenever it changes.
type tally struct {
	of     tallied
	gen    int
	cancel context.CancelFunc
	size   int64
	known  bool
}

// tallied is what is summed up. A directory grows while the scan runs, so that it
// is summed up again in the end.
type tallied struct {
	selection int // its generation
	listing   *listing
}

// followSelection has the tally follow the selection.
func (m *app) followSelection() tea.Cmd {
	now := tallied{selection: m.selection.gen}
	if !m.progress.running {
		now.listing = m.progress.latest
	}
	t := &m.tally
	if t.of == now {
		return nil
	}
	if t.cancel != nil {
		t.cancel()
	}
	*t = tally{of: now, gen: t.gen + 1}
	if m.selection.count == 0 || m.progress.latest == nil {
		return nil
	}
	ctx, cancel := context.WithCancel(m.ctx)
	t.cancel = cancel
	return weighCmd(ctx, t.gen, m.metas.stat, m.progress.latest, m.selection.copied())
}

func (t *tally) take(msg weighed) {
	if msg.gen != t.gen {
		return
	}
	t.cancel()
	t.cancel, t.size, t.known = nil, msg.size, true
}

// weight returns the bytes of all files that a selection holds.
func (s *selection) weight(ctx context.Context, stat statFunc, l *listing) (int64, error) {
	var sum int64
	weigh := func(node uint32) {
		if ctx.Err() == nil {
			sum = sizes.Add(sum, measure(ctx, stat, l, node).size)
		}
	}
	s.dirs.each(func(dir uint32) { weigh(dir | dirBit) })
	s.files.each(weigh)
	return sum, ctx.Err()
}
