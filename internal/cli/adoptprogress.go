package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

// runPlan does what was planned, with progress on a terminal.
func (a *app) runPlan(ctx context.Context, plan *adopt.Plan) ([]*adopt.Result, error) {
	progress := new(adopt.Progress)
	stop := func() {}
	if isTerminal(a.err.file) {
		stop = a.showProgress(plan, progress)
	}
	results, err := runUnstuck(ctx, plan, progress)
	stop()
	if errors.Is(err, errLeft) {
		say(a.err, "hint", err.Error())
	}
	return results, err
}

// errLeft says that a run was left behind.
var errLeft = errors.New("copying did not stop in time; the next adopt into this storage removes the staging directory")

// runUnstuck does what was planned, and returns errLeft a little after ctx is done even if a file
// system does not answer. The end of the process is like a kill then: each path is in storage as a
// whole or not at all, and the next run removes what is left.
func runUnstuck(ctx context.Context, plan *adopt.Plan, progress *adopt.Progress) ([]*adopt.Result, error) {
	done := make(chan []*adopt.Result, 1)
	err := unstuck(ctx, func() error {
		results, err := plan.Run(ctx, progress)
		done <- results
		return err
	})
	select {
	case results := <-done:
		return results, err
	default:
		return nil, errLeft
	}
}

// progressEvery is how often progress is written again.
const progressEvery = 100 * time.Millisecond

// showProgress keeps a line on the terminal up to date, until the function it returns
// is called, which takes it away.
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
				a.err.progress(progressLine(plan, progress, time.Since(started)))
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}

// progressWidth is how many cells the bar has.
const progressWidth = 20

// progressLine says how far a run is: a bar, bytes, files, and the rate.
func progressLine(plan *adopt.Plan, progress *adopt.Progress, took time.Duration) string {
	files, bytes := int(progress.Files.Load()), progress.Bytes.Load()
	// Small files take their time too: count each like some bytes.
	const perFile = 16 << 10
	done := float64(min(bytes, plan.Bytes)) + float64(min(files, plan.Files))*perFile
	all := float64(plan.Bytes) + float64(plan.Files)*perFile
	filled := 0
	if all > 0 {
		filled = int(done / all * progressWidth)
	}
	rate := int64(float64(bytes) / max(took.Seconds(), 0.001))
	if placed := progress.Placed.Load(); files >= plan.Files && placed > 0 { // all is copied
		return fmt.Sprintf("[%s] %s put in place", strings.Repeat("#", progressWidth), report.Count(int(placed), "path"))
	}
	return fmt.Sprintf("[%s%s] %s of %s, %d of %s, %s/s", strings.Repeat("#", filled), strings.Repeat(".", progressWidth-filled),
		printable.Size(min(bytes, plan.Bytes)), printable.Size(plan.Bytes), min(files, plan.Files), report.Count(plan.Files, "file"), printable.Size(rate))
}
