package tui

import (
	"os"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/pane"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// The types of the panes that a Machine uses.
type (
	// Job is the wording of what Machine.Adopt does with a selection.
	Job = pane.Job
	// SnippetText is a rendered snippet.
	SnippetText = pane.SnippetText
	// NoteGroup is one remark about several paths.
	NoteGroup = pane.NoteGroup
	// Adoption is a plan to copy a selection into storage.
	Adoption = pane.Adoption
	// IntoFile is a Nix file into which a snippet can be inserted.
	IntoFile = pane.IntoFile
	// IntoPlan is a plan to insert a snippet into a file.
	IntoPlan = pane.IntoPlan
	// IntoChoice is a place in a file.
	IntoChoice = pane.IntoChoice
	// IntoLine is a line of a plan.
	IntoLine = pane.IntoLine
	// LineKind is the kind of a line of a plan.
	LineKind = pane.LineKind
)

// The kinds of lines.
const (
	LineContext = pane.LineContext
	LineHeading = pane.LineHeading
	LineAdded   = pane.LineAdded
	LineRemoved = pane.LineRemoved
	LineNote    = pane.LineNote
	LineProblem = pane.LineProblem
)

// Options configure Run. Machine is required.
type Options struct {
	Machine Machine
	// Listed reports whether Machine.Scan adds a list of paths that the caller supplies,
	// such as stdin. Every path in it is shown, and its directories are not walked.
	Listed bool
	// Live reports whether Machine.Scan adds paths until its context is done, and annotations change.
	Live bool
	// Hidden, if set, returns how many writes were left out so far because their paths are hidden. It
	// is used with Live.
	Hidden func() int
	// Once reports whether Machine.Scan can be called only once.
	Once bool
	// Dialects are the names of the dialects to choose from, and Dialect is the index of
	// the initial one. If Dialects is empty, the user has no choice.
	Dialects []string
	Dialect  int
	// Home is the user's home directory, which replaces "~" in the name of a file to
	// write. The default is the home directory of the process.
	Home string
	// Excluded counts the excluded files that are kept with a directory. Nil counts none.
	Excluded table.CountExcluded
	// Caches are directories in which everything is cache, in addition to those with a
	// well-known name.
	Caches []string
	// Groups are the names of the sets of annotated paths that can be shown alone. If it is
	// empty, there are no annotations.
	Groups []string
	// Configurations is the number of public configurations whose share Place.Kept is.
	Configurations int
	// NoConfiguration says that there is no configuration. Without decisions either, a card says what
	// the screen is for.
	NoConfiguration bool
	// Host is where the screen runs, "user@host", or what was traced. FileSystem is what the candidates
	// are on, "/ on btrfs", or what a trace found. Both are shown in the headline if they are not empty.
	Host, FileSystem string
	// Loss says what happens to candidates that are not selected: "will be lost". Empty means "not
	// kept", which claims no loss.
	Loss string
	// Paths limit the candidates to what is at or below them. The screen names them if it has no candidates.
	Paths []string
	// View is the initial view; ViewPlaces by default.
	View setting.View
	// Job describes what Machine.Adopt does. The zero value copies into storage.
	Job Job
	// Programs are the package names to filter by.
	Programs []string
	// ProgramOf returns the program that a path belongs to, or "". If Programs is empty, the programs
	// that candidates belong to are those to filter by. It is called from several goroutines.
	ProgramOf func(path string) string
	// Doubt is shown in the status line all the time, for example "no sign that / is wiped". It
	// is empty if there is no doubt.
	Doubt string
	// Warnings are shown when the screen opens.
	Warnings []string

	// Input and Output are the terminal; nil means standard input and output.
	Input, Output *os.File
	// Environ is the environment, in the form of os.Environ, from which the capabilities of
	// the terminal are detected (NO_COLOR and TERM matter). Nil means os.Environ().
	Environ []string
	// Color selects whether colours are used.
	Color Color
	// Theme selects which of the terminal's 16 colours are used.
	Theme setting.Theme
	// ASCII restricts drawing to ASCII characters.
	ASCII bool
	// NoMouse leaves mouse events to the terminal.
	NoMouse bool
}

// scanning returns what Machine.Scan does.
func (o *Options) scanning() string {
	if o.Live {
		return "watching"
	}
	return "scanning"
}

// findPrograms returns how the programs of files are found, or nil if Options.Programs names them.
func (o *Options) findPrograms() *index.Programs {
	if len(o.Programs) > 0 || o.ProgramOf == nil {
		return nil
	}
	return &index.Programs{Splits: o.Machine.Splits, Of: o.ProgramOf}
}

// Color selects whether colours are used.
type Color uint8

// The choices of Color. The zero value depends on the terminal and on NO_COLOR.
const (
	ColorAuto Color = iota
	ColorAlways
	ColorNever
)

var colorNames = [...]string{"auto", "always", "never"}

// String returns the choice as the command line writes it.
func (c Color) String() string {
	if int(c) < len(colorNames) {
		return colorNames[c]
	}
	return colorNames[ColorAuto]
}

// Outcome is how Run ended.
type Outcome uint8

// The outcomes.
const (
	OutcomeUnknown Outcome = iota
	// Quit means that the user quit without a result: exit status 130.
	Quit
	// Confirmed means that the user saw the snippet and accepted it.
	Confirmed
)

var outcomeNames = [...]string{"unknown", "quit", "confirmed"}

// String returns the outcome in lower case.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return outcomeNames[OutcomeUnknown]
}

// Result is what Run returns.
type Result struct {
	Outcome Outcome
	// Snippet is what to print. It is set only if Outcome is Confirmed.
	Snippet SnippetText
	// Summary and ScanErr are the results of the scan. They are valid only if ScanEnded is
	// set; otherwise the scan was still running.
	Summary   Summary
	ScanErr   error
	ScanEnded bool
	// DecisionsErr is why decisions of this run are not saved, or nil.
	DecisionsErr error
}
