// Package nixfile finds, reads and replaces the Nix files of a configuration.
//
//	nixfile.go  File, Read, File.Write: one file, replaced as a whole
//	find.go     Dirs, Find: the files below a flake
//	git.go      Uncommitted: what git says of a file
//	parse.go    Parse: what Nix says of a text
//
// Nothing of a configuration is evaluated, and no hook, monitor or filter of a repository that
// belongs to another user runs.
package nixfile
