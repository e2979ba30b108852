package live

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/watch"
)

// Options say which paths count.
type Options struct {
	// All includes paths that the next reboot keeps, directories, and what list hides: excluded paths,
	// and those of no worth to their owner, such as caches and files in /tmp. Missing includes those
	// that do not exist any more shortly after.
	All, Missing bool
}

// Write is what happened to a path within a short time.
type Write = report.WatchedPath

// Watch is a session whose file systems are watched.
type Watch struct {
	*watch.Watcher
	session *session.Session
	opts    Options
	trees   []string
	hidden  atomic.Int64

	mu      sync.Mutex
	pending *pending
}

// ErrNotRoot is the error of a caller who may not watch.
var ErrNotRoot = errors.New("watch requires root (CAP_SYS_ADMIN)")

// programs are the directories with programs. Those that do not exist are not watched.
var programs = []string{"/usr/bin", "/nix/store", "/run/current-system", "/opt"}

// Open begins to watch the PATHs of a session, or its roots.
func Open(s *session.Session, o Options) (*Watch, error) {
	if os.Geteuid() != 0 {
		return nil, session.WithRemedy(ErrNotRoot, "sudo list-ephemeral watch uses your configuration")
	}
	w := &Watch{session: s, opts: o, trees: s.Only, pending: newPending()}
	if len(w.trees) == 0 {
		w.trees = s.ScanRules.Roots
	}
	var err error
	exist := slices.DeleteFunc(slices.Clone(programs), func(dir string) bool { _, err := os.Stat(dir); return err != nil })
	w.Watcher, err = watch.Open(watch.Options{Trees: w.trees, Mounts: s.Mounts, Programs: exist, Drop: w.drop})
	if errors.Is(err, watch.ErrUnsupported) {
		return nil, session.WithRemedy(err, "in a container, fanotify needs CAP_SYS_ADMIN of the host")
	}
	return w, err
}

// drop reports whether a path does not count. The kind of a file is not known yet.
func (w *Watch) drop(path []byte, isDir bool) bool {
	name := string(path)
	kind := scan.KindFile
	if isDir {
		kind = scan.KindDir
	}
	if !slices.ContainsFunc(w.trees, func(tree string) bool { return paths.AtOrBelow(name, tree) }) {
		return true
	}
	class := w.session.Policy.Judge(name, kind).Class
	if w.counts(class) {
		return false
	}
	if !isDir && hides(class) {
		w.hidden.Add(1)
	}
	return true
}

// hides reports whether list hides a class that would be lost.
func hides(class scan.Class) bool { return class == scan.ClassExcluded || class == scan.ClassHidden }

// Hidden returns the number of writes that were left out because list hides their paths, too.
func (w *Watch) Hidden() int { return int(w.hidden.Load()) }

// counts reports whether a path of a class counts.
func (w *Watch) counts(class scan.Class) bool {
	return class.Listed() || w.opts.All
}

const (
	// settleTime is how long events of one path are collected. Programs that write a temporary file and
	// rename it need less, also on a slow disk.
	settleTime = 250 * time.Millisecond
	settleTick = 50 * time.Millisecond
)

// Run calls emit for each write, in the order of the first event of each, from one goroutine. It
// returns nil soon after the context is done. An overflow is a Write with Overflow only. emit must not
// keep the pointer.
func (w *Watch) Run(ctx context.Context, emit func(*Write) error) (failed error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	read := make(chan error, 1)
	go func() {
		read <- w.Watcher.Run(ctx, func(e *watch.Event) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.pending.add(e)
			return nil
		})
	}()
	tick := time.NewTicker(settleTick)
	defer tick.Stop()
	for {
		select {
		case err := <-read:
			return errors.Join(failed, err, w.flush(time.Time{}, emit))
		case now := <-tick.C:
			if failed == nil {
				failed = w.flush(now.Add(-settleTime), emit)
			}
			if failed != nil {
				cancel()
			}
		}
	}
}

// flush emits the writes whose first event was before a time; all of them for the zero time.
func (w *Watch) flush(before time.Time, emit func(*Write) error) error {
	w.mu.Lock()
	due := w.pending.due(before)
	w.mu.Unlock()
	for i := range due {
		write, ok := w.write(&due[i])
		if !ok {
			continue
		}
		if err := emit(&write); err != nil {
			return err
		}
	}
	return nil
}

// write returns a record as a write, with what is on the disk; false if it does not count.
func (w *Watch) write(r *watch.Record) (Write, bool) {
	if r.Overflow {
		return Write{Record: *r}, true
	}
	kind, info, err := scan.Stat(r.Path)
	if err != nil {
		kind = scan.KindUnknown
		if r.IsDir {
			kind = scan.KindDir
		}
	}
	v := Write{Record: *r, Kind: kind, Info: info, Class: w.session.Judge(r.Path, kind).Class, Missing: err != nil}
	// The files in a directory that was renamed have other names now. Other directories are not data.
	isData := kind != scan.KindDir || r.Op&watch.Rename != 0 || w.opts.All
	return v, isData && w.counts(v.Class) && (!v.Missing || w.opts.Missing)
}
