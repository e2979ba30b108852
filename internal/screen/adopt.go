package screen

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/tui"
)

// Storage implements tui.Machine.
func (m Machine) Storage() (dir string, free int64) {
	dir, err := m.StorageToFill("")
	var st unix.Statfs_t
	if err != nil || !m.Mounts.At(dir).Answers() || unix.Statfs(dir, &st) != nil {
		return "", 0
	}
	return dir, sizes.Times(st.Bavail, st.Bsize)
}

// Adopt implements tui.Machine. It plans the copying of the selection into storage.
func (m Machine) Adopt(ctx context.Context, selected []index.Selected) (tui.Adoption, error) {
	storage, err := m.StorageToFill("")
	if err != nil {
		return tui.Adoption{}, withHint(err)
	}
	paths := make([]string, len(selected))
	for i, s := range selected {
		paths[i] = s.Path
	}
	plan, err := adopt.Prepare(ctx, storage, paths, m.AdoptOptions(session.AdoptPaths{Whole: true}, false))
	if err != nil {
		return tui.Adoption{}, withHint(session.AdoptError(err, storage))
	}
	if plan.Needs > plan.Free {
		return tui.Adoption{}, report.NoRoom(plan)
	}
	a := tui.Adoption{Lines: report.PlanLines(plan)}
	a.Lines = append(a.Lines, report.OpenFileLines(session.OpenFiles(ctx, plan))...)
	if !slices.ContainsFunc(plan.Units, func(u adopt.Unit) bool { return u.Action == adopt.Copy || u.Action == adopt.Merge }) {
		return a, nil
	}
	progress := new(adopt.Progress)
	var started atomic.Pointer[time.Time]
	a.Run = func(ctx context.Context) []string {
		now := time.Now()
		started.Store(&now)
		return runLines(ctx, plan, progress, func(err error) error { return err })
	}
	a.Progress = func() string {
		took := time.Duration(0)
		if since := started.Load(); since != nil {
			took = time.Since(*since)
		}
		return report.AdoptProgress(plan, progress, took)
	}
	return a, nil
}

// withHint appends the remedy of an error to its text. The screen has no separate place for it.
func withHint(err error) error {
	var hinted session.HintedError
	if errors.As(err, &hinted) {
		return fmt.Errorf("%w; %s", hinted.Err, hinted.Hint)
	}
	return err
}

// runLines runs a plan, and returns the results as lines. words puts the error of a path in the words
// of the command.
func runLines(ctx context.Context, plan *adopt.Plan, progress *adopt.Progress, words func(error) error) []string {
	results, err := session.RunAdoption(ctx, plan, progress)
	if results == nil && err != nil {
		return []string{withHint(session.AdoptError(err, plan.Storage)).Error()}
	}
	lines := []string{report.AdoptSummary(plan.Storage, results), ""}
	for _, r := range results {
		lines = append(lines, fmt.Sprintf("%-7s %s", report.OutcomeName(r), r.Target))
		for _, mount := range r.Mounts {
			lines = append(lines, "  "+mount+": skipped: it is a mount point")
		}
		for _, w := range r.Warnings {
			lines = append(lines, "  "+report.ProblemText(w))
		}
		for i := range r.Problems {
			r.Problems[i].Err = words(r.Problems[i].Err)
		}
		for _, problem := range report.ProblemLines(r) {
			lines = append(lines, "  "+problem)
		}
	}
	return lines
}
