package tui

import (
	"context"
	"errors"
	"time"

	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/crash"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/tui/card"
)

// Commands take everything they need as arguments and do not change the model.

// The intervals between reads of the store: shorter until the first screen is full. ncdu also
// updates ten times a second.
const (
	firstTick  = time.Millisecond
	earlyTick  = 30 * time.Millisecond
	steadyTick = 100 * time.Millisecond
)

// noticeTime is how long a notice stays.
const noticeTime = 5 * time.Second

// guarded makes a command that turns a panic of work into an orderly end of the program.
func guarded(in string, work func() tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		defer crash.Catch(in, func(e *crash.Error) { msg = panicked{e} })
		return work()
	}
}

// answer turns the result of cancellable work into a message.
func answer[T any](result T, err error, message func(T) tea.Msg) tea.Msg {
	var panicErr *crash.Error
	switch {
	case errors.As(err, &panicErr):
		return panicked{panicErr}
	case err != nil:
		return cancelled{}
	}
	return message(result)
}

func after(d time.Duration, msg tea.Msg) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return msg })
}

func scanCmd(ctx context.Context, gen int, machine Machine, into *index.Store, all bool) tea.Cmd {
	return guarded("scan", func() tea.Msg {
		start := time.Now()
		summary, err := machine.Scan(ctx, into, all)
		return scanEnded{gen, summary, err, time.Since(start)}
	})
}

func restoreCmd(ctx context.Context, gen int, l *index.Listing, from *savedState) tea.Cmd {
	return guarded("locate", func() tea.Msg {
		nodes, cursor := l.Locate(ctx, from.selected, from.cursor)
		return restored{gen, nodes, cursor}
	})
}

func sortCmd(ctx context.Context, gen int, s *index.Store) tea.Cmd {
	return guarded("sort", func() tea.Msg {
		start := time.Now()
		l, err := s.List(ctx)
		return answer(l, err, func(l *index.Listing) tea.Msg { return listed{gen, l, time.Since(start)} })
	})
}

// prepareCmd builds the data that the first search of a listing needs, before the first key.
func prepareCmd(l *index.Listing) tea.Cmd {
	return guarded("search", func() tea.Msg {
		l.Rows()
		l.Entries()
		return nil
	})
}

func resultCmd(ctx context.Context, gen int, in table.Request) tea.Cmd {
	return guarded("search", func() tea.Msg {
		p, err := table.Compute(ctx, in)
		return answer(p, err, func(p *table.Result) tea.Msg { return resultReady{gen, p} })
	})
}

// statCmd stats nodes, and finds out what is known of them.
func statCmd(ctx context.Context, gen int, stat index.StatFunc, facts *table.FactCache, l *index.Listing, nodes []uint32) tea.Cmd {
	return guarded("stat", func() tea.Msg {
		var path []byte
		for _, node := range nodes {
			path = l.AppendNode(path[:0], node)
			facts.Of(path)
		}
		return statted{gen, nodes, l.StatNodes(ctx, stat, nodes)}
	})
}

// sumSizeCmd sums up what a selection keeps. sums are those of the listing, or zero.
func sumSizeCmd(ctx context.Context, gen int, stat index.StatFunc, l *index.Listing, chosen index.Selection, sums overviewSums) tea.Cmd {
	return guarded("sum sizes", func() tea.Msg {
		of, err := sumSelection(ctx, stat, l, &chosen, sums)
		return answer(of, err, func(of selectionSums) tea.Msg { return sizeSummed{gen, of} })
	})
}

func sumSelection(ctx context.Context, stat index.StatFunc, l *index.Listing, chosen *index.Selection, sums overviewSums) (of selectionSums, err error) {
	if sums.totals != nil {
		if sum, exact := sums.totals.Selected(chosen); exact {
			of.size = sum.Size
			for _, group := range sums.groups.All() {
				of.places += chosen.Covered(l, group.Places)
			}
			return of, ctx.Err()
		}
	}
	of.size, err = chosen.Size(ctx, stat, l)
	return of, err
}

// countCmd counts the files of programs, or of those that are found if find is set.
func countCmd(ctx context.Context, gen int, l *index.Listing, totals *index.Totals, programs []string, find *index.Programs) tea.Cmd {
	return guarded("count programs", func() tea.Msg {
		var sums index.ProgramSums
		var err error
		if find != nil {
			programs, sums, err = l.FindPrograms(ctx, *find, totals)
		} else {
			sums, err = l.CountPrograms(ctx, programs, totals)
		}
		return answer(sums, err, func(sums index.ProgramSums) tea.Msg { return counted{gen, programs, sums} })
	})
}

// renderCmd renders a snippet. totals are those of its listing, or nil.
func renderCmd(gen int, d renderRequest, machine Machine, totals *index.Totals) tea.Cmd {
	return guarded("snippet", func() tea.Msg {
		paths := d.chosen.Paths(d.listing)
		msg := rendered{gen: gen, drawing: d, snippet: machine.Snippet(paths, d.dialect)}
		if d.live > 0 {
			return msg
		}
		msg.filled = d.listing.Filled(&d.chosen, machine.Splits)
		msg.about.Paths = len(paths)
		for _, node := range d.chosen.Nodes(d.listing) {
			msg.about.Files += d.listing.FilesOf(node)
		}
		if totals != nil {
			sum, exact := totals.Selected(&d.chosen)
			msg.about.Size, msg.about.Sized = sum.Size, exact
		}
		msg.about.Storage, msg.about.Free = machine.Storage()
		return msg
	})
}

func copyCmd(ctx context.Context, machine Machine, c copied) tea.Cmd {
	return guarded("copy", func() tea.Msg {
		c.tool = machine.Copy(ctx, c.text)
		return c
	})
}

func explainCmd(ctx context.Context, machine Machine, path, place string) tea.Cmd {
	return guarded("explain", func() tea.Msg {
		var lines []string
		for _, line := range machine.Explain(ctx, path) {
			lines = append(lines, safe(line))
		}
		if place != "" {
			lines = append(lines, "  "+place)
		}
		return explained{lines}
	})
}

func previewCmd(ctx context.Context, gen int, from card.Source, node uint32) tea.Cmd {
	return guarded("preview", func() tea.Msg { return previewed{gen, from.Of(ctx, node)} })
}

// newest tracks background work for which only the answer to the newest request is used. Each
// request has a generation number, which its answer carries.
type newest[R comparable] struct {
	request R
	gen     int
	cancel  context.CancelFunc // nil if nothing runs
}

// start begins the work for a request and cancels the work for the previous one.
func (n *newest[R]) start(ctx context.Context, request R) (context.Context, int) {
	gen := n.ask(request)
	return n.begin(ctx), gen
}

// ask records a request whose work begins later and cancels the work for the previous one.
func (n *newest[R]) ask(request R) (gen int) {
	n.stop()
	n.request = request
	return n.gen
}

// begin begins the work for the newest request.
func (n *newest[R]) begin(ctx context.Context) context.Context {
	ctx, n.cancel = context.WithCancel(ctx)
	return ctx
}

// stop cancels the running work. Its answer is dropped.
func (n *newest[R]) stop() {
	if n.cancel != nil {
		n.cancel()
	}
	n.cancel = nil
	n.gen++
}

// running reports whether an answer is pending.
func (n *newest[R]) running() bool { return n.cancel != nil }

// done reports whether an answer is for the newest request. If so, the request is finished.
func (n *newest[R]) done(gen int) bool {
	if gen != n.gen || n.cancel == nil {
		return false
	}
	n.cancel()
	n.cancel = nil
	return true
}
