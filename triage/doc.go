// Package triage stores what a user decided about paths that the next reboot wipes: keep, ignore,
// or not now. A decision on a directory covers everything below it.
//
//	triage.go   Verdict and Decision; which of two decisions on a path is in effect
//	set.go      Set: all decisions, merged; Active: those in effect, for lookups
//	book.go     Book: the decisions of a run, with undo and redo
//	export.go   the ignored paths, for exclude patterns
//	line.go     a decision as a line; parse.go: the text of a file
//	file.go     File: Load and Save; lock.go: its lock; dir.go: its directory
//
// # File
//
// The file has a header with the version, then one JSON object per line:
//
//	{"schema":"list-ephemeral decisions","version":1}
//	{"path":"/home/al/.cache","verdict":"ignore","time":"2026-11-30T10:00:00Z","bytes":1234}
//	{"pathBytes":"L2NhZuk=","verdict":"keep","time":"2026-11-30T10:00:01Z"}
//
// A path that is not UTF-8 is in base64. The time is when the user decided; bytes is the size of
// the path at that time, -1 if it was not known. A decision that undo restored also has "written", the time when it was
// restored. Other keys are for later versions: a file of another version is neither read nor
// changed.
//
// # Several runs at once
//
// Decisions are only appended, with flock(2) held. Of several decisions on one path, the last one
// written is in effect, wherever it is in the file. So merging is commutative, associative and
// idempotent, and what two runs write is never lost. A run that is killed leaves an incomplete last
// line at most. A line that cannot be parsed is reported with its number, and stays in the file.
// Lines that are not in effect any more are removed when most lines are such: a new file is renamed
// over the old one.
//
// # Other users
//
// The directory and the file must belong to the current user, and other users must not be able to
// write to them; symlinks to the file are not followed. Root's file is in storage, in a directory of
// its own ([InStorage]) with mode 0700, which is recognised as package owned describes: users may
// write to storage.
package triage
