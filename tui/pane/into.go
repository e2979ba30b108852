package pane

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

// IntoChoice is a place in a file. At names it for Insertion.Plan.
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

// Into lets the user choose a file, shows the diff, and writes.
type Into struct {
	keys   DialogKeys
	from   Insertion
	stage  intoStage
	files  []IntoFile
	cursor int
	plan   IntoPlan
	// place is the index in plan.Choices of the choice at the cursor; len(plan.Choices) means none of
	// them. problems is the number of lines above the choices.
	place, problems int
	path            string   // of the plan
	at              []string // the chosen places in that file
	top             int      // the first line that is shown
	count           int      // of lines, when last shown
	fit             int
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

// Insertion is where Into gets its files and plans from. Both functions run in the background.
type Insertion struct {
	// Files returns the files, the most likely first.
	Files func(ctx context.Context) ([]IntoFile, error)
	// Plan plans to change one of them. at are the choices among IntoPlan.Choices so far.
	Plan func(ctx context.Context, file string, at []string) (IntoPlan, error)
}

// NewInto returns a dialog that searches files when it opens.
func NewInto(keys *Keys, from Insertion) *Into { return &Into{keys: keys.Into, from: from} }

// Start implements Starter.
func (d *Into) Start() Action {
	d.stage = intoSearching
	return d.work("find files", func(ctx context.Context) func() Action {
		files, err := d.from.Files(ctx)
		return func() Action { return d.found(files, err) }
	})
}

// work returns the action for work whose stage has begun.
func (d *Into) work(name string, do func(ctx context.Context) func() Action) Action {
	d.top = 0
	return Action{Kind: ActionWork, Work: Work{Name: name, Do: do}}
}

// found shows the files, or plans at once if there is only one.
func (d *Into) found(files []IntoFile, err error) Action {
	switch {
	case err != nil:
		d.end(err.Error())
	case len(files) == 0:
		d.end("no Nix file with lists of paths was found; name one by the key snippet.file of the configuration")
	default:
		d.files, d.stage = files, intoChoosing
		if len(d.files) == 1 {
			return d.planFile()
		}
	}
	return Action{}
}

// accept does what Enter asks for.
func (d *Into) accept() Action {
	switch {
	case d.stage == intoChoosing:
		d.at = nil
		return d.planFile()
	case d.stage == intoPlace && d.place < len(d.plan.Choices):
		d.at = append(d.at, d.plan.Choices[d.place].At)
		return d.planFile()
	case d.stage == intoPlace:
		d.stage, d.top = intoPlanned, 0
	case d.stage == intoPlanned && d.plan.Write != nil:
		d.stage = intoWriting
		write := d.plan.Write
		return d.work("write", func(ctx context.Context) func() Action {
			lines := write(ctx)
			return func() Action { d.end(lines...); return Action{} }
		})
	}
	return Action{}
}

// planFile plans to change the file at the cursor.
func (d *Into) planFile() Action {
	d.path, d.stage = d.files[d.cursor].Path, intoPlanning
	path, at := d.path, slices.Clone(d.at)
	return d.work("plan to insert", func(ctx context.Context) func() Action {
		plan, err := d.from.Plan(ctx, path, at)
		return func() Action { d.planned(plan, err); return Action{} }
	})
}

// planned shows the diff.
func (d *Into) planned(plan IntoPlan, err error) {
	if err != nil {
		d.end(err.Error())
		return
	}
	d.stage, d.plan = intoPlanned, plan
	for i := range d.plan.Lines {
		d.plan.Lines[i].Text = safe(d.plan.Lines[i].Text)
	}
	if len(d.plan.Choices) > 0 {
		d.stage, d.place = intoPlace, 0
	}
}

// end shows sentences as the last stage.
func (d *Into) end(lines ...string) {
	d.stage, d.top, d.plan = intoEnded, 0, IntoPlan{}
	for _, line := range lines {
		d.plan.Lines = append(d.plan.Lines, IntoLine{LineNote, safe(line)})
	}
}

// Context implements Dialog.
func (d *Into) Context() Context { return ContextInto }

// Press implements Dialog.
func (d *Into) Press(msg tea.KeyPressMsg) Action {
	switch {
	case d.stage == intoWriting: // it ends soon, and is not interrupted
		return Action{}
	case key.Matches(msg, d.keys.Quit):
		return Action{Kind: ActionQuit}
	case key.Matches(msg, d.keys.Close) && (d.stage == intoPlanned || d.stage == intoPlace) && len(d.files) > 1:
		d.stage, d.top = intoChoosing, 0
		return Action{}
	case key.Matches(msg, d.keys.Close), key.Matches(msg, d.keys.Accept) && d.done():
		return Action{Kind: ActionClose}
	case key.Matches(msg, d.keys.Accept):
		return d.accept()
	}
	switch d.stage {
	case intoChoosing:
		d.cursor, _ = d.keys.Move.Target(msg, d.cursor, max(d.fit, 1), len(d.files))
	case intoPlace:
		d.place, _ = d.keys.Move.Target(msg, d.place, max(d.fit, 1), len(d.plan.Choices)+1)
	default:
		if to, ok := d.keys.Move.Target(msg, d.top, d.fit, d.count); ok {
			d.Scroll(to - d.top)
		}
	}
	return Action{}
}

// Hints implements Hinter.
func (d *Into) Hints() []Hint {
	back := Hint{d.keys.Close, "back"}
	switch d.stage {
	case intoChoosing:
		return []Hint{{d.keys.Accept, "show the change"}, back}
	case intoPlace:
		return []Hint{{d.keys.Accept, "choose"}, back}
	case intoPlanned:
		if d.plan.Write != nil {
			return []Hint{{d.keys.Accept, "write the file"}, back}
		}
	case intoWriting:
		return nil
	case intoSearching, intoPlanning, intoEnded:
	}
	return []Hint{back}
}

// done reports whether Enter has nothing to do but close.
func (d *Into) done() bool {
	return d.stage == intoEnded || d.stage == intoPlanned && d.plan.Write == nil
}

// Scroll implements Dialog.
func (d *Into) Scroll(lines int) { d.top = max(0, min(d.top+lines, d.count-d.fit)) }

// Click implements Dialog.
func (d *Into) Click(int) Action { return Action{} }

// View implements Dialog.
func (d *Into) View(s *draw.Styles, room, height int) (title string, lines []string) {
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
	d.Scroll(0)
	shown := slices.Clone(lines[d.top:min(d.top+d.fit, len(lines))])
	return title, append(shown, "", s.Dim.Render(textcell.Truncate(last, room, s.Glyphs.Ellipsis)))
}

// choices renders the files with their places.
func (d *Into) choices(s *draw.Styles, room int) (lines []string) {
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
func (d *Into) follow() {
	line := 0
	for _, f := range d.files[:d.cursor] {
		line += 1 + len(f.Places)
	}
	d.top = max(min(d.top, line), line+1-d.fit)
}

// placeLines renders what is left out of a plan, and below it the places for it.
func (d *Into) placeLines(s *draw.Styles, room int) (lines []string) {
	for _, line := range d.plan.Lines {
		if line.Kind == LineProblem {
			lines = append(lines, textcell.Wrap(line.Text, room)...)
		}
	}
	d.problems = len(lines)
	for i := range len(d.plan.Choices) + 1 {
		text := "none of these: leave the paths out"
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
func (d *Into) placeLine() int { return d.problems + d.place }

// planLines renders a plan. Sentences are wrapped, lines of the diff are cut.
func (d *Into) planLines(s *draw.Styles, room int) (lines []string) {
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
