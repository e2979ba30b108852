package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/securefile"
	"github.com/DaRacci/list-ephemeral/trace"
)

// The exit statuses of a trace that prints are those of the command, and these, as
// timeout(1) and env(1) have them.
const (
	exitTimedOut  = 124
	exitNoTrace   = 125 // we failed
	exitNotRun    = 126 // it is there, but could not be executed
	exitNoCommand = 127
)

type traceFlags struct {
	list, json, print0, long bool
	all, missing             bool
	output, replay           string
	timeout                  time.Duration
	backend, only, wait      string
	user, results            string
	allowRing, keepEnv       bool
	style                    styleFlags
	pid                      int
}

const traceLong = `Run CMD, with the terminal to itself, and then browse what it and all its children
have touched: created, written, renamed, deleted, executed, read, looked up.

What exists afterwards and the next reboot wipes is shown, what was changed first.
Excludes apply. CMD gets the same signals, terminal and environment as without us;
with --user it gets the environment of a login and no other open files.`

const traceExamples = `  list-ephemeral trace -- firefox              what does it need kept?
  list-ephemeral trace --only writes -- make   nearly as fast as without
  list-ephemeral trace --list -- cmd           print the paths instead
  list-ephemeral trace -o t.jsonl -- cmd       keep the whole trace
  list-ephemeral trace --replay t.jsonl        look at it again
  sudo list-ephemeral trace --user $USER -- cmd   where cmd needs sudo or setuid`

func newTrace(a *app) *cobra.Command {
	var f traceFlags
	cmd := &cobra.Command{
		Use:     "trace [flags] -- CMD [ARG...]",
		Short:   "Run a command, then browse what it touched",
		Long:    traceLong,
		Example: traceExamples,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.trace(cmd.Context(), &f, args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.SetInterspersed(false) // the flags behind CMD are its own
	flags.BoolVar(&f.list, "list", false, "print the paths")
	flags.BoolVarP(&f.long, "long", "l", false, "print what was done, and the path")
	flags.BoolVar(&f.json, "json", false, "print one JSON object a line")
	flags.BoolVarP(&f.print0, "print0", "0", false, "print the paths, with NUL instead of newline")
	flags.BoolVar(&f.all, "all", false, "also what was only read or looked up outside the roots, and directories")
	flags.BoolVar(&f.missing, "missing", false, "also what was looked for and is not there, or not any more")
	flags.IntVarP(&f.pid, "pid", "p", 0, "follow process `PID` and its descendants instead, until Ctrl-C")
	flags.StringVarP(&f.output, "output", "o", "", "keep the whole trace in `FILE`, as JSON lines")
	flags.StringVar(&f.replay, "replay", "", "show the trace kept in `FILE`, and run nothing")
	flags.DurationVar(&f.timeout, "timeout", 0, "end CMD after `DUR` (90s, 10m): politely, then firmly")
	flags.StringVar(&f.only, "only", "", "`writes`: see only what changes something, at next to no cost")
	flags.StringVar(&f.wait, "wait", "", "`all`: wait for every process that CMD has started")
	flags.StringVar(&f.user, "user", "", "run CMD as `NAME` (requires root); setuid programs keep their privileges")
	flags.BoolVar(&f.keepEnv, "keep-env", false, "with --user, pass on the environment instead of that of a login")
	flags.StringVar(&f.results, "results", "", "`exact`: ask what each call returned, at more cost (ptrace)")
	flags.BoolVar(&f.allowRing, "allow-io-uring", false, "let CMD use io_uring, whose calls nobody sees")
	flags.StringVar(&f.backend, "backend", "auto", "`NAME` is auto, notify, ptrace or (root) fanotify")
	addStyleFlags(cmd, &f.style)
	completesTo(cmd, "only", "writes")
	completesTo(cmd, "wait", "all")
	completesTo(cmd, "results", "exact")
	completesTo(cmd, "backend", "auto", "notify", "ptrace", "fanotify")
	completesToNothing(cmd, "pid", "timeout", "user")
	cmd.ValidArgsFunction = commandNames
	return cmd
}

// trace runs a command and shows what it touched.
func (a *app) trace(ctx context.Context, f *traceFlags, args []string) error {
	if err := f.check(args); err != nil {
		return usageError{err}
	}
	plan, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	if err := plan.setStyle(f.style); err != nil {
		return err
	}
	as, err := f.runAs()
	if err != nil {
		return err
	}
	var keep *securefile.File // before the run: a wrong name shall not cost a second one
	if f.output != "" && f.replay == "" {
		// What is there stays until there is something to put in its place.
		if keep, err = securefile.Create(f.output, securefile.Options{As: as.fileRights()}); err != nil {
			return statusError{as.explain(err), exitNoTrace}
		}
		defer keep.Discard()
	}
	report, err := a.traced(ctx, f, as, args)
	if err != nil {
		return err
	}
	var notKept error // told last: the trace is shown all the same
	if keep != nil {
		if err := keepTrace(keep, report); err != nil {
			notKept = statusError{err, exitNoTrace}
		}
	}
	a.tellTrace(f, report)
	if !f.prints() && isTerminal(a.out) {
		err := a.browseTrace(ctx, plan, f, report)
		return cmp.Or(notKept, err)
	}
	if err := cmp.Or(a.printTrace(plan, f, report), notKept); err != nil {
		return err
	}
	if f.replay != "" || f.pid > 0 || report.Status == 0 && !report.TimedOut {
		return nil
	}
	if report.TimedOut {
		return exitError(exitTimedOut)
	}
	return exitError(report.Status)
}

// keepTrace writes a trace in place of what is in a file.
func keepTrace(file *securefile.File, r *trace.Report) error {
	if err := trace.WriteReport(file, r); err != nil {
		return err
	}
	return file.Commit()
}

// prints reports whether the result is to be printed even on a terminal.
func (f *traceFlags) prints() bool { return f.list || f.long || f.json || f.print0 }

// check says what is wrong with the flags.
func (f *traceFlags) check(args []string) error {
	switch {
	case f.replay != "" && f.output != "":
		return errors.New("--output keeps the trace of a run: give it or --replay")
	case f.replay != "" && len(args) > 0:
		return errors.New("--replay runs nothing: give it or CMD")
	case f.pid < 0:
		return fmt.Errorf("--pid %d: want the number of a process", f.pid)
	case f.pid > 0 && (len(args) > 0 || f.replay != ""):
		return errors.New("--pid follows a process that runs: give it, CMD or --replay")
	case f.pid > 0 && (f.backend == "notify" || f.backend == "fanotify"):
		return errors.New("--pid: only the back end ptrace can follow a process that runs")
	case f.pid > 0 && (f.user != "" || f.wait != "" || f.results != "" || f.allowRing):
		return errors.New("--pid: --user, --wait, --results and --allow-io-uring are for a command that is started")
	case f.backend == "fanotify" && (f.only != "" || f.wait != "" || f.results != ""):
		return errors.New("the back end fanotify knows neither --only nor --wait nor --results")
	case f.replay == "" && f.pid == 0 && len(args) == 0:
		return errors.New("want a command to run: list-ephemeral trace -- CMD [ARG...]")
	case f.only != "" && f.only != "writes":
		return fmt.Errorf("--only %q: want writes", f.only)
	case f.results != "" && f.results != "exact":
		return fmt.Errorf("--results %q: want exact", f.results)
	case f.results != "" && f.backend == "notify":
		return errors.New("--results exact: the back end notify does not see results; ptrace does")
	case f.wait != "" && f.wait != "all":
		return fmt.Errorf("--wait %q: want all", f.wait)
	case f.keepEnv && f.user == "":
		return errors.New("--keep-env requires --user")
	case f.timeout < 0:
		return fmt.Errorf("--timeout %s: want more than nothing", f.timeout)
	case f.json && (f.print0 || f.long), f.print0 && f.long:
		return errors.New("--json, --print0, --long: want one of them")
	}
	_, err := trace.ParseBackend(f.backend)
	return err
}

// traced runs the command, or reads what was kept of a run.
func (a *app) traced(ctx context.Context, f *traceFlags, as *runAs, args []string) (*trace.Report, error) {
	if f.replay != "" {
		file, err := os.Open(f.replay)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		report, err := trace.ReadReport(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.replay, err)
		}
		return report, nil
	}
	if f.pid > 0 {
		return a.attached(ctx, f)
	}
	path, err := as.findCommand(args[0], f.keepEnv)
	if err != nil {
		return nil, err
	}
	backend, err := trace.ParseBackend(f.backend)
	if err != nil {
		return nil, err
	}
	opts := trace.Options{
		Path: path, Args: args, Stdin: a.in, Stdout: a.out, Stderr: a.err.file, Backend: backend,
		OnlyWrites: f.only == "writes", ExactResults: f.results == "exact", AllowRing: f.allowRing, WaitAll: f.wait == "all", Timeout: f.timeout,
	}
	if opts.Timeout, err = f.limit(); err != nil {
		return nil, err
	}
	if as != nil {
		opts.User, opts.Env = as.user, as.environment(f.keepEnv)
	}
	a.warnOfRights(path, opts.User)
	signals, release := a.signals.redirect()
	defer release()
	opts.Signals = signals
	opts.Waiting = func() {
		say(a.err, "hint", "the command has ended; what it has started is waited for: Ctrl-C ends that")
	}
	restore := saveTerminal(a.in)
	report, err := trace.Run(ctx, opts)
	if err == nil && (report.Signal != 0 || report.TimedOut) {
		restore()
	}
	switch {
	case errors.Is(err, trace.ErrExec):
		return nil, statusError{fmt.Errorf("run %s: %w", args[0], err), exitNotRun}
	case err != nil:
		return nil, statusError{fmt.Errorf("trace %s: %w", args[0], err), exitNoTrace}
	}
	return report, nil
}

// attached follows a process that runs already.
func (a *app) attached(ctx context.Context, f *traceFlags) (*trace.Report, error) {
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
	report, err := trace.Attach(ctx, f.pid, trace.Options{OnlyWrites: f.only == "writes", Signals: signals, Started: func(pid int) {
		say(a.err, "hint", fmt.Sprintf("following process %d: Ctrl-C ends that, and leaves it running", pid))
	}})
	if err != nil {
		return nil, statusError{fmt.Errorf("trace: %w", err), exitNoTrace}
	}
	return report, nil
}

// limit returns how long the command may run: --timeout, or the seconds in the
// environment.
func (f *traceFlags) limit() (time.Duration, error) {
	const variable = "LIST_EPHEMERAL_TIMEOUT"
	text := os.Getenv(variable)
	if f.timeout > 0 || text == "" {
		return f.timeout, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds < 0 || seconds > 1e9 {
		return 0, usageError{fmt.Errorf("%s=%q: want a number of seconds", variable, text)}
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// findCommand finds a program as a shell does.
func findCommand(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil || errors.Is(err, exec.ErrDot) {
		return path, nil
	}
	status := exitNoCommand
	if errors.Is(err, fs.ErrPermission) {
		status = exitNotRun
	}
	return "", statusError{fmt.Errorf("run %s: %w", name, errors.Unwrap(err)), status}
}

// rightsHint is the remedy where a program cannot get the rights it is to have.
const rightsHint = "sudo list-ephemeral trace --user $USER -- CMD traces it with its rights"

// warnOfRights says before the command runs that it will not get its rights.
func (a *app) warnOfRights(path string, as *trace.User) {
	if as == nil && !trace.Privileged() && trace.GainsRights(path) {
		say(a.err, "warning", path+" is setuid or has capabilities; traced by an ordinary user it runs without them")
		say(a.err, "hint", rightsHint)
	}
}
