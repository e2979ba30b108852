package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// progress follows the scan: it looks at the store at each tick, and has what is
// new sorted, off the screen's thread.
type progress struct {
	store       *index.Store
	gen         int // how often the disk has been looked at again
	running     bool
	summary     Summary
	err         error
	dirs, files int
	ticks       int
	// latest is the newest listing, or nil.
	latest  *index.Listing
	sorting bool
	// rest is how many ticks to leave out, so that sorting again and again takes
	// a fifth of one core at most while the scan needs them all.
	rest int
}

// spinner turns while the scan runs. Four ASCII characters, which screen readers
// and the Linux console bear.
const spinner = `|/-\`

func (p *progress) spin() string {
	i := p.ticks % len(spinner)
	return spinner[i : i+1]
}

// tick looks at the store, and says whether there is more to come.
func (p *progress) tick(ctx context.Context) (sort tea.Cmd, more bool) {
	p.ticks++
	p.rest--
	p.look()
	if !p.running && p.current() {
		return nil, false
	}
	return p.sort(ctx), true
}

func (p *progress) look() { p.dirs, p.files = p.store.Counts() }

// current reports whether the newest listing has all that is in the store.
func (p *progress) current() bool { return p.latest != nil && p.latest.Files() == p.files }

// sort starts sorting, if there is something new and it is time.
func (p *progress) sort(ctx context.Context) tea.Cmd {
	if p.sorting || p.current() || p.rest > 0 && p.running {
		return nil
	}
	p.sorting = true
	return sortCmd(ctx, p.gen, p.store)
}

// sorted takes a listing.
func (p *progress) sorted(msg listed) {
	p.sorting = false
	p.latest = msg.listing
	const share = 4
	p.rest = int(share * msg.took / steadyTick)
}

// ended notes that the scan has ended.
func (p *progress) ended(ctx context.Context, msg scanEnded) tea.Cmd {
	p.running, p.summary, p.err = false, msg.summary, msg.err
	p.store.Seal()
	p.look()
	return p.sort(ctx)
}
