// Package cli implements the command line, one file for each command.
//
// Results go to stdout, and everything else to stderr as "list-ephemeral: error: …",
// "list-ephemeral: warning: …" and "list-ephemeral: hint: …", each message on one line. Bytes from
// file names or the configuration reach a terminal only through the package printable. Main prints
// the error of a command, once, at the end. Packages below internal/session do not add hints to
// errors.
//
//	cli.go            Main: signals, exit statuses
//	root.go           the command tree, global flags
//	session.go        the session of a command; a signal ends waiting for a file system
//	messages.go       messages on stderr
//	usage.go          usage errors, from cobra's errors
//	values.go         values of flags; kinds.go: of --type, color.go: of --color
//	help.go           the help; completion.go: completion scripts; man.go: manual pages
//
//	list.go           list; filter.go: conditions, dirs.go: units, summary.go: --summary,
//	                  by.go: owners
//	status.go         status
//	explain.go        explain
//	screen.go         list without a pipe: opens the screen
//	trace.go          trace: flags, the run; tracereport.go: the result,
//	                  tracestart.go: how the command or a unit starts
//	watch.go          watch
//	snippet.go        snippet; into.go: --into
//	adopt.go          adopt; adoptprogress.go: the progress line, messages on single paths
//	stray.go          stray; trash.go: the trash
//	doctor.go         doctor
//	lost.go           lost; restore.go, receipt.go, verify.go: the commands of these names
package cli
