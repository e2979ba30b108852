// Package cli is the command line: one command a file, and the translation
// between the packages that do the work, which do not know each other.
//
// The rules of the output: results go to stdout, everything else to stderr, as
// "list-ephemeral: error: …", "list-ephemeral: warning: …" and
// "list-ephemeral: hint: …", each message on one line (messages.go). Bytes from file
// names or the configuration reach a terminal only through printable. Errors of the
// work are printed once, at the end, by Main; hints are added here and nowhere below.
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

// Exit statuses. A signal that ends the program gives 128 and its number, so
// Ctrl-C gives 130.
const (
	exitDone    = 0
	exitFailed  = 1 // something failed, or some paths could not be read
	exitMisused = 2 // wrong usage or wrong configuration
)

// How much garbage may gather, in percent of what is in use. A listing makes next
// to none, and is done before it matters; a search makes much.
const (
	screenGCPercent = 40
	listGCPercent   = 1600
)

// streams are the standard ones.
type streams struct {
	in, out *os.File
	err     messages
}

// Main runs the command line of this process and returns the exit status.
func Main() int {
	trace.Helper()
	// The kernel gives a signal of the process to its first thread, and to no other if that
	// one waits for a file system that does not answer (complete_signal in kernel/signal.c).
	// This goroutine, which only waits then, keeps it.
	runtime.LockOSThread()
	// A worker of the walk waits for the disk while it holds a scheduler slot,
	// and there have to be more for the listing, and for the screen and its
	// search.
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), scan.DefaultWorkers+2))
	// What a walk keeps is a few large pieces: collecting less often costs
	// little memory.
	debug.SetGCPercent(screenGCPercent)
	// A closed pipe shall be an error of the write, not a signal.
	if !signal.Ignored(syscall.SIGPIPE) {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	}
	ctx, signals, cancel := withSignals(context.Background())
	defer cancel()
	std := streams{in: os.Stdin, out: os.Stdout, err: messages{os.Stderr}}
	a := &app{streams: std, signals: signals}
	err := newRoot(a).ExecuteContext(ctx)
	return reportError(std.err, cmp.Or(err, a.help.err))
}

// signalError is the cause of a context that a signal ended.
type signalError struct{ signal syscall.Signal }

func (e signalError) Error() string { return e.signal.String() }

// signals are those that end the program, unless somebody else takes them.
type signals struct{ redirected chan chan<- os.Signal }

// withSignals returns a context that ends on SIGINT, SIGTERM and SIGHUP. A
// second signal kills, in case the first one finds us stuck. One that was ignored
// when the program started (nohup) stays so.
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
					default: // nobody looks, and there are enough
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

// redirect has signals sent to a channel until release is called: while a command
// runs, they are meant for that.
func (s *signals) redirect() (redirected <-chan os.Signal, release func()) {
	to := make(chan os.Signal, 8)
	signal.Notify(to, syscall.SIGQUIT) // or Go would print its goroutines
	s.redirected <- to
	return to, func() {
		s.redirected <- nil
		signal.Stop(to)
	}
}

// exitError ends the program with a status and without a word: what there was
// to say has been said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// statusError is an error that asks for an exit status.
type statusError struct {
	error
	status int
}

func (e statusError) Unwrap() error { return e.error }
