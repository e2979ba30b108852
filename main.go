// List-ephemeral shows what the next reboot wipes, and writes the Nix code that keeps it.
//
// What is where (docs/design.md says why; a folder's doc.go lists its files):
//
//	main.go               calls the command line
//	internal/cli          commands, flags, help, exit statuses; prints, also errors. The text of an
//	                      error is in the package that returns it; its remedy is added by
//	                      internal/session or a package above it
//	internal/session      configuration, flags and machine as what a command works with
//	internal/report       rows, columns, JSON lines; the sentences for verdicts, findings, results. A
//	                      single word, such as gone in lost, is the String of its type
//	config                finds and checks config.json
//	internal/pattern      its excludes
//	scan                  policy (the verdict on a path), parallel walk, roll-up
//	internal/mounts       the mount table, and which file systems may hang
//	boot                  what a boot does to each tree, by type of file system and other evidence
//	boot/check            the checks of doctor
//	boot/generation       what a built NixOS system declares: paths and mounts
//	internal/known        tables of known paths: classes, places, caches
//	owner                 whose a path is
//	internal/screen       connects the session to the screen
//	tui                   the screen. tui/keymap: keys of the list (tui/press.go carries them out);
//	                      tui/pane: dialogs and the snippet, with their keys; tui/places: the order
//	                      of places; tui/table: from a query to rows
//	internal/index        candidates in memory
//	internal/search       a query, with its operators, to ranked paths
//	internal/setting      the names of dialects, themes and views (of dialects: also nix/options.nix)
//	snippet               how each dialect is written
//	nixedit               adds a snippet to the text of a Nix file; internal/nixfile: finds the file,
//	                      reads and replaces it
//	trace                 what a command touches
//	internal/traced       groups that: keep, cache, runtime
//	internal/unittrace    a service under a trace
//	watch, internal/live  what the machine writes, and that for a session
//	adopt                 copies paths into storage, or back for restore; what it refuses to copy
//	trash                 moves strays out of the way
//	triage                what the user decided about paths; internal/decisions: for a session
//	history               earlier states, receipts and their format, the graveyard
//	internal/past         lost, restore, receipt and verify with them
//	nix, flake.nix        package and modules
//	internal/reboot       tests it all with real boots
package main

import (
	"os"

	"github.com/DaRacci/list-ephemeral/internal/cli"
)

func main() { os.Exit(cli.Main()) }
