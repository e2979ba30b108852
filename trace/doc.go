// Package trace runs a command and tells every path that it and all processes it
// starts touch, and what they do there.
//
// [Run] is the whole of it, and [Attach] the same for a process that runs already.
// Both end in a [Report], which [WriteReport] and [ReadReport] keep.
//
// # How
//
// A seccomp filter stops each system call that takes a path, and no other
// (syscalls.go is the table, filter.go the filter). One of three back ends sees them:
//
//	notify    seccomp_unotify(2): a supervisor reads the path, the call goes on
//	ptrace    ptrace(2) with the same filter: results are known, at several times the cost
//	fanotify  fanotify(7) on a mount namespace of the command's: root, opens and writes only
//
// Paths are made absolute when the call is made, by the caller's own working directory,
// descriptors and root (resolve_linux.go, views_linux.go). A recorder folds them
// (recorder.go). When the run is over, and not before, the disk is asked what has
// become of each (report_linux.go, judge.go).
//
// # What is guaranteed
//
// Programs behave as without us: exit status, signals, job control, descriptors,
// environment, limits and umask; but which signals are ignored or blocked may differ,
// because Go's runtime has its own handlers. An ordinary user's setuid programs run without what
// they gain from that (Report.Privileged), because filters of ordinary users need
// no_new_privs. A signal handler without SA_RESTART may see EINTR from a call that
// waits for us; io_uring is refused with ENOSYS unless Options.AllowRing. What was not
// seen is counted in Stats.
//
// A program that calls Run or Attach has to call [Helper] first in main: the tracer
// starts that program again, as the process that becomes the command.
package trace
