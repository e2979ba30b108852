package pane

import (
	"context"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// Action is what a pane asks the screen to do. The zero value asks for nothing.
type Action struct {
	Kind ActionKind
	// Program is that of ActionFilter.
	Program string
	// Work is that of ActionWork.
	Work Work
	// Notice is shown to the user, if it is not empty.
	Notice string
}

// ActionKind is what to do.
type ActionKind uint8

// The actions.
const (
	ActionNone ActionKind = iota
	// ActionClose closes the top dialog.
	ActionClose
	// ActionQuit ends the program without a result.
	ActionQuit
	// ActionFilter closes the top dialog and shows one program.
	ActionFilter
	// ActionBack shows the list instead of the snippet.
	ActionBack
	// ActionLeave ends the program with the snippet.
	ActionLeave
	// ActionHelp shows the keys.
	ActionHelp
	// ActionAskFile, ActionAskAdopt and ActionAskInto open the dialog for it.
	ActionAskFile
	ActionAskAdopt
	ActionAskInto
	// ActionCopy copies the snippet to the clipboard.
	ActionCopy
	// ActionDialect shows the next dialect, ActionDialectBack the previous one.
	ActionDialect
	ActionDialectBack
	// ActionDirectories selects the directories that files fill.
	ActionDirectories
	// ActionConfirm closes the top dialog and does what it asks about.
	ActionConfirm
	// ActionWork starts Action.Work for the top dialog, in place of its earlier work.
	ActionWork
	// ActionStop cancels the context of the work. Its answer is still taken.
	ActionStop
)

var actionNames = [...]string{
	"none", "close", "quit", "filter", "back", "leave", "help", "ask for a file", "ask to adopt", "ask to insert", "copy", "next dialect", "previous dialect", "directories", "confirm",
	"work", "stop",
}

// String returns the action in a few words.
func (k ActionKind) String() string { return actionNames[min(int(k), len(actionNames)-1)] }

// Work is what a dialog needs done in the background.
type Work struct {
	// Name is the work in a few words, for the report of a panic.
	Name string
	// Do runs in its own goroutine. It changes nothing of the dialog. The function that it returns takes
	// the answer: it runs in the goroutine of the screen, unless the dialog has closed or has newer work.
	Do func(ctx context.Context) (take func() Action)
	// Tick is called several times a second while Do runs, in the goroutine of the screen. It may be nil.
	Tick func()
}

// Dialog is a box drawn over the screen that receives all keys.
type Dialog interface {
	Context() Context
	Press(msg tea.KeyPressMsg) Action
	// Scroll moves by lines. Click handles a click on a line of the content.
	Scroll(lines int)
	Click(line int) Action
	// View returns the title and the lines of the content, at most width cells wide and
	// height lines high.
	View(s *draw.Styles, width, height int) (title string, lines []string)
}

// Hint is a key that works now, with a word.
type Hint struct {
	Binding key.Binding
	Label   string
}

// Hinter is a dialog of which not all keys work all the time.
type Hinter interface{ Hints() []Hint }

// Starter is a dialog that has work to do when it opens.
type Starter interface{ Start() Action }

// Typist is a dialog that accepts text.
type Typist interface{ Insert(text string) }

// safe makes a text from outside printable.
func safe(s string) string { return printable.Name(s) }
