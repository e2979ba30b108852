// Package session puts together what a command works with: configuration, flags and the
// machine. It is the only place that translates between the leaves, which do not know each
// other, and it knows neither flags nor the screen.
//
//	session.go  Options, Session and New
//	rules.go    configuration and flags as the rules of a scan
//	judge.go    the verdict on what is on the disk
//	notes.go    what is known of paths: program, cache, kept by others
//	owners.go   names of users and groups
//	users.go    the users who may have a part of a snippet
//	style.go    how a snippet is written, and which storage it names
//	item.go     paths as the snippet takes them; swap.go: swap files
//	render.go   the snippet, and what there is to say of it
//	storage.go  the storage to copy into
//	adopt.go    what may be copied
//	stray.go    what is in storage and not declared; trash.go: what is in the trash
//	status.go   counts of what is lost and kept
//	trace.go    what is shown of a trace
//	path.go     arguments as true paths
//	errors.go   wrong usage, and errors with a remedy
package session
