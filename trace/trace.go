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

// Backend is a mechanism for tracing.
type Backend uint8

// The back ends. BackendAuto selects the first of the others that works.
const (
	BackendAuto     Backend = iota
	BackendNotify           // seccomp user notification, Linux 5.5
	BackendPtrace           // ptrace(2) with a seccomp filter, Linux 5.3
	BackendFanotify         // fanotify(7), requires root; records only opens and writes; never selected by auto
)

var backendNames = []string{"auto", "notify", "ptrace", "fanotify"}

// String returns the name on the command line.
func (b Backend) String() string {
	if int(b) < len(backendNames) {
		return backendNames[b]
	}
	return "unknown"
}

// ParseBackend returns the back end with a name, or an error that lists the names.
func ParseBackend(name string) (Backend, error) {
	if i := slices.Index(backendNames, name); i >= 0 {
		return Backend(i), nil
	}
	return 0, fmt.Errorf("back end %q: expected one of %s", name, strings.Join(backendNames, ", "))
}

// Options configure Run. Args is required.
type Options struct {
	// Path is the program to execute. Args are its arguments, beginning with its name.
	Path string
	Args []string
	// Env is the environment; nil means that of this process.
	Env []string
	// Stdin, Stdout and Stderr are the standard streams; nil means /dev/null.
	Stdin, Stdout, Stderr *os.File

	Backend Backend
	// Scope limits what is recorded. With ScopeChanges, programs run nearly as fast as without
	// tracing. The fanotify back end ignores it.
	Scope Scope
	// ExactResults records the result of each call, which only ptrace provides.
	ExactResults bool
	// AllowRing permits io_uring(7), whose file accesses cannot be traced. By default
	// io_uring_setup(2) fails with ENOSYS.
	AllowRing bool
	// AllowHiding lets programs hide their memory, and with it their paths, from processes of the
	// same user. By default prctl(PR_SET_DUMPABLE, 0) has no effect if this process is not
	// privileged, but returns 0.
	AllowHiding bool
	// Prepared, if set, is the process of Prepare.
	Prepared *Prepared
	// WaitAll waits until the command and all processes started by it have ended.
	WaitAll bool
	// Timeout stops the command with SIGTERM, and some time later with SIGKILL; 0 means no timeout.
	Timeout time.Duration
	// User, if set, is the user that the command runs as. It requires root. setuid
	// programs keep their privileges, and the command inherits only the standard
	// descriptors.
	User *User
	// Drop reports whether a path is omitted. It is called while programs wait, and must not access
	// files. nil means Uninteresting.
	Drop func(path []byte) bool
	// Changed, if set, is called after the run for the disk check. It calls found with each existing
	// path, in the trees of interest, whose ctime (inode(7)) is at or after a time, and perhaps with
	// others. A signal ends it through ctx; it then returns an error.
	Changed func(ctx context.Context, since time.Time, found func(path string)) error
	// Unfinished, if set, is a file to which records are written while the command runs, at most every
	// 500 ms. If this process is killed, ReadReports makes a report of them.
	Unfinished *os.File
	// Progress, if set, is called about every 4,096 paths while the paths of the run are checked on
	// the disk.
	Progress func(done, total int)
	// Started, if set, is called with the process ID of the command after it has started.
	Started func(pid int)
	// Waiting, if set, is called when the command has ended and Run waits for the remaining
	// processes.
	Waiting func()
	// Signals, if set, delivers signals that this process has received. They are forwarded to the
	// command, except SIGINT and SIGQUIT, which a terminal sends to both. After Waiting was called,
	// any signal ends the wait.
	Signals <-chan os.Signal
}

// Report is the result of a run.
type Report struct {
	// Command is Options.Args. If Attached is set, it is "-p" and the ID of the traced process.
	Command  []string
	Attached bool
	// Scope is what was recorded.
	Scope Scope
	// Homes are the home directories of the commands ($HOME), absolute and clean, if they are known.
	Homes []string
	// Paths are sorted by name, without duplicates.
	Paths []Path
	Stats Stats
	// Backend is the back end used. Rejected contains the reasons why preferred ones were not.
	Backend  Backend
	Rejected []string
	// Started is the time when the command started, and Took how long it ran.
	Started time.Time
	Took    time.Duration
	// Status is the exit status of the command. If a signal killed it, Signal is that signal.
	// TimedOut is set if the timeout expired.
	Status   int
	Signal   syscall.Signal
	TimedOut bool
	// Unfinished is set if the process that traced was killed, or had not ended yet when the report was
	// read: status and duration are not known.
	Unfinished bool
	// Truncated is set by ReadReport if the last line was incomplete.
	Truncated bool
	// Check is the state of the disk check, whose findings are in Paths with Untraced.
	Check Check
	// Survivors is set if processes were still running at the time of the report.
	Survivors bool
	// Privileged are programs that ran without their additional privileges (setuid, setgid,
	// capabilities), because they were traced.
	Privileged []string
	// Unreadable are some programs whose paths could not be read: paths of files, or names if these
	// are not known.
	Unreadable []string
	// KeptReadable are programs that asked to hide their memory (PR_SET_DUMPABLE), and whose memory
	// stayed readable (Options.AllowHiding). They keep that until they end.
	KeptReadable []string
	// NoNewPrivs is set if the command and all its descendants run with no_new_privs (prctl(2)) until
	// they end: they gain no privileges from setuid programs.
	NoNewPrivs bool
}

// Stats counts what was traced, and what could not be.
type Stats struct {
	Calls      int64 `json:"calls"`      // calls with a path
	Unreadable int64 `json:"unreadable"` // calls whose path could not be read
	TooLong    int64 `json:"tooLong"`    // calls with paths that are longer than PATH_MAX
	Stopped    int64 `json:"stopped"`    // calls while this process was stopped (Ctrl-Z), not recorded
	Rings      int64 `json:"rings"`      // allowed io_uring_setup(2) calls
	Sandboxed  int64 `json:"sandboxed"`  // paths that exist only in a mount namespace of the program
}

// Path is a path with the operations on it.
type Path struct {
	// Name is absolute and may contain any bytes. Its directory contains no symlink.
	Name string
	Ops  Op
	// Missing is set if the path does not exist after the run; Ops shows whether it
	// did.
	Missing bool
	// By are the programs that did the operations, sorted by name; at most 16. Paths share these lists:
	// do not change them.
	By []By
	// Reread is set by Merge if one run has changed the path, and a later one has read it.
	Reread bool
	// Mode (st_mode, inode(7)), Size in bytes and ModTime are as of the end of the run.
	Mode    uint32
	Size    int64
	ModTime time.Time
}

// Errors that Run wraps.
var (
	// ErrUnsupported: the back end is not supported by the kernel, or not permitted.
	ErrUnsupported = errors.New("not available")
	// ErrExec: the command could not be executed.
	ErrExec = errors.New("execute")
)

// Run runs a command and returns every path that it and all processes started by it have touched.
// Unless Options.WaitAll is set, Run returns when the command itself has ended. Remaining processes
// continue normally, also after this process has ended.
//
// Failed calls are recorded, but their operations are in the report only if the state of the path
// after the run shows that they took effect. When ctx is done, the command receives SIGTERM, and
// Run still returns a report.
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

// start starts the command under the requested back end, or the best one.
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

// Privileged reports whether setuid programs keep their privileges when this process traces them
// (CAP_SYS_ADMIN).
func Privileged() bool { return privileged() }

// GainsRights reports whether a program gains privileges when executed, by setuid, setgid, or
// capabilities(7). It does not gain them if an ordinary user traces it.
func GainsRights(path string) bool {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	st, err := statx(path)
	return err == nil && gainsRights(path, st)
}

// starter starts a command under one back end.
type starter func(Options) (*session, error)

// startFirst starts the command under the first back end that works. The report contains the
// reasons why others were not used.
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
