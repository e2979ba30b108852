package trace

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// grace is how long a command may take to end after SIGTERM.
const grace = 5 * time.Second

// wait waits for the command and forwards signals to it. It stops the command when its
// time limit is reached or ctx is done.
func (s *session) wait(ctx context.Context, r *Report) {
	status := s.tracer.status()
	var timeout, firm <-chan time.Time
	if s.opts.Timeout > 0 {
		timeout = time.After(s.opts.Timeout)
		s.deadline = time.Now().Add(s.opts.Timeout)
	}
	end := ctx.Done()
	_, release := catchStops()
	defer release()
	var terminated []int
	terminate := func() {
		terminated = descendants(s.pid)
		signalAll(terminated, unix.SIGTERM)
		signalAll(terminated, unix.SIGCONT)
		firm = time.After(grace)
	}
	// After the command has ended on SIGTERM, its descendants may still be running.
	defer func() {
		if len(terminated) > 1 {
			signalAll(terminated[1:], unix.SIGKILL)
		}
	}()
	for {
		select {
		case ws := <-status:
			if r.Status = ws.ExitStatus(); ws.Signaled() {
				r.Signal = ws.Signal()
				r.Status = 128 + int(r.Signal)
			}
			return
		case <-timeout:
			r.TimedOut = true
			terminate()
		case <-end:
			end = nil
			terminate()
		case <-firm:
			signalAll(descendants(s.pid), unix.SIGKILL)
		case sig := <-s.opts.Signals:
			// The terminal has sent these to the command as well.
			if sig, ok := sig.(syscall.Signal); ok && sig != unix.SIGINT && sig != unix.SIGQUIT {
				_ = unix.Kill(s.pid, sig)
			}
		}
	}
}

// signalAll sends a signal to processes. It ignores those that have ended.
func signalAll(pids []int, signal syscall.Signal) {
	for _, pid := range pids {
		_ = unix.Kill(pid, signal)
	}
}

// waitAll waits until the last process has ended, the time limit is reached, a signal
// arrives or ctx is done.
func (s *session) waitAll(ctx context.Context) {
	select {
	case <-s.tracer.ended():
		return
	case <-time.After(settleTime): // most have ended with the command
	}
	if s.opts.Waiting != nil {
		s.opts.Waiting()
	}
	var timeout <-chan time.Time
	if !s.deadline.IsZero() {
		timeout = time.After(time.Until(s.deadline))
	}
	stops, release := catchStops()
	defer release()
	for {
		select {
		case <-stops: // no command is left that stops
			s.stop()
			continue
		case <-timeout:
		case <-s.tracer.ended():
		case <-s.opts.Signals:
		case <-ctx.Done():
		}
		return
	}
}

// stop stops this process until it is continued. A keeper serves the remaining processes if the back
// end has one.
func (s *session) stop() {
	if l, ok := s.tracer.(*listener); ok {
		defer l.handOver()()
	}
	stopSelf()
}

// catchStops catches SIGTSTP, which the terminal sends to the command and to this process, until the
// returned function is called. The command may handle the signal with calls that wait for us, or
// ignore it. So this process stops only when the command has stopped (followStop).
func catchStops() (caught chan os.Signal, release func()) {
	caught = make(chan os.Signal, 1)
	if !signal.Ignored(unix.SIGTSTP) {
		signal.Notify(caught, unix.SIGTSTP)
	}
	return caught, func() { signal.Stop(caught) }
}

// waitFor waits until a child ends. If it is stopped by its terminal, this process
// stops too, so that the shell notices; the shell continues both. handOver, if not nil, is called
// before, and the function that it returns afterwards.
func waitFor(pid int, handOver func() (takeBack func())) unix.WaitStatus {
	var status unix.WaitStatus
	for {
		_, err := unix.Wait4(pid, &status, unix.WUNTRACED, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return status // not our child any more: it was already reaped
		case status.Stopped():
			followStop(pid, status.StopSignal(), func() bool { return isStopped(pid) }, handOver)
		default:
			return status
		}
	}
}

// settleTime is how long a stop must last before this process stops too. A program may stop and
// continue itself.
const settleTime = 50 * time.Millisecond

func followStop(pid int, sig syscall.Signal, stopped func() bool, handOver func() (takeBack func())) {
	if sig != unix.SIGTSTP && sig != unix.SIGTTIN && sig != unix.SIGTTOU {
		return // stopped by hand: the sender also continues it
	}
	time.Sleep(settleTime)
	if !stopped() {
		return
	}
	if handOver != nil {
		takeBack := handOver()
		defer takeBack()
	}
	stopSelf()
	if stopped() {
		_ = unix.Kill(pid, unix.SIGCONT)
	}
}

// stopSelf stops this process and returns when it is continued.
func stopSelf() {
	runtime.LockOSThread() // a signal to the calling thread is handled before tgkill returns
	defer runtime.UnlockOSThread()
	_ = unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGSTOP)
}

// isStopped reports whether a process is in the state T of proc_pid_stat(5).
func isStopped(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	name := bytes.LastIndexByte(stat, ')')
	return name >= 0 && len(stat) > name+2 && stat[name+2] == 'T'
}
