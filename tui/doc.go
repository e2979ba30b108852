// Package tui is the screen: it shows candidates while a scan finds them, lets the user
// search, filter and select, and returns the snippet for the selection.
//
// Run is the entry. It opens the terminal, starts Machine.Scan, which fills an index.Store,
// and runs Bubble Tea, whose one model is app. The files, by what they are for:
//
//	what the caller sees     tui.go (Options, Result), machine.go (Machine), run.go
//	the model                app.go (Update), view.go (View), layout.go, styles.go, text.go
//	keys                     keys.go (the key map), hints.go (what is enabled), actions.go
//	the list                 list.go, views.go, statusbar.go, searchbar.go
//	the pane beside it       side.go, preview.go
//	the snippet              pane_snippet.go, clipboard.go
//	dialogs                  overlay.go, dialog_*.go
//	from scan to rows        progress.go, searchtask.go, result.go, rescan.go
//	what is known of rows    statcache.go, annotate.go
//	background work          cmds.go, msgs.go, newest.go
//	the terminal             terminal.go
//
// Only Update changes the model. What takes time runs in commands (cmds.go), which get what
// they need as values or as listings that never change, and answer with a message (msgs.go).
// Messages that may be late carry a generation number, and are dropped if a newer request has
// been made. Nothing waits for the scan: the screen reads the store when a timer ticks, and a
// file costs no message.
//
// Once the user has moved the cursor, it stays on its path while rows arrive; before that it
// stays on the first row.
//
// File names may be any bytes. They are kept and searched as they are, and escaped by package
// printable where a line is rendered.
package tui
