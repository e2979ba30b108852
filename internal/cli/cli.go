package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trace"
)

// Exit statuses. If a signal ends the program, the status is 128 plus its number, so Ctrl-C gives
// 130.
const (
	exitDone    = 0
	exitFailed  = 1 // something failed, or some paths could not be read
	exitMisused = 2 // wrong usage or wrong configuration
)

// Values for debug.SetGCPercent. A listing makes little garbage and ends before it matters; a
// search makes much. lost keeps the names of several states, so its limit is memory.
const (
	screenGCPercent = 40
	listGCPercent   = 1600
	lostGCPercent   = 200
)

// streams are the standard streams.
type streams struct {
	in, out *os.File
	err     messages
}

// Main runs the command line of this process and returns the exit status.
func Main() int {
	trace.Helper()
	// The kernel prefers to deliver a signal for the process to its first thread, even if that
	// thread waits for a file system that does not respond (complete_signal in kernel/signal.c).
	// This goroutine keeps the first thread, because it then waits for other goroutines only.
	runtime.LockOSThread()
	// A worker of the walk occupies a P while it waits for the disk. The listing, the screen and
	// its search need further Ps.
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), scan.DefaultWorkers+2))
	// A walk keeps a few large blocks of memory, so collecting less often costs little memory.
	debug.SetGCPercent(screenGCPercent)
	// A closed pipe has to cause an error of the write, not a signal.
	if !signal.Ignored(syscall.SIGPIPE) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	}
	std := streams{in: os.Stdin, out: os.Stdout, err: messages{os.Stderr}}
	if status, is := traceService(std, os.Args); is {
		return status
	}
	ctx, signals, cancel := withSignals(context.Background())
	defer cancel()
	a := &app{streams: std, signals: signals}
	err := newRoot(a).ExecuteContext(ctx)
	return reportError(std.err, cmp.Or(err, a.help.err))
}

// signalError is the cause of a context that a signal ended.
type signalError struct{ signal syscall.Signal }

func (e signalError) Error() string { return e.signal.String() }

// signals are the signals that end the program, unless they are redirected.
type signals struct{ redirected chan chan<- os.Signal }

// withSignals returns a context that ends on SIGINT, SIGTERM and SIGHUP. A second signal kills the
// program, in case it is stuck. A signal that was ignored when the program started (nohup) is
// still ignored.
func withSignals(parent context.Context) (context.Context, *signals, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	received := make(chan os.Signal, 1)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(received, s)
		}
	}
	s := &signals{redirected: make(chan chan<- os.Signal)}
	done := make(chan struct{})
	go func() {
		var to chan<- os.Signal
		for {
			select {
			case to = <-s.redirected:
			case sig := <-received:
				if to != nil {
					select {
					case to <- sig:
					default: // the buffer is full
					}
					continue
				}
				signal.Stop(received)
				cancel(signalError{sig.(syscall.Signal)})
			case <-done:
				return
			}
		}
	}()
	return ctx, s, func() {
		signal.Stop(received)
		close(done)
		cancel(nil)
	}
}

// redirect sends signals to a channel until release is called. It is used while a traced command
// runs, because the signals are meant for the command.
func (s *signals) redirect() (redirected <-chan os.Signal, release func()) {
	to := make(chan os.Signal, 8)
	signal.Notify(to, syscall.SIGQUIT) // otherwise Go would print its goroutines
	s.redirected <- to
	return to, func() {
		s.redirected <- nil
		signal.Stop(to)
	}
}

// exitError ends the program with a status and without a message: the error has already been
// reported.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// statusError is an error with an exit status.
type statusError struct {
	error
	status int
}

func (e statusError) Unwrap() error { return e.error }

// Unmarked implements session.Marked.
func (e statusError) Unmarked() error { return e.error }
