// Package tui is the screen: it shows candidates while a scan finds them, lets
// people search, filter and select, and returns the snippet for what they chose.
//
// Run is the entry. It starts the scan, which writes into a Store, and the
// Bubble Tea program, whose one model is app. Files, in the order in which a
// candidate passes through them:
//
//	store      a tree of what has been found, in few bytes
//	listing    a snapshot of it, sorted
//	programs   the part that belongs to a program
//	search     the part that matches a query, ranked
//	list       the part that is visible
//	selection  what has been marked
//	snippet    what is to be done with it: pane_snippet
//
// The model is changed by Update alone. All that takes time runs in commands
// (cmds), which get what they need by value or as snapshots that never change,
// and answer with a message (msgs); those that can be late carry a generation
// number and are dropped if a newer question has been asked. Nothing waits for
// the scan: the screen looks at the store when a timer ticks, and a file costs no
// message.
//
// The cursor stays on its path while rows stream in, as soon as the user has
// moved it; before that it stays on the first row.
//
// File names may be any bytes. They are kept and searched as they are, and made
// safe by package printable where a line is rendered.
package tui
