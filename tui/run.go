package tui

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/tty"
	"github.com/DaRacci/list-ephemeral/tui/draw"

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

// shutdown delays the end of the program until the terminal has replied to the queries that are sent
// at the start, or until replyTime has passed. Otherwise the replies would arrive at the shell's
// prompt as text. Bubble Tea asks about modes 2026 and 2027; see asksBackground for the third.
type shutdown struct {
	started time.Time
	queries int
	replies int
	leaving bool
}

const (
	modeQueries = 2
	replyTime   = 150 * time.Millisecond
)

// asksBackground reports whether the terminal is asked for its background colour, with OSC 11. The
// theme depends on the reply, and without one stays ThemeAuto.
func (o *Options) asksBackground() bool { return o.Theme == setting.ThemeAuto && o.Color != ColorNever }

// takeBackground chooses the theme for a background.
func (m *app) takeBackground(msg tea.BackgroundColorMsg) tea.Cmd {
	theme := setting.ThemeLight
	if msg.IsDark() {
		theme = setting.ThemeDark
	}
	if m.opts.asksBackground() {
		m.styles = draw.NewStyles(theme, m.opts.ASCII)
	}
	return m.noteReply()
}

// leave ends the program when the last decisions are saved.
func (m *app) leave() tea.Cmd {
	m.shutdown.leaving = true
	if saving := m.saveLast(); saving != nil {
		return saving
	}
	return m.end()
}

// end ends the program, at once or when shutdown allows it.
func (m *app) end() tea.Cmd {
	wait := replyTime - time.Since(m.shutdown.started)
	if m.shutdown.replies >= m.shutdown.queries || wait <= 0 {
		return tea.Quit
	}
	return m.after(wait, replyTimeEnded{})
}

// noteReply counts a reply of the terminal.
func (m *app) noteReply() tea.Cmd {
	m.shutdown.replies++
	if m.shutdown.leaving && m.shutdown.replies >= m.shutdown.queries {
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
