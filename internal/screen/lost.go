package screen

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/tui"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// Lost is a machine whose candidates are the losses of earlier states. It restores them.
type Lost struct {
	Machine
	states *past.States
	losses *past.Losses
	rows   map[string]*report.LostRow
	from   []*history.State // the states of the rows, the newest first, at most mostGroups
	plan   *openPlan
}

// mostGroups is the maximum number of states by which the screen can filter, because
// tui.Annotation.Groups has 32 bits.
const mostGroups = 32

// openPlan is the last plan, whose states stay open until it has run.
type openPlan struct {
	mu   sync.Mutex
	plan *past.Restorations
}

// replace closes the last plan.
func (o *openPlan) replace(with *past.Restorations) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.plan != nil {
		o.plan.Close()
	}
	o.plan = with
}

// NewLost returns a machine whose candidates are losses. The caller closes it, and the states after
// that.
func NewLost(s *session.Session, states *past.States, losses *past.Losses) Lost {
	m := Lost{Machine: New(s), states: states, losses: losses, rows: map[string]*report.LostRow{}, plan: new(openPlan)}
	for i := range losses.Rows {
		r := &losses.Rows[i]
		m.rows[r.Path] = r
		if !slices.Contains(m.from, r.State) && len(m.from) < mostGroups {
			m.from = append(m.from, r.State)
		}
	}
	slices.SortStableFunc(m.from, func(a, b *history.State) int { return b.Time.Compare(a.Time) })
	return m
}

// Close closes the states of the last plan.
func (m Lost) Close() { m.plan.replace(nil) }

// RestoreJob describes restoring lost paths, for the screen.
var RestoreJob = tui.Job{
	Shows: "list", Key: "restore", Help: "bring the selection back to where it was", Title: "restore", Verb: "restore",
	Asks: "Enter restores, Esc goes back; nothing is overwritten", Result: "list of", Selected: "selected",
	Picks: "restore", Note: "state", Order: "recurrence", Cycles: "cycle the states: the paths of one state only, or all paths",
}

// Groups returns the names of the filters, one for each state, for tui.Options.Groups.
func (m Lost) Groups() []string {
	names := make([]string, len(m.from))
	for i, state := range m.from {
		names[i] = "paths of " + printable.Name(state.Name)
	}
	return names
}

// Scan implements tui.Machine.
func (m Lost) Scan(_ context.Context, into *index.Store, _ bool) (tui.Summary, error) {
	for i := range m.losses.Rows {
		r := &m.losses.Rows[i]
		into.AddPath([]byte(r.Path), r.Kind)
	}
	return tui.Summary{Errors: len(m.losses.Unread)}, nil
}

// Annotate implements tui.Machine. It returns the state that a path is restored from.
func (m Lost) Annotate(path string) table.Annotation {
	r := m.rows[path]
	if r == nil {
		return table.Annotation{}
	}
	note := table.Annotation{Short: report.StateShort(r.State), Long: report.LostText(r), Rank: 2}
	if r.Recurrence == history.Regenerated {
		note.Rank = 1
	}
	if at := slices.Index(m.from, r.State); at >= 0 {
		note.Groups = 1 << at
	}
	return note
}

// Explain implements tui.Machine.
func (m Lost) Explain(ctx context.Context, path string) []string {
	r := m.rows[path]
	if r == nil {
		return m.Machine.Explain(ctx, path)
	}
	return append([]string{path + ": lost", "  " + report.LostText(r)}, m.Machine.Explain(ctx, path)[1:]...)
}

// CannotKeep implements tui.Machine. Everything that is lost can be restored.
func (m Lost) CannotKeep(string) string { return "" }

// WholeDoubt implements tui.Machine.
func (m Lost) WholeDoubt(string) (why string, ask bool) { return "", false }

// Storage implements tui.Machine. Nothing is copied into storage.
func (m Lost) Storage() (dir string, free int64) { return "", 0 }

// Snippet implements tui.Machine. It returns the lost paths, one on each line.
func (m Lost) Snippet(selected []index.Selected, _ int) tui.SnippetText {
	var text tui.SnippetText
	for _, path := range m.below(selected) {
		text.Text += path + "\n"
		text.Visible += printable.Name(path) + "\n"
	}
	return text
}

// below returns the lost paths of a selection: those that are selected, and those in selected
// directories. They are sorted.
func (m Lost) below(selected []index.Selected) []string {
	var paths []string
	dirs := map[string]bool{}
	for _, s := range selected {
		if m.rows[s.Path] != nil {
			paths = append(paths, s.Path)
		} else {
			dirs[s.Path] = true
		}
	}
	for path := range m.rows {
		if !dirs[path] && inAny(dirs, path) {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// inAny reports whether a path is below one of the directories.
func inAny(dirs map[string]bool, path string) bool {
	for at := strings.LastIndexByte(path, '/'); at > 0; at = strings.LastIndexByte(path[:at], '/') {
		if dirs[path[:at]] {
			return true
		}
	}
	return dirs["/"]
}

// IntoFiles implements tui.Machine. Lost paths are not inserted.
func (m Lost) IntoFiles(context.Context, int) ([]tui.IntoFile, error) {
	return nil, errors.New("these paths are not a snippet")
}

// Adopt implements tui.Machine. It plans to restore the selection, each path from the newest state
// that has it.
func (m Lost) Adopt(ctx context.Context, selected []index.Selected) (tui.Adoption, error) {
	m.plan.replace(nil)
	all, err := past.PlanRestore(ctx, m.states, session.AdoptPaths{Names: m.below(selected)}, past.RestoreOptions{})
	if err != nil {
		return tui.Adoption{}, withHint(err)
	}
	m.plan.replace(all)
	var a tui.Adoption
	var run []*adopt.Plan
	for _, part := range all.Parts {
		for i := range part.Plan.Units {
			part.Plan.Units[i].Err = past.RestoreError(part.Plan.Units[i].Err)
		}
		a.Lines = append(a.Lines, "from "+report.StateText(part.State)+":")
		a.Lines = append(append(a.Lines, report.PlanLines(part.Plan)...), "")
		if part.Plan.Needs > part.Plan.Free {
			return tui.Adoption{}, report.NoRoom(part.Plan)
		}
		if slices.ContainsFunc(part.Plan.Units, func(u adopt.Unit) bool { return u.Action == adopt.Copy || u.Action == adopt.Merge }) {
			run = append(run, part.Plan)
		}
	}
	for _, problem := range all.Problems {
		a.Lines = append(a.Lines, problem.Error())
	}
	for _, path := range all.Absent {
		a.Lines = append(a.Lines, path+": no earlier state has it")
	}
	if len(run) > 0 {
		a.Run, a.Progress = runPlans(run)
	}
	return a, nil
}

// runPlans returns functions that run plans one after the other, and describe the progress.
func runPlans(plans []*adopt.Plan) (run func(context.Context) []string, progress func() string) {
	type running struct {
		plan     *adopt.Plan
		progress *adopt.Progress
		since    time.Time
	}
	var now atomic.Pointer[running]
	run = func(ctx context.Context) (lines []string) {
		for i, plan := range plans {
			r := &running{plan, new(adopt.Progress), time.Now()}
			now.Store(r)
			if i > 0 {
				lines = append(lines, "")
			}
			lines = append(lines, runLines(ctx, plan, r.progress, past.RestoreError)...)
			if ctx.Err() != nil {
				return append(lines, fmt.Sprintf("%s of %d not begun", report.Count(len(plans)-i-1, "state"), len(plans)))
			}
		}
		return lines
	}
	progress = func() string {
		r := now.Load()
		if r == nil {
			return "restoring"
		}
		return report.AdoptProgress(r.plan, r.progress, time.Since(r.since))
	}
	return run, progress
}
