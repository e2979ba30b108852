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

// canSuspend reports whether the process group can be stopped and resumed. The kernel does not
// stop an orphaned process group, and Bubble Tea would wait forever. A group is orphaned if no
// process in it has a parent in another group of the same session (setpgid(2),
// POSIX.1-2017 3.264).
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

// parentOf reads the parent of a process from /proc (proc_pid_stat(5)). It is the second field
// after the name. The name may contain any bytes and ends at the last ")".
func parentOf(pid int) (parent int, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	var state string
	_, err = fmt.Sscan(string(stat)[strings.LastIndexByte(string(stat), ')')+1:], &state, &parent)
	return parent, err
}

// screenOutput is the terminal that Bubble Tea writes to. After shut, writes block forever.
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

// shut takes the lock and keeps it. It waits at most a second for a write that hangs because the
// terminal does not accept output.
func (o *screenOutput) shut() {
	const patience, step = time.Second, 10 * time.Millisecond
	for range patience / step {
		if o.mu.TryLock() {
			return
		}
		time.Sleep(step)
	}
}

// plainScreen resets the modes that Bubble Tea sets.
const plainScreen = ansi.ResetModeBracketedPaste + ansi.ResetModeFocusEvent +
	ansi.ResetModeMouseButtonEvent + ansi.ResetModeMouseAnyEvent + ansi.ResetModeMouseExtSgr +
	ansi.ResetModifyOtherKeys + ansi.ResetModeUnicodeCore + ansi.ResetModeSynchronizedOutput +
	ansi.SetModeTextCursorEnable + ansi.ResetStyle

// dieCleanly makes SIGQUIT restore the terminal before its usual effect: the Go runtime prints
// all goroutine stacks and the process exits. It does not use Bubble Tea, which may be what
// hangs. The caller must call release at the end.
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
		// The terminal has a keyboard mode for each of its two screens. That of the alternate
		// screen has to be reset before the screen is left.
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
