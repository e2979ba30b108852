package scan

import (
	"sync"
	"sync/atomic"
)

// queue shares work between workers, each of which has its own stack. A worker gives work away only
// if another worker may take it, so a walk in which all workers are busy touches neither the lock
// nor a counter.
//
//	stack of a busy worker:   [ old … │ … new ]   it works from the new end:
//	                            └─ given away     depth first, few descriptors
//
// The limit decides how many workers may be busy.
type queue struct {
	mu      sync.Mutex
	changed sync.Cond
	shared  []*node
	workers int
	// limit is the number of workers that may be busy. More workers than processors only slow each
	// other down, unless they wait for a disk.
	limit     int
	idle      int
	closed    bool
	wantsWork atomic.Bool // a worker may take work, and shared is empty
}

func (q *queue) init(workers, limit int) {
	q.changed.L = &q.mu
	q.workers, q.limit = workers, min(workers, limit)
}

// free reports whether one more worker may be busy.
func (q *queue) free() bool { return q.workers-q.idle < q.limit }

// give shares nodes with waiting workers. It wakes one worker, which wakes the next one if work is
// left.
func (q *queue) give(nodes []*node) {
	q.mu.Lock()
	q.shared = append(q.shared, nodes...)
	q.wantsWork.Store(false)
	q.mu.Unlock()
	q.changed.Signal()
}

// take appends shared nodes to the stack and waits if there are none. It returns false when no more
// nodes will come, because all workers are done or the queue is closed.
func (q *queue) take(stack []*node) ([]*node, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.idle++
	if q.idle == q.workers && len(q.shared) == 0 {
		q.closed = true
		q.changed.Broadcast()
	}
	for !q.closed && (len(q.shared) == 0 || !q.free()) {
		q.wantsWork.Store(len(q.shared) == 0 && q.free())
		q.changed.Wait()
	}
	if q.closed {
		return stack, false
	}
	from := len(q.shared) - max(1, len(q.shared)/q.limit)
	stack = append(stack, q.shared[from:]...)
	q.shared = q.shared[:from]
	q.idle--
	switch {
	case !q.free():
		q.wantsWork.Store(false)
	case len(q.shared) > 0:
		q.changed.Signal()
	default:
		q.wantsWork.Store(true)
	}
	return stack, true
}

// raise doubles the limit and reports whether it can be raised further.
func (q *queue) raise() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.limit = min(q.workers, 2*q.limit)
	q.wantsWork.Store(len(q.shared) == 0 && q.free() && q.idle > 0)
	q.changed.Broadcast()
	return q.limit < q.workers
}

// close ends the work: take returns false from now on.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.changed.Broadcast()
}

// drain removes and returns the shared nodes that no worker has taken.
func (q *queue) drain() []*node {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := q.shared
	q.shared = nil
	return left
}
