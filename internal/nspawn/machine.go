package nspawn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// bootTimeout bounds a boot and a shutdown, which take half a second: a machine that hangs has
// to be reported with what it printed, before a test ends without a reason.
const bootTimeout = time.Minute

// sigPowerOff makes systemd start poweroff.target: SIGRTMIN+4 of glibc, systemd(1).
const sigPowerOff = unix.Signal(34 + 4)

// Machine is a machine that runs. Its methods are for one goroutine.
type Machine struct {
	leader int // its first process
	pidfd  int // pidfd_open(2) of it, or -1
	cmd    *exec.Cmd
	log    *console
	ended  chan struct{} // closed when systemd-nspawn has ended
	err    error         // why it ended; read after ended is closed
	lock   *os.File
}

// Start boots a machine, and returns when systemd reports that all units of the boot have
// started. It waits until no other machine runs. The caller calls PowerOff or Kill. It
// requires root. The error contains what the machine has printed.
func Start(ctx context.Context, options Options) (*Machine, error) {
	held, err := lock()
	if err != nil {
		return nil, err
	}
	m, err := start(ctx, options)
	if err != nil {
		held.Close()
		return nil, fmt.Errorf("boot %s: %w", options.Root, err)
	}
	m.lock = held
	return m, nil
}

func start(ctx context.Context, options Options) (*Machine, error) {
	dir, err := os.MkdirTemp("", "nspawn")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		return nil, err
	}
	defer func() { _ = socket.Close() }()
	up, err := uptime()
	if err != nil {
		return nil, err
	}
	args := arguments(options, up, hasSystemd())
	m := &Machine{pidfd: -1, cmd: exec.Command(args[0], args[1:]...), log: new(console), ended: make(chan struct{})}
	m.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "NOTIFY_SOCKET=" + socket.LocalAddr().String()}
	m.cmd.Stdout, m.cmd.Stderr = m.log, m.log
	// SIGTERM makes systemd-nspawn kill the machine (--kill-signal), which would survive SIGKILL.
	m.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGTERM}
	if err := m.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		m.err = m.cmd.Wait()
		close(m.ended)
		_ = socket.Close() // ends ready
	}()
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	defer stop()
	if err := m.ready(socket); err != nil {
		m.Kill()
		return nil, fmt.Errorf("%w\n%s", errors.Join(ctx.Err(), err, m.err), m.Log())
	}
	return m, nil
}

// ready waits until the machine has booted, and sets leader.
func (m *Machine) ready(socket *net.UnixConn) error {
	if err := socket.SetReadDeadline(time.Now().Add(bootTimeout)); err != nil {
		return err
	}
	buf := make([]byte, 4096)
	for {
		n, err := socket.Read(buf)
		if err != nil {
			return fmt.Errorf("wait for the machine: %w", err)
		}
		message := string(buf[:n])
		if pid := value(message, "X_NSPAWN_LEADER_PID"); pid != "" {
			if m.leader, err = strconv.Atoi(pid); err != nil {
				return err
			}
			if m.pidfd, err = unix.PidfdOpen(m.leader, 0); err != nil {
				return fmt.Errorf("open the first process of the machine: %w", err)
			}
		}
		if value(message, "READY") == "1" {
			if m.leader == 0 {
				return errors.New("systemd-nspawn did not report the first process")
			}
			return nil
		}
	}
}

// Root returns a directory that shows the machine's root with all its mounts, as long as it
// runs: proc_pid_root(5) of its first process. It is a symlink: add a path to it.
func (m *Machine) Root() string { return fmt.Sprintf("/proc/%d/root", m.leader) }

// Command returns a command that runs in the machine, in all its namespaces, as root. The
// program is looked up in the machine.
func (m *Machine) Command(ctx context.Context, program string, args ...string) *exec.Cmd {
	enter := []string{"--target", strconv.Itoa(m.leader), "--mount", "--uts", "--ipc", "--net", "--pid", "--time", "--root", "--", program}
	cmd := exec.CommandContext(ctx, "nsenter", append(enter, args...)...)
	cmd.Dir = "/"
	return cmd
}

// Log returns what systemd-nspawn and the console of the machine have printed.
func (m *Machine) Log() string { return m.log.String() }

// PowerOff shuts the machine down, and returns when its last process has ended and all its
// mounts are gone.
func (m *Machine) PowerOff() error {
	defer m.Kill()
	if err := unix.PidfdSendSignal(m.pidfd, sigPowerOff, nil, 0); err != nil {
		return fmt.Errorf("power the machine off: %w", err)
	}
	select {
	case <-m.ended:
	case <-time.After(bootTimeout):
		return fmt.Errorf("power the machine off: it still runs after %s\n%s", bootTimeout, m.Log())
	}
	if m.err != nil {
		return fmt.Errorf("power the machine off: %w\n%s", m.err, m.Log())
	}
	return nil
}

// Kill ends the machine at once, like a power failure, if it still runs, and returns when its
// last process has ended. It may be called again.
func (m *Machine) Kill() {
	if m.pidfd >= 0 {
		// The kernel ends all processes of the machine with the first one, pid_namespaces(7).
		_ = unix.PidfdSendSignal(m.pidfd, unix.SIGKILL, nil, 0)
	}
	_ = m.cmd.Process.Signal(unix.SIGTERM)
	select {
	case <-m.ended:
	case <-time.After(bootTimeout):
		_ = m.cmd.Process.Kill()
		<-m.ended
	}
	if m.pidfd >= 0 {
		waitFor(m.pidfd)
		unix.Close(m.pidfd)
		m.pidfd = -1
	}
	if m.lock != nil {
		m.lock.Close()
		m.lock = nil
	}
}

// waitFor waits until a process has ended, pidfd_open(2).
func waitFor(pidfd int) {
	wait := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(wait, -1); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// console collects what is printed.
type console struct {
	mu   sync.Mutex
	text strings.Builder
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}
