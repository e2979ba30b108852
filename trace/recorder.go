package trace

// recorder merges touches into records: each path is stored once, with all its operations. It
// belongs to one goroutine.
//
// Each path costs a string and a few words of memory (TestManyPathsTakeLittleMemory). A repeated
// touch costs a lookup and no allocation.
type recorder struct {
	views []map[string]record // by view
	// renames are the renames in the host's view, in order. They change the paths of everything in
	// a renamed directory.
	renames []rename
}

// rename is a call that renames, whether it succeeded or not.
type rename struct{ from, to string }

// mostRenames is the maximum number of stored renames. Of further ones only the two paths are
// recorded.
const mostRenames = 100_000

// noteRename records a rename if the call is one.
func (r *recorder) noteRename(call []touch) {
	if len(call) == 2 && call[0].op&Rename != 0 && call[1].op&Rename != 0 && call[0].view == 0 && len(r.renames) < mostRenames {
		r.renames = append(r.renames, rename{string(call[0].path), string(call[1].path)})
	}
}

// record contains the operations on one path.
type record struct {
	// tried are the operations of all calls, done those of calls that are known to have succeeded.
	// If results are unknown, done remains empty.
	tried, done Op
	// follow are the operations that follow a symlink in the last component.
	follow Op
}

// note records a touch. ok is set if it is known to have succeeded.
func (r *recorder) note(t touch, ok bool) {
	for len(r.views) <= t.view {
		r.views = append(r.views, make(map[string]record))
	}
	before, known := r.views[t.view][string(t.path)]
	after := before
	after.tried |= t.op
	if ok {
		after.done |= t.op
	}
	if t.follow {
		after.follow |= t.op
	}
	if !known || after != before {
		r.views[t.view][string(t.path)] = after
	}
}

// succeeded reports whether the same operation on the same path is known to have succeeded before.
func (r *recorder) succeeded(t touch) bool {
	if t.view >= len(r.views) {
		return false
	}
	found := r.views[t.view][string(t.path)]
	return found.done&t.op == t.op && (!t.follow || found.follow&t.op == t.op)
}
