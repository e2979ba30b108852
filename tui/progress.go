package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
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
	p.look()
	if !p.running && p.current() {
		return nil, false
	}
	return p.sort(ctx), true
}

func (p *progress) look() { p.dirs, p.files = p.store.Counts() }

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
	p.look()
	return p.sort(ctx)
}
