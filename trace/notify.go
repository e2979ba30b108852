package trace

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// The notify back end: seccomp_unotify(2). The filter makes each call that takes a path wait until
// we have read its arguments. The call then continues normally:
//
//	program                     kernel                 worker
//	openat(…, "a", …)    ──→    waits, wakes the   ──→ RECV
//	                            worker on the same     reads "a", /proc/TID/cwd
//	                            processor
//	                     ←──    goes on            ←── SEND (CONTINUE)
//	                                                   records
//
// This costs one round trip per call, without stops at fork, exec, exit or signals, and other
// tracers can trace the program. The results of calls are unknown, so the path is checked on the
// disk after the run.

// notification is struct seccomp_notif.
type notification struct {
	id    uint64
	pid   uint32 // the thread's
	flags uint32
	nr    int32
	arch  uint32
	ip    uint64
	args  [6]uint64
}

// response is struct seccomp_notif_resp.
type response struct {
	id    uint64
	val   int64
	err   int32
	flags uint32
}

// The requests of seccomp_unotify(2) and their flags.
const (
	ioctlRecv     = 0xc0502100
	ioctlSend     = 0xc0182101
	ioctlSetFlags = 0x40082104 // Linux 6.6

	sendContinue = 1 // SECCOMP_USER_NOTIF_FLAG_CONTINUE, Linux 5.5
	syncWakeUp   = 1 // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, Linux 6.6
	waitKillable = 1 << 5
	wantListener = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
)

// trapNotify is the verdict that wakes the listener.
const trapNotify = seccomp.ActionUserNotify

// listenerFlags returns the flags for installing the filter, in order of preference. With
// waitKillable (Linux 5.19), a signal does not interrupt a call that we have received.
func listenerFlags() []uintptr { return []uintptr{wantListener | waitKillable, wantListener} }

// listener handles the notifications of a filter in one goroutine. More goroutines would only wake
// each other.
type listener struct {
	file   *os.File
	serve  func(syscallArgs) (skip bool) // a skipped call returns 0 and does nothing
	record func()
	abis   []*abi
	pid    int // of the command

	stop atomic.Bool
	tid  atomic.Int32 // of the worker's thread
	done chan struct{}
	// pausing makes the worker send on paused and wait for resume.
	pausing        atomic.Bool
	paused, resume chan struct{}
	// unrecorded counts calls that a keeper answered while this process was stopped.
	unrecorded atomic.Int64
	err        error // valid when done is closed
	// watcher is watchEnd, which ends when done is closed.
	watcher sync.WaitGroup
}

func newListener(fd int, abis []*abi) *listener {
	// Wakes the worker on the processor of the program, which waits for it anyway. Without this
	// flag a call costs ten times as much on a virtual machine.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(fd), ioctlSetFlags, syncWakeUp) // EINVAL before 6.6
	return &listener{file: os.NewFile(uintptr(fd), "seccomp listener"), abis: abis, done: make(chan struct{}), paused: make(chan struct{}), resume: make(chan struct{}, 1)}
}

// run handles notifications until the last process under the filter has ended, or interrupt is
// called.
func (l *listener) run() {
	defer close(l.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	l.tid.Store(int32(unix.Gettid()))
	l.watcher.Go(l.watchEnd)
	fd := l.file.Fd()
	var n notification
	var answer response
	for !l.stop.Load() {
		if l.pausing.Load() {
			l.paused <- struct{}{}
			<-l.resume
			continue
		}
		n = notification{} // otherwise the kernel returns EINVAL
		// A blocking call, so that Go releases the P.
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, fd, ioctlRecv, uintptr(unsafe.Pointer(&n)))
		switch errno {
		case 0:
		case unix.EINTR, unix.ENOENT: // a signal to us, or the caller has ended
			if hungUp(int(fd)) {
				return
			}
			continue
		default:
			l.err = fmt.Errorf("receive a seccomp notification: %w", errno)
			return
		}
		answer = response{id: n.id, flags: sendContinue}
		if a := l.abi(n.arch); a != nil && l.serve(syscallArgs{tid: int(n.pid), nr: int(n.nr), abi: a, args: n.args}) {
			answer.flags = 0
		}
		_, _, errno = unix.RawSyscall(unix.SYS_IOCTL, fd, ioctlSend, uintptr(unsafe.Pointer(&answer)))
		if errno == 0 { // otherwise the caller was interrupted or killed, and the call did nothing
			l.record()
		}
	}
}

func (l *listener) abi(id uint32) *abi {
	for _, a := range l.abis {
		if a.id == id {
			return a
		}
	}
	return nil
}

// hungUp reports whether no process is left under the filter.
func hungUp(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd)}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&unix.POLLHUP != 0
}

// watchEnd stops the worker when no process is left under the filter. Before Linux 6.11
// the blocking call does not return by itself.
func (l *listener) watchEnd() {
	const look = 50 * time.Millisecond
	for {
		select {
		case <-l.done:
			return
		case <-time.After(look):
		}
		if hungUp(int(l.file.Fd())) {
			l.interrupt()
			return
		}
	}
}

// interrupt makes the worker end after answering its current notification, and waits until it has
// ended. A call that was received but not answered would wait forever.
func (l *listener) interrupt() {
	l.stop.Store(true)
	const patience = time.Millisecond
	for {
		_ = unix.Tgkill(os.Getpid(), int(l.tid.Load()), interruptSignal) // it may just have ended
		select {
		case <-l.done:
			return
		case <-time.After(patience):
		}
	}
}

// handOver lets a keeper answer the calls while this process is stopped. takeBack ends that.
func (l *listener) handOver() (takeBack func()) {
	if !l.pause() {
		return func() {}
	}
	k, err := startKeeperForAWhile(l.file)
	return func() {
		if err == nil { // otherwise the calls have waited for us
			l.unrecorded.Add(k.end())
		}
		l.pausing.Store(false)
		l.resume <- struct{}{}
	}
}

// pause makes the worker wait. It returns false if the worker has ended.
func (l *listener) pause() bool {
	l.pausing.Store(true)
	const patience = time.Millisecond
	for {
		_ = unix.Tgkill(os.Getpid(), int(l.tid.Load()), interruptSignal) // it may just have ended
		select {
		case <-l.paused:
			return true
		case <-l.done:
			return false
		case <-time.After(patience):
		}
	}
}

func (l *listener) exact() bool { return false }

func (l *listener) status() <-chan unix.WaitStatus {
	status := make(chan unix.WaitStatus, 1)
	go func() { status <- waitFor(l.pid, l.handOver) }()
	return status
}

func (l *listener) backend() Backend { return BackendNotify }

func (l *listener) ended() <-chan struct{} { return l.done }

// leave starts a keeper for the remaining processes.
func (l *listener) leave() (survivors bool, err error) {
	defer l.file.Close()
	l.interrupt()
	l.watcher.Wait()
	survivors = !hungUp(int(l.file.Fd()))
	if l.err != nil {
		return survivors, l.err
	}
	if survivors {
		_, err := startKeeper(l.file, -1)
		return true, err
	}
	return false, nil
}
