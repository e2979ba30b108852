package trace

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// interruptSignal interrupts the worker in its blocking call: a real-time signal
// (signal(7)) that Go catches and then ignores.
const interruptSignal = syscall.Signal(40)

// sigaction is the kernel's struct, which is not that of sigaction(2).
type sigaction struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

const saRestart = 0x10000000 // SA_RESTART

// catchInterrupts makes interruptSignal interrupt system calls. Go installs its
// handlers with SA_RESTART, which would restart the call.
func catchInterrupts() error {
	var act sigaction
	if err := rtSigaction(nil, &act); err != nil {
		return fmt.Errorf("read the handler of signal %d: %w", interruptSignal, err)
	}
	act.flags &^= saRestart
	if err := rtSigaction(&act, nil); err != nil {
		return fmt.Errorf("set the handler of signal %d: %w", interruptSignal, err)
	}
	return nil
}

func rtSigaction(set, old *sigaction) error {
	const setSize = 8 // of sigset_t
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(interruptSignal),
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(old)), setSize, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
