// Package screen connects the session and the screen: it implements tui.Machine for what can be
// browsed.
//
//	machine.go    candidates that a scan finds, and those of a trace
//	list.go       candidates that are lines of stdin
//	stray.go      undeclared paths in storage, which are moved to the trash
//	adopt.go      copying the selection into storage
//	clipboard.go  programs that put the snippet on the clipboard
package screen
