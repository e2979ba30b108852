package tui

import (
	"cmp"
	"os"
)

// Options say what Run shows, and where. Machine is needed.
type Options struct {
	Machine Machine
	// Listed reports whether Machine.Scan adds a list made by somebody else, all of which
	// is listed, and not the contents of directories.
	Listed bool
	// Once reports whether Machine.Scan can be called only once.
	Once bool
	// Dialects are the names of the dialects to choose from, and Dialect the index of the
	// first one. None leaves no choice.
	Dialects []string
	Dialect  int
	// Home is the user's home directory, "~" in the name of a file to write; by default
	// that of the process.
	Home string
	// Caches are directories in which everything is cache, besides those that are known by
	// their names.
	Caches []string
	// Groups are the names of the sets of annotated paths that may be shown alone. None
	// means that there are no annotations.
	Groups []string
	// View is what the screen opens with; ViewFiles by default.
	View View
	// Job says what Machine.Adopt does. The zero value copies into storage.
	Job Job
	// Programs are the package names to filter by.
	Programs []string
	// Warnings are shown when the screen opens.
	Warnings []string

	// Input and Output are the terminal; nil means standard input and output.
	Input, Output *os.File
	// Environ is the environment to take the terminal's abilities from, as
	// os.Environ gives it, which stands in for nil. NO_COLOR and TERM matter.
	Environ []string
	// Color says whether to use colours.
	Color Color
	// Theme is which of the terminal's 16 colours are used.
	Theme Theme
	// ASCII draws with nothing but ASCII characters.
	ASCII bool
	// NoMouse leaves the mouse to the terminal.
	NoMouse bool
}

// Job is the wording of what Machine.Adopt does with a selection.
type Job struct {
	Key    string // the label of its key: "adopt"
	Help   string // the key in the help: "copy the data into storage now"
	Title  string // of its dialog: "copy into storage"
	Verb   string // "copy"
	Asks   string // "Enter copies, Esc goes back; sources stay as they are"
	Result string // what Enter shows: "snippet for"
}

var adoptJob = Job{
	Key: "adopt", Help: "copy the data into storage now", Title: "copy into storage", Verb: "copy",
	Asks: "Enter copies, Esc goes back; sources stay as they are", Result: "snippet for",
}

// Color says whether to use colours.
type Color uint8

// The choices of Color. The zero value goes by the terminal and by NO_COLOR.
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

// Theme is a choice among the terminal's 16 colours.
type Theme uint8

// The themes. The zero value can be read on any background.
const (
	ThemeAuto Theme = iota
	ThemeLight
	ThemeDark
)

var themeNames = [...]string{"auto", "light", "dark"}

// String returns the theme as the configuration writes it.
func (t Theme) String() string {
	if int(t) < len(themeNames) {
		return themeNames[t]
	}
	return themeNames[ThemeAuto]
}

// SnippetText is a rendered snippet.
type SnippetText struct {
	// Text is what is printed, written and copied.
	Text string
	// Visible is what is shown in place of Text, line by line, where lines of Text may
	// break within a name.
	Visible string
	// Notes are shown beside it: what was left out, and why.
	Notes []string
	// LeftOut is the number of selected paths that Text does not hold.
	LeftOut int
}

// Shown returns the text for a screen. Its lines may hold any bytes.
func (s *SnippetText) Shown() string { return cmp.Or(s.Visible, s.Text) }

// Outcome is how Run ended.
type Outcome uint8

// The outcomes.
const (
	OutcomeUnknown Outcome = iota
	// Quit means that the user left without a result: exit status 130.
	Quit
	// Confirmed means that the user has seen the snippet and left with it.
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
	// Snippet is what to print, if Confirmed.
	Snippet SnippetText
	// Summary and ScanErr are the scan's, if ScanEnded; else it was still
	// running.
	Summary   Summary
	ScanErr   error
	ScanEnded bool
}
