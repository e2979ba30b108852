package triage

import (
	"cmp"
	"strings"
	"time"
)

// Verdict is what a user decided about a path.
type Verdict uint8

// The verdicts. Unknown is that of a path without a decision.
const (
	Unknown   Verdict = iota
	Keep              // the path is to be kept
	Ignore            // the path may be lost
	NotNow            // to be decided later: see [Decision.Due]
	Undecided         // an earlier decision was withdrawn
)

var verdictNames = [...]string{"unknown", "keep", "ignore", "not-now", "undecided"}

// String returns the verdict in lower case, with hyphens.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return verdictNames[Unknown]
}

// parseVerdict is the reverse of String. It returns Unknown for other words.
func parseVerdict(word string) Verdict {
	for v := Keep; int(v) < len(verdictNames); v++ {
		if verdictNames[v] == word {
			return v
		}
	}
	return Unknown
}

// Decision is a verdict on one path and, if that is a directory, on everything below it.
type Decision struct {
	// Path is absolute and clean (path.Clean), and may contain any bytes except NUL.
	Path    string
	Verdict Verdict
	// Time is when the user decided, in UTC.
	Time time.Time
	// Bytes is the size of the path at that time: of a directory, the sum of the candidates in it. It
	// is -1 if the size was not known.
	Bytes int64
	// Written is when the decision was written. It is after Time if undo restored the decision. Of
	// several decisions on one path, the one that was written last is in effect.
	Written time.Time
}

// Patience is how long [NotNow] is in effect, at most.
const Patience = 30 * 24 * time.Hour

// unknownSize is the size of a path that was not measured when the user decided.
const unknownSize = -1

// Due reports whether a path has to be decided again: a [NotNow] is due after Patience, and when the
// path has at least twice the size that it had, if both sizes are known. A negative size is not
// known.
func (d Decision) Due(now time.Time, bytes int64) bool {
	if d.Verdict != NotNow {
		return false
	}
	doubled := d.Bytes >= 0 && bytes > d.Bytes && bytes/2 >= d.Bytes
	return doubled || now.Sub(d.Time) >= Patience
}

// Equal reports whether two decisions are the same.
func (d Decision) Equal(e Decision) bool { return d.Path == e.Path && compare(d, e) == 0 }

// compare orders decisions on one path: the greater one is in effect. The order is total, so the
// result of a merge does not depend on the order of its arguments.
func compare(d, e Decision) int {
	return cmp.Or(
		d.Written.Compare(e.Written), d.Time.Compare(e.Time), cmp.Compare(d.Verdict, e.Verdict), cmp.Compare(d.Bytes, e.Bytes),
	)
}

// longestPath is the maximum length in bytes of a path that can be decided on. Paths of that length
// cannot be opened by name (PATH_MAX is 4096).
const longestPath = 64 << 10

// isPath reports whether a text is an absolute and clean path.
func isPath(path string) bool {
	if len(path) == 0 || len(path) > longestPath || path[0] != '/' || strings.IndexByte(path, 0) >= 0 {
		return false
	}
	if path == "/" {
		return true
	}
	for name := range strings.SplitSeq(path[1:], "/") {
		if name == "" || name == "." || name == ".." {
			return false
		}
	}
	return true
}
