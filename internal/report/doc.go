// Package report is how facts look: rows, tables, JSON lines, totals, and the words for every
// verdict. It takes facts as types and appends text; it reads nothing and prints nothing.
// Texts are not yet safe for a terminal unless their documentation says so.
//
//	explain.go  the words for verdicts
//	list.go     candidates as lines
//	dirs.go     directories as lines: list --dirs and --summary
//	status.go   status, its JSON and its one line
//	trace.go    the paths of a trace
//	stray.go    strays; trash.go: what was done with them
//	adopt.go    plans and results of adopt
//	color.go    paths with colours
//	output.go   large writes, the first one early
//	words.go    numbers with their nouns, and lists
package report
