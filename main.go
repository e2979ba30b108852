// List-ephemeral shows what the next reboot wipes, and writes the Nix code that keeps it.
//
// What runs, in order, and where it is (docs/design.md says why):
//
//	main.go               calls the command line
//	internal/cli          commands, flags, help, exit statuses; prints
//	internal/session      configuration, flags and machine as what a command works with
//	internal/past         earlier states and receipts: lost, restore, receipt and verify
//	internal/report       rows, columns, JSON lines; the words for verdicts and results
//	config                finds and checks config.json; internal/pattern: its excludes
//	scan                  policy (the verdict on a path), parallel walk, roll-up
//	internal/screen       connects the session to the screen
//	tui                   the screen: keys, list, panes, dialogs
//	internal/search       a query to ranked paths; internal/index: candidates in memory
//	snippet, nixedit      the selection as Nix, its dialects; adds it to a Nix file
//	trace                 what a command touches; internal/traced: what to keep of that
//	watch                 what the machine writes; internal/live: for a session
//	internal/unittrace    a service under a trace
//	adopt, trash          copies paths into storage; moves strays out of the way
//	triage                what the user decided about paths; internal/decisions: for a session
//	boot, boot/check      what a boot does to each tree, by kind of mount; checks of doctor
//	boot/generation       what a built NixOS system declares; internal/unitfile: units as text
//	internal/known        what is known of paths; owner: whose they are; internal/setting: dialects
//	internal/mounts       the mount table; internal/paths: at or below
//	nix, flake.nix        package and modules; internal/reboot tests it all
package main

import (
	"os"

	"github.com/DaRacci/list-ephemeral/internal/cli"
)

func main() { os.Exit(cli.Main()) }
