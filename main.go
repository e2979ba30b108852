// List-ephemeral shows what the next reboot wipes, and writes the Nix code that keeps it.
//
// What runs, in order, and where it lives:
//
//	main.go               calls the command line
//	internal/cli          commands, flags, help, exit statuses; prints
//	internal/session      configuration, flags and machine as what a command works with
//	internal/report       rows, tables, JSON lines, and the words for every verdict
//	config                finds and checks config.json; internal/pattern: its excludes
//	scan                  policy (the verdict on a path), parallel walk, roll-up
//	tui                   the screen: keys, list, panes, dialogs
//	internal/search       a query to ranked paths
//	internal/index        candidates in memory: store, listings, tree, selection
//	snippet               the selection as Nix, one file for each dialect
//	trace                 what a command touches
//	adopt, trash          copies paths into storage; moves strays out of the way
//	internal/known        what is known of paths: caches, programs, what others keep
//	internal/mounts       the mount table; internal/paths: at or below
//	boot/generation       what a built NixOS system declares; internal/unitfile: units as text
//	nix, flake.nix        package and modules; internal/reboot tests it all
//
// docs/design.md says why.
package main

import (
	"os"

	"github.com/DaRacci/list-ephemeral/internal/cli"
)

func main() { os.Exit(cli.Main()) }
