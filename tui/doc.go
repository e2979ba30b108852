// Package tui is the interactive screen. It shows candidates while a scan finds them, lets
// the user search, filter and select, and returns the snippet for the selection.
//
// Run is the entry point. It opens the terminal, starts Machine.Scan, which fills an
// index.Store, and runs Bubble Tea with the single model app. The files by purpose:
//
//	what the caller sees     tui.go (Options, Result), machine.go (Machine), run.go
//	the model                app.go (Update), view.go (View), layout.go
//	keys and mouse           press.go, hints.go (what is enabled), actions.go, mouse.go; package keymap
//	the list                 list.go (rows and cursor), rows.go (how they look), remark.go (why a row cannot be kept)
//	the frame                statusbar.go (headline, tabs, status), searchbar.go
//	decisions                triage.go, firstrun.go
//	the cards beside it      side.go
//	snippet and dialogs      perform.go (what they ask for), clipboard.go; package pane
//	from scan to rows        progress.go, searchtask.go; package table
//	what is known of rows    overview.go (sums of all), statcache.go, excluded.go, annotate.go
//	background work          cmds.go, msgs.go
//
// Package draw renders the parts of the screen, package table computes the rows, package places orders
// them, package hits finds those of a query, package card describes the one under the cursor, package
// review follows the decisions, package keymap has the keys, package guide has help and empty states,
// and package pane has the dialogs and the snippet.
//
// Only Update changes the model. Slow work runs in commands (cmds.go). Their arguments are
// values or immutable listings, and their result is a message (msgs.go). A message that may
// arrive late carries a generation number and is dropped if a newer request was made. Nothing
// waits for the scan: the screen reads the store on a timer, so a file costs no message.
//
// Once the user has moved the cursor, it stays on its path while rows arrive; before that it
// stays on the first row.
//
// File names may contain any bytes. They are stored and searched unchanged, and escaped by
// package printable when a line is rendered.
package tui
