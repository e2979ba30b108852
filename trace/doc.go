// Package trace runs a command and reports every path that it and all its descendants touch, with
// the operations.
//
// [Run] traces a command, and [Attach] a running process. Both return a [Report], which
// [WriteReport] and [ReadReports] write and read, and [Merge] makes the union of several runs.
//
// # Implementation
//
// A seccomp filter stops only system calls that take a path (syscalls.go is the table, filter.go
// the filter). One of three back ends handles them:
//
//	notify    seccomp_unotify(2): a supervisor reads the path, then the call continues
//	ptrace    ptrace(2) with the same filter: results are known, at several times the cost
//	fanotify  fanotify(7) in a separate mount namespace: requires root, records only opens and writes
//
// Paths are made absolute during the call, with the caller's working directory, descriptors and
// root. A recorder merges them. After the run, and not before, each path is checked on the disk to
// find out which operations took effect. The files, in the order of a run:
//
//	trace     Options, Run, Report; session starts a back end, wait waits for the command; interrupt
//	          catches signals during the run; op has the operations and the scopes
//	syscalls  the table of calls; filter makes the seccomp filter of it
//	stub      becomes the command; keeper serves what outlives the trace, or a stop
//	notify    the first back end; ptrace and attach the second; fanotify the third; probe: do they work
//	reader    reads memory and links of a thread; resolve makes paths of a call; magic, socket, handle
//	views     other roots and namespaces; mapper converts their paths afterwards, overlay those of layers
//	before    what a name was before it is removed
//	recorder  merges paths; who: by which programs; journal keeps what changes the meaning of names
//	report    resolves and checks the paths, without /proc and the like; interpreter adds interpreters
//	          and loaders; judge decides what took effect; check finds other changes
//	encode    saved traces; decode reads them, merge makes the union of several; unfinished writes
//	          records during the run, and makes a report of them
//
// # Guarantees
//
// Tracing does not change the exit status, signals, job control, descriptors, environment, limits
// and umask of programs. Ignored and blocked signals may differ, because Go's runtime installs its
// own handlers. For ordinary users, setuid programs run without their additional privileges
// (Report.Privileged), because filters of ordinary users require no_new_privs. If a signal handler
// is installed without SA_RESTART, a call that waits for the tracer may return EINTR.
// io_uring_setup fails with ENOSYS unless Options.AllowRing is set. Stats counts what could not be
// traced.
//
// A program that calls Run or Attach must call [Helper] first in main, because the tracer executes
// that program again as the process that becomes the command.
package trace
