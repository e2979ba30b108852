package past

import (
	"context"
	"errors"
	"slices"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

// Seen says how many of the newest states have a path. It is for one goroutine.
type Seen struct {
	// Problems are the sources and the states that could not be read.
	Problems []*history.ReasonError

	trees []seenTree // the longest root first
}

// seenTree are the open states of one tree.
type seenTree struct {
	root string
	dirs []*history.Dir
}

// See opens the newest states of each tree, at most a number of them. Graves are left out, because
// they have only small files. The caller closes the result.
func See(ctx context.Context, s *session.Session, states int) (*Seen, error) {
	p, err := Find(ctx, s, Options{States: states})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	seen := &Seen{Problems: p.Problems}
	for _, tree := range p.Trees {
		t := seenTree{root: tree[0].Root}
		for i := range tree {
			if tree[i].Kind == history.KindGraveyard {
				continue
			}
			dir, err := tree[i].Open()
			if problem := (*history.ReasonError)(nil); errors.As(err, &problem) {
				seen.Problems = append(seen.Problems, problem)
				continue
			}
			t.dirs = append(t.dirs, dir)
		}
		if len(t.dirs) > 0 {
			seen.trees = append(seen.trees, t)
		}
	}
	slices.SortStableFunc(seen.trees, func(a, b seenTree) int { return len(b.root) - len(a.root) })
	return seen, nil
}

// Of returns how many of the states of its tree have a path. A path that cannot be read counts as
// one that a state has.
func (s *Seen) Of(path string) (have, of int) {
	for _, t := range s.trees {
		if _, ok := t.dirs[0].Within([]byte(path)); !ok {
			continue
		}
		for _, dir := range t.dirs {
			if has(dir, path) {
				have++
			}
		}
		return have, len(t.dirs)
	}
	return 0, 0
}

// Any reports whether there are states at all.
func (s *Seen) Any() bool { return len(s.trees) > 0 }

// Close closes the states.
func (s *Seen) Close() {
	for _, t := range s.trees {
		for _, dir := range t.dirs {
			dir.Close()
		}
	}
	s.trees = nil
}
