package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

type restoreFlags struct {
	read0, dryRun, json, force, adopt bool
	from, storage                     string
}

const restoreLong = `Bring back paths from an earlier state of the machine to where they were: each from the
newest state that has it, see list-ephemeral lost. Each path is copied atomically, with
owner, mode, times, extended attributes and ACLs. Nothing is overwritten: a directory that
exists gets only the entries that are missing. With --adopt, the paths are copied into
persistent storage too, so the next reboot does not wipe them again.`

const restoreExamples = `  sudo list-ephemeral restore --dry-run ~/.mozilla   print the plan
  sudo list-ephemeral restore --adopt ~/.mozilla
  sudo list-ephemeral lost --from /old -0 ~/proj | sudo list-ephemeral restore --from /old -0`

func newRestore(a *app) *cobra.Command {
	var f restoreFlags
	cmd := &cobra.Command{
		Use:     "restore [flags] [PATH...]",
		Short:   "Bring back paths from an earlier state of the machine",
		Long:    restoreLong,
		Example: restoreExamples,
		Args:    takesPaths,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.restore(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "print the plan and change nothing")
	flags.BoolVarP(&f.read0, "read0", "0", false, "read NUL-terminated paths from stdin")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVar(&f.force, "force", false, "copy files even if a process has them mapped writable")
	flags.BoolVar(&f.adopt, "adopt", false, "copy the paths into persistent storage too")
	textVar(flags, &f.from, "from", "", "a directory, a time or the name of a state", "use the state `WHICH`: a directory, a name, or a time (the newest before it)")
	textVar(flags, &f.storage, "storage", "", "an absolute path", "with --adopt: copy into the storage path `DIR`")
	_ = cmd.MarkFlagDirname("storage")
	return cmd
}

// restore copies paths from earlier states.
func (a *app) restore(ctx context.Context, f restoreFlags, args []string) error {
	if f.storage != "" && !f.adopt {
		return session.Misuse(errors.New("--storage requires --adopt"))
	}
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	if len(args) == 0 && isTerminal(a.in) {
		return session.Misuse(errors.New("restore: expected paths as arguments or on stdin, got none"))
	}
	paths, tooLong, err := a.adoptPaths(ctx, adoptFlags{read0: f.read0}, args)
	if err != nil {
		return whySignal(ctx, err)
	}
	if len(paths.Names) == 0 {
		return errors.New("no paths: nothing to restore")
	}
	options := past.RestoreOptions{Force: f.force}
	if f.adopt {
		if options.Storage, err = s.StorageToFill(f.storage); err != nil {
			return err
		}
	}
	p, err := a.findPast(ctx, s, past.Options{From: f.from, States: mostStates})
	if err != nil {
		return err
	}
	defer p.Close()
	if len(p.Trees) == 0 {
		return p.ErrNoState(f.from)
	}
	return errors.Join(a.restoreFrom(ctx, p, f, paths, options), tooLongError(tooLong))
}

// mostStates is how many states are searched for a path.
const mostStates = 1000

func (a *app) restoreFrom(ctx context.Context, p *past.States, f restoreFlags, paths session.AdoptPaths, o past.RestoreOptions) error {
	r, err := past.PlanRestore(ctx, p, paths, o)
	if err != nil {
		return whySignal(ctx, err)
	}
	defer r.Close()
	var failed error
	for _, problem := range r.Problems {
		say(a.err, "warning", problem.Error())
	}
	for _, path := range r.Absent {
		say(a.err, "error", path+": no earlier state has it")
		failed = exitError(exitFailed)
	}
	for _, part := range r.Parts {
		a.err.line("from " + report.StateText(part.State))
		for _, plan := range part.Plans() {
			if err := a.restorePlan(ctx, plan, f); err != nil {
				if exit := exitError(0); !errors.As(err, &exit) {
					return err
				}
				failed = err
			}
		}
	}
	return failed
}

// runError adds a remedy to an error that stops copying to where paths were, or into storage.
func runError(err error, into string) error {
	if into == "/" {
		return past.RestoreRunError(err)
	}
	return session.AdoptError(err, into)
}

// restorePlan runs one plan, or prints it.
func (a *app) restorePlan(ctx context.Context, plan *adopt.Plan, f restoreFlags) error {
	for i := range plan.Units {
		plan.Units[i].Err = past.RestoreError(plan.Units[i].Err)
	}
	if f.dryRun {
		return a.printPlan(plan, f.json)
	}
	if plan.Needs > plan.Free {
		return report.NoRoom(plan)
	}
	started := time.Now()
	results, err := a.runPlan(ctx, plan)
	if results == nil && err != nil {
		return whySignal(ctx, runError(err, plan.Storage))
	}
	left := false
	for _, r := range results {
		left = left || r.More > 0
		for i := range r.Problems {
			r.Problems[i].Err = past.RestoreError(r.Problems[i].Err)
		}
	}
	_, printErr := a.printResults(results, f.json)
	a.tellAdopted(plan, results, time.Since(started))
	a.remedy(results)
	switch {
	case err != nil:
		return whySignal(ctx, err)
	case printErr != nil:
		return fmt.Errorf("print the results: %w", printErr)
	case left:
		return exitError(exitFailed)
	}
	return nil
}
