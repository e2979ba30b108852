package unittrace

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/trace"
)

// Service is the process of a service that traces: the command line of HiddenCommand.
type Service struct {
	Socket string
	// GroupSignal is the number of the signal that systemd sends to all processes of the service when
	// it stops; 0 if it sends it to the main process only.
	GroupSignal int
	// WaitAll waits for all processes of the command, which puts itself into the background.
	WaitAll bool
	Args    []string
	// Stdin, Stdout and Stderr are those of the service.
	Stdin, Stdout, Stderr *os.File
}

// forwardAfter is how long the command has to end by a signal that it got from systemd before it is
// sent again: only this process may have got it, as with ExecStop=kill $MAINPID.
const forwardAfter = 3 * time.Second

// Serve runs the command, sends the report, and returns the exit status of the command. If a signal
// killed the command, it kills this process too. Without the other side of the socket, which may be gone, the command runs
// without a trace.
func Serve(s Service) (status int, err error) {
	path, err := exec.LookPath(s.Args[0])
	if err != nil {
		return 0, err
	}
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: s.Socket, Net: "unix"})
	if err != nil {
		return 0, syscall.Exec(path, s.Args, os.Environ())
	}
	if !accepted(conn) {
		_ = conn.Close() // the other side is gone
		return 0, syscall.Exec(path, s.Args, os.Environ())
	}
	defer func() { _ = conn.Close() }() // after a report, it is closed already
	path, args := withOwnPID(path, s.Args)
	signals := make(chan os.Signal, 16)
	signal.Notify(signals)
	defer signal.Stop(signals)
	ended := make(chan os.Signal, 1)
	var pid atomic.Int64
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go s.forward(ctx, signals, ended, &pid)
	report, err := trace.Run(context.Background(), trace.Options{
		Path: path, Args: args, Stdin: s.Stdin, Stdout: s.Stdout, Stderr: s.Stderr, WaitAll: s.WaitAll, Signals: ended,
		Started: func(p int) { pid.Store(int64(p)) },
	})
	if err != nil {
		return 0, fmt.Errorf("trace %s: %w", s.Args[0], err)
	}
	report.Command = s.Args
	if err := trace.WriteReport(conn, report); err != nil && !errors.Is(err, syscall.EPIPE) {
		return 0, fmt.Errorf("send the report: %w", err)
	}
	if report.Signal != 0 {
		_ = conn.Close() // the report was written
		dieOf(report.Signal)
		return 128 + int(report.Signal), nil
	}
	return report.Status, nil
}

// acceptWait is how long the other side has to accept a connection, on a busy machine.
const acceptWait = 10 * time.Second

// accepted waits until the other side has checked this process: it could not after its end.
func accepted(conn *net.UnixConn) bool {
	if conn.SetReadDeadline(time.Now().Add(acceptWait)) != nil {
		return false
	}
	n, _ := conn.Read(make([]byte, 1))
	return n == 1
}

// dieOf ends this process by a signal: to systemd, SIGTERM is not a failure, but the status 143 is.
func dieOf(sig syscall.Signal) {
	signal.Reset(sig)
	if unix.Kill(os.Getpid(), sig) == nil {
		time.Sleep(time.Second) // it arrives at once
	}
}

// ignored are the signals that are about this process, or that Go's runtime uses.
var ignored = []os.Signal{unix.SIGURG, unix.SIGCHLD, unix.SIGPIPE, unix.SIGCONT, unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU, unix.SIGWINCH, unix.SIGPROF}

// forward passes signals on to the command. The signal of the stop also ends the wait for processes
// that the command has left.
func (s *Service) forward(ctx context.Context, signals <-chan os.Signal, ended chan<- os.Signal, pid *atomic.Int64) {
	var later <-chan time.Time
	var stop syscall.Signal
	send := func(sig syscall.Signal) {
		if p := int(pid.Load()); p > 0 {
			_ = unix.Kill(p, sig) // it may have ended
		}
		if s.WaitAll && (sig == unix.SIGTERM || int(sig) == s.GroupSignal) {
			select {
			case ended <- sig:
			default:
			}
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-later:
			later = nil
			send(stop)
		case got := <-signals:
			sig, ok := got.(syscall.Signal)
			switch {
			case !ok || slices.Contains(ignored, got):
			case int(sig) == s.GroupSignal:
				stop, later = sig, time.After(forwardAfter)
			default:
				send(sig)
			}
		}
	}
}

// withOwnPID returns the command so that $LISTEN_PID is its process, if it is this one now:
// sd_listen_fds(3) ignores the sockets otherwise.
func withOwnPID(path string, args []string) (string, []string) {
	const shell = "/bin/sh"
	if os.Getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return path, args
	}
	if _, err := os.Stat(shell); err != nil {
		return path, args
	}
	script := `LISTEN_PID=$$; export LISTEN_PID; exec "$@"`
	return shell, append([]string{shell, "-c", script, strings.TrimPrefix(shell, "/bin/"), path}, args[1:]...)
}
