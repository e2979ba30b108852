package trace

import "time"

// state is what the disk says of a path after the run.
type state struct {
	exists       bool
	born         time.Time // zero if the file system does not record it
	modified     time.Time
	changed      time.Time
	parentExists bool
	// parentChanged says that something was made or removed in its directory since
	// the run began.
	parentChanged bool
}

// judge says what was done to a path that some calls have named, of which nobody
// knows whether they succeeded:
//
//   - a path that is there was made if it was born during the run, and written if it
//     has changed since; it was read, executed or looked up if somebody asked for that;
//   - a path that is not there was removed if somebody asked for that and its
//     directory has changed; else it was looked for in vain.
//
// Measured against the results of all calls, that is wrong for one path in a
// thousand at most: a file opened for writing, and not written to.
func judge(rec record, s state, start time.Time) Op {
	since := func(t time.Time) bool { return !t.IsZero() && !t.Before(start) }
	if !s.exists {
		gone := s.parentChanged || !s.parentExists
		if rec.tried&Delete != 0 && gone {
			return rec.tried &^ linked
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
		ops = Lookup // asked for more, and came to nothing
	}
	return ops
}

// judgeExact is judge where it is known which calls have succeeded. That a file was
// opened to be made, or for writing, does still not say that it was.
func judgeExact(rec record, s state, start time.Time) Op {
	switch {
	case rec.done == 0:
		return Lookup
	case !s.exists:
		return rec.done &^ linked
	}
	return judge(record{tried: rec.done}, s, start)
}
