// Package session combines the configuration, the flags and the state of the machine for a
// command. Only this package translates between the leaf packages, which do not import each
// other. It does not parse flags and does not import the screen.
//
//	session.go  Options, Session and New
//	rules.go    configuration and flags as the rules of a scan
//	judge.go    the verdict on a path on the disk; fates.go: what a boot does to each tree
//	facts.go    what the classes of data need to know about the machine
//	declared.go what the built systems declare
//	notes.go    the program of a path, whether it is cache, and how many others keep it
//	owners.go   names of users and groups; whose a path is; unit.go: service units
//	users.go    the users who can have a section in a snippet
//	style.go    the style of a snippet, and the storage path that it names
//	item.go     paths as items of a snippet; swap.go: swap files
//	render.go   the snippet and its notes
//	nixfiles.go the Nix files of the configuration, and the lines that declare paths; sources.go: those from which it was built
//	into.go     the plan to insert a snippet into a Nix file; intofile.go: which file, and what comes next
//	storage.go  the storage to copy into
//	adopt.go    the paths that may be copied; what mounts cover
//	stray.go    undeclared paths in storage; trash.go: the trash
//	doctor.go   what the checks of doctor get
//	status.go   counts of lost and kept files
//	written.go  who wrote a path, from a record of watch
//	path.go     arguments as true paths
//	errors.go   usage errors, and errors with a remedy; stuck.go: work that cannot be interrupted
package session
