package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/runas"
	"github.com/DaRacci/list-ephemeral/internal/securefile"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/trace"
)

// If trace prints, its exit status is that of the command or one of these, which are those of
// timeout(1) and env(1).
const (
	exitTimedOut  = 124
	exitNoTrace   = 125 // the trace failed
	exitNotRun    = 126 // the command exists, but could not be executed
	exitNoCommand = 127
)

type traceFlags struct {
	list, json, print0, long bool
	all, missing, read, dirs bool
	output, appendTo         string
	replay                   []string
	timeout                  time.Duration
	backend, only, wait      string
	user, results            string
	allowRing, keepEnv       bool
	noCheck, allowHiding     bool
	style                    session.Style
	pid                      int
	prepared                 *trace.Prepared
	unit                     string
	unfinished               *os.File // for what is recorded while CMD runs, or nil
}

const traceLong = `Run CMD in this terminal, then browse the files that it and all its children created,
wrote, renamed, deleted, executed, read or looked up.

By default, it shows only paths that were changed, that still exist and that the next
reboot wipes: first what to keep, then caches, then files of running programs. --dirs
prints the directories that a person would persist. Exclude patterns apply.

CMD gets the same signals, terminal and environment as without a trace. With --user, it
gets a login environment, and of open files only the standard streams.`

const traceExamples = `  list-ephemeral trace -- firefox                find the files that it writes
  list-ephemeral trace --read -- firefox         and those that it reads
  list-ephemeral trace -d -- CMD                 print the directories to keep
  list-ephemeral trace -o t.jsonl -- CMD         keep the whole trace
  list-ephemeral trace --append t.jsonl -- CMD   add another run to it
  list-ephemeral trace --replay t.jsonl -d       the directories to keep, for all runs
  sudo list-ephemeral trace --user $USER -- CMD  for CMDs that need sudo or setuid
  sudo list-ephemeral trace --unit redis         restart a service and trace it until Ctrl-C`

func newTrace(a *app) *cobra.Command {
	f := traceFlags{backend: trace.BackendAuto.String()}
	cmd := &cobra.Command{
		Use:     "trace [flags] -- CMD [ARG...]",
		Short:   "Run a command, then browse the files it touched",
		Long:    traceLong,
		Example: traceExamples,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.trace(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.SetInterspersed(false) // flags after CMD belong to CMD
	flags.BoolVar(&f.list, "list", false, "print the paths instead of opening the screen")
	flags.BoolVarP(&f.long, "long", "l", false, "print also group, operations and programs of each path")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVarP(&f.print0, "print0", "0", false, "print the paths, each ended with NUL instead of a newline")
	flags.BoolVarP(&f.dirs, "dirs", "d", false, "print the directories to keep instead of the paths")
	flags.BoolVar(&f.read, "read", false, "include paths that were only read or executed (slower)")
	flags.BoolVar(&f.all, "all", false, "include everything: directories, lookups, and outside the roots (slowest)")
	flags.BoolVar(&f.missing, "missing", false, "include paths that do not exist, or no longer exist")
	numberVar(flags, &f.pid, "pid", "p", "follow the process `PID` and its descendants until Ctrl-C", 1)
	textVar(flags, &f.output, "output", "o", "a file", "write the whole trace to `FILE` as JSON lines")
	textVar(flags, &f.appendTo, "append", "", "a file", "add the trace to those in `FILE`")
	textsVar(flags, &f.replay, "replay", "a file", "show the traces in `FILE` instead of running a command; repeatable")
	durationVar(flags, &f.timeout, "timeout", "stop CMD after `DUR` (for example 90s or 10m): SIGTERM, then SIGKILL")
	choiceVar(flags, &f.only, "only", "record only `writes`: operations that change files", "writes")
	choiceVar(flags, &f.wait, "wait", "wait for `all` processes that CMD has started", "all")
	textVar(flags, &f.user, "user", "", "the name of a user", "run CMD as `NAME` (requires root); setuid programs keep their privileges")
	flags.BoolVar(&f.keepEnv, "keep-env", false, "with --user, pass on the caller's environment, not a login environment")
	choiceVar(flags, &f.results, "results", "record the `exact` result of each call (slower, requires ptrace)", "exact")
	flags.BoolVar(&f.allowRing, "allow-io-uring", false, "allow io_uring; its file accesses cannot be traced")
	flags.BoolVar(&f.allowHiding, "allow-hiding", false, "let programs of this user hide their memory, and so their paths")
	flags.BoolVar(&f.noCheck, "no-check", false, "skip the check of the disk for changes that were not traced")
	backends := []string{"auto", "notify", "ptrace", "fanotify"}
	choiceVar(flags, &f.backend, "backend", "use the back end `NAME`: auto, notify, ptrace or fanotify (requires root)", backends...)
	addStyleFlags(cmd, &f.style)
	f.addUnitFlag(a, cmd) // after the flags that it excludes
	a.exclusive(cmd, "replay", "output", "append")
	a.exclusive(cmd, "replay", "pid")
	for _, started := range []string{"timeout", "user", "wait", "results", "allow-io-uring", "allow-hiding", "no-check", "backend"} {
		a.exclusive(cmd, "replay", started)
	}
	a.exclusive(cmd, "json", "print0", "long")
	for _, started := range []string{"user", "wait", "results", "allow-io-uring"} {
		a.exclusive(cmd, "pid", started)
	}
	completeValues(cmd, "only", "writes")
	completeValues(cmd, "wait", "all")
	completeValues(cmd, "results", "exact")
	completeValues(cmd, "backend", backends...)
	noFileCompletion(cmd, "pid", "timeout", "user")
	cmd.ValidArgsFunction = commandNames
	return cmd
}

// trace runs a command and shows what it touched.
func (a *app) trace(ctx context.Context, f *traceFlags, args []string) error {
	if err := f.check(args); err != nil {
		return session.Misuse(err)
	}
	if f.unit != "" {
		return a.traceUnit(ctx, f)
	}
	a.mayLackRoots = f.replays() // the trace may be of another machine
	f.prepared = a.prepare(f, args)
	defer f.prepared.Close()
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	if err := s.SetStyle(f.style); err != nil {
		return err
	}
	as, err := f.runAs()
	if err != nil {
		return err
	}
	keep, err := f.traceFile(as) // before the run, so that a wrong file name does not cost a run of CMD
	if err != nil {
		return statusError{explainRights(as, err), exitNoTrace}
	}
	defer keep.Discard()
	f.unfinished = a.unfinished(keep)
	runs, err := a.traced(ctx, s, f, as, args)
	if err != nil {
		return err
	}
	var notKept error // reported last, because the trace is shown anyway
	if keep != nil {
		if err := keep.Write(runs); err != nil {
			notKept = statusError{err, exitNoTrace}
		}
	}
	for _, run := range runs {
		a.summarizeTrace(f, run)
	}
	found := trace.Merge(runs...)
	if !f.prints() && isTerminal(a.out) {
		err := a.browseTrace(ctx, s, f, found)
		return cmp.Or(notKept, err)
	}
	if err := cmp.Or(a.printTrace(s, f, found), notKept); err != nil {
		return err
	}
	if f.replays() || f.pid > 0 || found.Status == 0 && !found.TimedOut {
		return nil
	}
	if found.TimedOut {
		return exitError(exitTimedOut)
	}
	return exitError(found.Status)
}

// prepare starts the process that becomes the command, which takes as long as the preparation of the
// session. It returns nil if that is not possible; the reason is reported later, or is no error.
func (a *app) prepare(f *traceFlags, args []string) *trace.Prepared {
	if f.replays() || f.pid > 0 || f.user != "" || f.backend == "ptrace" || f.results != "" {
		return nil
	}
	path, err := findCommand(nil, args[0], false)
	if err != nil {
		return nil
	}
	p, err := trace.Prepare(trace.Options{Path: path, Args: args, Stdin: a.in, Stdout: a.out, Stderr: a.err.file})
	if err != nil {
		return nil
	}
	return p
}

// prints reports whether the result is printed even on a terminal.
func (f *traceFlags) prints() bool { return f.list || f.long || f.json || f.print0 || f.dirs }

// replays reports whether saved traces are shown.
func (f *traceFlags) replays() bool { return len(f.replay) > 0 }

// scope returns what has to be recorded for what is shown.
func (f *traceFlags) scope(prints bool) trace.Scope {
	switch {
	case f.only == "writes":
		return trace.ScopeChanges
	case f.all, f.missing:
		return trace.ScopeAll
	case f.read, f.output != "", f.appendTo != "", !prints:
		return trace.ScopeOpens
	}
	return trace.ScopeChanges
}

// check returns an error for flags that cannot be combined with each other or with CMD.
func (f *traceFlags) check(args []string) error {
	command, replay, pid, unit := len(args) > 0, f.replays(), f.pid > 0, f.unit != ""
	for _, wrong := range []struct {
		is   bool
		text string
	}{
		{replay && command, "--replay cannot be combined with a command"},
		{pid && command, "--pid cannot be combined with a command"},
		{unit && command, "--unit cannot be combined with a command"},
		{!unit && !replay && !pid && (!command || args[0] == ""), "trace: expected a command, as in list-ephemeral trace -- CMD [ARG...]"},
		{pid && f.backend != "auto" && f.backend != "ptrace", "--pid requires --backend ptrace, got " + f.backend},
		{f.results != "" && f.backend == "notify", "--results requires --backend ptrace, got notify"},
		{f.backend == "fanotify" && f.only+f.wait+f.results != "", "--backend fanotify cannot be combined with --only, --wait or --results"},
		{f.keepEnv && f.user == "", "--keep-env requires --user"},
	} {
		if wrong.is {
			return errors.New(wrong.text)
		}
	}
	return nil
}

// traced runs the command, attaches to a process, or reads a trace from a file.
func (a *app) traced(ctx context.Context, s *session.Session, f *traceFlags, as *runas.User, args []string) ([]*trace.Report, error) {
	switch {
	case f.replays():
		return a.readTraces(f)
	case f.pid > 0:
		return a.attached(ctx, s, f)
	}
	path, back, err := a.startDir(as, args[0], f.keepEnv)
	if err != nil {
		return nil, err
	}
	defer back()
	backend, err := trace.ParseBackend(f.backend)
	if err != nil {
		return nil, err
	}
	opts := trace.Options{
		Path: path, Args: args, Stdin: a.in, Stdout: a.out, Stderr: a.err.file, Backend: backend, Prepared: f.prepared,
		Scope: f.scope(f.prints() || !isTerminal(a.out)), ExactResults: f.results == "exact", AllowRing: f.allowRing, AllowHiding: f.allowHiding, WaitAll: f.wait == "all", Timeout: f.timeout, Unfinished: f.unfinished,
	}
	if opts.Timeout, err = f.limit(); err != nil {
		return nil, err
	}
	if as != nil {
		opts.User, opts.Env = (*trace.User)(&as.Rights), as.Environment()
		if f.keepEnv {
			opts.Env = as.KeptEnvironment()
		}
	}
	a.warnOfRights(path, opts.User)
	a.showChecks(&opts, s, f.noCheck)
	signals, release := a.signals.redirect()
	defer release()
	opts.Signals = signals
	opts.Waiting = func() {
		say(a.err, "hint", "the command has ended; waiting for the processes that it started; Ctrl-C stops waiting")
	}
	restore := saveTerminal(a.in)
	found, err := trace.Run(ctx, opts)
	if err == nil && (found.Signal != 0 || found.TimedOut) {
		restore()
	}
	switch {
	case errors.Is(err, trace.ErrExec):
		return nil, statusError{fmt.Errorf("run %s: %w", args[0], err), exitNotRun}
	case err != nil:
		return nil, statusError{fmt.Errorf("trace %s: %w", args[0], err), exitNoTrace}
	}
	return []*trace.Report{found}, nil
}

// attached traces a running process.
func (a *app) attached(ctx context.Context, s *session.Session, f *traceFlags) ([]*trace.Report, error) {
	limit, err := f.limit()
	if err != nil {
		return nil, err
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	signals, release := a.signals.redirect()
	defer release()
	opts := trace.Options{Scope: f.scope(f.prints() || !isTerminal(a.out)), Signals: signals, Unfinished: f.unfinished, Started: func(pid int) {
		say(a.err, "hint", fmt.Sprintf("following process %d; Ctrl-C stops the trace and leaves the process running", pid))
	}}
	a.showChecks(&opts, s, f.noCheck)
	found, err := trace.Attach(ctx, f.pid, opts)
	if err != nil {
		return nil, statusError{fmt.Errorf("trace: %w", err), exitNoTrace}
	}
	return []*trace.Report{found}, nil
}

// limit returns the time limit of the command: --timeout, or the seconds in
// $LIST_EPHEMERAL_TIMEOUT.
func (f *traceFlags) limit() (time.Duration, error) {
	const variable = "LIST_EPHEMERAL_TIMEOUT"
	text := os.Getenv(variable)
	if f.timeout > 0 || text == "" {
		return f.timeout, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds < 0 || seconds > 1e9 {
		return 0, session.Misuse(wrongValue("$"+variable, text, expectedError("a number of seconds")))
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// runAs looks up the user of --user; nil if the flag is not given.
func (f *traceFlags) runAs() (*runas.User, error) {
	if f.user == "" {
		return nil, nil
	}
	if os.Geteuid() != 0 {
		return nil, session.Misuse(errors.New("--user requires root"))
	}
	u, err := runas.Lookup(f.user)
	var unknown user.UnknownUserError
	if errors.As(err, &unknown) {
		return nil, session.Misuse(fmt.Errorf("--user: %w", err))
	}
	if err != nil {
		return nil, fmt.Errorf("--user %s: %w", f.user, err)
	}
	return u, nil
}

// rightsOf returns the user with whose rights files are written; nil is the user who runs this
// program.
func rightsOf(as *runas.User) *securefile.User {
	if as == nil {
		return nil
	}
	return &as.Rights
}

// explainRights adds the hint that the trace file is written with the rights of --user.
func explainRights(as *runas.User, err error) error {
	if as != nil && errors.Is(err, fs.ErrPermission) {
		return session.WithRemedy(err, "with --user the trace is written as that user")
	}
	return err
}
