package trace

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// The ptrace back end: ptrace(2) with the same filter, whose verdict here stops the thread for its
// tracer (SECCOMP_RET_TRACE). It works where no listener is available, and it reads the result of
// each call:
//
//	program                 kernel                    this thread
//	openat(…, "a", …)  ──→  stops (EVENT_SECCOMP) ──→ reads "a"
//	                                              ←── PTRACE_SYSCALL
//	                        does it, stops again  ──→ takes the result
//	                                              ←── PTRACE_CONT
//
// The second stop is requested only until the same operation has succeeded on the same path. No
// other process can trace the program at the same time, or take over: when this thread ends, the
// program is killed (PTRACE_O_EXITKILL).

// ptracer follows all threads of a command. Only the thread that seized them may use
// it, except for the atomic fields.
type ptracer struct {
	s       *session
	abis    []*abi
	pid     int // of the command
	threads map[int]*thread
	main    chan unix.WaitStatus
	first   chan struct{} // closed when the stub has become the command
	done    chan struct{}
	err     error // valid when done is closed
	// attached is set if there is no filter: every call stops, and remaining processes
	// continue when tracing ends.
	attached bool
	// seen is set after the first stop by the filter, which shows that the filter works.
	seen    bool
	running bool // first is closed
	// stopped is set while the command is stopped by the terminal.
	stopped atomic.Bool
	// quit makes the thread kill the command instead of waiting for its end. foreign is
	// set if another tracer takes the calls that the filter traps.
	quit    atomic.Bool
	foreign atomic.Bool
	tid     atomic.Int32 // of the thread that traces
}

// thread is the state of a thread between two stops.
type thread struct {
	waits  []touch // of the current call, whose result is not yet known
	inside bool    // in a call, and will stop again when it returns
}

// trapPtrace is the verdict that stops a thread.
const trapPtrace = seccomp.ActionTrace

// Requests and events without names in x/sys, from linux/ptrace.h.
const (
	getSyscallInfo  = 0x420e // Linux 5.3
	infoEntry       = 1
	infoExit        = 2
	infoSeccomp     = 3
	sysgood         = 0x80
	traceEverything = unix.PTRACE_O_TRACESECCOMP | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK |
		unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_EXITKILL
)

// syscallInfo is struct ptrace_syscall_info. It is the same on all architectures, so no registers
// have to be read.
type syscallInfo struct {
	op     uint8
	_      [3]uint8
	arch   uint32
	ip, sp uint64
	// words are the number and the arguments at the start of a call, and the result
	// at its end.
	words [7]uint64
	_     [2]uint64
}

func ptrace(request, tid int, addr, data uintptr) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), addr, data, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

func newPtracer(s *session) *ptracer {
	return &ptracer{
		s: s, abis: nativeABIs(), threads: make(map[int]*thread),
		main: make(chan unix.WaitStatus, 1), first: make(chan struct{}), done: make(chan struct{}),
	}
}

// startPtrace starts the command under the ptrace back end.
func startPtrace(opts Options) (started *session, err error) {
	if err := probePtrace(); err != nil {
		return nil, err
	}
	how := filterOptions{trap: trapPtrace, scope: opts.Scope, allowRing: opts.AllowRing}
	if opts.keepsReadable() {
		how.dumpable = pretend
	}
	filter, err := newFilter(nativeABIs(), how)
	if err != nil {
		return nil, err
	}
	if err := catchInterrupts(); err != nil {
		return nil, err
	}
	opts.Prepared.Close() // a tracer waits for all children of its own thread, and only for those
	s := newSession(opts)
	defer s.closeOn(&err)
	s.started = coarseNow()
	running := make(chan error, 1)
	p := newPtracer(s)
	s.tracer = p
	go p.run(stubConfig{NoNewPrivs: !privileged(), Filter: filter, Flags: []uintptr{0}, User: opts.User}, running)
	if err := <-running; err != nil {
		<-p.done
		return nil, err
	}
	s.pid = p.pid
	return s, nil
}

// run starts the stub and follows it until no thread is left. ptrace(2) and the fork
// must use one thread, because a tracer waits only for its own children.
func (p *ptracer) run(o stubConfig, started chan<- error) {
	defer close(p.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p.tid.Store(int32(unix.Gettid()))
	c, err := startStub(p.s.opts, o)
	if err != nil {
		started <- err
		return
	}
	p.pid = c.pid
	if err := p.seize(c); err != nil {
		unix.Close(c.socket)
		_ = unix.Kill(c.pid, unix.SIGKILL)
		c.reap()
		started <- err
		return
	}
	go func() { started <- p.executed(c) }()
	p.err = p.follow()
}

// executed waits until the stub has become the command.
func (p *ptracer) executed(c *child) error {
	err := c.executed()
	if err == nil {
		select {
		case <-p.first:
		case <-p.done:
		}
	}
	if err == nil && p.foreign.Load() {
		return fmt.Errorf("another seccomp supervisor already traps the calls: %w", ErrUnsupported)
	}
	return err
}

// seize attaches to the stub and lets it continue.
func (p *ptracer) seize(c *child) error {
	a, _, err := c.recv()
	if err != nil {
		return err
	}
	if a.Step != stepReady {
		return filterError(a)
	}
	if err := ptrace(unix.PTRACE_SEIZE, a.TID, 0, traceEverything); err != nil {
		why := ""
		if errors.Is(err, unix.EPERM) {
			why = " (forbidden by kernel.yama.ptrace_scope, or this process is already traced)"
		}
		return fmt.Errorf("attach to the command: %w%s: %w", err, why, ErrUnsupported)
	}
	_, err = unix.Write(c.socket, []byte{1})
	return err
}

// follow handles stops until no thread is left.
func (p *ptracer) follow() error {
	var status unix.WaitStatus
	for !p.attached || len(p.threads) > 0 {
		tid, err := unix.Wait4(-1, &status, unix.WALL|unix.WNOTHREAD, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			switch {
			case p.quit.Load() && p.attached:
				p.interruptAll()
			case p.quit.Load():
				p.killAll()
			}
			continue
		case errors.Is(err, unix.ECHILD):
			return nil
		case err != nil:
			return fmt.Errorf("wait for the command: %w", err)
		}
		if !status.Stopped() {
			delete(p.threads, tid)
			if tid == p.pid {
				p.main <- status
			}
			continue
		}
		p.stop(tid, status)
	}
	return nil
}

// stop handles one stop and continues the thread.
func (p *ptracer) stop(tid int, status unix.WaitStatus) {
	t := p.threads[tid]
	if t == nil {
		t = new(thread)
		p.threads[tid] = t
	}
	if tid == p.pid {
		p.stopped.Store(false)
	}
	signal, event := status.StopSignal(), int(status)>>16
	if p.attached && p.quit.Load() {
		if event != 0 || signal == unix.SIGTRAP|sysgood {
			signal = 0
		}
		p.release(tid, uintptr(signal))
		return
	}
	switch {
	case event == unix.PTRACE_EVENT_SECCOMP:
		p.entered(tid, t)
	case signal == unix.SIGTRAP|sysgood && p.attached && !t.inside:
		p.entered(tid, t)
	case signal == unix.SIGTRAP|sysgood:
		p.left(tid, t)
	case event == unix.PTRACE_EVENT_FORK, event == unix.PTRACE_EVENT_VFORK, event == unix.PTRACE_EVENT_CLONE:
		p.forked(tid)
	case event == unix.PTRACE_EVENT_EXEC:
		t = p.execed(tid, t)
	case event == unix.PTRACE_EVENT_STOP:
		if signal != unix.SIGTRAP { // the whole process is stopped and remains stopped
			p.listen(tid, signal)
			return
		}
	case event == 0:
		p.resume(tid, t, signal)
		return
	}
	p.resume(tid, t, 0)
}

// resume continues a thread, with or without a signal. If the thread has ended, wait4(2) reports
// that later.
func (p *ptracer) resume(tid int, t *thread, signal syscall.Signal) {
	request := unix.PTRACE_CONT
	if t.inside || p.attached {
		request = unix.PTRACE_SYSCALL
	}
	_ = ptrace(request, tid, 0, uintptr(signal))
}

// listen leaves a thread stopped until its process is continued.
func (p *ptracer) listen(tid int, signal syscall.Signal) {
	_ = ptrace(unix.PTRACE_LISTEN, tid, 0, 0) // the thread may have ended
	if tid == p.pid {
		p.stopped.Store(true)
		go followStop(p.pid, signal, p.stopped.Load, nil)
	}
}

// entered handles the start of a call.
func (p *ptracer) entered(tid int, t *thread) {
	p.seen = true
	var info syscallInfo
	if err := ptrace(getSyscallInfo, tid, unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info))); err != nil || info.op != infoSeccomp && info.op != infoEntry {
		if info.op != infoExit { // the call began before we attached
			p.s.resolve.stats.Unreadable++
		}
		return
	}
	t.waits, t.inside = t.waits[:0], false
	for _, a := range p.abis {
		call := syscallArgs{tid: tid, nr: int(info.words[0]), abi: a, args: [6]uint64(info.words[1:])}
		if a.id != info.arch || !call.trapped() {
			continue
		}
		for _, touch := range p.s.resolve.resolve(call) {
			if touch.op&(Rename|Delete) == 0 && p.s.record.succeeded(touch) { // these can change what paths name
				continue
			}
			touch.path = append([]byte(nil), touch.path...)
			t.waits = append(t.waits, touch)
		}
	}
	t.inside = len(t.waits) > 0 || p.attached
}

// left handles the end of a call.
func (p *ptracer) left(tid int, t *thread) {
	t.inside = false
	var info syscallInfo
	if err := ptrace(getSyscallInfo, tid, unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info))); err != nil || info.op != infoExit {
		p.s.resolve.stats.Unreadable++
		return
	}
	p.result(t, int64(info.words[0]) >= 0)
}

func (p *ptracer) result(t *thread, ok bool) {
	if ok {
		p.s.record.call(t.waits, true)
	} else {
		for _, touch := range t.waits {
			p.s.record.note(touch, false)
		}
	}
	t.waits = t.waits[:0]
}

// forked records a new thread. It is already traced, but may not have stopped yet.
func (p *ptracer) forked(tid int) {
	var child uintptr
	if err := ptrace(unix.PTRACE_GETEVENTMSG, tid, 0, uintptr(unsafe.Pointer(&child))); err != nil {
		return
	}
	if p.threads[int(child)] == nil && unix.Kill(int(child), 0) == nil { // it may already have ended
		p.threads[int(child)] = new(thread)
	}
}

// execed handles a successful execve(2): all other threads of the process have ended, and the
// calling thread now has the ID of the first one.
func (p *ptracer) execed(tid int, t *thread) *thread {
	var former uintptr
	if err := ptrace(unix.PTRACE_GETEVENTMSG, tid, 0, uintptr(unsafe.Pointer(&former))); err == nil && int(former) != tid {
		if was := p.threads[int(former)]; was != nil {
			delete(p.threads, int(former))
			p.threads[tid], t = was, was
		}
	}
	p.result(t, true)
	if !p.seen && !p.attached { // the filter did not stop the execve: another tracer took it
		p.foreign.Store(true)
		_ = unix.Kill(p.pid, unix.SIGKILL)
	}
	if !p.running {
		p.running = true
		close(p.first)
	}
	return t
}

func (p *ptracer) backend() Backend               { return BackendPtrace }
func (p *ptracer) exact() bool                    { return true }
func (p *ptracer) ended() <-chan struct{}         { return p.done }
func (p *ptracer) status() <-chan unix.WaitStatus { return p.main }

// leave kills the remaining processes, because without this thread their calls would fail.
func (p *ptracer) leave() (survivors bool, err error) {
	select {
	case <-p.done:
		return false, p.err
	default:
	}
	p.quit.Store(true)
	const patience = time.Millisecond
	for {
		_ = unix.Tgkill(os.Getpid(), int(p.tid.Load()), interruptSignal) // it may just have ended
		select {
		case <-p.done:
			return false, p.err
		case <-time.After(patience):
		}
	}
}

// killAll kills all threads, from the thread that traces them.
func (p *ptracer) killAll() {
	for tid := range p.threads {
		_ = unix.Kill(tid, unix.SIGKILL)
	}
}
