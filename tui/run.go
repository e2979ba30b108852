package tui

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/tty"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// framesPerSecond is the maximum frame rate. A key waits for the next frame: 8 ms at 120, but
// 17 ms at Bubble Tea's default of 60.
const framesPerSecond = 120

// scanGrace is how long Run waits for a cancelled scan. A scan can hang in a system call that
// cannot be interrupted, such as a read from a pipe or from a dead server. Run returns
// without it.
const scanGrace = 250 * time.Millisecond

// Run opens the screen and returns when the user quits. If the context is done, Run returns its
// cause; if one of the screen's goroutines panics, it returns a *crash.Error. The terminal is
// restored in all cases. The caller handles signals, except SIGQUIT: Run restores the terminal
// before it kills the process.
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
	output := &tty.Output{File: opts.Output}
	defer tty.DieCleanly(opts.Input, output)()
	program := tea.NewProgram(m, programOptions(opts, output)...)
	// tea.WithContext is not used: it leaves a goroutine that continues to read from the
	// terminal.
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

func programOptions(opts Options, output *tty.Output) []tea.ProgramOption {
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

// discardReplies discards unread input of the terminal: late replies and mouse reports, which the
// shell would read as text.
func discardReplies(terminal *os.File) {
	// An error means that it is not a terminal, or closed, so there is nothing to discard.
	_ = unix.IoctlSetInt(int(terminal.Fd()), unix.TCFLSH, unix.TCIFLUSH)
}

// outcome returns the results of Run.
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

// shutdown delays the end of the program until the terminal has replied to the queries that
// Bubble Tea sends at the start (modes 2026 and 2027), or until replyTime has passed. Otherwise
// the replies would arrive at the shell's prompt as text.
type shutdown struct {
	started time.Time
	replies int
	leaving bool
}

const (
	queries   = 2
	replyTime = 150 * time.Millisecond
)

// leave ends the program, at once or when shutdown allows it.
func (m *app) leave() tea.Cmd {
	m.shutdown.leaving = true
	wait := replyTime - time.Since(m.shutdown.started)
	if m.shutdown.replies >= queries || wait <= 0 {
		return tea.Quit
	}
	return m.after(wait, replyTimeEnded{})
}

// noteReply counts a reply of the terminal.
func (m *app) noteReply() tea.Cmd {
	m.shutdown.replies++
	if m.shutdown.leaving && m.shutdown.replies >= queries {
		return tea.Quit
	}
	return nil
}

// suspend stops the program until the shell resumes it, like Ctrl-Z in other programs. The
// terminal is in raw mode, so it does not do this by itself.
func (m *app) suspend() tea.Cmd {
	if !m.canSuspend() {
		return m.notify("cannot suspend: no shell to resume the program")
	}
	return tea.Suspend
}
