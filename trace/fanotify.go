package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// The fanotify back end: fanotify(7). The command gets its own mount namespace, each of its mounts
// is marked, and the kernel reports what is opened through them. This back end delays no call,
// records opens by io_uring and by the kernel itself, and setuid programs keep their privileges. It
// records only opens and writes of existing paths, and nothing after a program changes its mounts.
// It requires root and is used only on request.

const (
	fanotifyFlags = unix.FAN_CLASS_NOTIF | unix.FAN_CLOEXEC | unix.FAN_UNLIMITED_QUEUE | unix.FAN_UNLIMITED_MARKS | unix.FAN_NONBLOCK
	fanotifyMask  = unix.FAN_OPEN | unix.FAN_OPEN_EXEC | unix.FAN_MODIFY | unix.FAN_CLOSE_WRITE | unix.FAN_ONDIR
	// fanotifyHead is the size of struct fanotify_event_metadata.
	fanotifyHead = 24
)

// watcher reads the events of the marks.
type watcher struct {
	s    *session
	file *os.File
	pid  int
	stop atomic.Bool
	done chan struct{} // closed when the reader has ended
	gone chan struct{} // never closed: remaining processes are not known
	err  error         // valid when done is closed
	link []byte
	// written are O_PATH descriptors of changed files, at most mostWritten. Programs write a file
	// under a temporary name, and rename it; fanotify does not report renames with these marks. So
	// the names are read again at the end.
	written     map[fileID]int
	mostWritten int
}

// shareOfDescriptors is the part of RLIMIT_NOFILE that written may use, as a divisor.
const shareOfDescriptors = 4

// mostDescriptors returns how many descriptors of changed files are kept.
func mostDescriptors() int {
	const most = 1 << 14
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(limit.Cur/shareOfDescriptors, most))
}

// startFanotify starts the command under the fanotify back end.
func startFanotify(opts Options) (started *session, err error) {
	if err := probeFanotify(); err != nil {
		return nil, err
	}
	fd, err := unix.FanotifyInit(fanotifyFlags, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_LARGEFILE)
	if err != nil {
		return nil, fmt.Errorf("fanotify_init: %w: %w", err, ErrUnsupported)
	}
	opts.Scope = ScopeOpens
	s := newSession(opts)
	defer s.closeOn(&err)
	s.started = coarseNow()
	w := &watcher{s: s, file: os.NewFile(uintptr(fd), "fanotify"), done: make(chan struct{}), gone: make(chan struct{}), link: make([]byte, pathMax), written: make(map[fileID]int), mostWritten: mostDescriptors()}
	c, err := startStub(opts, stubConfig{OwnMounts: true, User: opts.User})
	if err != nil {
		w.file.Close()
		return nil, err
	}
	if err := w.begin(c); err != nil {
		unix.Close(c.socket)
		_ = unix.Kill(c.pid, unix.SIGKILL)
		c.reap()
		w.file.Close()
		return nil, err
	}
	s.pid, w.pid, s.tracer = c.pid, c.pid, w
	go w.run()
	if err := c.executed(); err != nil {
		c.reap()
		_, _ = w.leave() // the first error counts
		return nil, err
	}
	return s, nil
}

// begin marks the mounts of the stub and lets it continue.
func (w *watcher) begin(c *child) error {
	a, _, err := c.recv()
	if err != nil {
		return err
	}
	if a.Step != stepReady {
		return fmt.Errorf("%s: %w: %w", a.Step, a.Errno, ErrUnsupported)
	}
	root := "/proc/" + strconv.Itoa(a.TID)
	table, err := os.ReadFile(root + "/mountinfo")
	if err != nil {
		return err
	}
	marked := 0
	all, _ := mounts.Parse(string(table)) // paths on mounts that cannot be parsed are not traced
	for _, mount := range all {
		if Uninteresting([]byte(mount.Point)) {
			continue
		}
		// Skip mounts that cannot be marked or are hidden by another mount: the command
		// opens no files there.
		if unix.FanotifyMark(int(w.file.Fd()), unix.FAN_MARK_ADD|unix.FAN_MARK_MOUNT, fanotifyMask, unix.AT_FDCWD, root+"/root"+mount.Point) == nil {
			marked++
		}
	}
	if marked == 0 {
		return fmt.Errorf("mark the mounts of the command: no mount can be marked: %w", ErrUnsupported)
	}
	_, err = unix.Write(c.socket, []byte{1})
	return err
}

// run reads events until leave is called, and then the remaining ones.
func (w *watcher) run() {
	defer close(w.done)
	buf := make([]byte, 256<<10)
	fd := int(w.file.Fd())
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		const look = 20 // milliseconds
		last := w.stop.Load()
		n, err := unix.Read(fd, buf)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			if last {
				return
			}
			_, _ = unix.Poll(ready, look) // the next read returns any error
		case err != nil:
			w.err = fmt.Errorf("read fanotify events: %w", err)
			return
		default:
			w.events(buf[:n])
		}
	}
}

// events records the events in a buffer.
func (w *watcher) events(buf []byte) {
	for len(buf) >= fanotifyHead {
		length := int(binary.LittleEndian.Uint32(buf))
		mask := binary.LittleEndian.Uint64(buf[8:])
		fd := int(int32(binary.LittleEndian.Uint32(buf[16:])))
		pid := int(int32(binary.LittleEndian.Uint32(buf[20:])))
		if length < fanotifyHead || length > len(buf) {
			return
		}
		buf = buf[length:]
		if mask&unix.FAN_Q_OVERFLOW != 0 || fd < 0 {
			w.s.resolve.stats.Unreadable++
			continue
		}
		w.event(mask, fd, pid)
		unix.Close(fd)
	}
}

func (w *watcher) event(mask uint64, fd, pid int) {
	w.s.resolve.stats.Calls++
	n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(fd), w.link)
	if err != nil {
		w.s.resolve.stats.Unreadable++
		return
	}
	path, deleted := bytes.CutSuffix(w.link[:n], []byte(" (deleted)"))
	if len(path) == 0 || path[0] != '/' || w.s.opts.Drop(path) {
		return
	}
	t := touch{path: path}
	if mask&(unix.FAN_OPEN|unix.FAN_MODIFY|unix.FAN_CLOSE_WRITE) == unix.FAN_OPEN {
		t.op |= Read // or opened for writing, which causes another event if anything is written
	}
	if mask&unix.FAN_OPEN_EXEC != 0 {
		t.op |= Exec
	}
	if mask&(unix.FAN_MODIFY|unix.FAN_CLOSE_WRITE) != 0 {
		t.op |= Write | Create // stat after the run shows whether it was created
	}
	if deleted {
		t.op |= Delete
	} else if t.op&Write != 0 {
		w.keep(fd)
	}
	// Not cached, because the process goes on. If it has ended, the program is not known.
	t.program = w.s.record.who.number(w.s.resolve.program(pid))
	w.s.record.note(t, true)
}

// keep stores a descriptor of a changed file.
func (w *watcher) keep(fd int) {
	var st unix.Statx_t
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_INO, &st); err != nil {
		return
	}
	id := idOf(&st)
	if _, known := w.written[id]; known || len(w.written) >= w.mostWritten {
		return
	}
	if again, err := unix.Open("/proc/self/fd/"+strconv.Itoa(fd), oPath|unix.O_CLOEXEC, 0); err == nil {
		w.written[id] = again
	}
}

// finalNames records the current names of changed files, and closes their descriptors.
func (w *watcher) finalNames() {
	for _, fd := range w.written {
		n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(fd), w.link)
		unix.Close(fd)
		if path := w.link[:max(n, 0)]; err == nil && path[0] == '/' && !bytes.HasSuffix(path, []byte(" (deleted)")) && !w.s.opts.Drop(path) {
			w.s.record.note(touch{path: path, op: Write | Create}, true)
		}
	}
	clear(w.written)
}

func (w *watcher) backend() Backend { return BackendFanotify }

func (w *watcher) exact() bool { return true }

// ended is never closed: fanotify does not report which processes remain.
func (w *watcher) ended() <-chan struct{} { return w.gone }

func (w *watcher) status() <-chan unix.WaitStatus {
	status := make(chan unix.WaitStatus, 1)
	go func() { status <- waitFor(w.pid, nil) }()
	return status
}

// leave reads the remaining events. Processes that are still running continue.
func (w *watcher) leave() (survivors bool, err error) {
	const settle = 10 * time.Millisecond // events arrive with a delay
	time.Sleep(settle)
	w.stop.Store(true)
	<-w.done
	w.finalNames()
	w.file.Close()
	return false, w.err
}
