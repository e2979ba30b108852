package trace

import "golang.org/x/sys/unix"

// recorder merges touches into records: each path is stored once, with all its operations. It
// belongs to one goroutine.
//
// Each path costs a string and a few words of memory (TestManyPathsTakeLittleMemory). A repeated
// touch costs a lookup and no allocation.
type recorder struct {
	views []map[string]record // of the current epoch, by view
	// former are the records of former epochs. Each ended with one of changes.
	former  [][]map[string]record
	changes []nameChange
	// unlinked are removed names of files with further names. Their ctime changes.
	unlinked map[fileID]bool
	// paths counts the records.
	paths int
	// who are the programs that did the calls.
	who who
	// stream writes new records, or is nil.
	stream *stream
}

// call records the paths of one call. ok is set if it is known to have succeeded.
func (r *recorder) call(touches []touch, ok bool) {
	for i := range touches {
		r.note(touches[i], ok)
		if b := &touches[i].before; b.exists && b.links > 1 && b.kind != unix.S_IFDIR && len(r.unlinked) < mostChanges {
			if r.unlinked == nil {
				r.unlinked = make(map[fileID]bool)
			}
			r.unlinked[b.file] = true
		}
	}
	for _, c := range changesOf(touches, ok) {
		if len(r.changes) == mostChanges {
			return
		}
		r.change(c)
	}
}

// change ends an epoch.
func (r *recorder) change(c nameChange) {
	r.changes = append(r.changes, c)
	r.former = append(r.former, r.views)
	r.views = nil
	r.stream.change(&c)
}

// record contains the operations on one path.
type record struct {
	// tried are the operations of all calls, done those of calls that are known to have succeeded.
	// If results are unknown, done remains empty.
	tried, done Op
	// follow are the operations that follow a symlink in the last component.
	follow Op
	// by is the set of the programs that made the calls.
	by uint16
}

// note records a touch. ok is set if it is known to have succeeded.
func (r *recorder) note(t touch, ok bool) {
	for len(r.views) <= t.view {
		r.views = append(r.views, make(map[string]record))
	}
	before, known := r.views[t.view][string(t.path)]
	after := before
	after.tried |= t.op
	if t.op&Delete != 0 && t.before.known {
		after.tried |= t.before.presence()
	}
	if ok {
		after.done |= t.op
	}
	if t.follow {
		after.follow |= t.op
	}
	after.by = r.who.add(after.by, t.program, t.op)
	if !known {
		r.paths++
	}
	if !known || after != before {
		r.views[t.view][string(t.path)] = after
		r.stream.touch(&t, ok, &r.who)
	}
}

// succeeded reports whether the same operation on the same path is known to have succeeded before.
func (r *recorder) succeeded(t touch) bool {
	if t.view >= len(r.views) {
		return false
	}
	found := r.views[t.view][string(t.path)]
	return found.done&t.op == t.op && (!t.follow || found.follow&t.op == t.op) && r.who.add(found.by, t.program, t.op) == found.by
}
