package screen

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/trash"
	"github.com/DaRacci/list-ephemeral/tui"
)

// Strays is a machine whose candidates are strays. It moves them to the trash.
type Strays struct {
	Machine
	strays *session.Strays
}

// NewStrays returns a machine whose candidates are the rows of s.
func NewStrays(p *session.Session, s *session.Strays) Strays { return Strays{New(p), s} }

// KeptPaths implements hits.Keeper: a scan of storage has no rows for paths outside it.
func (Strays) KeptPaths() []string { return nil }

// TrashJob describes moving strays to the trash, for the screen.
var TrashJob = tui.Job{
	Shows: "list", Key: "trash", Help: "move the selection to the trash", Title: "move to the trash", Verb: "move",
	Asks: "Enter moves, Esc goes back; stray --restore undoes it", Result: "list of", Selected: "selected",
	Picks: "select", Note: "note", Order: "note", Cycles: "show the paths of a group",
}

// Scan implements tui.Machine.
func (m Strays) Scan(_ context.Context, into *index.Store, _ bool) (tui.Summary, error) {
	for _, r := range m.strays.Rows {
		if !adopt.IsLeftover(string(r.Path)) {
			into.AddPath(r.Path, r.Kind)
		}
	}
	return tui.Summary{Errors: len(m.strays.Stats.Errors)}, nil
}

// Splits implements tui.Machine. The strays are already rolled up.
func (m Strays) Splits(dir string) bool { return !m.strays.Covers(dir) }

// CannotKeep implements tui.Machine. A directory with declared paths in it cannot be selected.
func (m Strays) CannotKeep(dir string) string {
	if m.strays.Covers(dir) {
		return ""
	}
	return "something in it is declared"
}

// WholeDoubt implements tui.Machine.
func (m Strays) WholeDoubt(string) (why string, ask bool) { return "", false }

// Explain implements tui.Machine.
func (m Strays) Explain(_ context.Context, path string) []string {
	lines := []string{path + ": stray", "  neither the configuration nor a mount declares it"}
	if why := m.strays.InUse(path); why != nil {
		lines = append(lines, "  "+why.Text())
	}
	return lines
}

// Snippet implements tui.Machine. It returns the paths, one on each line.
func (m Strays) Snippet(selected []index.Selected, _ int) tui.SnippetText {
	var text tui.SnippetText
	for _, path := range pathsOf(selected) {
		text.Text += path + "\n"
		text.Visible += printable.Name(path) + "\n"
	}
	return text
}

// pathsOf returns the selected paths, sorted.
func pathsOf(selected []index.Selected) []string {
	paths := make([]string, len(selected))
	for i, s := range selected {
		paths[i] = s.Path
	}
	slices.Sort(paths)
	return paths
}

// Storage implements tui.Machine. Nothing is copied.
func (m Strays) Storage() (dir string, free int64) { return "", 0 }

// IntoFiles implements tui.Machine. Strays are not inserted.
func (m Strays) IntoFiles(context.Context, int) ([]tui.IntoFile, error) {
	return nil, errors.New("these paths are not a snippet")
}

// Adopt implements tui.Machine. It plans to move the selection to the trash.
func (m Strays) Adopt(_ context.Context, selected []index.Selected) (tui.Adoption, error) {
	var move, left []string
	for _, path := range pathsOf(selected) {
		why := m.strays.InUse(path)
		if !m.strays.Covers(path) {
			why = &report.StrayReason{Kind: report.StrayPartly}
		}
		if why == nil {
			move = append(move, path)
		} else {
			left = append(left, path+": left, "+why.Text())
		}
	}
	plan := tui.Adoption{Lines: []string{report.Count(len(move), "path") + " to move to the trash in storage; stray --restore moves them back:", ""}}
	plan.Lines = append(append(plan.Lines, move...), left...)
	if len(left) > 0 {
		plan.Lines = append(plan.Lines, "", "list-ephemeral stray --trash PATH moves a path that was left, unless it contains declared paths")
	}
	if len(move) > 0 {
		plan.Run = func(ctx context.Context) []string { return m.move(ctx, move) }
		plan.Progress = func() string { return "moving" }
	}
	return plan, nil
}

// move moves paths to the trash, and returns the results as lines. If a file system does not
// respond, the move is abandoned, as on the command line.
func (m Strays) move(ctx context.Context, names []string) []string {
	var moved atomic.Pointer[[]trash.Result]
	err := session.Unstuck(ctx, func() error {
		results, err := session.MoveToTrash(ctx, m.strays.Storage, names)
		moved.Store(&results)
		return err
	})
	var results []trash.Result
	if ended := moved.Load(); ended != nil {
		results = *ended
	} else {
		err = errors.Join(err, errors.New(session.TrashHint))
	}
	done := 0
	var lines []string
	for _, r := range results {
		if r.Err != nil {
			lines = append(lines, r.Path+": "+r.Err.Error())
			continue
		}
		done++
		lines = append(lines, "moved "+r.Path)
	}
	head := "moved " + report.Count(done, "path")
	if done > 0 {
		head += "; list-ephemeral stray --restore " + strings.Join(session.BatchesOf(results), " ") + " puts it back"
	}
	lines = append([]string{head, ""}, lines...)
	if err != nil {
		for _, one := range session.Parts(err) {
			lines = append(lines, one.Error())
		}
	}
	return lines
}
