package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
	"github.com/DaRacci/list-ephemeral/trace"
	"github.com/DaRacci/list-ephemeral/tui"
)

// machine is what the screen works on: this machine, seen by a plan.
type machine struct {
	*session.Session
	rollup *scan.Rollup
	places known.Homes
}

func newMachine(p *session.Session) machine {
	return machine{p, scan.NewRollup(p.Policy, p.Homes()...), known.HomesOf(p.Homes()...)}
}

// Scan implements tui.Machine.
func (m machine) Scan(ctx context.Context, into *index.Store, all bool) (tui.Summary, error) {
	stats, err := scan.Walk(ctx, scan.Options{Policy: m.Policy, Refused: all}, into.AddDir)
	return tui.Summary{Errors: len(stats.Errors)}, err
}

// NotListed implements tui.Machine.
func (m machine) NotListed(path string, kind scan.Kind) tui.NotListedReason {
	v := m.Judge(path, kind)
	return tui.NotListedReason{Reason: report.VerdictText(v), Selectable: v.Class == scan.ClassExcluded}
}

// Splits implements tui.Machine.
func (m machine) Splits(dir string) bool { return m.rollup.Splits(dir) }

// CannotKeep implements tui.Machine: such a directory is not written into a snippet.
func (m machine) CannotKeep(dir string) string {
	switch {
	case dir == "/":
		return "it is the whole machine"
	case slices.Contains(m.Homes(), dir):
		return "it is the whole home directory"
	}
	return ""
}

// Kept implements tui.Machine.
func (m machine) Kept(path string) bool {
	_, found := known.Keeper(m.places, path)
	return found
}

// Known implements tui.Machine.
func (m machine) Known(path string) string {
	entry, found := known.Keeper(m.places, path)
	if !found {
		return ""
	}
	return fmt.Sprintf("kept by %d of %d public configurations", entry.Repositories, known.Repositories)
}

// Owner implements tui.Machine.
func (m machine) Owner(uid, gid uint32) string { return m.Owners.UserAndGroup(uid, gid) }

// Annotate implements tui.Machine.
func (m machine) Annotate(string) tui.Annotation { return tui.Annotation{} }

// Explain implements tui.Machine.
func (m machine) Explain(_ context.Context, path string) []string {
	e := m.Explanation(path)
	return e.Lines()
}

// Snippet implements tui.Machine.
func (m machine) Snippet(selected []index.Selected, dialect int) tui.SnippetText {
	m.Style.Dialect = snippet.Dialects()[dialect]
	items := make([]snippet.Item, len(selected))
	for i, s := range selected {
		items[i] = m.Describe(s.Path, s.Kind)
	}
	return tui.SnippetText(m.Render(items))
}

// Copy implements tui.Machine.
func (m machine) Copy(ctx context.Context, text string) string { return copyToClipboard(ctx, text) }

// listedMachine is a machine whose candidates are the lines of a stream.
type listedMachine struct {
	machine
	lines io.Reader
	end   byte // of a line
}

// Scan implements tui.Machine.
func (m listedMachine) Scan(ctx context.Context, into *index.Store, _ bool) (tui.Summary, error) {
	return readCandidates(ctx, m.lines, m.end, into)
}

// tracedMachine is a machine whose candidates are what a trace has found.
type tracedMachine struct {
	machine
	paths []report.TracedPath
	ops   map[string]trace.Op
}

// Scan implements tui.Machine.
func (m tracedMachine) Scan(_ context.Context, into *index.Store, all bool) (tui.Summary, error) {
	for _, t := range m.paths {
		switch {
		case t.Shown:
			into.AddPath([]byte(t.Name), t.Kind)
		case t.Refused && all:
			into.AddNonCandidate([]byte(t.Name), t.Kind)
		}
	}
	return tui.Summary{}, nil
}

// tracedGroups are the sets of traced paths that may be shown alone.
var tracedGroups = []struct {
	name string
	ops  trace.Op
}{
	{"what was changed", session.Changes}, {"what was executed", trace.Exec}, {"what was read", trace.Read}, {"what was looked up", trace.Lookup},
}

// Annotate implements tui.Machine: it says what was done to a path.
func (m tracedMachine) Annotate(path string) tui.Annotation {
	done := m.ops[path]
	if done == 0 {
		return tui.Annotation{}
	}
	note := tui.Annotation{Short: done.Names()[0], Long: strings.Join(done.Names(), ", "), Rank: session.RankOf(done)}
	for i, group := range tracedGroups {
		if done&group.ops != 0 {
			note.Groups |= 1 << i
		}
	}
	return note
}
