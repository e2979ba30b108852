// Package decisions connects a session with the decisions of its user: which file they are in, which
// of them are in effect now, what keeps the file, and the exclude patterns for what is ignored.
//
//	decisions.go   the file, Load and Save
//	excludes.go    ignored paths as Nix
package decisions
