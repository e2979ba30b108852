package tui

import (
	"context"
	"errors"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// adopting opens the screen and the adopt dialog with a plan.
func adopting(t *testing.T, plan func(context.Context, []index.Selected) (Adoption, error)) *driver {
	t.Helper()
	d := newDriver(t, Options{Machine: fakeMachine{adopt: plan}})
	d.add(sample...)
	d.end(nil)
	d.keys("space", "enter", "a")
	return d
}

func TestAdoptPlansAsksAndRuns(t *testing.T) {
	var asked []index.Selected
	ran := 0
	var d *driver
	d = adopting(t, func(_ context.Context, selected []index.Selected) (Adoption, error) {
		asked = selected
		return Adoption{
			Lines: []string{"2 files into /persist\x1b[2J"},
			Run: func(context.Context) []string {
				ran++
				d.fire(workTicked{})
				d.has("half")
				return []string{"done \u202e"}
			},
			Progress: func() string { return "half" },
		}, nil
	})
	equal(t, "asked", len(asked), 1)
	d.has("copy into storage?", `2 files into /persist\e[2J`, "Enter copies, Esc goes back")
	equal(t, "ran", ran, 0)
	d.keys("esc")
	d.hasNot("copy into storage")
	d.has("snippet for 1 path")
	d.keys("a", "j", "g")
	d.hold = true
	d.keys("enter", "enter") // the second Enter has no effect
	d.has("copy into storage; Esc stops")
	d.hold = false
	d.release()
	equal(t, "ran", ran, 1)
	d.has(`done \u{202e}`, "Esc goes back")
	d.keys("enter")
	d.hasNot("copy into storage")
	equal(t, "quit", d.quit, false)
}

func TestAdoptStopsBeforeItQuits(t *testing.T) {
	var running context.Context
	d := adopting(t, func(context.Context, []index.Selected) (Adoption, error) {
		return Adoption{Run: func(ctx context.Context) []string { running = ctx; return []string{"stopped"} }, Progress: func() string { return "" }}, nil
	})
	d.hold = true
	d.keys("enter", "ctrl+c", "esc", "j")
	equal(t, "quit", d.app.shutdown.leaving, false)
	d.hold = false
	d.release()
	d.has("stopped")
	if running.Err() == nil {
		t.Error("Ctrl-C did not cancel the copying")
	}
	d.keys("ctrl+c")
	equal(t, "leaving", d.app.shutdown.leaving, true)
}

func TestAdoptShowsWhyItIsNotPossible(t *testing.T) {
	d := adopting(t, func(context.Context, []index.Selected) (Adoption, error) {
		return Adoption{}, errors.New("storage is \x07 no mount")
	})
	d.has(`storage is \x07 no mount`)
	d.keys("enter")
	d.hasNot("no mount")
	d = adopting(t, func(context.Context, []index.Selected) (Adoption, error) {
		return Adoption{Lines: []string{"nothing to do"}}, nil
	})
	d.has("nothing to do")
	d.keys("enter")
	d.hasNot("nothing to do")
}

func TestAdoptIsPlannedOnce(t *testing.T) {
	plans := 0
	d := newDriver(t, Options{Machine: fakeMachine{adopt: func(ctx context.Context, _ []index.Selected) (Adoption, error) {
		plans++
		return Adoption{Lines: []string{"late"}}, ctx.Err()
	}}})
	d.add(sample...)
	d.keys("enter")
	d.hold = true
	d.keys("a")
	d.has("planning")
	d.keys("enter", "esc")
	d.hold = false
	d.release()
	d.hasNot("late")
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.keys("a")
	d.has("late")
	equal(t, "plans", plans, 2)
}
