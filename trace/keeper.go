package trace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A filter cannot be removed. When the last descriptor of its listener is closed, each
// call that it traps fails with ENOSYS. Processes that outlive the trace, such as
// daemons, therefore get a keeper: a small process that lets every call continue until
// no process is left under the filter.
//
// There is also a keeper while this process is stopped (Ctrl-Z), for processes of the command that
// are not:
//
//	worker pauses ──→ keeper serves ──→ this process stops … continues ──→ keeper ends ──→ worker
//
// Only one of them receives notifications at a time, because one that is received must be answered.

// keeperName is the keeper's argv[0].
const keeperName = "list-ephemeral (keeping traced processes running)"

// The keeper's descriptors: the listener, and a socket to this process if the keeper is to end before
// the last process.
const (
	keeperListener = 3
	keeperSocket   = 4
)

// keeper is a running keeper.
type keeper struct {
	pid    int
	socket int
}

// startKeeper starts a keeper for a listener. With socket it ends on request (end), otherwise
// socket is -1.
func startKeeper(listener *os.File, socket int) (*keeper, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	files := []uintptr{null.Fd(), null.Fd(), null.Fd(), listener.Fd()}
	argv := []string{keeperName}
	if socket >= 0 {
		files = append(files, uintptr(socket))
		argv = append(argv, "for a while")
	}
	pid, err := syscall.ForkExec("/proc/self/exe", argv, &syscall.ProcAttr{
		Dir:   "/",
		Env:   []string{"GOMAXPROCS=1"},
		Files: files,
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return nil, fmt.Errorf("start a keeper for the remaining processes: %w", err)
	}
	go waitFor(pid, nil) // otherwise it would remain a zombie until this process ends
	return &keeper{pid: pid}, nil
}

// startKeeperForAWhile starts a keeper that end ends.
func startKeeperForAWhile(listener *os.File) (*keeper, error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("create a socket pair: %w", err)
	}
	defer unix.Close(pair[1])
	k, err := startKeeper(listener, pair[1])
	if err != nil {
		unix.Close(pair[0])
		return nil, err
	}
	k.socket = pair[0]
	return k, nil
}

// end ends the keeper when it has answered its current notification, and returns how many it has
// answered.
func (k *keeper) end() (calls int64) {
	defer unix.Close(k.socket)
	_, _ = unix.Write(k.socket, []byte{1}) // it may have ended with the last process
	var count [8]byte
	if _, err := io.ReadFull(descriptor(k.socket), count[:]); err != nil {
		return 0
	}
	return int64(binary.LittleEndian.Uint64(count[:]))
}

// runKeeper never returns.
func runKeeper(forAWhile bool) {
	wake := []unix.PollFd{{Fd: keeperListener, Events: unix.POLLIN}}
	first := keeperListener + 1
	if forAWhile {
		wake = append(wake, unix.PollFd{Fd: keeperSocket, Events: unix.POLLIN})
		first = keeperSocket + 1
	}
	_ = unix.CloseRange(uint(first), ^uint(0)>>1, 0) // Linux 5.9: do not keep inherited pipes and locks open
	var n notification
	var calls uint64
	for {
		if _, err := unix.Poll(wake, -1); err != nil && !errors.Is(err, unix.EINTR) || wake[0].Revents&unix.POLLHUP != 0 {
			os.Exit(0) //nolint:forbidigo // the keeper is a process of its own
		}
		if len(wake) > 1 && wake[1].Revents != 0 {
			if n, err := unix.Read(keeperSocket, make([]byte, 1)); err == nil && n == 1 {
				_, _ = unix.Write(keeperSocket, binary.LittleEndian.AppendUint64(nil, calls)) // the reader may have ended
				os.Exit(0)                                                                    //nolint:forbidigo // the keeper is a process of its own
			}
			wake = wake[:1] // our parent was killed: go on until no process is left
			continue
		}
		if wake[0].Revents == 0 {
			continue
		}
		n = notification{}
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, keeperListener, ioctlRecv, uintptr(unsafe.Pointer(&n)))
		if errno != 0 {
			continue // the caller has ended
		}
		calls++
		answer := response{id: n.id, flags: sendContinue}
		_, _, _ = unix.RawSyscall(unix.SYS_IOCTL, keeperListener, ioctlSend, uintptr(unsafe.Pointer(&answer))) // the caller may have ended
	}
}
