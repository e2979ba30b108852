package tui

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"
)

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
