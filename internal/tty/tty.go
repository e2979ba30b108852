// Package tty is what the screen needs of the terminal besides Bubble Tea: an output that can be
// shut, a clean end by SIGQUIT, and whether a shell can resume the process.
package tty

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"
)

// CanSuspend reports whether the process group can be stopped and resumed. The kernel does not
// stop an orphaned process group, and Bubble Tea would wait forever. A group is orphaned if no
// process in it has a parent in another group of the same session (setpgid(2),
// POSIX.1-2017 3.264).
func CanSuspend() bool {
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

// Output is the terminal that Bubble Tea writes to. After shut, writes block forever.
type Output struct {
	*os.File

	mu sync.Mutex
}

// Write implements io.Writer.
func (o *Output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.File.Write(text)
}

// WriteString implements io.StringWriter.
func (o *Output) WriteString(text string) (int, error) { return o.Write([]byte(text)) }

// shut takes the lock and keeps it. It waits at most a second for a write that hangs because the
// terminal does not accept output.
func (o *Output) shut() {
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

// DieCleanly makes SIGQUIT restore the terminal before its usual effect: the Go runtime prints
// all goroutine stacks and the process exits. It does not use Bubble Tea, which may be what
// hangs. The caller must call release at the end.
func DieCleanly(in *os.File, out *Output) (release func()) {
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
