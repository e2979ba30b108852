package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

// perform carries out an action of a pane or a dialog.
func (m *app) perform(a pane.Action) tea.Cmd {
	if a.Notice != "" {
		notice := a.Notice
		a.Notice = ""
		return tea.Batch(m.perform(a), m.notify(notice))
	}
	switch a.Kind {
	case pane.ActionClose:
		m.closeDialog()
	case pane.ActionFilter:
		m.closeDialog()
		return m.filter(a.Program)
	case pane.ActionHelp:
		m.showHelp()
	case pane.ActionBack:
		m.snippet, m.notice.text = nil, "" // it was about the snippet
		m.side.ask(subject{})              // its live snippet may have been dropped
		m.relayout()
	case pane.ActionLeave:
		m.result.Outcome = Confirmed
		return m.leave()
	case pane.ActionQuit:
		return m.leave()
	case pane.ActionAskFile:
		return m.open(pane.NewPrompt(&m.keys.Keys, pane.File{Text: m.result.Snippet.Text, Home: m.opts.Home, Name: m.fileName()}))
	case pane.ActionConfirm:
		m.closeDialog()
		return m.showSnippet(m.selection.Clone())
	case pane.ActionCopy:
		return m.copyText("the snippet", m.result.Snippet.Text)
	case pane.ActionDialect:
		return m.changeDialect(1)
	case pane.ActionDialectBack:
		return m.changeDialect(-1)
	case pane.ActionDirectories:
		return m.keepFilled()
	case pane.ActionAskAdopt:
		return m.openAdopt()
	case pane.ActionAskInto:
		return m.openInto()
	case pane.ActionWork:
		return m.work(a.Work)
	case pane.ActionStop:
		m.overlay.Stop()
	case pane.ActionNone:
	}
	return nil
}

// open opens a dialog.
func (m *app) open(d pane.Dialog) tea.Cmd {
	m.overlay.Push(d)
	if s, works := d.(pane.Starter); works {
		return m.perform(s.Start())
	}
	return nil
}

func (m *app) closeDialog() {
	if m.overlay.Top() == pane.Dialog(m.counter.dialog) {
		m.closePrograms()
	}
	m.overlay.Pop()
}

// work starts the work of the top dialog.
func (m *app) work(w pane.Work) tea.Cmd {
	ctx, gen := m.overlay.Begin(m.ctx)
	cmd := guarded(w.Name, func() tea.Msg { return worked{gen, w.Do(ctx)} })
	if w.Tick == nil {
		return cmd
	}
	return tea.Batch(m.after(0, workTicked{gen, w.Tick}), cmd)
}

// takeWork takes the answer of work, unless its dialog has closed.
func (m *app) takeWork(msg worked) tea.Cmd {
	if !m.overlay.Done(msg.gen) {
		return nil
	}
	return m.perform(msg.take())
}

// tickWork shows the progress of work that still runs.
func (m *app) tickWork(msg workTicked) tea.Cmd {
	if !m.overlay.Awaits(msg.gen) {
		return nil
	}
	msg.tick()
	return m.after(steadyTick, msg)
}

// fileName returns the name of the file that is proposed for the snippet.
func (m *app) fileName() string {
	switch {
	case len(m.opts.Dialects) == 0 || m.opts.Dialects[m.dialect] == "paths":
		return "paths.txt"
	case m.opts.Dialects[m.dialect] == "json":
		return "paths.json"
	}
	return "persistence.nix"
}

// showHelp shows the keys that work in the current context.
func (m *app) showHelp() {
	of := m.context()
	m.overlay.Push(pane.NewHelp(&m.keys.Keys, "keys: "+of.String(), m.keys.Groups(of)))
}

// openAdopt plans to copy what the snippet shows.
func (m *app) openAdopt() tea.Cmd {
	machine, what := m.opts.Machine, m.snippetOf
	return m.open(pane.NewAdopt(&m.keys.Keys, &m.opts.Job, func(ctx context.Context) (Adoption, error) {
		return machine.Adopt(ctx, what.chosen.Paths(what.listing))
	}))
}

// openInto searches for files into which the snippet can be inserted.
func (m *app) openInto() tea.Cmd {
	machine, what := m.opts.Machine, m.snippetOf
	return m.open(pane.NewInto(&m.keys.Keys, pane.Insertion{
		Files: func(ctx context.Context) ([]IntoFile, error) { return machine.IntoFiles(ctx, what.dialect) },
		Plan: func(ctx context.Context, file string, at []string) (IntoPlan, error) {
			return machine.PlanInto(ctx, file, at, what.chosen.Paths(what.listing), what.dialect)
		},
	}))
}

// longSnippet asks before a snippet that is too long to be useful.
func (m *app) longSnippet(paths int) pane.Dialog {
	return pane.NewConfirm(&m.keys.Keys, "a long snippet",
		printable.Plural(paths, "path is", "paths are")+" selected; the snippet has a line for each.",
		"",
		"A selected directory includes everything in it:",
		pane.Label(m.keys.Browse.NextView.Keys()[0])+" shows directories.",
		"",
		pane.Label(m.keys.Confirm.Accept.Keys()[0])+" writes the snippet anyway.",
	)
}
