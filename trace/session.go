package trace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// session is one run of a command.
type session struct {
	opts    Options
	started time.Time
	pid     int
	// deadline is the time at which Options.Timeout expires, or zero.
	deadline time.Time
	views    *views
	resolve  *resolver
	record   *recorder
	// tracer is the back end in use; rejected are the reasons why others are not used.
	tracer   tracer
	rejected []string
}

// tracer is a back end that traces a running command.
type tracer interface {
	backend() Backend
	// ended returns a channel that is closed when the last process has ended.
	ended() <-chan struct{}
	// status returns a channel that receives the status of the command when it ends.
	status() <-chan unix.WaitStatus
	// exact reports whether the results of calls are known.
	exact() bool
	// leave stops recording and reports whether there are remaining processes, which continue if
	// the back end allows it.
	leave() (survivors bool, err error)
}

func newSession(opts Options) *session {
	s := &session{opts: opts, views: newViews(), record: new(recorder)}
	if opts.Unfinished != nil {
		s.record.stream = newStream()
	}
	s.resolve = &resolver{views: s.views, inspect: newInspector(), drop: opts.Drop, scope: opts.Scope, who: &s.record.who}
	return s
}

// close releases what the report needed.
func (s *session) close() {
	s.views.close()
	s.resolve.inspect.close()
}

// closeOn closes the session of a command that was not started.
func (s *session) closeOn(err *error) {
	if *err != nil {
		s.close()
	}
}

// child is the stub, and later the command.
type child struct {
	pid    int
	socket int
}

// Prepared is a process that becomes the command of Run. It waits until then.
type Prepared struct{ child *child }

// Prepare starts the process that becomes the command of Run, with the same options. A caller may use
// the time that it needs (some milliseconds) for something else. Then it calls Run with
// Options.Prepared, and Close in any case. The ptrace back end starts its own process instead.
func Prepare(opts Options) (*Prepared, error) {
	c, err := forkStub(opts)
	if err != nil {
		return nil, err
	}
	return &Prepared{c}, nil
}

// Close ends the process, unless Run has used it. A nil Prepared does nothing.
func (p *Prepared) Close() {
	if c := p.take(); c != nil {
		unix.Close(c.socket) // it reads the end of its configuration, and exits
		c.reap()
	}
}

// take returns the process, once.
func (p *Prepared) take() *child {
	if p == nil {
		return nil
	}
	c := p.child
	p.child = nil
	return c
}

// startStub starts the stub, unless it is prepared, and sends its configuration.
func startStub(opts Options, o stubConfig) (*child, error) {
	c := opts.Prepared.take()
	if c == nil {
		var err error
		if c, err = forkStub(opts); err != nil {
			return nil, err
		}
	}
	payload, _ := json.Marshal(o) // its types cannot fail
	go func() {
		_, _ = unix.Write(c.socket, payload) // a failure shows in the answer
	}()
	return c, nil
}

// forkStub starts the stub, which waits for its configuration.
func forkStub(opts Options) (*child, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("create a socket pair: %w", err)
	}
	defer unix.Close(pair[1])
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		unix.Close(pair[0])
		return nil, err
	}
	defer null.Close()
	files := make([]uintptr, 0, 4)
	for _, f := range []*os.File{opts.Stdin, opts.Stdout, opts.Stderr} {
		if f == nil {
			f = null
		}
		files = append(files, f.Fd())
	}
	socket := freeDescriptor()
	for fd := len(files); fd < socket; fd++ {
		files = append(files, uintptr(fd))
	}
	files = append(files, uintptr(pair[1]))
	env := opts.Env
	if env == nil {
		env = os.Environ()
	}
	argv := append([]string{stubName, strconv.Itoa(socket), opts.Path}, opts.Args...)
	pid, err := syscall.ForkExec("/proc/self/exe", argv, &syscall.ProcAttr{Env: env, Files: files})
	if err != nil {
		unix.Close(pair[0])
		return nil, fmt.Errorf("execute this program again: %w", err)
	}
	return &child{pid: pid, socket: pair[0]}, nil
}

// recv receives the next answer of the stub, with a descriptor or -1. It returns
// errStubGone at the end of the stream.
func (c *child) recv() (a stubAnswer, fd int, err error) {
	var buf [512]byte
	rights := make([]byte, unix.CmsgSpace(4))
	for {
		n, oobn, _, _, err := unix.Recvmsg(c.socket, buf[:], rights, unix.MSG_CMSG_CLOEXEC)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return a, -1, stubGone(err)
		}
		fd = -1
		if messages, err := unix.ParseSocketControlMessage(rights[:oobn]); err == nil && len(messages) > 0 {
			if fds, err := unix.ParseUnixRights(&messages[0]); err == nil && len(fds) > 0 {
				fd = fds[0]
			}
		}
		return a, fd, json.Unmarshal(buf[:n], &a)
	}
}

var errStubGone = errors.New("the stub process exited before exec")

// stubGone adds how it was noticed.
func stubGone(err error) error {
	if err == nil {
		return errStubGone
	}
	return fmt.Errorf("%w (%w)", errStubGone, err)
}

// executed waits until the stub has become the command.
func (c *child) executed() error {
	defer unix.Close(c.socket)
	a, _, err := c.recv()
	switch {
	case errors.Is(err, errStubGone):
		return nil
	case err != nil:
		return err
	case a.Step == stepExec:
		return fmt.Errorf("%w: %w", ErrExec, a.Errno)
	}
	return fmt.Errorf("%s: %w", a.Step, a.Errno)
}

// reap waits for a child that has failed.
func (c *child) reap() {
	var status unix.WaitStatus
	for {
		if _, err := unix.Wait4(c.pid, &status, 0, nil); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// startNotify starts the command under the notify back end.
func startNotify(opts Options) (started *session, err error) {
	if err := probeNotify(); err != nil {
		return nil, err
	}
	all := nativeABIs()
	how := filterOptions{trap: trapNotify, scope: opts.Scope, allowRing: opts.AllowRing}
	if opts.keepsReadable() {
		how.dumpable = trapNotify // and not pretend, to know which program it is
	}
	filter, err := newFilter(all, how)
	if err != nil {
		return nil, err
	}
	if err := catchInterrupts(); err != nil {
		return nil, err
	}
	s := newSession(opts)
	defer s.closeOn(&err)
	s.started = coarseNow()
	c, err := startStub(opts, stubConfig{NoNewPrivs: !privileged(), Filter: filter, Flags: listenerFlags(), User: opts.User})
	if err != nil {
		return nil, err
	}
	a, fd, err := c.recv()
	if err != nil || a.Step != stepReady || fd < 0 {
		unix.Close(c.socket)
		c.reap()
		if err == nil {
			err = filterError(a)
		}
		return nil, err
	}
	l := newListener(fd, all)
	l.serve = func(r syscallArgs) bool {
		s.resolve.resolve(r)
		return r.abi.call(r.nr).kind == callDumpable
	}
	l.record = func() { s.record.call(s.resolve.out, false) }
	s.pid, l.pid, s.tracer = c.pid, c.pid, l
	go l.run()
	if err := c.executed(); err != nil {
		c.reap()
		<-l.ended()
		return nil, err
	}
	return s, nil
}

// filterError returns an error with the reason why the stub could not install its filter.
func filterError(a stubAnswer) error {
	why := ""
	switch {
	case errors.Is(a.Errno, unix.EBUSY):
		why = " (another seccomp supervisor is active)"
	case errors.Is(a.Errno, unix.EINVAL), errors.Is(a.Errno, unix.ENOSYS):
		why = " (requires Linux 5.5 with CONFIG_SECCOMP_FILTER)"
	}
	return fmt.Errorf("%s: %w%s: %w", a.Step, a.Errno, why, ErrUnsupported)
}

// homeOf returns the home directory in an environment.
func homeOf(env []string) []string {
	if env == nil {
		env = os.Environ()
	}
	for _, pair := range env {
		if home, ok := strings.CutPrefix(pair, "HOME="); ok && filepath.IsAbs(home) && filepath.Clean(home) == home && home != "/" {
			return []string{home}
		}
	}
	return nil
}

// coarseNow returns the current time of the clock from which the kernel takes the times of files
// (CLOCK_REALTIME_COARSE). It lags behind time.Now.
func coarseNow() time.Time {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &ts); err != nil {
		return time.Now()
	}
	return time.Unix(ts.Unix())
}

// finish waits for the command and returns the report.
func (s *session) finish(ctx context.Context) (*Report, error) {
	if s.opts.Started != nil {
		s.opts.Started(s.pid)
	}
	r := &Report{Command: s.opts.Args, Scope: s.opts.Scope, Started: s.started, Backend: s.tracer.backend(), Rejected: s.rejected}
	r.Homes = homeOf(s.opts.Env)
	r.NoNewPrivs = r.Backend != BackendFanotify && !privileged()
	start := time.Now()
	endStream := s.record.stream.begin(s.opts.Unfinished, r)
	defer endStream()
	s.wait(ctx, r)
	r.Took = time.Since(start)
	if s.opts.WaitAll || s.tracer.backend() == BackendPtrace { // no other process can take over
		s.waitAll(ctx)
	}
	var err error
	if r.Survivors, err = s.tracer.leave(); err != nil {
		return nil, err
	}
	endStream()
	s.report(r)
	s.checkDisk(ctx, r)
	if l, ok := s.tracer.(*listener); ok {
		r.Stats.Stopped = l.unrecorded.Load()
	}
	s.close()
	return r, nil
}
