package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

type adoptFlags struct {
	read0, dryRun, json, force, whole bool
	beneath                           bool // --from-beneath
	storage                           string
}

const adoptLong = `Copy paths into persistent storage before the new mounts hide them: /etc/x to
/persist/etc/x. Each path is copied atomically. The sources are not changed, and
nothing in storage is overwritten: a directory that exists there gets only the entries
that are missing. Run adopt again to finish an interrupted copy.

With --from-beneath, each PATH is a mount point, or below one, and what the mount hides
is copied. list-ephemeral doctor finds such data.`

const adoptExamples = `  sudo list-ephemeral adopt --dry-run ~/.mozilla   print the plan
  sudo list-ephemeral adopt ~/.mozilla /var/lib/bluetooth
  list-ephemeral snippet --dialect paths < chosen | sudo list-ephemeral adopt
  sudo list-ephemeral adopt --from-beneath /var/lib/bluetooth`

func newAdopt(a *app) *cobra.Command {
	var f adoptFlags
	cmd := &cobra.Command{
		Use:     "adopt [flags] [PATH...]",
		Short:   "Copy paths into persistent storage",
		Long:    adoptLong,
		Example: adoptExamples,
		Args:    takesPaths,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.adopt(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "print the plan and change nothing")
	flags.BoolVarP(&f.read0, "read0", "0", false, "read NUL-terminated paths from stdin")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVar(&f.force, "force", false, "copy files even if a process has them mapped writable")
	flags.BoolVar(&f.whole, "whole", false, "also copy directories that belong to several programs, such as /var")
	flags.BoolVar(&f.beneath, "from-beneath", false, "copy what the mounts at the paths hide (requires root)")
	textVar(flags, &f.storage, "storage", "", "an absolute path", "copy into the storage path `DIR` (default: configured or mounted)")
	_ = cmd.MarkFlagDirname("storage")
	return cmd
}

// adopt copies paths into storage.
func (a *app) adopt(ctx context.Context, f adoptFlags, args []string) error {
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	if len(args) == 0 && isTerminal(a.in) {
		return session.Misuse(errors.New("adopt: expected paths as arguments or on stdin, got none"))
	}
	paths, tooLong, err := a.adoptPaths(ctx, f, args)
	if err != nil {
		return whySignal(ctx, err)
	}
	if len(paths.Names) == 0 {
		return errors.New("no paths: nothing to copy")
	}
	var storage string
	err = session.WaitFor(ctx, func() (err error) {
		storage, err = s.StorageToFill(f.storage)
		return err
	})
	if err != nil {
		return err
	}
	plan, err := a.adoptPlan(ctx, s, f, storage, paths)
	if err != nil {
		return err
	}
	if f.dryRun {
		return errors.Join(a.printPlan(plan, f.json), tooLongError(tooLong))
	}
	if plan.Needs > plan.Free {
		return report.NoRoom(plan)
	}
	started := time.Now()
	results, err := a.runPlan(ctx, plan)
	if results == nil && err != nil {
		return whySignal(ctx, session.AdoptError(err, storage))
	}
	failed, printErr := a.printResults(results, f.json)
	a.tellAdopted(plan, results, time.Since(started))
	a.remedy(results)
	if err != nil {
		return whySignal(ctx, err)
	}
	if printErr != nil {
		return printErr
	}
	if failed {
		return exitError(exitFailed)
	}
	return tooLongError(tooLong)
}

// adoptPlan makes the plan, and warns about files that processes have open.
func (a *app) adoptPlan(ctx context.Context, s *session.Session, f adoptFlags, storage string, paths session.AdoptPaths) (*adopt.Plan, error) {
	paths.Whole = f.whole
	options := s.AdoptOptions(paths, f.force)
	if f.beneath {
		var err error
		if options, err = s.BeneathOptions(paths, f.force); err != nil {
			return nil, err
		}
	}
	var plan *adopt.Plan
	err := session.Unstuck(ctx, func() (err error) {
		plan, err = adopt.Prepare(ctx, storage, paths.Names, options)
		return err
	})
	if err != nil {
		return nil, whySignal(ctx, session.AdoptError(err, storage))
	}
	if !f.beneath { // the open files would be those of the mount that covers them
		a.warnOpen(ctx, plan)
	}
	return plan, nil
}

// tooLongError returns an error if lines of stdin were skipped.
func tooLongError(lines int) error {
	if lines == 0 {
		return nil
	}
	return fmt.Errorf("%s of more than %d bytes left out", report.Count(lines, "line"), paths.Longest)
}

// warnOpen warns about processes that have files open which adopt will copy. What they write
// later is not in the copy.
func (a *app) warnOpen(ctx context.Context, plan *adopt.Plan) {
	for _, line := range report.OpenFileLines(session.OpenFiles(ctx, plan)) {
		say(a.err, "warning", line)
	}
}

// printPlan prints a plan.
func (a *app) printPlan(plan *adopt.Plan, asJSON bool) error {
	out := report.NewWriter(a.out)
	json := jsonline.NewEncoder()
	failed, hint := false, ""
	for i := range plan.Units {
		u := &plan.Units[i]
		failed = failed || u.Err != nil && !report.IsKept(u.Err)
		a.warn(u.Warnings)
		if asJSON {
			line := report.AdoptLine{Outcome: report.ActionName(u), Files: u.Files, Bytes: u.Bytes, Problems: []report.AdoptProblem{}}
			line.SetPaths(u.Path, u.Target)
			if u.Err != nil {
				line.Problems = append(line.Problems, report.NewAdoptProblem(u.Path, u.Err))
			}
			line.Warn(u.Warnings)
			out.Buf = json.Append(out.Buf, &line)
			continue
		}
		out.Buf = fmt.Appendf(out.Buf, "%-7s %6s %9s  %s\n", report.ActionName(u), printable.Size(u.Bytes), report.Count(u.Files, "file"), a.shown(u.Path))
		if u.Err != nil {
			out.Buf = fmt.Appendf(out.Buf, "        %s\n", printable.Name(u.Err.Error()))
			hint = cmp.Or(hint, session.RemedyFor(u.Err))
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	a.err.line(report.AdoptPlanned(plan))
	if hint != "" {
		say(a.err, "hint", hint)
	}
	if plan.Needs > plan.Free {
		return report.NoRoom(plan)
	}
	if failed {
		return exitError(exitFailed)
	}
	return nil
}

// shown returns a path for stdout, escaped if that is a terminal.
func (a *app) shown(path string) string {
	if isTerminal(a.out) {
		return printable.Name(path)
	}
	return path
}

// printResults prints the outcome of each path on stdout and its problems on stderr. failed
// reports whether a path could not be copied; err is the error of writing to stdout.
func (a *app) printResults(results []*adopt.Result, asJSON bool) (failed bool, err error) {
	out := report.NewWriter(a.out)
	json := jsonline.NewEncoder()
	for _, r := range results {
		kept := report.IsKeptResult(r)
		failed = failed || r.More > 0 && !kept
		if asJSON {
			line := report.AdoptLine{Outcome: report.OutcomeName(r), Files: r.Files, Bytes: r.Bytes, Problems: []report.AdoptProblem{}}
			line.SetPaths(r.Path, r.Target)
			for _, p := range r.Problems {
				line.Problems = append(line.Problems, report.NewAdoptProblem(p.Path, p.Err))
			}
			line.Warn(r.Warnings)
			out.Buf = json.Append(out.Buf, &line)
		} else {
			out.Buf = fmt.Appendf(out.Buf, "%-7s %s\n", report.OutcomeName(r), a.shown(r.Target))
		}
		a.warn(r.Warnings)
		for _, line := range report.ProblemLines(r) {
			say(a.err, map[bool]string{true: "warning", false: "error"}[kept], line)
		}
	}
	return failed, out.Flush()
}

// tellAdopted prints a summary of the results on stderr.
func (a *app) tellAdopted(plan *adopt.Plan, results []*adopt.Result, took time.Duration) {
	a.err.line(fmt.Sprintf("%s in %s", report.AdoptSummary(plan.Storage, results), took.Round(time.Millisecond)))
	for _, r := range results {
		for _, mount := range r.Mounts {
			say(a.err, "hint", report.ShortPath(mount)+": skipped: it is a mount point")
		}
	}
}

// adoptPaths returns the paths from the arguments or stdin, and the number of lines that were too
// long.
func (a *app) adoptPaths(ctx context.Context, f adoptFlags, args []string) (all session.AdoptPaths, tooLong int, err error) {
	trusted := session.Invokers(os.Geteuid(), os.Getenv)
	err = session.WaitFor(ctx, func() error {
		for _, arg := range args {
			name, err := filepath.Abs(arg)
			if err != nil {
				return fmt.Errorf("make %s absolute: %w", arg, err)
			}
			all.Add(name, trusted)
		}
		if len(args) > 0 {
			return nil
		}
		var err error
		tooLong, err = paths.EachLine(ctx, a.in, paths.LineEnd(f.read0), func(path string, _ bool) { all.Add(path, trusted) })
		return err
	})
	return all, tooLong, err
}
