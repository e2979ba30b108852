package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// Adoption is a plan to copy a selection into storage.
type Adoption struct {
	// Lines describe the plan.
	Lines []string
	// Run carries out the plan and returns lines that describe the result. If ctx is
	// cancelled, it stops soon and the lines say so. Nil means that there is nothing to do.
	Run func(ctx context.Context) []string
	// Progress returns one line about the progress of Run. It is called while Run runs.
	Progress func() string
}

// adoptDialog shows the plan, asks for confirmation, and shows the progress and the result.
type adoptDialog struct {
	text     *textDialog
	keys     adoptKeys
	job      Job
	stage    adoptStage
	gen      int
	adoption Adoption
	progress string
	cancel   context.CancelFunc // stops the planning or copying
}

type adoptStage uint8

const (
	stagePlanning adoptStage = iota
	stagePlanned
	stageRunning
	stageEnded
)

// openAdopt opens the dialog and starts planning the copy for the snippet that is shown.
func (m *app) openAdopt() tea.Cmd {
	m.adoptions++
	ctx, cancel := context.WithCancel(m.ctx)
	d := &adoptDialog{keys: m.keys.adopt, job: m.opts.Job, gen: m.adoptions, cancel: cancel}
	d.text = newTextDialog(&m.keys, "", nil)
	d.say([]string{"planning"})
	m.overlay.push(d)
	machine, what := m.opts.Machine, m.snippet.drawing
	return guarded("plan to copy", func() tea.Msg {
		adoption, err := machine.Adopt(ctx, what.chosen.Paths(what.listing))
		return adoptPlanned{d.gen, adoption, err}
	})
}

// adopting returns the dialog of that generation, or nil if it is not open.
func (m *app) adopting(gen int) *adoptDialog {
	if d, open := m.overlay.top().(*adoptDialog); open && d.gen == gen {
		return d
	}
	return nil
}

// takeAdoptPlan shows the plan.
func (m *app) takeAdoptPlan(msg adoptPlanned) {
	d := m.adopting(msg.gen)
	switch {
	case d == nil:
	case msg.err != nil:
		d.stage = stageEnded
		d.say([]string{msg.err.Error()})
	default:
		d.stage, d.adoption = stagePlanned, msg.adoption
		if msg.adoption.Run == nil {
			d.stage = stageEnded
		}
		d.say(msg.adoption.Lines)
	}
}

// runAdopt starts the copying.
func (m *app) runAdopt() tea.Cmd {
	d, open := m.overlay.top().(*adoptDialog)
	if !open || d.stage != stagePlanned {
		return nil
	}
	ctx, cancel := context.WithCancel(m.ctx)
	d.stage, d.cancel = stageRunning, cancel
	run := d.adoption.Run
	return tea.Batch(
		guarded("copy", func() tea.Msg { return adoptEnded{d.gen, run(ctx)} }),
		m.after(0, adoptTicked{d.gen}),
	)
}

// tickAdopt updates the progress.
func (m *app) tickAdopt(msg adoptTicked) tea.Cmd {
	d := m.adopting(msg.gen)
	if d == nil || d.stage != stageRunning {
		return nil
	}
	d.progress = safe(d.adoption.Progress())
	return m.after(steadyTick, msg)
}

// takeAdoptEnd shows the result.
func (m *app) takeAdoptEnd(msg adoptEnded) {
	if d := m.adopting(msg.gen); d != nil {
		d.stage = stageEnded
		d.say(msg.lines)
	}
}

// say replaces the lines and scrolls to the first.
func (d *adoptDialog) say(lines []string) {
	for i := range lines {
		lines[i] = safe(lines[i])
	}
	shown := newTextDialog(nil, "", lines)
	d.text.lines, d.text.top = shown.lines, 0
}

func (d *adoptDialog) context() keyContext { return contextAdopt }

func (d *adoptDialog) press(msg tea.KeyPressMsg) action {
	running := d.stage == stageRunning
	switch {
	case running && key.Matches(msg, d.keys.close, d.keys.quit): // partial copies are removed first
		d.cancel()
		return action{}
	case key.Matches(msg, d.keys.quit):
		return action{kind: actionQuit}
	case key.Matches(msg, d.keys.close), d.stage == stageEnded && key.Matches(msg, d.keys.accept):
		d.cancel()
		return action{kind: actionClose}
	case key.Matches(msg, d.keys.accept):
		return action{kind: actionAdopt}
	}
	if to, ok := d.keys.move.target(msg, d.text.top, d.text.fit, d.text.count); ok {
		d.text.scroll(to - d.text.top)
	}
	return action{}
}

func (d *adoptDialog) scroll(lines int) { d.text.scroll(lines) }

func (d *adoptDialog) click(int) action { return action{} }

func (d *adoptDialog) view(s *draw.Styles, room, height int) (string, []string) {
	last := map[adoptStage]string{
		stagePlanning: "Esc goes back",
		stagePlanned:  d.job.Asks,
		stageRunning:  d.progress,
		stageEnded:    "Esc goes back",
	}[d.stage]
	title := map[adoptStage]string{
		stagePlanning: d.job.Title, stagePlanned: d.job.Title + "?", stageRunning: d.job.Title + "; Esc stops", stageEnded: d.job.Title,
	}[d.stage]
	_, lines := d.text.view(s, room, max(height-2, 1))
	return title, append(lines, "", s.Dim.Render(textcell.Truncate(last, room, s.Glyphs.Ellipsis)))
}
