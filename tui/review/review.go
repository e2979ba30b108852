package review

import (
	"hash/maphash"
	"maps"
	"time"

	"github.com/DaRacci/list-ephemeral/triage"
)

// Review has the decisions of a run, and says when they are to be saved. It is for one goroutine. The
// zero value has no decisions, and saves nothing before [Review.Loaded].
type Review struct {
	book   triage.Book
	saves  state
	saving bool
	sizes  map[string]int64
	// changes counts all changes, and gen those of what is hidden.
	changes, gen int
	hidden       uint64 // the sum of what is hidden
	seed         maphash.Seed
	copied       *triage.Active // a copy that does not change, or nil
}

// state says whether decisions can be saved.
type state uint8

const (
	stateLoading state = iota // those of earlier runs are not read yet
	stateLoaded
	stateBroken // the file cannot be used
)

// Active returns the decisions in effect. Another goroutine needs a clone.
func (r *Review) Active() *triage.Active { return r.book.Active() }

// Changes returns a number that increases with every change of the decisions.
func (r *Review) Changes() int { return r.changes }

// Copy returns a copy of the decisions in effect, for other goroutines. It must not be changed.
func (r *Review) Copy() *triage.Active {
	if r.copied == nil {
		made := r.Active().Clone()
		r.copied = &made
	}
	return r.copied
}

// Generation returns a number that changes whenever other paths are hidden.
func (r *Review) Generation() int { return r.gen }

// Hidden returns the number of decisions that hide paths: to ignore them, or to decide later.
func (r *Review) Hidden() int {
	return r.Active().Count(triage.Ignore) + r.Active().Count(triage.NotNow)
}

// Hides reports whether a decision hides a path.
func Hides(active *triage.Active, path []byte) bool {
	d, decided := active.OfBytes(path)
	return decided && (d.Verdict == triage.Ignore || d.Verdict == triage.NotNow)
}

// Loaded adds the decisions of earlier runs. What was decided before they were read stays.
func (r *Review) Loaded(set triage.Set, now time.Time) {
	r.saves = stateLoaded
	r.book.Saved(0, set, now, r.size)
	r.changed()
}

// Broken says that decisions cannot be saved.
func (r *Review) Broken() { r.saves = stateBroken }

// Empty reports whether the decisions of earlier runs were read, and there are none at all.
func (r *Review) Empty() bool { return r.saves == stateLoaded && r.Active().Len() == 0 }

// Decide decides on paths. If all of them have that verdict themselves, it is withdrawn.
func (r *Review) Decide(paths []triage.Sized, v triage.Verdict, now time.Time) triage.Change {
	same := len(paths) > 0
	for _, p := range paths {
		same = same && r.Active().On(p.Path) == v
	}
	if same && v != triage.Keep {
		v = triage.Undecided
	}
	defer r.changed()
	return r.book.Decide(paths, v, now)
}

// Undo undoes the last change, and Redo does it again.
func (r *Review) Undo(now time.Time) (triage.Change, bool) {
	defer r.changed()
	return r.book.Undo(now)
}

// Redo does again what Undo has undone last.
func (r *Review) Redo(now time.Time) (triage.Change, bool) {
	defer r.changed()
	return r.book.Redo(now)
}

// CanUndo returns the number of changes that can be undone.
func (r *Review) CanUndo() int { return r.book.CanUndo() }

// Next returns the decisions to save now, or nil. The caller saves them in a command, and then calls
// Saved or Failed. There is one save at a time.
func (r *Review) Next() []triage.Decision {
	pending := r.book.Pending()
	if r.saves != stateLoaded || r.saving || len(pending) == 0 {
		return nil
	}
	r.saving = true
	return pending
}

// Saves reports whether there are decisions that can be saved, and are not saved yet.
func (r *Review) Saves() bool { return r.saves == stateLoaded && len(r.book.Pending()) > 0 }

// Saved says that the first n decisions are saved, and adds what other runs have decided.
func (r *Review) Saved(n int, set triage.Set, now time.Time) {
	r.saving = false
	r.book.Saved(n, set, now, r.size)
	r.changed()
}

// Failed says that a save has failed. The next one tries again.
func (r *Review) Failed() { r.saving = false }

// Measured takes the sizes in bytes of paths that were postponed. Those that have doubled are
// undecided again.
func (r *Review) Measured(sizes map[string]int64, now time.Time) {
	if r.sizes == nil {
		r.sizes = map[string]int64{}
	}
	maps.Copy(r.sizes, sizes) // also of what is not postponed any more because of its size
	r.book.Refresh(now, r.size)
	r.update()
}

// size returns the size of a path in bytes, or a negative number.
func (r *Review) size(path string) int64 {
	if size, known := r.sizes[path]; known {
		return size
	}
	return -1
}

// changed notes a change of the decisions.
func (r *Review) changed() {
	r.changes++
	r.copied = nil
	r.update()
}

// update changes the generation if other paths are hidden now.
func (r *Review) update() {
	if r.seed == (maphash.Seed{}) {
		r.seed = maphash.MakeSeed()
	}
	var sum uint64
	if r.Hidden() > 0 {
		var h maphash.Hash
		h.SetSeed(r.seed)
		for _, v := range []triage.Verdict{triage.Ignore, triage.NotNow, triage.Keep} {
			for _, path := range r.Active().With(v) {
				h.WriteString(path)
				h.WriteByte(0)
			}
			h.WriteByte(0)
		}
		sum = h.Sum64() | 1
	}
	if sum != r.hidden {
		r.hidden = sum
		r.gen++
		r.changes++
		r.copied = nil
	}
}
