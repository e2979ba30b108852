package tui

import (
	"context"
	"fmt"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// framesPerSecond is how often the screen is drawn at most: a key waits for the
// next frame, which at 120 comes after 8 ms, and at Bubble Tea's usual 60 after 17.
const framesPerSecond = 120

// scanGrace is how long Run waits for a cancelled scan. One that hangs in a
// system call which nothing can interrupt, such as a read from a pipe or from a
// dead server, is left behind: the terminal is not held for it.
const scanGrace = 250 * time.Millisecond

// Run opens the screen and returns when the user leaves it, with the terminal as
// it was: also when the context is done, then with its cause, and when one of its
// goroutines panics, then with a *crash.Error. Signals are the caller's business, except
// for SIGQUIT, which kills the process with the terminal as it was.
func Run(parent context.Context, opts Options) (Result, error) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	if opts.Input == nil {
		opts.Input = os.Stdin
	}
	if opts.Output == nil {
		opts.Output = os.Stdout
	}
	store := new(index.Store)
	m := newApp(ctx, opts, store)
	output := &screenOutput{File: opts.Output}
	defer dieCleanly(opts.Input, output)()
	program := tea.NewProgram(m, programOptions(opts, output)...)
	// Bubble Tea's own way to end with a context leaves a goroutine behind that
	// goes on reading from the terminal.
	unhook := context.AfterFunc(parent, func() { program.Send(interrupted{context.Cause(parent)}) })
	defer unhook()

	scanned := make(chan struct{})
	go func() {
		defer close(scanned)
		program.Send(scanCmd(ctx, 0, opts.Machine, store, false)())
	}()
	_, err := program.Run()
	discardReplies(opts.Input)
	cancel()
	select {
	case <-scanned:
	case <-time.After(scanGrace):
	}
	return m.outcome(err)
}

func programOptions(opts Options, output *screenOutput) []tea.ProgramOption {
	options := []tea.ProgramOption{
		tea.WithInput(opts.Input),
		tea.WithOutput(output),
		tea.WithFPS(framesPerSecond),
		tea.WithoutSignalHandler(),
	}
	if opts.Environ != nil {
		options = append(options, tea.WithEnvironment(opts.Environ))
	}
	switch opts.Color {
	case ColorAlways:
		options = append(options, tea.WithColorProfile(colorprofile.ANSI))
	case ColorNever:
		options = append(options, tea.WithColorProfile(colorprofile.Ascii))
	case ColorAuto:
	}
	return options
}

// discardReplies throws away what the terminal has sent and nobody has read:
// late answers and mouse reports, which the shell would take for text.
func discardReplies(terminal *os.File) {
	// Not a terminal, or gone: then there is nothing to discard.
	_ = unix.IoctlSetInt(int(terminal.Fd()), unix.TCFLSH, unix.TCIFLUSH)
}

// outcome turns the end of the program into the end of Run.
func (m *app) outcome(err error) (Result, error) {
	switch {
	case m.err != nil:
		return Result{Summary: m.result.Summary}, m.err
	case err != nil:
		return Result{Summary: m.result.Summary}, fmt.Errorf("draw the screen: %w", err)
	}
	if m.result.Outcome != Confirmed {
		m.result.Snippet = SnippetText{}
	}
	return m.result, nil
}
