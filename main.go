// List-ephemeral shows what the next reboot will wipe on a machine whose root
// is ephemeral, and writes the Nix configuration that keeps it.
//
// What runs, in order, and where it lives:
//
//	main.go               hands over to the command line
//	internal/cli          commands, flags, exit codes; translates between the rest
//	config                finds and checks config.json; the built-in excludes
//	internal/pattern      exclude patterns with the semantics of fd --exclude
//	internal/mounts       the mount table: what is mounted where
//	scan                  policy (the verdict on a path), parallel walk
//	tui                   the screen: list, search, selection
//	snippet               the selection as Nix
//	trace                 what a command touches
//	adopt                 copies what is selected into storage
//	internal/known        whose a path is: caches, programs, what others keep
//	internal/paths        is a path at or below a directory
//	nix, flake.nix        package and modules for NixOS and Home Manager
//	internal/reboot       the test of it all: machines that are wiped
//	internal/printable    makes file names safe for a terminal
//	internal/securefile   files in directories of other users
//
// docs/design.md tells why it is so.
package main

import (
	"os"

	"github.com/DaRacci/list-ephemeral/internal/cli"
)

func main() { os.Exit(cli.Main()) }
