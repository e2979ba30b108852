package scan

import (
	"sync"
	"sync/atomic"
)

// queue shares work between workers that each have a stack of their own. A
// worker gives something away only when another one may take it, so that a walk
// in which all are busy touches neither lock nor counter.
//
//	stack of a busy worker:   [ old … │ … new ]   it works from the new end:
//	                            └─ given away     depth first, few descriptors
//
// Not all workers may be busy from the start: see limit.
type queue struct {
	mu      sync.Mutex
	changed sync.Cond
	shared  []*node
	workers int
	// limit is how many may be busy. More than the processors can run only get
	// in each other's way, until they wait for a disk.
	limit     int
	idle      int
	closed    bool
	wantsWork atomic.Bool // somebody may take something, and shared is empty
}

func (q *queue) init(workers, limit int) {
	q.changed.L = &q.mu
	q.workers, q.limit = workers, min(workers, limit)
}

// free reports whether one more worker may be busy.
func (q *queue) free() bool { return q.workers-q.idle < q.limit }

// give shares nodes with whoever is hungry. One worker is woken; it wakes the
// next one if something is left.
func (q *queue) give(nodes []*node) {
	q.mu.Lock()
	q.shared = append(q.shared, nodes...)
	q.wantsWork.Store(false)
	q.mu.Unlock()
	q.changed.Signal()
}

// take appends shared nodes to the stack, waiting for some; it returns false
// when there will be none any more, because all are done or the queue is closed.
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

// raise doubles the limit, and reports whether it can be raised further.
func (q *queue) raise() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.limit = min(q.workers, 2*q.limit)
	q.wantsWork.Store(len(q.shared) == 0 && q.free() && q.idle > 0)
	q.changed.Broadcast()
	return q.limit < q.workers
}

// close ends the work: nobody gets any more.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.changed.Broadcast()
}

// drain returns what nobody has taken.
func (q *queue) drain() []*node {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := q.shared
	q.shared = nil
	return left
}
