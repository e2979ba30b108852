package trace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Attach traces a running process, its threads and all its descendants. It returns when
// they have ended, ctx is done, or Options.Signals delivers a signal. Processes that
// are still running are detached and continue. Attach uses only Scope, Drop and
// Signals of Options.
//
// A process can only install a seccomp filter on itself. Attach therefore stops every
// system call, with or without a path, and the process is much slower while it is
// traced.
func Attach(ctx context.Context, pid int, opts Options) (r *Report, err error) {
	if opts.Drop == nil {
		opts.Drop = Uninteresting
	}
	if err := probePtrace(); err != nil {
		return nil, err
	}
	if err := catchInterrupts(); err != nil {
		return nil, err
	}
	s := newSession(opts)
	defer s.closeOn(&err)
	s.started = coarseNow()
	s.opts.Args = []string{"-p", strconv.Itoa(pid)}
	p := newPtracer(s)
	p.attached = true
	s.tracer, s.pid = p, pid
	started := make(chan error, 1)
	go p.runAttached(pid, started)
	if err := <-started; err != nil {
		<-p.done
		return nil, err
	}
	start := time.Now()
	if s.opts.Started != nil {
		s.opts.Started(pid)
	}
	r = &Report{Command: s.opts.Args, Attached: true, Scope: s.opts.Scope, Started: s.started, Backend: BackendPtrace}
	endStream := s.record.stream.begin(opts.Unfinished, r)
	defer endStream()
	select {
	case <-p.done:
	case <-ctx.Done():
	case <-opts.Signals:
	}
	select {
	case <-p.done:
	default:
		r.Survivors = true
	}
	if _, err := p.leave(); err != nil {
		return nil, err
	}
	r.Took = time.Since(start)
	endStream()
	s.report(r)
	s.checkDisk(ctx, r)
	s.close()
	return r, nil
}

// runAttached seizes a tree of processes and follows it.
func (p *ptracer) runAttached(pid int, started chan<- error) {
	defer close(p.done)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p.tid.Store(int32(unix.Gettid()))
	err := p.seizeTree(pid)
	started <- err
	if err == nil {
		p.err = p.follow()
	}
}

// seizeTree attaches to all threads of a process and of its descendants. It repeats
// until a pass finds no new thread.
func (p *ptracer) seizeTree(pid int) error {
	for found := true; found; {
		found = false
		for _, tid := range threadsOf(pid) {
			if p.threads[tid] != nil {
				continue
			}
			err := ptrace(unix.PTRACE_SEIZE, tid, 0, traceEverything&^unix.PTRACE_O_EXITKILL&^unix.PTRACE_O_TRACESECCOMP)
			if err == nil {
				err = ptrace(unix.PTRACE_INTERRUPT, tid, 0, 0)
			}
			switch {
			case err == nil:
				p.threads[tid] = new(thread)
				p.s.views.compare(tid, &p.s.resolve.reader)
				found = true
			case tid == pid && errors.Is(err, unix.EPERM):
				return fmt.Errorf("attach to process %d: %w (owned by another user, already traced, or forbidden by kernel.yama.ptrace_scope)", pid, err)
			case tid == pid:
				return fmt.Errorf("attach to process %d: %w", pid, err)
			}
		}
	}
	if len(p.threads) == 0 {
		return fmt.Errorf("attach to process %d: %w", pid, unix.ESRCH)
	}
	return nil
}

// descendants returns a process and all its descendants.
func descendants(pid int) []int {
	processes, _ := tree(pid)
	return processes
}

// threadsOf returns the threads of a process and of its descendants. Its main thread comes first.
func threadsOf(pid int) []int {
	_, threads := tree(pid)
	return threads
}

func tree(pid int) (processes, threads []int) {
	processes = []int{pid}
	for i := 0; i < len(processes); i++ {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/[0-9]*", processes[i])) // the pattern is valid
		for _, task := range tasks {
			if tid, err := strconv.Atoi(filepath.Base(task)); err == nil {
				threads = append(threads, tid)
			}
			processes = append(processes, numbersIn(task+"/children")...)
		}
	}
	if at := slices.Index(threads, pid); at > 0 {
		threads[0], threads[at] = threads[at], threads[0]
	}
	return processes, threads
}

// numbersIn returns the numbers in a /proc file.
func numbersIn(name string) []int {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	var numbers []int
	n, inside := 0, false
	for _, c := range append(text, ' ') {
		switch {
		case c >= '0' && c <= '9':
			n, inside = n*10+int(c-'0'), true
		case inside:
			numbers = append(numbers, n)
			n, inside = 0, false
		}
	}
	return numbers
}

// interruptAll stops all threads, so that each can be detached.
func (p *ptracer) interruptAll() {
	for tid := range p.threads {
		_ = ptrace(unix.PTRACE_INTERRUPT, tid, 0, 0) // it may just have ended
	}
}

// release detaches a stopped thread and delivers the signal that stopped it.
func (p *ptracer) release(tid int, signal uintptr) {
	p.result(p.threads[tid], false)
	_ = ptrace(unix.PTRACE_DETACH, tid, 0, signal) // the thread may have ended
	delete(p.threads, tid)
}
