package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/tui"
)

// adoption plans to copy what is selected on the screen into storage.
func (p *plan) adoption(ctx context.Context, selected []index.Selected) (tui.Adoption, error) {
	storage, err := p.storageToFill("")
	if err != nil {
		return tui.Adoption{}, withHint(err)
	}
	paths := make([]string, len(selected))
	for i, s := range selected {
		paths[i] = s.Path
	}
	plan, err := adopt.Prepare(ctx, storage, paths, p.adoptOptions(adoptPaths{}, false))
	if err != nil {
		return tui.Adoption{}, withHint(adoptError(err, storage))
	}
	if plan.Needs > plan.Free {
		return tui.Adoption{}, noRoom(plan)
	}
	a := tui.Adoption{Lines: planLines(plan)}
	a.Lines = append(a.Lines, openFiles(ctx, plan)...)
	if !slices.ContainsFunc(plan.Units, func(u adopt.Unit) bool { return u.Action == adopt.Copy || u.Action == adopt.Merge }) {
		return a, nil
	}
	progress := new(adopt.Progress)
	var started atomic.Pointer[time.Time]
	a.Run = func(ctx context.Context) []string {
		now := time.Now()
		started.Store(&now)
		return runLines(ctx, plan, progress)
	}
	a.Progress = func() string {
		took := time.Duration(0)
		if since := started.Load(); since != nil {
			took = time.Since(*since)
		}
		return progressLine(plan, progress, took)
	}
	return a, nil
}

// withHint puts the remedy of an error behind it, where there is no place of its own
// for it.
func withHint(err error) error {
	var hinted hintedError
	if errors.As(err, &hinted) {
		return fmt.Errorf("%w; %s", hinted.error, hinted.hint)
	}
	return err
}

// noRoom says that storage is too small.
func noRoom(plan *adopt.Plan) error {
	return fmt.Errorf("%s has %s free, and the copies need %s", plan.Storage, printable.Size(plan.Free), printable.Size(plan.Needs))
}

// planLines says what would be done.
func planLines(plan *adopt.Plan) []string {
	lines := []string{fmt.Sprintf("%s with %s into %s, which has %s free:", count(plan.Files, "file"), printable.Size(plan.Bytes), plan.Storage, printable.Size(plan.Free)), ""}
	for i := range plan.Units {
		u := &plan.Units[i]
		line := fmt.Sprintf("%-7s %6s  %s", actionName(u), printable.Size(u.Bytes), u.Path)
		if u.Err != nil {
			line += ": " + u.Err.Error()
		}
		lines = append(lines, line)
		for _, w := range u.Warnings {
			lines = append(lines, "  "+problemText(w))
		}
	}
	return lines
}

// runLines does what was planned, and says what became of it.
func runLines(ctx context.Context, plan *adopt.Plan, progress *adopt.Progress) []string {
	results, err := runUnstuck(ctx, plan, progress)
	if results == nil && err != nil {
		return []string{withHint(adoptError(err, plan.Storage)).Error()}
	}
	lines := []string{adoptSummary(plan.Storage, results), ""}
	for _, r := range results {
		lines = append(lines, fmt.Sprintf("%-7s %s", outcomeName(r), r.Target))
		for _, mount := range r.Mounts {
			lines = append(lines, "  "+mount+": left out, because something is mounted there")
		}
		for _, w := range r.Warnings {
			lines = append(lines, "  "+problemText(w))
		}
		for _, problem := range problemLines(r) {
			lines = append(lines, "  "+problem)
		}
	}
	return lines
}
