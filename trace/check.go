package trace

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// No mechanism sees everything: io_uring, a service that writes on request of the command, a program
// that hides its memory, an error of this package. The disk does. After the run, a caller lists what
// has changed since its start ([Options.Changed]), and what no record explains is Untraced.

// Check is the state of the disk check of a report.
type Check uint8

// The states.
const (
	CheckNone        Check = iota // not requested
	CheckDone                     // all of the trees were listed
	CheckInterrupted              // some were, until a signal or an error
)

var checkNames = []string{"none", "done", "interrupted"}

// String returns the state in lower case.
func (c Check) String() string {
	if int(c) < len(checkNames) {
		return checkNames[c]
	}
	return "unknown"
}

// checkDisk adds paths to a report that have changed since its start without a record.
func (s *session) checkDisk(ctx context.Context, r *Report) {
	if s.opts.Changed == nil {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-s.opts.Signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	c := s.newChecker(r)
	r.Check = CheckDone
	if err := s.opts.Changed(ctx, s.started, c.add); err != nil {
		r.Check = CheckInterrupted
	}
	cancel()
	<-done
	r.Paths = merged(append(r.Paths, c.found...))
}

// checker finds the paths that no record explains.
type checker struct {
	start time.Time
	// changed are the paths with a record of a change, and parents the directories of those.
	changed, parents map[string]bool
	// relinked are files that lost a name; ours are the standard streams, which the command has
	// inherited, and our own file.
	relinked, ours map[fileID]bool
	drop           func([]byte) bool
	report         *Report
	// linked are the existing files that have a record of a change under any name; nil until it is
	// needed.
	linked map[fileID]bool
	found  []Path
}

func (s *session) newChecker(r *Report) *checker {
	c := &checker{start: s.started, changed: make(map[string]bool), parents: make(map[string]bool), relinked: s.record.unlinked, ours: make(map[fileID]bool), drop: s.opts.Drop, report: r}
	for i := range r.Paths {
		if p := &r.Paths[i]; p.Ops&changing != 0 {
			c.changed[p.Name] = true
			c.parents[filepath.Dir(p.Name)] = true
		}
	}
	for _, f := range []*os.File{s.opts.Stdin, s.opts.Stdout, s.opts.Stderr, s.opts.Unfinished} {
		if f == nil {
			continue
		}
		if st, err := statxFile(f); err == nil {
			c.ours[idOf(&st)] = true
		}
	}
	return c
}

// add adds a path that has changed, unless a record explains it.
func (c *checker) add(name string) {
	if c.changed[name] || c.drop([]byte(name)) {
		return
	}
	st, err := statx(name)
	// A change at the time of the start, which has the granularity of a clock tick, may have been
	// before it.
	if err != nil || !stamp(st.Ctime).After(c.start) || c.ours[idOf(&st)] || st.Nlink > 0 && c.relinked[idOf(&st)] {
		return
	}
	isDir := st.Mode&unix.S_IFMT == unix.S_IFDIR
	if born := stamp(st.Btime); isDir && c.parents[name] && (st.Mask&unix.STATX_BTIME == 0 || !born.After(c.start)) {
		return // its entries have changed
	}
	if !isDir && st.Nlink > 1 && c.isLinked(idOf(&st)) {
		return
	}
	c.found = append(c.found, Path{Name: strings.Clone(name), Ops: Untraced, Mode: uint32(st.Mode), Size: int64(st.Size), ModTime: stamp(st.Mtime)})
}

// isLinked reports whether a file has a record of a change under another name. A link that is made to
// a file changes its ctime.
func (c *checker) isLinked(id fileID) bool {
	if c.linked == nil {
		c.linked = make(map[fileID]bool)
		for i := range c.report.Paths {
			if p := &c.report.Paths[i]; p.Ops&changing != 0 && !p.Missing {
				if st, err := statx(p.Name); err == nil {
					c.linked[idOf(&st)] = true
				}
			}
		}
	}
	return c.linked[id]
}

// Untraced returns the paths that only the disk check has found.
func (r *Report) Untraced() []string {
	var names []string
	for i := range r.Paths {
		if r.Paths[i].Ops&Untraced != 0 {
			names = append(names, r.Paths[i].Name)
		}
	}
	return slices.Clip(names)
}
