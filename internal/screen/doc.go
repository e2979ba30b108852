// Package screen connects the session with the screen. It implements tui.Machine for each source of
// paths.
//
//	machine.go    the candidates of a scan; traced.go: the paths of a trace; lost.go: losses
//	place.go      whose a path is, and whether it is likely to be worth keeping
//	watched.go    the paths that are being written
//	list.go       paths from stdin
//	stray.go      undeclared paths in storage, which can be moved to the trash
//	adopt.go      copying the selection into storage
//	into.go       inserting the snippet into a Nix file
//	decisions.go  what the user decided about paths
//	clipboard.go  programs that copy the snippet to the clipboard
package screen
