package live

import (
	"context"
	"sync"

	"github.com/DaRacci/list-ephemeral/scan"
)

// Writes are the last writes of all paths since the start. They are safe for concurrent use.
type Writes struct {
	mu    sync.Mutex
	last  map[string]Write
	order []string
	lost  int
	more  chan struct{} // closed when there is a new path
}

// NewWrites returns no writes.
func NewWrites() *Writes { return &Writes{last: map[string]Write{}, more: make(chan struct{})} }

// Add adds a write, which replaces the one before to the same path.
func (w *Writes) Add(write *Write) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if write.Overflow {
		w.lost++
		return
	}
	_, known := w.last[write.Path]
	w.last[write.Path] = *write
	if !known {
		w.order = append(w.order, write.Path)
		close(w.more)
		w.more = make(chan struct{})
	}
}

// Of returns the last write of a path.
func (w *Writes) Of(path string) (Write, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	write, known := w.last[path]
	return write, known
}

// Lost returns the number of overflows.
func (w *Writes) Lost() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}

// Follow calls visit for each path, and for each later one, until the context is done.
func (w *Writes) Follow(ctx context.Context, visit func(path string, kind scan.Kind)) error {
	for from := 0; ; {
		w.mu.Lock()
		paths, more := w.order[from:], w.more
		kinds := make([]scan.Kind, len(paths))
		for i, path := range paths {
			kinds[i] = w.last[path].Kind
		}
		w.mu.Unlock()
		for i, path := range paths {
			visit(path, kinds[i])
		}
		from += len(paths)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-more:
		}
	}
}
