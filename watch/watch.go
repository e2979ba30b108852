package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// ErrUnsupported is the error of a kernel or a caller without fanotify(7): it requires CAP_SYS_ADMIN
// in the initial user namespace.
var ErrUnsupported = errors.New("fanotify is not available")

// ErrNothing is the error if no tree can be watched. [Watcher.Marks] says why.
var ErrNothing = errors.New("no file system can be watched")

// Options say what is watched. Mounts is required.
type Options struct {
	// Trees are directories whose file systems are watched, as a whole: the events of other directories
	// of these file systems are reported too. They are absolute and without symlinks.
	Trees  []string
	Mounts *mounts.Table
	// Programs are directories with programs, whose file systems are watched for executions only. It
	// makes the programs of short processes known.
	Programs []string
	// Drop, if set, reports whether a path is of no interest. It is called from one goroutine at a time,
	// before the process is looked up, and must not keep the path.
	Drop func(path []byte, isDir bool) bool
}

// Stats count what was read.
type Stats struct {
	Events int64 // of all paths, those that were dropped included
	// Lost counts overflows, each of an unknown number of events.
	Lost int64
	// NoPath counts events whose directory was gone, or whose path does not exist in this mount
	// namespace.
	NoPath int64
	// Nameless counts reported events of processes of which nothing is known.
	Nameless int64
}

// Watcher watches file systems. Make one with Open.
type Watcher struct {
	opts    Options
	marks   []Mark
	names   group // reports directories and names
	files   group // reports open files
	volumes map[[8]byte]*volume
	byFile  []*mounts.Mount // mounts of the file systems in files

	// mu protects what follows, and calls of emit.
	mu    sync.Mutex
	table *mounts.Table
	stats Stats
	who   *lookup
	path  []byte
	link  []byte
	self  int
}

// group is a fanotify group; fd is negative if it is not used.
type group struct{ fd int }

// Open marks the file systems of the trees. Events are kept by the kernel from then on. The error is
// ErrUnsupported or ErrNothing; a tree that cannot be watched is not an error if another one can.
func Open(opts Options) (*Watcher, error) {
	w := &Watcher{
		opts: opts, names: group{-1}, files: group{-1}, volumes: map[[8]byte]*volume{},
		table: opts.Mounts, who: newLookup(), link: make([]byte, unix.PathMax), self: os.Getpid(),
	}
	if w.opts.Drop == nil {
		w.opts.Drop = func([]byte, bool) bool { return false }
	}
	err := w.mark(opts.Trees)
	switch {
	case err != nil:
		err = fmt.Errorf("%w: %w", ErrUnsupported, err)
	case !w.any():
		err = ErrNothing
		for _, m := range w.marks {
			err = fmt.Errorf("%w: %s: %w", err, m.Tree, m.Err)
		}
	default:
		w.markPrograms(opts.Programs)
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// any reports whether a tree is watched.
func (w *Watcher) any() bool {
	for _, m := range w.marks {
		if m.How != Not {
			return true
		}
	}
	return false
}

// Marks returns how each tree is watched, in the order of Options.Trees.
func (w *Watcher) Marks() []Mark { return w.marks }

// Stats returns the counts so far. It is safe for concurrent use.
func (w *Watcher) Stats() Stats {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stats
}

// Close ends the watch. It must not be called while Run runs.
func (w *Watcher) Close() {
	for _, g := range []*group{&w.names, &w.files} {
		if g.fd >= 0 {
			unix.Close(g.fd)
			g.fd = -1
		}
	}
	for _, v := range w.volumes {
		v.close()
	}
	clear(w.volumes)
}

// Run reads events and calls emit for each, from one goroutine at a time. It returns nil soon after
// the context is done and what was written before has been read, or the first error of emit.
func (w *Watcher) Run(ctx context.Context, emit func(*Event) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return err
	}
	defer unix.Close(wake)
	woken := context.AfterFunc(ctx, func() { _, _ = unix.Write(wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) })
	var all sync.WaitGroup
	var errs [2]error
	for i, g := range []*group{&w.names, &w.files} {
		if g.fd < 0 {
			continue
		}
		all.Go(func() {
			errs[i] = w.read(ctx, g.fd, wake, emit)
			cancel()
		})
	}
	all.Wait()
	if !woken() {
		// The function has started: its write must come before the descriptor is closed. One byte is read
		// back when it is there.
		waitFor(wake)
	}
	return errors.Join(errs[:]...)
}

// waitFor waits until a descriptor can be read.
func waitFor(fd int) {
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		if _, err := unix.Poll(ready, -1); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}

// bufferSize is the size of a read: some 300 events, each of which may have a descriptor, so a read
// stays below the usual limit of 1024.
const bufferSize = 24 << 10

// afterDone bounds the reads after the context is done, because other processes go on writing. It is
// more than a full queue (16,384 events, fs.fanotify.max_queued_events) of the smallest records.
const afterDone = 64

// read reads the events of a group until the context is done and none is left.
func (w *Watcher) read(ctx context.Context, fd, wake int, emit func(*Event) error) error {
	buf := make([]byte, bufferSize)
	left := afterDone
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(wake), Events: unix.POLLIN}}
	for {
		done := ctx.Err() != nil // before the read: what was written before is read
		if done {
			if left--; left < 0 {
				return nil
			}
		}
		n, err := unix.Read(fd, buf)
		switch {
		case err == nil:
			err = w.records(buf[:n], emit)
		case errors.Is(err, unix.EINTR):
			err = nil
		case errors.Is(err, unix.EAGAIN) && done:
			return nil //nolint:nilerr // nothing is left
		case errors.Is(err, unix.EAGAIN):
			if _, err = unix.Poll(ready, -1); errors.Is(err, unix.EINTR) {
				err = nil
			}
		}
		if err != nil {
			return fmt.Errorf("read fanotify events: %w", err)
		}
	}
}

// records handles the records of one read. All descriptors in them are closed, also after an error.
func (w *Watcher) records(buf []byte, emit func(*Event) error) (failed error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	for len(buf) > 0 {
		r, rest, err := next(buf)
		if err != nil {
			return errors.Join(failed, err)
		}
		buf = rest
		if failed == nil {
			failed = w.one(&r, now, emit)
		}
		r.close()
	}
	return failed
}

// one reports one record.
func (w *Watcher) one(r *record, now time.Time, emit func(*Event) error) error {
	w.stats.Events++
	if r.mask&unix.FAN_Q_OVERFLOW != 0 {
		w.stats.Lost++
		return emit(&Event{Overflow: true, Time: now})
	}
	isDir := r.mask&unix.FAN_ONDIR != 0
	if isDir && r.mask&unix.FAN_MOVED_TO != 0 {
		w.forget(now)
	}
	if r.pid == w.self {
		return nil
	}
	path := w.pathOf(r, now)
	if r.mask&unix.FAN_OPEN_EXEC != 0 && path != nil {
		w.who.executed(r.pid, path, now)
	}
	if r.op() == 0 {
		return nil
	}
	if path == nil {
		w.stats.NoPath++
		return nil
	}
	if w.opts.Drop(path, isDir) {
		return nil
	}
	e := Event{Path: path, Op: r.op(), IsDir: isDir, Time: now, By: w.who.of(r.pid, r.pidfd, now)}
	if e.By.Name() == "" {
		w.stats.Nameless++
	}
	return emit(&e)
}

// forget drops the paths of all directories.
func (w *Watcher) forget(now time.Time) {
	for _, v := range w.volumes {
		v.forget(now)
	}
}

// pathOf returns the path of a record, or nil.
func (w *Watcher) pathOf(r *record, now time.Time) []byte {
	if r.fd >= 0 {
		return pathOf(r.fd, w.link, w.byFile)
	}
	v := w.volumes[r.fsid]
	if v == nil || len(r.name) == 0 || r.handle == nil {
		return nil
	}
	dir := v.dir(func() *mounts.Table {
		w.table = readTable(w.table)
		return w.table
	}, r, now)
	if dir == "" {
		return nil
	}
	w.path = append(w.path[:0], dir...)
	if dir != "/" {
		w.path = append(w.path, '/')
	}
	w.path = append(w.path, r.name...)
	return w.path
}
