package trace

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A filter cannot be removed. When the last descriptor of its listener is closed, each
// call that it traps fails with ENOSYS. Processes that outlive the trace, such as
// daemons, therefore get a keeper: a small process that lets every call continue until
// no process is left under the filter.

// keeperName is the keeper's argv[0].
const keeperName = "list-ephemeral (keeping traced processes running)"

// keeperListener is the keeper's descriptor of the listener.
const keeperListener = 3

// startKeeper starts a keeper for a listener.
func startKeeper(listener *os.File) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	pid, err := syscall.ForkExec("/proc/self/exe", []string{keeperName}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   []string{"GOMAXPROCS=1"},
		Files: []uintptr{null.Fd(), null.Fd(), null.Fd(), listener.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return fmt.Errorf("start a keeper for the remaining processes: %w", err)
	}
	go waitFor(pid) // otherwise it would remain a zombie until this process ends
	return nil
}

// runKeeper never returns.
func runKeeper() {
	_ = unix.CloseRange(keeperListener+1, ^uint(0)>>1, 0) // Linux 5.9: do not keep inherited pipes and locks open
	var n notification
	wake := []unix.PollFd{{Fd: keeperListener, Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(wake, -1); err != nil && !errors.Is(err, unix.EINTR) || wake[0].Revents&unix.POLLHUP != 0 {
			os.Exit(0) //nolint:forbidigo // the keeper is a process of its own
		}
		n = notification{}
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, keeperListener, ioctlRecv, uintptr(unsafe.Pointer(&n)))
		if errno != 0 {
			continue // the caller has ended
		}
		answer := response{id: n.id, flags: sendContinue}
		_, _, _ = unix.RawSyscall(unix.SYS_IOCTL, keeperListener, ioctlSend, uintptr(unsafe.Pointer(&answer))) // the caller may have ended
	}
}
