package tui

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// Adoption is a plan to copy a selection into storage.
type Adoption struct {
	// Lines say what would be done.
	Lines []string
	// Run does it, and returns what became of it; ctx ends it soon, and then the lines say
	// that. Nil means that there is nothing to do.
	Run func(ctx context.Context) []string
	// Progress says in a line how far Run is. It is called while that runs.
	Progress func() string
}

// adoptDialog shows what would be copied, asks, and shows how it goes.
type adoptDialog struct {
	text     *textDialog
	keys     adoptKeys
	job      Job
	stage    adoptStage
	gen      int
	adoption Adoption
	progress string
	cancel   context.CancelFunc // of what runs
}

type adoptStage uint8

const (
	stagePlanning adoptStage = iota
	stagePlanned
	stageRunning
	stageEnded
)

// openAdopt begins to look at what would be copied for the snippet that is shown.
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

// adopting returns the dialog of that generation, if it is open.
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

// runAdopt does what was planned.
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

// tickAdopt shows how far it is.
func (m *app) tickAdopt(msg adoptTicked) tea.Cmd {
	d := m.adopting(msg.gen)
	if d == nil || d.stage != stageRunning {
		return nil
	}
	d.progress = safe(d.adoption.Progress())
	return m.after(steadyTick, msg)
}

// takeAdoptEnd shows what became of it.
func (m *app) takeAdoptEnd(msg adoptEnded) {
	if d := m.adopting(msg.gen); d != nil {
		d.stage = stageEnded
		d.say(msg.lines)
	}
}

// say shows other lines, from their beginning.
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
	case running && key.Matches(msg, d.keys.close, d.keys.quit): // what is copied in part is cleared away first
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

func (d *adoptDialog) view(s *styles, room, height int) (string, []string) {
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
	return title, append(lines, "", s.dim.render(truncated(last, room, s.glyphs.ellipsis)))
}
