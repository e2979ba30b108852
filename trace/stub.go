package trace

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The stub is this program, executed again with a different argv[0]. It installs the filter on
// itself and then becomes the command with execve(2). A separate process is necessary because a
// filter applies to a thread and everything that it starts, and because Go cannot run code between
// fork and exec.
//
//	parent                                stub
//	starts the stub, sends its config ──→ prctl(NO_NEW_PRIVS), seccomp(2)
//	receives the listener            ←──  sends it, or the errno
//	handles calls                         setuid, execve: the first traced call
//	reads the end of the socket      ←──  closed by execve, or sends the errno

// stubName is the stub's argv[0].
const stubName = "list-ephemeral (starting)"

// exitFailed is the exit status of a helper that failed.
const exitFailed = 125

// freeDescriptor returns the lowest number from 3 that the command does not inherit.
// The stub has its socket there. All lower descriptors are inherited.
func freeDescriptor() int {
	for fd := 3; ; fd++ {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err != nil || flags&unix.FD_CLOEXEC != 0 {
			return fd
		}
	}
}

// stubConfig is sent to the stub. Its arguments contain the rest: the path to execute,
// and the arguments of that program.
type stubConfig struct {
	NoNewPrivs bool
	Filter     []unix.SockFilter
	// Flags are alternative flags of seccomp(2); the first that the kernel accepts are used.
	Flags []uintptr
	// OwnMounts requests a separate mount namespace.
	OwnMounts bool
	// User, if set, is the user that the command runs as.
	User *User
}

// User is a user that a command runs as.
type User struct {
	UID, GID uint32
	Groups   []uint32
}

// stubAnswer is a message of the stub, with the Errno of the failed step, or 0.
type stubAnswer struct {
	Step  string
	Errno syscall.Errno
	TID   int
}

// The steps of the stub that may fail.
const (
	stepFilter = "prepare the command"
	stepUser   = "change the user"
	stepExec   = "execute"
	stepReady  = "ready"
)

// Helper runs a helper process of the tracer, if this process was started as one, and then does not
// return. Otherwise it returns at once. It must be called first in main and in TestMain.
func Helper() {
	if len(os.Args) == 0 {
		return
	}
	switch os.Args[0] {
	case stubName:
		runtime.LockOSThread()
		socket, _ := strconv.Atoi(os.Args[1]) // from startStub
		runStub(socket, os.Args[2], os.Args[3:])
	case keeperName:
		runKeeper(len(os.Args) > 1)
	}
}

// runStub never returns.
func runStub(socket int, path string, args []string) {
	unix.CloseOnExec(socket)
	var o stubConfig
	if err := json.NewDecoder(descriptor(socket)).Decode(&o); err != nil {
		os.Exit(exitFailed) //nolint:forbidigo // a process of its own, whose parent has exited
	}
	say := func(step string, err error, fds ...int) {
		var errno syscall.Errno
		errors.As(err, &errno)
		answer, _ := json.Marshal(stubAnswer{step, errno, unix.Gettid()}) // nothing in it can fail
		var rights []byte
		if len(fds) > 0 {
			rights = unix.UnixRights(fds...)
		}
		_ = unix.Sendmsg(socket, answer, rights, nil, 0) // the parent notices
	}
	env := os.Environ()
	if err := o.User.closeDescriptors(); err != nil {
		say(stepUser, err)
		os.Exit(exitFailed) //nolint:forbidigo // the stub is a process of its own
	}
	fd, err := o.install()
	if err != nil {
		say(stepFilter, err)
		os.Exit(exitFailed) //nolint:forbidigo // the stub is a process of its own
	}
	// From here on, every call with a path on this thread waits for the parent, which first needs
	// the listener. The code below uses the Go runtime only for memory.
	if fd >= 0 {
		say(stepReady, nil, fd)
	} else {
		say(stepReady, nil)
		_, _ = unix.Read(socket, make([]byte, 1)) // wait until the tracer has seized this thread
	}
	if err := o.User.become(); err != nil {
		say(stepUser, err)
		os.Exit(exitFailed) //nolint:forbidigo // the stub is a process of its own
	}
	err = syscall.Exec(path, args, env)
	if errors.Is(err, unix.ENOEXEC) && isText(path) { // as execvp(3) does with a script that does not name its shell
		err = syscall.Exec("/bin/sh", append([]string{"/bin/sh", path}, args[1:]...), env)
	}
	say(stepExec, err)
	os.Exit(exitFailed) //nolint:forbidigo // the stub is a process of its own
}

// isText reports whether a file that the kernel cannot execute is a script: it is not ELF, and its
// first line has no NUL. Shells decide like that (bash(1), check_binary_file).
func isText(path string) bool {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return true // the shell reports it
	}
	defer unix.Close(fd)
	var head [128]byte
	n, err := descriptor(fd).Read(head[:])
	if err != nil && !errors.Is(err, io.EOF) {
		return true
	}
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	return !bytes.HasPrefix(line, []byte(elf.ELFMAG)) && bytes.IndexByte(line, 0) < 0
}

// descriptor reads from a descriptor without closing it. An os.File would close it when
// it is collected.
type descriptor int

func (d descriptor) Read(into []byte) (int, error) {
	for {
		n, err := unix.Read(int(d), into)
		switch {
		case errors.Is(err, unix.EINTR):
		case err == nil && n == 0:
			return 0, io.EOF
		default:
			return max(n, 0), err
		}
	}
}

// install installs the filter on this thread and returns its listener, or -1 if the flags do not
// request one.
func (o *stubConfig) install() (listener int, err error) {
	if o.OwnMounts {
		if err := ownMounts(); err != nil {
			return -1, err
		}
	}
	if len(o.Filter) == 0 {
		return -1, nil
	}
	if o.NoNewPrivs {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return -1, fmt.Errorf("prctl: %w", err)
		}
	}
	prog := unix.SockFprog{Len: uint16(len(o.Filter)), Filter: &o.Filter[0]}
	for _, flags := range o.Flags {
		fd, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
		switch {
		case errno == 0 && flags&unix.SECCOMP_FILTER_FLAG_NEW_LISTENER != 0:
			return int(fd), nil
		case errno == 0:
			return -1, nil
		case errno != unix.EINVAL:
			return -1, errno
		}
		err = errno
	}
	return -1, err
}

// ownMounts moves this thread to a copy of the mount namespace. Changes in it do not propagate
// back.
func ownMounts() error {
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	return nil
}

// closeDescriptors sets close-on-exec on all descriptors except the standard ones,
// because they may give access to files that the user must not read. close_range(2) can
// do that only since Linux 5.11.
func (u *User) closeDescriptors() error {
	if u == nil {
		return nil
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("close descriptors: %w", err)
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > unix.Stderr {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// become changes the user of this thread, which is the only one that survives execve(2).
func (u *User) become() error {
	if u == nil {
		return nil
	}
	var groups unsafe.Pointer
	if len(u.Groups) > 0 {
		groups = unsafe.Pointer(&u.Groups[0])
	}
	id := func(n uint32) uintptr { return uintptr(n) }
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(u.Groups)), uintptr(groups), 0); errno != 0 {
		return errno
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESGID, id(u.GID), id(u.GID), id(u.GID)); errno != 0 {
		return errno
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, id(u.UID), id(u.UID), id(u.UID)); errno != 0 {
		return errno
	}
	return nil
}
