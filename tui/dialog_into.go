package tui

import (
	"context"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// IntoFile is a Nix file into which a snippet can be inserted.
type IntoFile struct {
	Path string
	// Places describe its lists, one a line.
	Places []string
}

// IntoPlan is a plan to insert a snippet into a file.
type IntoPlan struct {
	// Lines are the diff and what there is to say of it.
	Lines []IntoLine
	// Choices are places of which the user has to choose one for paths that are left out.
	Choices []IntoChoice
	// Write writes the file and returns lines that describe the result. Nil means that there is
	// nothing to write.
	Write func(ctx context.Context) []string
}

// IntoChoice is a place in a file. At names it for Machine.PlanInto.
type IntoChoice struct{ At, Text string }

// IntoLine is a line of a plan.
type IntoLine struct {
	Kind LineKind
	Text string
}

// LineKind is the kind of a line of a plan.
type LineKind uint8

// The kinds. The zero value is a line of the file that does not change.
const (
	LineContext LineKind = iota
	LineHeading
	LineAdded
	LineRemoved
	// LineNote is a sentence about the plan.
	LineNote
	// LineProblem is a sentence about a path that is not inserted.
	LineProblem
)

var lineKindNames = [...]string{"context", "heading", "added", "removed", "note", "problem"}

// String returns the kind in one word.
func (k LineKind) String() string { return lineKindNames[min(int(k), len(lineKindNames)-1)] }

// intoDialog lets the user choose a file, shows the diff, and writes.
type intoDialog struct {
	keys   intoKeys
	stage  intoStage
	gen    int
	files  []IntoFile
	cursor int
	plan   IntoPlan
	// place is the row of the places at the cursor, problems the number of lines above the places.
	place, problems int
	path            string   // of the plan
	at              []string // the chosen places in that file
	top             int      // the first line that is shown
	count           int      // of lines, when last shown
	fit             int
	cancel          context.CancelFunc
}

type intoStage uint8

const (
	intoSearching intoStage = iota
	intoChoosing
	intoPlanning
	intoPlace
	intoPlanned
	intoWriting
	intoEnded
)

// openInto opens the dialog and searches the files.
func (m *app) openInto() tea.Cmd {
	d := &intoDialog{keys: m.keys.into}
	m.overlay.push(d)
	ctx := m.startInto(d, intoSearching)
	machine, what, gen := m.opts.Machine, m.snippet.drawing, d.gen
	return guarded("find files", func() tea.Msg {
		files, err := machine.IntoFiles(ctx, what.dialect)
		return intoFound{gen, files, err}
	})
}

// startInto begins a stage that waits for an answer.
func (m *app) startInto(d *intoDialog, stage intoStage) context.Context {
	if d.cancel != nil {
		d.cancel()
	}
	m.intos++
	ctx, cancel := context.WithCancel(m.ctx)
	d.stage, d.gen, d.cancel, d.top = stage, m.intos, cancel, 0
	return ctx
}

// into returns the dialog that waits for the answer of that generation, or nil.
func (m *app) into(gen int) *intoDialog {
	if d, open := m.overlay.top().(*intoDialog); open && d.gen == gen {
		return d
	}
	return nil
}

// takeIntoFiles shows the files, or plans at once if there is only one.
func (m *app) takeIntoFiles(msg intoFound) tea.Cmd {
	d := m.into(msg.gen)
	switch {
	case d == nil:
	case msg.err != nil:
		d.end(msg.err.Error())
	case len(msg.files) == 0:
		d.end("no Nix file with lists of paths was found; name one by the key snippet.file of the configuration")
	default:
		d.files, d.stage = msg.files, intoChoosing
		if len(d.files) == 1 {
			return m.planInto()
		}
	}
	return nil
}

// acceptInto does what Enter asks for.
func (m *app) acceptInto() tea.Cmd {
	d, open := m.overlay.top().(*intoDialog)
	switch {
	case !open:
	case d.stage == intoChoosing:
		d.at = nil
		return m.planInto()
	case d.stage == intoPlace && d.place < len(d.plan.Choices):
		d.at = append(d.at, d.plan.Choices[d.place].At)
		return m.planInto()
	case d.stage == intoPlace:
		d.stage, d.top = intoPlanned, 0
	case d.stage == intoPlanned && d.plan.Write != nil:
		ctx := m.startInto(d, intoWriting)
		gen, write := d.gen, d.plan.Write
		return guarded("write", func() tea.Msg { return intoEnd{gen, write(ctx)} })
	}
	return nil
}

// planInto plans to change the file at the cursor.
func (m *app) planInto() tea.Cmd {
	d, open := m.overlay.top().(*intoDialog)
	if !open {
		return nil
	}
	d.path = d.files[d.cursor].Path
	ctx := m.startInto(d, intoPlanning)
	machine, what, gen, path, at := m.opts.Machine, m.snippet.drawing, d.gen, d.path, slices.Clone(d.at)
	return guarded("plan to insert", func() tea.Msg {
		plan, err := machine.PlanInto(ctx, path, at, what.chosen.Paths(what.listing), what.dialect)
		return intoReady{gen, plan, err}
	})
}

// takeIntoPlan shows the diff.
func (m *app) takeIntoPlan(msg intoReady) {
	d := m.into(msg.gen)
	switch {
	case d == nil:
	case msg.err != nil:
		d.end(msg.err.Error())
	default:
		d.stage, d.plan = intoPlanned, msg.plan
		for i := range d.plan.Lines {
			d.plan.Lines[i].Text = safe(d.plan.Lines[i].Text)
		}
		if len(d.plan.Choices) > 0 {
			d.stage, d.place = intoPlace, 0
		}
	}
}

// takeIntoEnd shows the result.
func (m *app) takeIntoEnd(msg intoEnd) {
	if d := m.into(msg.gen); d != nil {
		d.end(msg.lines...)
	}
}

// end shows sentences as the last stage.
func (d *intoDialog) end(lines ...string) {
	d.stage, d.top, d.plan = intoEnded, 0, IntoPlan{}
	for _, line := range lines {
		d.plan.Lines = append(d.plan.Lines, IntoLine{LineNote, safe(line)})
	}
}

func (d *intoDialog) context() keyContext { return contextInto }

func (d *intoDialog) press(msg tea.KeyPressMsg) action {
	switch {
	case d.stage == intoWriting: // it ends soon, and is not interrupted
		return action{}
	case key.Matches(msg, d.keys.quit):
		return action{kind: actionQuit}
	case key.Matches(msg, d.keys.close) && (d.stage == intoPlanned || d.stage == intoPlace) && len(d.files) > 1:
		d.stage, d.top = intoChoosing, 0
		return action{}
	case key.Matches(msg, d.keys.close), key.Matches(msg, d.keys.accept) && d.done():
		d.cancel()
		return action{kind: actionClose}
	case key.Matches(msg, d.keys.accept):
		return action{kind: actionInto}
	}
	switch d.stage {
	case intoChoosing:
		d.cursor, _ = d.keys.move.target(msg, d.cursor, max(d.fit, 1), len(d.files))
	case intoPlace:
		d.place, _ = d.keys.move.target(msg, d.place, max(d.fit, 1), len(d.plan.Choices)+1)
	default:
		if to, ok := d.keys.move.target(msg, d.top, d.fit, d.count); ok {
			d.scroll(to - d.top)
		}
	}
	return action{}
}

// done reports whether Enter has nothing to do but close.
func (d *intoDialog) done() bool {
	return d.stage == intoEnded || d.stage == intoPlanned && d.plan.Write == nil
}

func (d *intoDialog) scroll(lines int) { d.top = max(0, min(d.top+lines, d.count-d.fit)) }

func (d *intoDialog) click(int) action { return action{} }

func (d *intoDialog) view(s *draw.Styles, room, height int) (title string, lines []string) {
	last := "Esc goes back"
	switch d.stage {
	case intoSearching:
		title, lines = "insert into a file", []string{"searching"}
	case intoChoosing:
		title, last = "insert into which file?", "Enter shows the change, Esc goes back"
		lines = d.choices(s, room)
	case intoPlanning:
		title, lines = "insert into a file", []string{"planning"}
	case intoPlace:
		title, last = "insert where?", "Enter chooses, Esc goes back"
		lines = d.placeLines(s, room)
	case intoPlanned:
		title = "change " + safe(d.path) + "?"
		if d.plan.Write != nil {
			last = "Enter writes the file, Esc goes back"
		}
		lines = d.planLines(s, room)
	case intoWriting:
		title, last, lines = "writing "+safe(d.path), "", d.planLines(s, room)
	case intoEnded:
		title, lines = "insert into a file", d.planLines(s, room)
	}
	d.count, d.fit = len(lines), max(min(height-2, len(lines)), 1)
	switch d.stage {
	case intoChoosing:
		d.follow()
	case intoPlace:
		d.top = max(min(d.top, d.placeLine()), d.placeLine()+1-d.fit)
	default:
	}
	d.scroll(0)
	shown := slices.Clone(lines[d.top:min(d.top+d.fit, len(lines))])
	return title, append(shown, "", s.Dim.Render(textcell.Truncate(last, room, s.Glyphs.Ellipsis)))
}

// choices renders the files with their places.
func (d *intoDialog) choices(s *draw.Styles, room int) (lines []string) {
	for i, f := range d.files {
		name := textcell.Truncate(safe(f.Path), room, s.Glyphs.Ellipsis)
		if i == d.cursor {
			name = s.Cursor.Render(name)
		}
		lines = append(lines, name)
		for _, place := range f.Places {
			lines = append(lines, s.Dim.Render(textcell.Truncate("  "+safe(place), room, s.Glyphs.Ellipsis)))
		}
	}
	return lines
}

// follow scrolls to the file at the cursor.
func (d *intoDialog) follow() {
	line := 0
	for _, f := range d.files[:d.cursor] {
		line += 1 + len(f.Places)
	}
	d.top = max(min(d.top, line), line+1-d.fit)
}

// placeLines renders what is left out of a plan, and below it the places for it.
func (d *intoDialog) placeLines(s *draw.Styles, room int) (lines []string) {
	for _, line := range d.plan.Lines {
		if line.Kind == LineProblem {
			lines = append(lines, textcell.Wrap(line.Text, room)...)
		}
	}
	d.problems = len(lines)
	for i := range len(d.plan.Choices) + 1 {
		text := "nowhere: leave them out"
		if i < len(d.plan.Choices) {
			text = safe("line " + d.plan.Choices[i].At + ": " + d.plan.Choices[i].Text)
		}
		text = textcell.Truncate(text, room, s.Glyphs.Ellipsis)
		if i == d.place {
			text = s.Cursor.Render(text)
		}
		lines = append(lines, text)
	}
	return lines
}

// placeLine is the line of the place at the cursor.
func (d *intoDialog) placeLine() int { return d.problems + d.place }

// planLines renders a plan. Sentences are wrapped, lines of the diff are cut.
func (d *intoDialog) planLines(s *draw.Styles, room int) (lines []string) {
	for _, line := range d.plan.Lines {
		switch line.Kind {
		case LineNote, LineProblem:
			for _, part := range textcell.Wrap(line.Text, room) {
				if line.Kind == LineProblem {
					part = s.Warning.Render(part)
				}
				lines = append(lines, part)
			}
			continue
		case LineContext, LineHeading, LineAdded, LineRemoved:
		}
		style := map[LineKind]draw.Style{LineHeading: s.Key, LineAdded: s.Marked, LineRemoved: s.Warning}[line.Kind]
		lines = append(lines, style.Render(textcell.Truncate(line.Text, room, s.Glyphs.Ellipsis)))
	}
	return lines
}
