package unittrace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/trace"
	"github.com/DaRacci/list-ephemeral/watch"
)

func socketOf(name string) string { return filepath.Join(stateDir, name+".socket") }

// receiver collects the reports of a service.
type receiver struct {
	name   string
	socket *net.UnixListener
	all    sync.WaitGroup

	mu      sync.Mutex
	open    int // connections
	started int
	reports []*trace.Report
	failed  []error
}

// listen makes the socket. Every user may connect, because the service may run as any.
func listen(name string) (*receiver, error) {
	path := socketOf(name)
	_ = os.Remove(path) // of a killed run
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o666); err != nil {
		_ = socket.Close() // the first error counts
		return nil, err
	}
	r := &receiver{name: name, socket: socket}
	r.all.Go(r.accept)
	return r, nil
}

// accept serves connections until the socket is closed.
func (r *receiver) accept() {
	for {
		conn, err := r.socket.AcceptUnix()
		if err != nil {
			return
		}
		if !r.ofService(conn) {
			_ = conn.Close() // nothing was sent
			continue
		}
		r.count(+1)
		_, _ = conn.Write([]byte{1}) // after an error, the report is missing, which is reported
		r.all.Go(func() {
			report, err := receive(conn)
			_ = conn.Close() // it was only read from
			r.mu.Lock()
			defer r.mu.Unlock()
			r.open--
			if err != nil {
				r.failed = append(r.failed, err)
				return
			}
			r.reports = append(r.reports, report)
		})
	}
}

func (r *receiver) count(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open += n
	r.started++
}

// ofService reports whether the process at the other end is in the control group of the service:
// any user could connect otherwise.
func (r *receiver) ofService(conn *net.UnixConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	var peer *unix.Ucred
	err = raw.Control(func(fd uintptr) { peer, _ = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err != nil || peer == nil {
		return false
	}
	text, err := os.ReadFile("/proc/" + strconv.Itoa(int(peer.Pid)) + "/cgroup")
	return err == nil && watch.UnitOfCgroup(string(text)) == r.name
}

// reportMost is the longest report that is read.
const reportMost = 1 << 30

// receive reads a report. It is an error if the sender has ended without one.
func receive(from io.Reader) (*trace.Report, error) {
	in := bufio.NewReader(io.LimitReader(from, reportMost))
	if _, err := in.Peek(1); err != nil {
		return nil, errors.New("the tracer of the service was killed, or could not trace")
	}
	report, err := trace.ReadReport(in)
	if err != nil {
		return nil, fmt.Errorf("read the report of the service: %w", err)
	}
	return report, nil
}

// idle reports whether a traced command has run and none runs.
func (r *receiver) idle() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.started > 0 && r.open == 0
}

// any reports whether a traced command has run, or runs.
func (r *receiver) any() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.started > 0
}

// collect waits for the reports of the commands that have ended, and closes the socket.
func (r *receiver) collect(limit time.Duration) ([]*trace.Report, []error) {
	begin := time.Now()
	for !r.idle() && time.Since(begin) < limit && (r.any() || time.Since(begin) < startWait) {
		time.Sleep(pollEvery)
	}
	_ = r.socket.Close() // it ends accept
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reports, r.failed
}
