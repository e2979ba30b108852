package tui

import (
	"cmp"
	"context"
	"os"

	"github.com/DaRacci/list-ephemeral/scan"
)

// Options say what Run shows, and where. Scan and Snippet are needed.
type Options struct {
	// Scan adds the candidates to the store: from the disk, or from a list of
	// paths. It runs in a goroutine of its own, and has to return soon after ctx
	// is done.
	//
	// It should leave two of GOMAXPROCS free. Where it keeps all of them busy, the
	// screen waits, for Go takes turns of 10 ms; else the kernel takes the turns,
	// and favours who sleeps much, which is the screen.
	Scan scanFunc
	// Rescan is what Scan is, for when the user wants to scan again, with what is no
	// candidate or without; nil if that cannot be done.
	Rescan func(ctx context.Context, into *Store, refused bool) (Summary, error)
	// Listed says that Scan adds a list that somebody has made: all of it is what is
	// listed, and not the directories around.
	Listed bool
	// Snippet renders what has been selected; in no particular order, and in the dialect
	// of that index. It is not called from two goroutines at once.
	Snippet func(selected []Selected, dialect int) SnippetText
	// Dialects are the names of the dialects to choose from, and Dialect the index of
	// the one to begin with. None leaves no choice.
	Dialects []string
	Dialect  int
	// Splits says of a directory, by its absolute path, that it is not to be kept
	// as a whole, so that the view of directories shows what is in it. It may be
	// called from several goroutines. Nil splits none but "/".
	Splits func(dir string) bool
	// Adopt plans to copy what is selected into storage, for a key of the snippet screen;
	// nil leaves the key without effect. An error says why that cannot be done.
	Adopt func(ctx context.Context, selected []Selected) (Adoption, error)
	// Home is the user's home directory, "~" in the name of a file to write; by
	// default that of the process.
	Home string
	// Refuses says why a directory cannot be kept as a whole at all, or "". Nil keeps
	// any but "/".
	Refuses func(dir string) string
	// Caches are directories in which everything is cache, beside those that are
	// known by their names.
	Caches []string
	// Explain says in a few lines why a path is a candidate, or what else it is; nil
	// leaves the key without effect.
	Explain func(path string) []string
	// Annotations, if set, say more of paths.
	Annotations *Annotations
	// Refusal says why a path is no candidate, where Rescan has added such.
	Refusal func(path string, kind scan.Kind) Refusal
	// Copy puts a text on the clipboard and returns the program that took it, or
	// "" if there is none: then the terminal is asked to. Nil asks it at once.
	Copy func(ctx context.Context, text string) string
	// Kept reports whether other people keep a path; a search prefers such. It may
	// be called from several goroutines; nil knows none.
	Kept func(path string) bool
	// Known says what is known of a path, in a line or "". It may be called from
	// several goroutines; nil knows nothing.
	Known func(path string) string
	// Owner names a user and a group. It may be called from several goroutines; nil
	// names none.
	Owner func(uid, gid uint32) string
	// View is what the screen opens with; ViewFiles by default.
	View View
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

// scanFunc is the type of Options.Scan.
type scanFunc = func(ctx context.Context, into *Store) (Summary, error)

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

// Summary is what a scan has to say beyond its candidates.
type Summary struct {
	// Errors is the number of paths that could not be read.
	Errors int
}

// Selected is a path that has been chosen.
type Selected struct {
	// Path is absolute, any bytes.
	Path string
	Kind scan.Kind
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
