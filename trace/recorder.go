package trace

// recorder folds touches into paths: each path is kept once, with all that was
// done to it. It belongs to one goroutine.
//
// Memory is a string and some words a path (TestManyPathsTakeLittleMemory); what
// has been seen already costs a lookup and no allocation.
type recorder struct {
	views []map[string]*record // by view
}

// record is what was done to one path.
type record struct {
	// tried are the operations of all calls, done those of calls that are known to
	// have succeeded. Where results are not known, done stays empty.
	tried, done Op
	// follow are those that followed a symlink at the end.
	follow Op
}

// add notes a touch.
func (r *recorder) add(t touch) { r.of(t).note(t, false) }

func (r *recorder) of(t touch) *record {
	for len(r.views) <= t.view {
		r.views = append(r.views, make(map[string]*record))
	}
	paths := r.views[t.view]
	if found := paths[string(t.path)]; found != nil {
		return found
	}
	found := new(record)
	paths[string(t.path)] = found
	return found
}

// succeeded reports whether the same has been done to the same path before, and is
// known to have succeeded.
func (r *recorder) succeeded(t touch) bool {
	if t.view >= len(r.views) {
		return false
	}
	found := r.views[t.view][string(t.path)]
	return found != nil && found.done&t.op == t.op && (!t.follow || found.follow&t.op == t.op)
}

func (rec *record) note(t touch, ok bool) {
	rec.tried |= t.op
	if ok {
		rec.done |= t.op
	}
	if t.follow {
		rec.follow |= t.op
	}
}
