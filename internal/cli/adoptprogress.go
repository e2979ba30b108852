package cli

import (
	"context"
	"errors"
	"time"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// runPlan runs a plan, and shows its progress on a terminal.
func (a *app) runPlan(ctx context.Context, plan *adopt.Plan) ([]*adopt.Result, error) {
	progress := new(adopt.Progress)
	stop := func() {}
	if isTerminal(a.err.file) {
		stop = a.showProgress(plan, progress)
	}
	results, err := session.RunAdoption(ctx, plan, progress)
	stop()
	if errors.Is(err, session.ErrLeft) {
		again := "the next adopt into this storage"
		if plan.Storage == report.InPlace {
			again = "the next restore"
		}
		say(a.err, "hint", err.Error()+"; "+again+" removes the staging directory")
	}
	return results, err
}

// progressEvery is the interval at which the progress line is updated.
const progressEvery = 100 * time.Millisecond

// showProgress updates a progress line on the terminal until stop is called, which erases it.
func (a *app) showProgress(plan *adopt.Plan, progress *adopt.Progress) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	started := time.Now()
	go func() {
		defer close(ended)
		ticker := time.NewTicker(progressEvery)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				a.err.progress("")
				return
			case <-ticker.C:
				a.err.progress(report.AdoptProgress(plan, progress, time.Since(started)))
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}

// warn prints warnings about paths.
func (a *app) warn(warnings []adopt.Problem) {
	for _, w := range warnings {
		say(a.err, "warning", report.ProblemText(w))
	}
}

// remedy prints the remedy for the first problem that has one.
func (a *app) remedy(results []*adopt.Result) {
	for _, r := range results {
		for _, p := range r.Problems {
			if hint := session.RemedyFor(p.Err); hint != "" {
				say(a.err, "hint", hint)
				return
			}
		}
	}
}
