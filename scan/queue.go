package scan

import (
	"sync"
	"sync/atomic"
)

// queue shares work between workers that each have a stack of their own. A
// worker gives something away only when somebody is hungry, so that a walk in
// which all are busy touches neither lock nor counter.
//
//	stack of a busy worker:   [ old … │ … new ]   it works from the new end:
//	                            └─ given away     depth first, few descriptors
type queue struct {
	mu      sync.Mutex
	filled  sync.Cond
	shared  []*node
	workers int
	idle    int
	closed  bool
	hungry  atomic.Bool // somebody waits, and shared is empty
}

func (q *queue) init(workers int) {
	q.filled.L = &q.mu
	q.workers = workers
}

// give shares nodes with whoever is hungry.
func (q *queue) give(nodes []*node) {
	q.mu.Lock()
	q.shared = append(q.shared, nodes...)
	q.hungry.Store(false)
	q.mu.Unlock()
	q.filled.Broadcast()
}

// take appends shared nodes to the stack, waiting for some; it returns false
// when there will be none any more, because all are done or the queue is closed.
func (q *queue) take(stack []*node) ([]*node, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.idle++
	if q.idle == q.workers && len(q.shared) == 0 {
		q.closed = true
		q.filled.Broadcast()
	}
	for len(q.shared) == 0 && !q.closed {
		q.hungry.Store(true)
		q.filled.Wait()
	}
	if q.closed {
		return stack, false
	}
	from := len(q.shared) - max(1, len(q.shared)/(q.idle+1))
	stack = append(stack, q.shared[from:]...)
	q.shared = q.shared[:from]
	q.idle--
	q.hungry.Store(q.idle > 0 && len(q.shared) == 0)
	return stack, true
}

// close ends the work: nobody gets any more.
func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.filled.Broadcast()
}

// drain returns what nobody has taken.
func (q *queue) drain() []*node {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := q.shared
	q.shared = nil
	return left
}
