package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/runas"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/traced"
	"github.com/DaRacci/list-ephemeral/internal/unittrace"
	"github.com/DaRacci/list-ephemeral/trace"
)

// addUnitFlag defines --unit.
func (f *traceFlags) addUnitFlag(a *app, cmd *cobra.Command) {
	textVar(cmd.Flags(), &f.unit, "unit", "", "the name of a service", "restart the service `NAME` under the trace, until Ctrl-C (requires root)")
	for _, other := range []string{"pid", "replay", "user", "keep-env", "wait", "only", "results", "allow-io-uring", "allow-hiding", "no-check", "backend"} {
		a.exclusive(cmd, "unit", other)
	}
	noFileCompletion(cmd, "unit")
}

// traceUnit restarts a service under a trace, and shows what it touched.
func (a *app) traceUnit(ctx context.Context, f *traceFlags) error {
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	if err := s.SetStyle(f.style); err != nil {
		return err
	}
	limit, err := f.limit()
	if err != nil {
		return err
	}
	keep, err := f.traceFile(nil) // before the run, so that a wrong file name does not cost a run
	if err != nil {
		return statusError{err, exitNoTrace}
	}
	defer keep.Discard()
	observed, cancel := ctx, context.CancelFunc(func() {})
	if limit > 0 {
		observed, cancel = context.WithTimeout(ctx, limit)
	}
	defer cancel()
	a.cleanUnits(ctx)
	reports, plan, failed := unittrace.Run(observed, unittrace.Options{Name: f.unit, Progress: func(text string) { say(a.err, "hint", text) }})
	if plan != nil {
		for _, note := range plan.Notes {
			say(a.err, "hint", "in the trace, "+note)
		}
	}
	if len(reports) == 0 {
		return statusError{unitRemedy(failed, f.unit), exitNoTrace}
	}
	if failed != nil {
		say(a.err, "error", failed.Error())
	}
	found := trace.Merge(reports...)
	if keep != nil {
		if err := keep.Write(reports); err != nil {
			return statusError{err, exitNoTrace}
		}
	}
	a.summarizeTrace(f, found)
	a.sayTouched(s, plan.Name, f, found)
	ctx = context.WithoutCancel(ctx) // Ctrl-C has ended the trace, not the program
	if !f.prints() && isTerminal(a.out) {
		return a.browseTrace(ctx, s, f, found)
	}
	if err := a.printTrace(s, f, found); err != nil {
		return err
	}
	if failed != nil {
		return exitError(exitNoTrace)
	}
	return nil
}

// cleanUnits removes what killed runs have left, and says so.
func (a *app) cleanUnits(ctx context.Context) {
	cleaned, err := unittrace.Clean(ctx)
	for _, name := range cleaned {
		say(a.err, "warning", name+" was still started under the trace of a run that was killed; it is as before now")
	}
	if err != nil {
		say(a.err, "warning", err.Error())
	}
}

// sayTouched compares what the unit declares with what it changed.
func (a *app) sayTouched(s *session.Session, name string, f *traceFlags, r *trace.Report) {
	unit, err := s.Unit(name)
	if err != nil {
		return // the unit files were removed, or are made by a generator
	}
	var changed []string
	for _, t := range traced.Select(s, r, f.options()) {
		if t.Shown && t.Ops&traced.Changes != 0 {
			changed = append(changed, t.Name)
		}
	}
	instance := strings.TrimSuffix(name, ".service")
	if _, after, ok := strings.Cut(instance, "@"); ok {
		instance = after
	}
	for _, text := range report.TouchedTexts(&unit, instance, changed) {
		a.err.line("list-ephemeral: " + text)
	}
}

// unitRemedy adds the remedy to an error of a trace of a unit.
func unitRemedy(err error, name string) error {
	switch {
	case errors.Is(err, unittrace.ErrNotRoot):
		return session.WithRemedy(err, "sudo list-ephemeral trace --unit "+name)
	case errors.Is(err, unittrace.ErrNoReport):
		return session.WithRemedy(err, "journalctl -u "+name+" shows why")
	case errors.Is(err, unittrace.ErrNoService):
		return session.WithRemedy(err, "systemctl list-units --type=service lists services")
	}
	return err
}

// traceService runs the command that the drop-in of a traced unit starts. It is not a command of the
// tree, because people do not use it. It returns false for another command line.
func traceService(std streams, args []string) (status int, is bool) {
	if len(args) < 2 || args[1] != unittrace.HiddenCommand {
		return 0, false
	}
	s := unittrace.Service{Stdin: std.in, Stdout: std.out, Stderr: std.err.file}
	flags := flag.NewFlagSet(args[1], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.Socket, "socket", "", "")
	flags.IntVar(&s.GroupSignal, "group-signal", 0, "")
	flags.BoolVar(&s.WaitAll, "wait-all", false, "")
	if err := flags.Parse(args[2:]); err != nil || flags.NArg() == 0 || s.Socket == "" {
		return reportError(std.err, session.Misuse(errors.New("expected --socket FILE -- CMD [ARG...]"))), true
	}
	s.Args = flags.Args()
	status, err := unittrace.Serve(s)
	if err != nil {
		return reportError(std.err, statusError{err, exitNoTrace}), true
	}
	return status, true
}

// startDir finds the program of a command and changes to the directory in which the command starts.
// It returns the path of the program and a function that changes back.
func (a *app) startDir(as *runas.User, name string, keepEnv bool) (program string, back func(), err error) {
	if program, err = findCommand(as, name, keepEnv); err != nil || as == nil {
		return program, func() {}, err
	}
	start, err := as.Enter(program)
	if err != nil {
		return "", nil, err
	}
	if start.Denied != "" {
		say(a.err, "warning", fmt.Sprintf("%s cannot enter %s; the command starts in %s", as.Name, start.Denied, start.Dir))
	}
	return start.Program, start.Back, nil
}

// findCommand finds a program as a shell does, in the PATH of the command.
func findCommand(as *runas.User, name string, keepEnv bool) (string, error) {
	if as != nil && !keepEnv && !strings.Contains(name, "/") {
		path, err := as.Find(name)
		if err != nil {
			return "", statusError{fmt.Errorf("run %s: %w in the PATH of %s", name, err, as.Name), exitNoCommand}
		}
		return path, nil
	}
	path, err := exec.LookPath(name)
	if err == nil || errors.Is(err, exec.ErrDot) {
		return path, nil
	}
	status := exitNoCommand
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EISDIR) {
		status = exitNotRun
	}
	return "", statusError{fmt.Errorf("run %s: %w", name, errors.Unwrap(err)), status}
}
