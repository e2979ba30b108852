package trace

import "time"

// state is the state of a path on the disk after the run.
type state struct {
	exists       bool
	born         time.Time // zero if the file system does not record it
	modified     time.Time
	changed      time.Time
	parentExists bool
	// parentChanged is set if an entry of its directory was created or removed since the run began.
	parentChanged bool
}

// judge returns the operations that took effect on a path, from calls with unknown results:
//
//   - An existing path was created if its birth time is during the run, and written if it has
//     changed since. It was read, executed or looked up if a call did that.
//   - A missing path was deleted if a call did that and the path existed when the call began. If
//     that is not known, its directory must have changed. Otherwise it was only looked up.
//
// Compared with the results of all calls, this is wrong for at most one path in a thousand: a file
// that was opened for writing but not written.
func judge(rec record, s state, start time.Time) Op {
	since := func(t time.Time) bool { return !t.IsZero() && !t.Before(start) }
	if !s.exists {
		gone := rec.tried&existed != 0 || rec.tried&absent == 0 && (s.parentChanged || !s.parentExists)
		if rec.tried&Delete != 0 && gone {
			return rec.tried &^ internal
		}
		return Lookup
	}
	ops := rec.tried & (Lookup | Read | Exec)
	touched := since(s.modified) || since(s.changed)
	born := since(s.born) || s.born.IsZero() && touched
	if rec.tried&Create != 0 && born || rec.tried&linked != 0 && since(s.changed) {
		ops |= Create
	}
	if rec.tried&Write != 0 && touched {
		ops |= Write
	}
	if rec.tried&Rename != 0 && since(s.changed) {
		ops |= Rename
	}
	if ops == 0 {
		ops = Lookup // the other operations had no effect
	}
	return ops
}

// judgeExact is like judge for calls with known results. It still uses the state, because a
// successful open with O_CREAT or for writing need not have created or written the file.
func judgeExact(rec record, s state, start time.Time) Op {
	switch {
	case rec.done == 0:
		return Lookup
	case !s.exists:
		return rec.done &^ internal
	}
	return judge(record{tried: rec.done}, s, start)
}
