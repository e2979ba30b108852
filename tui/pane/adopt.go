package pane

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

// Job is the wording of what adopting does with a selection.
type Job struct {
	Shows  string // the label of Enter: "snippet"
	Key    string // the label of its key: "adopt"
	Help   string // the key in the help: "copy the data into storage now"
	Title  string // of its dialog: "copy into storage"
	Verb   string // "copy"
	Asks   string // "Enter copies, Esc goes back; the sources do not change"
	Result string // what Enter shows: "snippet for"
	// Selected says of paths that they are selected: "kept". Picks is what selecting means: "keep".
	Selected, Picks string
	// Note is the head of the column of annotations, "did", and Order the name of the order by them:
	// "operation". Cycles is the help of the key that shows the paths of one of tui.Options.Groups.
	Note, Order, Cycles string
}

// Adopt shows the plan, asks for confirmation, and shows the progress and the result.
type Adopt struct {
	text     *Text
	keys     DialogKeys
	job      Job
	plan     func(context.Context) (Adoption, error)
	stage    adoptStage
	adoption Adoption
	progress string
}

type adoptStage uint8

const (
	stagePlanning adoptStage = iota
	stagePlanned
	stageRunning
	stageEnded
)

// NewAdopt returns a dialog that plans when it opens. An error of the plan says why it is not possible.
func NewAdopt(keys *Keys, job *Job, plan func(context.Context) (Adoption, error)) *Adopt {
	d := &Adopt{text: NewText(keys, "", nil), keys: keys.Adopt, job: *job, plan: plan}
	d.say([]string{"planning"})
	return d
}

// Start implements Starter.
func (d *Adopt) Start() Action {
	return Action{Kind: ActionWork, Work: Work{Name: "plan to copy", Do: func(ctx context.Context) func() Action {
		adoption, err := d.plan(ctx)
		return func() Action { return d.planned(adoption, err) }
	}}}
}

// planned shows the plan.
func (d *Adopt) planned(adoption Adoption, err error) Action {
	d.stage, d.adoption = stagePlanned, adoption
	lines := adoption.Lines
	if err != nil {
		lines = []string{err.Error()}
	}
	if err != nil || adoption.Run == nil {
		d.stage = stageEnded
	}
	d.say(lines)
	return Action{}
}

// run starts the copying.
func (d *Adopt) run() Action {
	if d.stage != stagePlanned {
		return Action{}
	}
	d.stage = stageRunning
	run := d.adoption.Run
	do := func(ctx context.Context) func() Action {
		lines := run(ctx)
		return func() Action {
			d.stage = stageEnded
			d.say(lines)
			return Action{}
		}
	}
	return Action{Kind: ActionWork, Work: Work{Name: "copy", Do: do, Tick: func() { d.progress = safe(d.adoption.Progress()) }}}
}

// Hints implements Hinter: there is nothing to accept before the plan and after the end.
func (d *Adopt) Hints() []Hint {
	switch d.stage {
	case stagePlanned:
		return []Hint{{d.keys.Accept, d.job.Verb}, {d.keys.Close, "back"}}
	case stageRunning:
		return []Hint{{d.keys.Close, "stop"}}
	case stagePlanning, stageEnded:
	}
	return []Hint{{d.keys.Close, "back"}}
}

// say replaces the lines and scrolls to the first.
func (d *Adopt) say(lines []string) {
	safeLines := make([]string, len(lines))
	for i := range lines {
		safeLines[i] = safe(lines[i])
	}
	d.text.setText(safeLines)
}

// Context implements Dialog.
func (d *Adopt) Context() Context { return ContextAdopt }

// Press implements Dialog.
func (d *Adopt) Press(msg tea.KeyPressMsg) Action {
	running := d.stage == stageRunning
	switch {
	case running && key.Matches(msg, d.keys.Close, d.keys.Quit): // partial copies are removed first
		return Action{Kind: ActionStop}
	case key.Matches(msg, d.keys.Quit):
		return Action{Kind: ActionQuit}
	case key.Matches(msg, d.keys.Close), d.stage == stageEnded && key.Matches(msg, d.keys.Accept):
		return Action{Kind: ActionClose}
	case key.Matches(msg, d.keys.Accept):
		return d.run()
	}
	if to, ok := d.keys.Move.Target(msg, d.text.top, d.text.fit, d.text.count); ok {
		d.text.Scroll(to - d.text.top)
	}
	return Action{}
}

// Scroll implements Dialog.
func (d *Adopt) Scroll(lines int) { d.text.Scroll(lines) }

// Click implements Dialog.
func (d *Adopt) Click(int) Action { return Action{} }

// View implements Dialog.
func (d *Adopt) View(s *draw.Styles, room, height int) (string, []string) {
	title, last := d.job.Title, "Esc goes back"
	switch d.stage {
	case stagePlanned:
		title, last = d.job.Title+"?", d.job.Asks
	case stageRunning:
		title, last = d.job.Title+"; Esc stops", d.progress
	case stagePlanning, stageEnded:
	}
	_, lines := d.text.View(s, room, max(height-2, 1))
	return title, append(lines, "", s.Dim.Render(textcell.Truncate(last, room, s.Glyphs.Ellipsis)))
}
