package triage

import (
	"path"
	"slices"
	"time"
)

// Book has the decisions of a run, and undoes and redoes its changes. It is for one goroutine. The
// zero value has no decisions.
//
// A change is in effect at once. [Book.Pending] returns what has to be saved, [File.Save] saves it
// in another goroutine, and [Book.Saved] takes the result.
type Book struct {
	all     Set
	active  Active
	undo    []change
	redo    []change
	pending []Decision
}

// change is what one call of Decide, Undo or Redo changed.
type change struct {
	verdict Verdict
	steps   []step
}

// step takes a path from one decision to another one. The zero Decision is that of a path without
// one.
type step struct{ from, to Decision }

// UndoSteps is the number of changes that can be undone.
const UndoSteps = 100

// Sized is a path, and its size in bytes. A negative size is not known: then a [NotNow] lasts for
// Patience.
type Sized struct {
	Path  string
	Bytes int64
}

// Action is what was done with a change.
type Action uint8

// The actions.
const (
	ActionUnknown Action = iota
	Decided
	Undone
	Redone
)

var actionNames = [...]string{"unknown", "decided", "undone", "redone"}

// String returns the action in lower case.
func (a Action) String() string {
	if int(a) < len(actionNames) {
		return actionNames[a]
	}
	return actionNames[ActionUnknown]
}

// Change says what a call changed.
type Change struct {
	Action Action
	// Verdict is the one that was decided, also if that was undone.
	Verdict Verdict
	// Paths is the number of paths whose decision changed. First is one of them.
	Paths int
	First string
	// Skipped is the number of paths that stay as they are: undo and redo do not replace what
	// another run has decided since, and Decide skips what is not an absolute path.
	Skipped int
}

// NewBook returns a book with decisions that were loaded. now and size are those of [Set.Active].
func NewBook(loaded Set, now time.Time, size func(path string) int64) *Book {
	b := &Book{all: Merge(loaded, Set{})}
	b.Refresh(now, size)
	return b
}

// Refresh finds out again which decisions are due. The screen calls it after a scan, which has the
// sizes. now and size are those of [Set.Active].
func (b *Book) Refresh(now time.Time, size func(path string) int64) {
	b.active = b.all.Active(now, size)
}

// Active returns the decisions in effect. They change with the book: another goroutine needs
// [Active.Clone].
func (b *Book) Active() *Active { return &b.active }

// Decide decides on paths. A trailing slash means nothing. [Undecided] withdraws decisions. A path
// that is decided like this already is decided again, so a [NotNow] begins again.
func (b *Book) Decide(paths []Sized, v Verdict, now time.Time) Change {
	done := Change{Action: Decided, Verdict: v}
	c := change{verdict: v}
	for _, p := range paths {
		name := path.Clean(p.Path)
		if !isPath(name) || v == Unknown {
			done.Skipped++
			continue
		}
		before := b.all.byPath[name]
		if v == Undecided && (before.Verdict == Undecided || before.Verdict == Unknown) {
			continue
		}
		d := b.put(Decision{Path: name, Verdict: v, Time: exact(now), Bytes: max(p.Bytes, unknownSize)}, now)
		c.steps = append(c.steps, step{from: d, to: before})
		if done.Paths++; done.First == "" {
			done.First = name
		}
	}
	if len(c.steps) > 0 {
		b.undo, b.redo = pushed(b.undo, c), nil
	}
	return done
}

// Undo undoes the last change that was not undone. It reports whether there was one.
func (b *Book) Undo(now time.Time) (Change, bool) { return b.revert(&b.undo, &b.redo, Undone, now) }

// Redo does again what Undo has undone last. It reports whether there was something.
func (b *Book) Redo(now time.Time) (Change, bool) { return b.revert(&b.redo, &b.undo, Redone, now) }

// revert reverts the last change of a stack, and pushes the change that reverts that.
func (b *Book) revert(from, to *[]change, action Action, now time.Time) (Change, bool) {
	last := len(*from) - 1
	if last < 0 {
		return Change{}, false
	}
	c := (*from)[last]
	*from = (*from)[:last]
	done := Change{Action: action, Verdict: c.verdict}
	reverse := change{verdict: c.verdict}
	for _, s := range slices.Backward(c.steps) { // one path may have several steps
		if !same(b.all.byPath[s.from.Path], s.from) {
			done.Skipped++
			continue
		}
		d := s.to
		if d.Verdict == Unknown {
			d = Decision{Path: s.from.Path, Verdict: Undecided, Time: exact(now)}
		}
		reverse.steps = append(reverse.steps, step{from: b.put(d, now), to: s.from})
		done.Paths++
		done.First = s.from.Path
	}
	if len(reverse.steps) > 0 {
		*to = pushed(*to, reverse)
	}
	return done, true
}

// same reports whether two decisions on one path have the same effect, whenever they were written.
func same(d, e Decision) bool {
	withdrawn := func(d Decision) bool { return d.Verdict == Undecided || d.Verdict == Unknown }
	if withdrawn(d) || withdrawn(e) {
		return withdrawn(d) && withdrawn(e)
	}
	return d.Verdict == e.Verdict && d.Time.Equal(e.Time) && d.Bytes == e.Bytes
}

// put writes a decision. It is in effect even if the clock was set back since the last one.
func (b *Book) put(d Decision, now time.Time) Decision {
	d.Written = exact(now)
	if before, found := b.all.byPath[d.Path]; found && !d.Written.After(before.Written) {
		d.Written = before.Written.Add(1)
	}
	if d.Written.Before(d.Time) {
		d.Written = d.Time
	}
	b.all.Add(d)
	b.active.put(d)
	b.pending = append(b.pending, d)
	return d
}

// exact returns a time as it is read from a file: in UTC, without the monotonic clock.
func exact(t time.Time) time.Time { return t.Round(0).UTC() }

// pushed returns a stack with one more change, without the oldest one if there are too many.
func pushed(stack []change, c change) []change {
	if len(stack) == UndoSteps {
		stack = slices.Delete(stack, 0, 1)
	}
	return append(stack, c)
}

// Pending returns the decisions that are not saved yet, in order. They must not be changed. They may
// be read in another goroutine.
func (b *Book) Pending() []Decision { return slices.Clip(b.pending) }

// Saved takes the result of [File.Save] for the first n of the pending decisions: what other runs
// have decided. now and size are those of [Set.Active].
func (b *Book) Saved(n int, saved Set, now time.Time, size func(path string) int64) {
	b.pending = b.pending[min(n, len(b.pending)):]
	b.all = Merge(b.all, saved)
	b.Refresh(now, size)
}

// CanUndo and CanRedo return the number of changes that can be undone and redone.
func (b *Book) CanUndo() int { return len(b.undo) }

// CanRedo returns the number of changes that can be redone.
func (b *Book) CanRedo() int { return len(b.redo) }
