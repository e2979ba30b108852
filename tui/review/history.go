package review

import (
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// History has what was changed, for undo and redo: the selection, and the decisions that were made with
// a change. The zero value is empty.
type History struct{ undo, redo []step }

// Steps is the number of changes that can be undone. Each takes one bit per file.
const Steps = 32

// step is the selection from before a change, or after one that was undone.
type step struct {
	selection index.Selection
	decisions int // changes of the decisions that were made with it
	noted     bool
}

// Push saves the selection. It must be called before a change.
func (h *History) Push(s *index.Selection) {
	h.undo, h.redo = pushed(h.undo, step{selection: s.Clone()}), nil
}

// Note calls note for each change of the selection since the last call, with the selection before
// and after it. note returns the number of decisions that were made because of the change.
func (h *History) Note(now *index.Selection, note func(before, after *index.Selection) (decisions int)) {
	first := len(h.undo)
	for first > 0 && !h.undo[first-1].noted {
		first--
	}
	for i := first; i < len(h.undo); i++ {
		after := now
		if i+1 < len(h.undo) {
			after = &h.undo[i+1].selection
		}
		h.undo[i].decisions += note(&h.undo[i].selection, after)
		h.undo[i].noted = true
	}
}

// Decided says that a decision was made with the last change, which Note must not have seen.
func (h *History) Decided() {
	if last := len(h.undo) - 1; last >= 0 {
		h.undo[last].decisions++
	}
}

// Len returns the number of changes that can be undone.
func (h *History) Len() int { return len(h.undo) }

// Undone returns the number of changes that can be done again.
func (h *History) Undone() int { return len(h.redo) }

// Undo undoes the last change of the selection. It returns how many changes of decisions are to be
// undone too.
func (h *History) Undo(s *index.Selection) (decisions int) { return revert(&h.undo, &h.redo, s) }

// Redo does again what Undo has undone last. It returns how many changes of decisions are to be done
// again too.
func (h *History) Redo(s *index.Selection) (decisions int) { return revert(&h.redo, &h.undo, s) }

func revert(from, to *[]step, s *index.Selection) (decisions int) {
	last := len(*from) - 1
	if last < 0 {
		return 0
	}
	of := (*from)[last]
	*from = (*from)[:last]
	*to = pushed(*to, step{s.Clone(), of.decisions, true})
	s.Replace(&of.selection)
	return of.decisions
}

func pushed(stack []step, s step) []step {
	if len(stack) == Steps {
		stack = slices.Delete(stack, 0, 1)
	}
	return append(stack, s)
}
