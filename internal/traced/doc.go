// Package traced turns the paths of a trace into an answer: what to keep. It classifies the paths with
// the rules of a session, groups them by what becomes of them (keep, cache, runtime, read), and rolls
// them up to the directories that a person would persist.
//
//	select   which paths are shown, in which order
//	group    the group of a path, from the knowledge base, its name and its kind
//	units    the roll-up
//	file     saved traces
package traced
