// Package report formats results: rows, tables, JSON lines, totals, and the explanation of every
// verdict. It converts values to text, and neither reads nor prints anything. Control characters
// in the texts are not escaped unless the documentation says so.
//
//	explain.go  explanations of verdicts
//	fate.go     what a boot does to a tree, and the evidence; next.go: what the next boot changes
//	declared.go declarations that have no effect yet
//	doctor.go   the page of checks; doctorwords.go: words and remedies
//	list.go     candidates as lines
//	dirs.go     directories as lines: list --dirs and --summary
//	owner.go    whose a path is, in words and as JSON; groups.go: list --by; unit.go: explain --unit
//	status.go   status as a table, as JSON and as one line
//	decisions.go  what the user decided about paths
//	trace.go    the paths of a trace; traced.go: their groups; unittrace.go: what a unit touches
//	watch.go    writes while they happen
//	stray.go    strays; straywhy.go: why they are not moved; trash.go: moved, restored and removed strays
//	storage.go  why storage is not safe, and why a path does not have to be copied
//	lost.go     what earlier states have, and the states
//	verify.go   differences between a receipt and the machine
//	adopt.go    plans and results of adopt; adoptlines.go: progress and warnings
//	diff.go     a diff with colours
//	color.go    paths with colours
//	output.go   buffered output
//	words.go    numbers with nouns, and enumerations
package report
