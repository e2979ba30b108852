package search

import (
	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/index"
)

// Paths and queries that are not ASCII are scored by the library, in blocks.

// leave queues a file for the library.
func (w *worker) leave(id uint32) {
	if w.rowOf[id] == index.NoRow {
		return
	}
	w.text = w.AppendPath(w.text, id)
	w.block = append(w.block, id)
	w.ends = append(w.ends, len(w.text))
	if len(w.block) == libraryFiles {
		w.askLibrary()
	}
}

// askLibrary scores the queued files with the library.
func (w *worker) askLibrary() {
	if len(w.block) == 0 {
		return
	}
	text := string(w.text)
	paths := func(yield func(string) bool) {
		start := 0
		for _, end := range w.ends {
			if !yield(text[start:end]) {
				return
			}
			start = end
		}
	}
	if w.plan.text == "" { // the library finds nothing then
		for i := range w.block {
			w.accept(i, 0)
		}
	} else {
		for _, match := range fuzzy.FindFromIterNoSort(w.plan.text, paths) {
			w.accept(match.Index, match.Score)
		}
	}
	w.block, w.ends, w.text = w.block[:0], w.ends[:0], w.text[:0]
}

// accept adds a queued file that the library has scored, if case and filter allow it.
func (w *worker) accept(i, score int) {
	start := 0
	if i > 0 {
		start = w.ends[i-1]
	}
	path := w.text[start:w.ends[i]]
	if w.plan.exact && !inOrder(path, w.plan.text) {
		return
	}
	if w.filter != nil {
		if _, matches := w.whole.Match(path); !matches {
			return
		}
	}
	id := w.block[i]
	w.hits.Add(id)
	w.holders.Add(w.Holder(id))
	w.files.add(ranked{score, int(w.rowOf[id]), id})
}
