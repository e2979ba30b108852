package tui

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"
)

// shutdown holds the end back until the terminal has answered what Bubble Tea
// asks at the start (modes 2026 and 2027), or has had the time to: the answers
// would else arrive at the shell's prompt, as text.
type shutdown struct {
	started time.Time
	replies int
	leaving bool
}

const (
	queries   = 2
	replyTime = 150 * time.Millisecond
)

// leave ends the program, at once or when it may.
func (m *app) leave() tea.Cmd {
	m.shutdown.leaving = true
	wait := replyTime - time.Since(m.shutdown.started)
	if m.shutdown.replies >= queries || wait <= 0 {
		return tea.Quit
	}
	return m.after(wait, replyTimeEnded{})
}

// noteReply notes an answer of the terminal.
func (m *app) noteReply() tea.Cmd {
	m.shutdown.replies++
	if m.shutdown.leaving && m.shutdown.replies >= queries {
		return tea.Quit
	}
	return nil
}

// suspend stops the program until the shell continues it, as Ctrl-Z does
// elsewhere: the terminal is in raw mode, so that we have to do it ourselves.
func (m *app) suspend() tea.Cmd {
	if !m.canSuspend() {
		return m.notify("there is no shell that could continue the program")
	}
	return tea.Suspend
}

// canSuspend reports whether somebody can continue the process group. The kernel
// does not stop an orphaned one (setpgid(2), POSIX.1-2017 3.264), and Bubble Tea
// would wait without end: one in which no process has a parent in another group of
// the same session.
func canSuspend() bool {
	group := unix.Getpgrp()
	session, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	for pid := os.Getpid(); ; {
		parent, err := parentOf(pid)
		if err != nil || parent == 0 {
			return false
		}
		parentGroup, err := unix.Getpgid(parent)
		if err != nil {
			return false
		}
		if parentGroup != group {
			parentSession, err := unix.Getsid(parent)
			return err == nil && parentSession == session
		}
		pid = parent
	}
}

// parentOf reads the parent of a process from /proc (proc_pid_stat(5)): the second
// field behind the name, which may hold anything and ends with the last ")".
func parentOf(pid int) (parent int, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	var state string
	_, err = fmt.Sscan(string(stat)[strings.LastIndexByte(string(stat), ')')+1:], &state, &parent)
	return parent, err
}

// screenOutput is the terminal as Bubble Tea writes to it. It can be shut: what is
// written then waits without end.
type screenOutput struct {
	*os.File
	mu sync.Mutex
}

// Write implements io.Writer.
func (o *screenOutput) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.File.Write(text)
}

// WriteString implements io.StringWriter.
func (o *screenOutput) WriteString(text string) (int, error) { return o.Write([]byte(text)) }

// shut keeps the lock. A write that hangs, because the terminal takes nothing, is not
// waited for without end.
func (o *screenOutput) shut() {
	const patience, step = time.Second, 10 * time.Millisecond
	for range patience / step {
		if o.mu.TryLock() {
			return
		}
		time.Sleep(step)
	}
}

// plainScreen undoes what Bubble Tea asks of a terminal.
const plainScreen = ansi.ResetModeBracketedPaste + ansi.ResetModeFocusEvent +
	ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr +
	ansi.ResetModifyOtherKeys + ansi.ResetModeUnicodeCore + ansi.ResetModeSynchronizedOutput +
	ansi.SetModeTextCursorEnable + ansi.ResetStyle

// dieCleanly has SIGQUIT restore the terminal before it does what it does elsewhere: the
// Go runtime prints what each goroutine does, and the process dies. Bubble Tea itself is
// not asked, because it may be what hangs. release has to be called at the end.
func dieCleanly(in *os.File, out *screenOutput) (release func()) {
	mode, err := unix.IoctlGetTermios(int(in.Fd()), unix.TCGETS)
	if err != nil || signal.Ignored(syscall.SIGQUIT) {
		return func() {}
	}
	quit, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(quit, syscall.SIGQUIT)
	go func() {
		select {
		case <-done:
			return
		case <-quit:
		}
		out.shut()
		// The terminal has a keyboard mode for each of its two screens: that of this one goes first.
		_, _ = out.File.WriteString(plainScreen + ansi.PopKittyKeyboard(1) + ansi.SetWindowTitle("") + ansi.ResetModeAltScreenSaveCursor)
		_ = unix.IoctlSetTermios(int(in.Fd()), unix.TCSETS, mode)
		signal.Reset(syscall.SIGQUIT)
		_ = unix.Kill(os.Getpid(), unix.SIGQUIT)
	}()
	return func() {
		signal.Stop(quit)
		close(done)
	}
}
