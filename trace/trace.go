package trace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Backend is a way to see what programs do.
type Backend uint8

// The back ends. BackendAuto takes the first of the others that works.
const (
	BackendAuto     Backend = iota
	BackendNotify           // seccomp user notification, Linux 5.5
	BackendPtrace           // ptrace(2) with a seccomp filter, Linux 5.3
	BackendFanotify         // fanotify(7), root; sees opens and writes only; never taken by auto
)

var backendNames = []string{"auto", "notify", "ptrace", "fanotify"}

// String returns the name as the command line writes it.
func (b Backend) String() string {
	if int(b) < len(backendNames) {
		return backendNames[b]
	}
	return "unknown"
}

// ParseBackend returns the back end of a name, or an error that lists the names.
func ParseBackend(name string) (Backend, error) {
	if i := slices.Index(backendNames, name); i >= 0 {
		return Backend(i), nil
	}
	return 0, fmt.Errorf("back end %q: expected one of %s", name, strings.Join(backendNames, ", "))
}

// Options say what Run runs, and what it looks for. Args is needed.
type Options struct {
	// Path is the program to execute, and Args its arguments, the first of which is
	// its name.
	Path string
	Args []string
	// Env is its environment; nil means that of this process.
	Env []string
	// Stdin, Stdout and Stderr are its standard streams; nil is /dev/null.
	Stdin, Stdout, Stderr *os.File

	Backend Backend
	// OnlyWrites leaves out what changes nothing; programs run nearly as fast as
	// without us then.
	OnlyWrites bool
	// ExactResults records the result of each call, which only ptrace provides.
	ExactResults bool
	// AllowRing permits io_uring(7), whose file accesses cannot be traced. By default
	// io_uring_setup(2) fails with ENOSYS.
	AllowRing bool
	// WaitAll waits until the last process that the command has started is gone, and
	// not only for the command.
	WaitAll bool
	// Timeout ends the command with SIGTERM, and a while later with SIGKILL; 0 is
	// none.
	Timeout time.Duration
	// User, if set, is the user that the command runs as. It requires root. setuid
	// programs keep their privileges, and the command inherits only the standard
	// descriptors.
	User *User
	// Drop says of a path that it is of no interest. It is called while programs
	// wait, and may touch nothing outside memory; nil drops /proc, /sys and /dev.
	Drop func(path []byte) bool
	// Started, if set, is called when the command runs, with its process ID.
	Started func(pid int)
	// Waiting, if set, is called when the command has ended, and what it has started
	// is waited for.
	Waiting func()
	// Signals, if set, brings signals that this process has got: they are passed on to
	// the command, but for SIGINT and SIGQUIT, which a terminal sends to both. While
	// Waiting, any of them ends that.
	Signals <-chan os.Signal
}

// Report is what a run has shown.
type Report struct {
	// Command is what was run: Options.Args. If Attached is set it is "-p" and the number of
	// the process that was followed.
	Command  []string
	Attached bool
	// Paths are sorted by name, each once.
	Paths []Path
	Stats Stats
	// Backend is the one that was used, and Rejected says why better ones were not.
	Backend  Backend
	Rejected []string
	// Started is when the command did, and Took how long it ran.
	Started time.Time
	Took    time.Duration
	// Status is how the command ended. If it was killed by a signal, Signal is that
	// one; TimedOut says that we ended it.
	Status   int
	Signal   syscall.Signal
	TimedOut bool
	// Survivors says that processes were still running when the report was made.
	Survivors bool
	// Privileged are programs that were executed without the rights that their
	// owner gave them (setuid, setgid, capabilities), because they were traced.
	Privileged []string
}

// Stats counts what was seen, and what was not.
type Stats struct {
	Calls      int64 `json:"calls"`      // that took a path
	Unreadable int64 `json:"unreadable"` // calls whose path could not be read
	Rings      int64 `json:"rings"`      // io_uring_setup(2) calls that were let pass
	Sandboxed  int64 `json:"sandboxed"`  // paths that exist only in a mount namespace of the program's
}

// Path is one path and what was done to it.
type Path struct {
	// Name is absolute and may contain any bytes. Its directory contains no symlink.
	Name string
	Ops  Op
	// Missing is set if the path does not exist after the run; Ops shows whether it
	// did.
	Missing bool
	// Mode (st_mode, inode(7)), Size in bytes and ModTime are as of the end of the run.
	Mode    uint32
	Size    int64
	ModTime time.Time
}

// Errors that Run returns, wrapped.
var (
	// ErrUnsupported: the kernel, or what the user may do, has no such back end.
	ErrUnsupported = errors.New("not possible here")
	// ErrExec: the command could not be executed.
	ErrExec = errors.New("execute")
)

// Run runs a command to its end and tells every path that it and all processes it
// started have touched. Unless Options.WaitAll is set, it returns when the command
// itself has ended; processes that go on are not hindered by that, and also not
// when this process ends (Keep).
//
// A call that fails counts as tried, and is in the report only if the path says
// that something came of it. When ctx is done the command gets SIGTERM, and its
// report is still made.
func Run(ctx context.Context, opts Options) (*Report, error) {
	if opts.Drop == nil {
		opts.Drop = Uninteresting
	}
	defer adoptOrphans()()
	s, err := start(opts)
	if err != nil {
		return nil, err
	}
	return s.finish(ctx)
}

// start starts the command under the back end that is asked for, or the best.
func start(opts Options) (*session, error) {
	switch opts.Backend {
	case BackendAuto:
		starters := []starter{startNotify, startPtrace}
		if opts.ExactResults {
			starters = starters[1:]
		}
		return startFirst(opts, starters)
	case BackendNotify:
		return startNotify(opts)
	case BackendPtrace:
		return startPtrace(opts)
	case BackendFanotify:
		return startFanotify(opts)
	}
	return nil, fmt.Errorf("back end %s: %w", opts.Backend, ErrUnsupported)
}

// Privileged reports whether this process may trace without giving up what setuid
// programs gain (CAP_SYS_ADMIN).
func Privileged() bool { return privileged() }

// GainsRights reports whether a program has rights of its own, which it does not get
// where an ordinary user traces it: setuid, setgid, or capabilities(7).
func GainsRights(path string) bool {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	st, err := statx(path)
	return err == nil && gainsRights(path, st)
}

// starter starts a command under one back end.
type starter func(Options) (*session, error)

// startFirst starts the command under the first back end that works. Why others were
// not taken is in the report.
func startFirst(opts Options, starters []starter) (*session, error) {
	var rejected []string
	for _, start := range starters {
		s, err := start(opts)
		if err == nil {
			s.rejected = rejected
			return s, nil
		}
		if !errors.Is(err, ErrUnsupported) {
			return nil, err
		}
		rejected = append(rejected, err.Error())
	}
	return nil, fmt.Errorf("no back end works: %s: %w", strings.Join(rejected, "; "), ErrUnsupported)
}
