package screen

import (
	"context"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/unidiff"
	"github.com/DaRacci/list-ephemeral/tui"
)

// IntoFiles implements tui.Machine.
func (m Machine) IntoFiles(ctx context.Context, dialect int) (files []tui.IntoFile, err error) {
	var found []session.IntoFile
	err = m.withDialect(ctx, dialect, func() (err error) {
		found, _, err = m.Session.IntoFiles(ctx, "", nil)
		return err
	})
	for _, f := range found {
		files = append(files, tui.IntoFile{Path: f.Path, Places: f.Places})
	}
	return files, withHint(err)
}

// withDialect calls run in a dialect. It returns soon after ctx is done.
func (m Machine) withDialect(ctx context.Context, dialect int, run func() error) error {
	return session.Unstuck(ctx, func() error {
		m.describing.Lock()
		defer m.describing.Unlock()
		m.Style.Dialect = setting.Dialect(dialect)
		return run()
	})
}

// PlanInto implements tui.Machine.
func (m Machine) PlanInto(ctx context.Context, file string, at []string, selected []index.Selected, dialect int) (tui.IntoPlan, error) {
	var plan *session.IntoPlan
	err := m.withDialect(ctx, dialect, func() (err error) {
		plan, err = m.Session.PlanInto(ctx, file, at, m.items(selected, dialect))
		return err
	})
	if err != nil {
		return tui.IntoPlan{}, withHint(err)
	}
	into := tui.IntoPlan{Lines: intoLines(plan)}
	for _, refused := range plan.Refused {
		for _, choice := range refused.Choices {
			into.Choices = append(into.Choices, tui.IntoChoice{At: choice.At, Text: choice.Text})
		}
	}
	if plan.Added > 0 {
		into.Write = func(ctx context.Context) []string { return writeInto(ctx, plan) }
	}
	return into, nil
}

// intoLines describes a plan.
func intoLines(plan *session.IntoPlan) (lines []tui.IntoLine) {
	add := func(kind tui.LineKind, texts ...string) {
		for _, text := range texts {
			lines = append(lines, tui.IntoLine{Kind: kind, Text: text})
		}
	}
	for _, refused := range plan.Refused {
		add(tui.LineProblem, refused.Text)
	}
	add(tui.LineProblem, plan.Notes...)
	if plan.Added == 0 {
		add(tui.LineNote, "nothing to insert")
	}
	if len(lines) > 0 && len(plan.Diff) > 0 {
		add(tui.LineContext, "")
	}
	for _, line := range plan.Diff {
		add(map[unidiff.Kind]tui.LineKind{
			unidiff.KindFile: tui.LineHeading, unidiff.KindHunk: tui.LineHeading, unidiff.KindAdded: tui.LineAdded, unidiff.KindRemoved: tui.LineRemoved,
		}[line.Kind], line.String())
	}
	if len(plan.Checks) > 0 {
		add(tui.LineContext, "")
	}
	add(tui.LineNote, plan.Checks...)
	return lines
}

// writeInto writes a plan, and returns the result as lines.
func writeInto(ctx context.Context, plan *session.IntoPlan) []string {
	if err := session.Unstuck(ctx, plan.Write); err != nil {
		return []string{withHint(err).Error()}
	}
	return append([]string{"wrote " + plan.Path, ""}, plan.NextSteps()...)
}
