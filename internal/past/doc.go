// Package past is what the commands lost, restore, receipt and verify do. It combines a session with
// the earlier states and the receipts of history. It prints nothing.
//
//	past.go     the earlier states that a command uses
//	walk.go     the candidates of a state, by the policy of today
//	lost.go     what is lost of the states; compare.go compares them with the machine
//	seen.go     how many states have a path that is there now
//	restore.go  plans to copy paths from states
//	receipt.go  what a shutdown writes; verify.go compares it with the machine
package past
