package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Commands get all they need as arguments and change nothing.

// How often the screen looks at the store: sooner until the first screen is full.
// Ten times a second is what ncdu does.
const (
	firstTick  = time.Millisecond
	earlyTick  = 30 * time.Millisecond
	steadyTick = 100 * time.Millisecond
)

// noticeTime is how long a notice stays.
const noticeTime = 5 * time.Second

// guarded makes a command whose panic ends the program in order.
func guarded(in string, work func() tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		defer recovered(in, func(e *PanicError) { msg = panicked{e} })
		return work()
	}
}

// answer turns the result of work that can be cancelled into a message.
func answer[T any](result T, err error, message func(T) tea.Msg) tea.Msg {
	var panicErr *PanicError
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

func scanCmd(ctx context.Context, gen int, scan scanFunc, into *Store) tea.Cmd {
	return guarded("scan", func() tea.Msg {
		summary, err := scan(ctx, into)
		return scanEnded{gen, summary, err}
	})
}

func locateCmd(ctx context.Context, gen int, l *listing, from *whereabouts) tea.Cmd {
	return guarded("locate", func() tea.Msg {
		nodes, cursor := l.locate(ctx, from)
		return located{gen, nodes, cursor}
	})
}

func sortCmd(ctx context.Context, gen int, s *Store) tea.Cmd {
	return guarded("sort", func() tea.Msg {
		start := time.Now()
		l, err := newListing(ctx, s.snapshot())
		return answer(l, err, func(l *listing) tea.Msg { return listed{gen, l, time.Since(start)} })
	})
}

// prepareCmd makes what the first search of a listing needs, before the first key.
func prepareCmd(l *listing) tea.Cmd {
	return guarded("search", func() tea.Msg {
		l.rows()
		l.entries()
		return nil
	})
}

func composeCmd(ctx context.Context, gen int, in inquiry) tea.Cmd {
	return guarded("search", func() tea.Msg {
		p, err := compose(ctx, in)
		return answer(p, err, func(p *page) tea.Msg { return composed{gen, p} })
	})
}

func lookCmd(ctx context.Context, gen int, stat statFunc, l *listing, nodes []uint32) tea.Cmd {
	return guarded("look", func() tea.Msg { return looked{gen, nodes, look(ctx, stat, l, nodes)} })
}

func weighCmd(ctx context.Context, gen int, stat statFunc, l *listing, chosen selection) tea.Cmd {
	return guarded("weigh the selection", func() tea.Msg {
		size, err := chosen.weight(ctx, stat, l)
		return answer(size, err, func(size int64) tea.Msg { return weighed{gen, size} })
	})
}

func countCmd(ctx context.Context, gen int, l *listing, programs []string) tea.Cmd {
	return guarded("count programs", func() tea.Msg {
		counts, err := countPrograms(ctx, l, programs)
		return answer(counts, err, func(counts []int) tea.Msg { return counted{gen, counts} })
	})
}

func renderCmd(gen int, d drawing, snippet func([]Selected, int) SnippetText) tea.Cmd {
	return guarded("snippet", func() tea.Msg {
		paths := d.chosen.paths(d.listing)
		return rendered{gen, d, snippet(paths, d.dialect), len(paths)}
	})
}

func copyCmd(ctx context.Context, put func(context.Context, string) string, what, text string) tea.Cmd {
	return guarded("copy", func() tea.Msg { return copied{what, text, put(ctx, text)} })
}

func writeCmd(home string, a action, text string) tea.Cmd {
	return guarded("write", func() tea.Msg { return written{a.text, writeFile(home, a.text, text, a.overwrite)} })
}

func explainCmd(explain func(string) []string, path string) tea.Cmd {
	return guarded("explain", func() tea.Msg {
		var lines []string
		for _, line := range explain(path) {
			lines = append(lines, safe(line))
		}
		return explained{lines}
	})
}

func previewCmd(ctx context.Context, gen int, p previewer, node uint32) tea.Cmd {
	return guarded("preview", func() tea.Msg { return previewed{gen, p.preview(ctx, node)} })
}
