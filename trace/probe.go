package trace

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Probe reports whether a back end works for this process: nil, or an error that wraps
// ErrUnsupported and names what is missing. The result is cached, and no process is
// started. A back end can still fail when used if another supervisor already traps this
// process (EBUSY).
func Probe(b Backend) error {
	switch b {
	case BackendNotify:
		return probeNotify()
	case BackendPtrace:
		return probePtrace()
	case BackendFanotify:
		return probeFanotify()
	case BackendAuto:
	}
	return nil
}

var probeNotify = sync.OnceValue(func() error {
	if nativeABIs() == nil {
		return fmt.Errorf("no table of system calls for %s: %w", runtime.GOARCH, ErrUnsupported)
	}
	action := uint32(unix.SECCOMP_RET_USER_NOTIF)
	if err := callSeccomp(unix.SECCOMP_GET_ACTION_AVAIL, 0, unsafe.Pointer(&action)); err != nil {
		return seccompError("requires seccomp user notification, Linux 5.0", err)
	}
	if !kernelAtLeast(5, 5) {
		return fmt.Errorf("requires SECCOMP_USER_NOTIF_FLAG_CONTINUE, Linux 5.5: %w", ErrUnsupported)
	}
	return probeMemory()
})

var probePtrace = sync.OnceValue(func() error {
	if nativeABIs() == nil {
		return fmt.Errorf("no table of system calls for %s: %w", runtime.GOARCH, ErrUnsupported)
	}
	action := uint32(unix.SECCOMP_RET_TRACE)
	if err := callSeccomp(unix.SECCOMP_GET_ACTION_AVAIL, 0, unsafe.Pointer(&action)); err != nil {
		return seccompError("requires seccomp filters, Linux 4.14", err)
	}
	if !kernelAtLeast(5, 3) {
		return fmt.Errorf("requires PTRACE_GET_SYSCALL_INFO, Linux 5.3: %w", ErrUnsupported)
	}
	return probeMemory()
})

// yamaScope is the setting of Yama. It does not exist in kernels without Yama.
const yamaScope = "/proc/sys/kernel/yama/ptrace_scope"

// adoptOrphans makes daemons of the command remain our descendants if Yama allows access only to
// descendants. It returns a function that undoes this. Otherwise it changes nothing, because
// daemons can notice the difference with getppid(2).
func adoptOrphans() (undo func()) {
	if text, err := os.ReadFile(yamaScope); err != nil || strings.TrimSpace(string(text)) == "0" || capable(unix.CAP_SYS_PTRACE) {
		return func() {}
	}
	set := func(on uintptr) { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, on, 0, 0, 0) } // Linux 3.4
	set(1)
	return func() { set(0) }
}

// probeMemory checks whether Yama forbids tracing. At scope 1 a process may trace its descendants,
// which is sufficient.
func probeMemory() error {
	text, err := os.ReadFile(yamaScope)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	switch scope := strings.TrimSpace(string(text)); {
	case scope == "2" && !capable(unix.CAP_SYS_PTRACE), scope == "3":
		return fmt.Errorf("forbidden by %s, which is %s: %w", yamaScope, scope, ErrUnsupported)
	}
	return nil
}

var probeFanotify = sync.OnceValue(func() error {
	if !capable(unix.CAP_SYS_ADMIN) {
		return fmt.Errorf("requires CAP_SYS_ADMIN: %w", ErrUnsupported)
	}
	fd, err := unix.FanotifyInit(fanotifyFlags, unix.O_RDONLY|unix.O_CLOEXEC)
	if err != nil {
		return fmt.Errorf("requires CONFIG_FANOTIFY: %w: %w", err, ErrUnsupported)
	}
	return unix.Close(fd)
})

// capable reports whether this process has a capability, capabilities(7).
func capable(capability uint) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[capability/32].Effective&(1<<(capability%32)) != 0
}

// privileged reports whether this process may install filters without no_new_privs, so setuid
// programs keep their privileges.
func privileged() bool { return capable(unix.CAP_SYS_ADMIN) }

// keepsReadable reports whether programs are prevented from hiding their memory. A privileged process
// can read it anyway.
func (o *Options) keepsReadable() bool { return !o.AllowHiding && !capable(unix.CAP_SYS_PTRACE) }

// seccompError returns an error with the reason why seccomp(2) cannot be used.
func seccompError(requires string, err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return fmt.Errorf("seccomp(2) is forbidden, for example by the profile of a container: %w", ErrUnsupported)
	}
	return fmt.Errorf("%s: %w", requires, ErrUnsupported)
}

func callSeccomp(operation, flags uintptr, args unsafe.Pointer) error {
	if _, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, operation, flags, uintptr(args)); errno != 0 {
		return errno
	}
	return nil
}

// kernelAtLeast compares the version of the kernel, uname(2).
func kernelAtLeast(major, minor int) bool {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return false
	}
	var haveMajor, haveMinor int
	if n, _ := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &haveMajor, &haveMinor); n < 2 {
		return false
	}
	return haveMajor > major || haveMajor == major && haveMinor >= minor
}
