package trace

// recorder folds touches into paths: each path is kept once, with all that was
// done to it. It belongs to one goroutine.
//
// Memory is a string and some words a path (TestManyPathsTakeLittleMemory); what
// has been seen already costs a lookup and no allocation.
type recorder struct {
	views []map[string]record // by view
	// renames are those of the host's view, in order. What lay in a directory has
	// another name from then on.
	renames []rename
}

// rename is one call that renames, whether it succeeded or not.
type rename struct{ from, to string }

// mostRenames is how many are kept: of the others only the names are known.
const mostRenames = 100_000

// noteRename notes the two paths of a call that renames.
func (r *recorder) noteRename(call []touch) {
	if len(call) == 2 && call[0].op&Rename != 0 && call[1].op&Rename != 0 && call[0].view == 0 && len(r.renames) < mostRenames {
		r.renames = append(r.renames, rename{string(call[0].path), string(call[1].path)})
	}
}

// record is what was done to one path.
type record struct {
	// tried are the operations of all calls, done those of calls that are known to
	// have succeeded. Where results are not known, done stays empty.
	tried, done Op
	// follow are those that followed a symlink at the end.
	follow Op
}

// note notes a touch; ok says that it is known to have succeeded.
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

// succeeded reports whether the same has been done to the same path before, and is
// known to have succeeded.
func (r *recorder) succeeded(t touch) bool {
	if t.view >= len(r.views) {
		return false
	}
	found := r.views[t.view][string(t.path)]
	return found.done&t.op == t.op && (!t.follow || found.follow&t.op == t.op)
}
