package adopt

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

const (
	// workers is how many goroutines copy the files of a tree. There may be more of them than
	// processors, because they sometimes wait for the disk.
	workers = 4
	// jobSize is the maximum number of files in a job.
	jobSize = 64
)

// job is a number of files of one directory that one worker copies.
type job struct {
	in    *folder
	nodes []*node
}

// tree copies a directory with everything in it.
type tree struct {
	run      *run
	ctx      context.Context
	stop     context.CancelFunc
	jobs     chan job
	staged   *staged
	mu       sync.Mutex
	problems Result
	files    atomic.Int64
	bytes    sizes.Counter
}

// copyTree copies a directory to the staging directory. If anything could not be copied, it is in
// the problems of the returned tree, and the copy is incomplete.
func (r *run) copyTree(ctx context.Context, s *staged) (*node, *tree) {
	t := &tree{run: r, jobs: make(chan job, workers), staged: s}
	t.ctx, t.stop = context.WithCancel(ctx)
	defer t.stop()
	top := &node{name: s.source}
	f, err := t.enter(s.at.from, s.at.staging.dir, top, s.stage)
	if err != nil {
		t.fail(top, err)
		return top, t
	}
	var group sync.WaitGroup
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for j := range t.jobs {
				t.copyJob(j)
			}
		}()
	}
	t.walk(f)
	close(t.jobs)
	group.Wait()
	return top, t
}

// enter makes a directory, and opens it and its source.
func (t *tree) enter(from, to dir, n *node, newName string) (*folder, error) {
	source, err := from.sourceDir(n.name)
	if err != nil {
		return nil, err
	}
	if n.st, err = fstat(source.fd); err != nil {
		source.close()
		return nil, err
	}
	target, err := to.makeDir(newName)
	if err != nil {
		source.close()
		return nil, err
	}
	made, err := fstat(target.fd)
	if err != nil {
		source.close()
		target.close()
		return nil, err
	}
	return &folder{from: source, to: target, node: n, made: inodeOf(&made), users: 1}, nil
}

// step is a directory on the walker's way down.
type step struct {
	f *folder
	// dirs are the directories in it that have not been walked yet.
	dirs []*node
	// suspended reports that the walker does not keep it open.
	suspended bool
}

// walk sends jobs for the files of a directory and of all directories below it. It keeps its
// current directory and the last mostOpenLevels directories above open.
func (t *tree) walk(f *folder) {
	steps := []step{{f: f, dirs: t.list(f)}}
	for len(steps) > 0 {
		n := len(steps) - 1
		s := &steps[n]
		if t.ctx.Err() != nil {
			break
		}
		if len(s.dirs) == 0 {
			if n > 0 && steps[n-1].suspended {
				if err := steps[n-1].f.resume(s.f); err != nil {
					t.fail(s.f.node.above, err)
					break
				}
				steps[n-1].suspended = false
			}
			s.f.complete()
			t.release(s.f)
			steps = steps[:n]
			continue
		}
		kid := s.dirs[0]
		s.dirs = s.dirs[1:]
		sub := t.walkInto(s.f, kid)
		if sub == nil {
			continue
		}
		steps = append(steps, step{f: sub, dirs: t.list(sub)})
		if i := n - mostOpenLevels; i >= 0 {
			t.release(steps[i].f)
			steps[i].suspended = true
		}
	}
	for _, s := range steps { // those left after a failure
		if !s.suspended {
			t.release(s.f)
		}
	}
}

// list sends jobs for the files of a directory and returns the directories in it.
func (t *tree) list(f *folder) (dirs []*node) {
	names, err := f.from.names()
	if err != nil {
		t.fail(f.node, err)
		return nil
	}
	f.node.kids = make([]*node, 0, len(names))
	var todo []*node
	send := func() {
		if len(todo) > 0 {
			f.use()
			t.jobs <- job{f, todo}
			todo = nil
		}
	}
	for _, name := range names {
		if t.ctx.Err() != nil {
			break
		}
		kid := f.node.add(name)
		if kid.st, err = f.from.stat(name); err != nil {
			t.fail(kid, err)
			continue
		}
		switch {
		case isDir(&kid.st):
			dirs = append(dirs, kid)
		case f.from.limits.leavesOut(&kid.st):
			kid.omitted = true
			t.warn(kid, errDevice)
		case kid.st.Nlink > 1 && kid.long <= unix.PathMax:
			t.link(f, kid)
		default:
			if todo = append(todo, kid); len(todo) == jobSize {
				send()
			}
		}
	}
	send()
	return dirs
}

// walkInto enters a directory in another one, unless it is a mount point.
func (t *tree) walkInto(f *folder, kid *node) *folder {
	sub, err := t.enter(f.from, f.to, kid, kid.name)
	switch {
	case errors.Is(err, unix.EXDEV):
		t.mounted(kid)
		return nil
	case err != nil:
		t.fail(kid, err)
		return nil
	}
	return sub
}

// link copies a file with several names under the first name, and links the copy for the other
// names. The walker calls it directly, so the copy exists before the walk reaches the next name.
func (t *tree) link(f *folder, kid *node) {
	at := location{of: t.staged, rel: kid.rel()}
	switch linked, err := t.run.links.link(f.to, kid.name, &kid.st, at); {
	case err != nil:
		t.fail(kid, fmt.Errorf("link: %w", err))
		return
	case linked:
		t.count(0)
		return
	}
	f.use()
	t.copyJob(job{f, []*node{kid}})
	t.run.links.add(kid, f.to, at)
}

// copyJob copies files.
func (t *tree) copyJob(j job) {
	defer t.release(j.in)
	for _, n := range j.nodes {
		if t.ctx.Err() != nil {
			return
		}
		copied, err := t.run.content.leaf(t.ctx, j.in.to, n.name, j.in.from, n.name, &n.st)
		switch {
		case errors.Is(err, unix.EXDEV): // a file that is a mount point
			t.mounted(n)
		case err != nil:
			t.fail(n, err)
		default:
			n.st = copied.st
			t.count(copied.st.Size)
			if copied.warning != nil {
				t.warn(n, copied.warning)
			}
		}
	}
}

// release ends a use of a folder.
func (t *tree) release(f *folder) {
	if err := f.release(); err != nil {
		t.fail(f.node, err)
	}
}

// path returns the path of a node.
func (t *tree) path(n *node) string { return n.path(t.staged.path()) }

// count counts a copied file.
func (t *tree) count(bytes int64) {
	t.run.content.progress.Files.Add(1)
	t.files.Add(1)
	t.bytes.Add(bytes)
}

// fail records a problem. It stops the copy if nothing more can be written.
func (t *tree) fail(n *node, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	t.mu.Lock()
	t.problems.failAt(func() string { return t.path(n) }, err)
	t.mu.Unlock()
	if hopeless(err) {
		t.stop()
	}
}

// mounted records that a node was left out because it is a mount point.
func (t *tree) mounted(n *node) {
	n.omitted = true
	t.mu.Lock()
	t.problems.Mounts = append(t.problems.Mounts, t.path(n))
	t.mu.Unlock()
}

// warn records a warning about a node.
func (t *tree) warn(n *node, err error) {
	t.mu.Lock()
	t.problems.warnAt(func() string { return t.path(n) }, err)
	t.mu.Unlock()
}

// hopeless reports whether every further write would fail with the same error.
func hopeless(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EROFS)
}

// join appends a name to an absolute path.
func join(path, name string) string { return strings.TrimSuffix(path, "/") + "/" + name }
