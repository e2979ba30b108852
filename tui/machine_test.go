package tui

import (
	"context"
	"fmt"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/triage"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// fakeMachine is a Machine. A test sets the functions that it needs.
type fakeMachine struct {
	scan       func(ctx context.Context, into *index.Store) (Summary, error)
	rescan     func(ctx context.Context, into *index.Store, all bool) (Summary, error)
	notListed  func(path string, kind scan.Kind) table.NotListedReason
	splits     func(dir string) bool
	cannotKeep func(dir string) string
	storage    string
	wholeDoubt func(dir string) (string, bool)
	kept       func(path string) bool
	place      func(path string) Place
	known      func(path string) string
	owner      func(uid, gid uint32) string
	annotate   func(path string) table.Annotation
	explain    func(path string) []string
	snippet    func(selected []index.Selected, dialect int) SnippetText
	adopt      func(ctx context.Context, selected []index.Selected) (Adoption, error)
	intoFiles  func(ctx context.Context, dialect int) ([]IntoFile, error)
	planInto   func(ctx context.Context, file string, at []string, selected []index.Selected, dialect int) (IntoPlan, error)
	load       func() (Decisions, error)
	save       func(all []triage.Decision) (Decisions, error)
	copy       func(ctx context.Context, text string) string
}

func (f fakeMachine) Scan(ctx context.Context, into *index.Store, all bool) (Summary, error) {
	if f.rescan != nil {
		return f.rescan(ctx, into, all)
	}
	return f.scan(ctx, into)
}

func (f fakeMachine) NotListed(path string, kind scan.Kind) table.NotListedReason {
	if f.notListed == nil {
		return table.NotListedReason{Reason: "not a candidate"}
	}
	return f.notListed(path, kind)
}

func (f fakeMachine) Splits(dir string) bool { return f.splits != nil && f.splits(dir) }

func (f fakeMachine) CannotKeep(dir string) string {
	switch {
	case f.cannotKeep != nil:
		return f.cannotKeep(dir)
	case dir == "/":
		return "it is the whole machine"
	}
	return ""
}

func (f fakeMachine) WholeDoubt(dir string) (string, bool) {
	if f.wholeDoubt == nil {
		return "", false
	}
	return f.wholeDoubt(dir)
}

func (f fakeMachine) Kept(path string) bool { return f.kept != nil && f.kept(path) }

func (f fakeMachine) Place(path string) Place {
	if f.place == nil {
		return Place{}
	}
	return f.place(path)
}

func (f fakeMachine) Known(path string) string {
	if f.known == nil {
		return ""
	}
	return f.known(path)
}

func (f fakeMachine) RemovedIn(place string) string {
	return map[string]string{"/var/lib/postgresql": "/var/lib/postgresql/16"}[place]
}

func (f fakeMachine) Owner(uid, gid uint32) string {
	if f.owner == nil {
		return ""
	}
	return f.owner(uid, gid)
}

func (f fakeMachine) Annotate(path string) table.Annotation { return f.annotate(path) }

func (f fakeMachine) Explain(_ context.Context, path string) []string { return f.explain(path) }

func (f fakeMachine) Snippet(selected []index.Selected, dialect int) SnippetText {
	if f.snippet != nil {
		return f.snippet(selected, dialect)
	}
	var b strings.Builder
	if dialect > 0 {
		fmt.Fprintf(&b, "dialect %d\n", dialect)
	}
	for _, s := range selected {
		fmt.Fprintf(&b, "%s %q\n", s.Kind, s.Path)
	}
	return SnippetText{Text: b.String()}
}

func (f fakeMachine) Adopt(ctx context.Context, selected []index.Selected) (Adoption, error) {
	return f.adopt(ctx, selected)
}

func (f fakeMachine) IntoFiles(ctx context.Context, dialect int) ([]IntoFile, error) {
	return f.intoFiles(ctx, dialect)
}

func (f fakeMachine) PlanInto(ctx context.Context, file string, at []string, selected []index.Selected, dialect int) (IntoPlan, error) {
	return f.planInto(ctx, file, at, selected, dialect)
}

func (f fakeMachine) Storage() (string, int64) { return f.storage, 74 << 30 }

func (f fakeMachine) Copy(ctx context.Context, text string) string {
	if f.copy == nil {
		return ""
	}
	return f.copy(ctx, text)
}
