// Package live does what watch does with a session: the events of the file systems of its roots
// become writes to candidates.
//
//	live.go     Watch: what is watched, and which events count
//	settle.go   pending events: one write for each path, when it is over
//	writes.go   Writes: the last write of each path, for the screen
//	seen.go     Seen: which paths were printed
package live
