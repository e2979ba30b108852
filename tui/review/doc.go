// Package review follows what the user decides about places while the screen is open. It is pure: it
// saves nothing and draws nothing.
//
//	review.go   Review: the decisions, what is to be saved, what is hidden
//	count.go    Count: how many places are decided
//	history.go  History: undo and redo of decisions and the selection
package review
