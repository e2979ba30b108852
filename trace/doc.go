// Package trace runs a command and reports every path that it and all its descendants touch, with
// the operations.
//
// [Run] traces a command, and [Attach] a running process. Both return a [Report], which
// [WriteReport] and [ReadReport] write and read.
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
// root (resolve.go, views.go). A recorder merges them (recorder.go). After the run, and
// not before, each path is checked on the disk to find out which operations took effect
// (report.go, judge.go).
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
