package past

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// Losses are what is lost of earlier states.
type Losses struct {
	// Rows are the candidates of the states that are not there now, or differ.
	Rows []report.LostRow
	// Unread are the paths of the states and of the machine that could not be read.
	Unread []scan.PathError
	// Problems are the states that could not be opened. They are left out of the comparison.
	Problems []*history.ReasonError
}

// LostOptions are the options of Lost.
type LostOptions struct {
	// Kinds are the kinds of paths; zero means regular files.
	Kinds scan.Kinds
	// Tags decides how directories of the states with a CACHEDIR.TAG are treated.
	Tags scan.Tags
}

// Lost compares the candidates of earlier states with the machine. Evolving paths and those of few
// states come first, then by path. The states are walked in parallel.
func Lost(ctx context.Context, s *session.Session, p *States, o LostOptions) (*Losses, error) {
	all := new(Losses)
	policy := policyOf(s)
	for _, states := range p.Trees {
		l := &lostSearch{Losses: all, policy: policy, whole: len(s.Only) == 0}
		if err := l.run(ctx, states, o); err != nil {
			return all, err
		}
	}
	slices.SortStableFunc(all.Rows, func(a, b report.LostRow) int {
		return cmp.Or(cmp.Compare(rank(a.Recurrence), rank(b.Recurrence)), cmp.Compare(a.Path, b.Path))
	})
	return all, nil
}

// rank is the order of recurrences in the output.
func rank(r history.Recurrence) int {
	if r == history.Regenerated {
		return 1
	}
	return 0
}

// lostSearch compares the states of one tree with the machine.
type lostSearch struct {
	*Losses

	policy *scan.Policy
	whole  bool             // not limited to some paths
	states []*history.State // those that could be opened
	dirs   []*history.Dir
}

// open opens the states. The caller closes l.dirs.
func (l *lostSearch) open(states []history.State) {
	for i := range states {
		dir, err := states[i].Open()
		if problem := (*history.ReasonError)(nil); errors.As(err, &problem) {
			l.Problems = append(l.Problems, problem)
			continue
		}
		l.states, l.dirs = append(l.states, &states[i]), append(l.dirs, dir)
	}
}

func (l *lostSearch) run(ctx context.Context, states []history.State, o LostOptions) error {
	l.open(states)
	defer func() {
		for _, d := range l.dirs {
			d.Close()
		}
	}()
	walks := make([]*walk, len(l.dirs))
	listings := make([]history.Listing, len(l.dirs))
	for i, dir := range l.dirs {
		walks[i] = &walk{
			ctx: ctx, policy: l.policy, dir: dir, options: o, info: i == withInfo, whole: l.whole,
			walks: len(l.dirs) + 1, // the comparers have files open too
		}
		listings[i] = walks[i].listing()
	}
	err := l.compare(listings)
	for _, w := range walks {
		l.Unread = append(l.Unread, w.stats.Errors...)
	}
	return err
}

// row returns the row of a path of the states, with its change still unknown.
func (l *lostSearch) row(r *history.Recurring) report.LostRow {
	return report.LostRow{
		Path: string(r.Path), Kind: scanKind(r.Item.Kind), Size: r.Item.Size, ModTime: r.Item.ModTime,
		State: l.states[r.First], States: r.States, Of: len(l.states), Recurrence: r.Recurrence,
	}
}
