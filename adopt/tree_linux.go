package adopt

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

const (
	// workers copy the files of a tree. More than there are processors, because each
	// waits for the disk now and then.
	workers = 4
	// jobSize is how many files of one directory a worker takes at a time.
	jobSize = 64
)

// node is something that has been copied: its name, and what it was then.
type node struct {
	name string
	st   unix.Stat_t
	kids []*node
	// mount says that something else is mounted there, which is not copied.
	mount bool
}

// folder is a directory that is being copied. It is finished, which is to say that it
// gets its attributes and is closed, by whoever is done with the last thing in it.
type folder struct {
	from, to dir
	st       unix.Stat_t
	path     string
	above    *folder
	pending  atomic.Int32
}

// job is some files of one directory to copy.
type job struct {
	in    *folder
	nodes []*node
}

// tree copies a directory with all that is in it.
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

// copyTree copies a directory to a new name below to. What could not be copied is in
// the result's problems; then the copy is not whole.
func (r *run) copyTree(ctx context.Context, s *staged) (*node, *tree) {
	t := &tree{run: r, jobs: make(chan job, workers), staged: s}
	t.ctx, t.stop = context.WithCancel(ctx)
	defer t.stop()
	top := &node{name: s.name}
	f, err := t.enter(nil, s.at.from, s.at.area.dir, top, s.stage, s.path)
	if err != nil {
		t.fail(s.path, err)
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
	t.walk(f, top)
	close(t.jobs)
	group.Wait()
	return top, t
}

// enter makes a directory and opens it and its source.
func (t *tree) enter(above *folder, from, to dir, n *node, newName, path string) (*folder, error) {
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
	f := &folder{from: source, to: target, st: n.st, path: path, above: above}
	f.pending.Store(1) // the walker's
	return f, nil
}

// done tells a folder that one thing in it is done.
func (t *tree) done(f *folder) {
	for f != nil && f.pending.Add(-1) == 0 {
		if err := attributes(f.to.fd, f.from.fd, &f.st); err != nil {
			t.fail(f.path, err)
		}
		f.from.close()
		f.to.close()
		f = f.above
	}
}

// walk hands out the files of a directory, and walks those in it.
func (t *tree) walk(f *folder, n *node) {
	defer t.done(f)
	names, err := f.from.names()
	if err != nil {
		t.fail(f.path, err)
		return
	}
	n.kids = make([]*node, 0, len(names))
	var dirs []*node
	var todo []*node
	send := func() {
		if len(todo) > 0 {
			f.pending.Add(1)
			t.jobs <- job{f, todo}
			todo = nil
		}
	}
	for _, name := range names {
		if t.ctx.Err() != nil {
			break
		}
		kid := &node{name: name}
		n.kids = append(n.kids, kid)
		if kid.st, err = f.from.stat(name); err != nil {
			t.fail(join(f.path, name), err)
			continue
		}
		switch {
		case isDir(&kid.st):
			dirs = append(dirs, kid)
		case kid.st.Nlink > 1:
			t.link(f, kid)
		default:
			if todo = append(todo, kid); len(todo) == jobSize {
				send()
			}
		}
	}
	send()
	for _, kid := range dirs {
		if t.ctx.Err() != nil {
			break
		}
		t.walkInto(f, kid)
	}
}

// walkInto walks a directory in another one, unless something is mounted there.
func (t *tree) walkInto(f *folder, kid *node) {
	path := join(f.path, kid.name)
	sub, err := t.enter(f, f.from, f.to, kid, kid.name, path)
	if errors.Is(err, unix.EXDEV) {
		kid.mount = true
		t.mounted(path)
		return
	}
	if err != nil {
		t.fail(path, err)
		return
	}
	f.pending.Add(1)
	t.walk(sub, kid)
}

// link copies a file with several names at the first one, and links it at the others.
// The walker does that itself, so that the first is made before the next is met.
func (t *tree) link(f *folder, kid *node) {
	path := join(f.path, kid.name)
	at := location{of: t.staged, rel: path[len(t.staged.path):]}
	switch linked, err := t.run.links.link(f.to, kid.name, &kid.st, at); {
	case err != nil:
		t.fail(path, fmt.Errorf("link: %w", err))
		return
	case linked:
		t.count(0)
		return
	}
	f.pending.Add(1)
	t.copyJob(job{f, []*node{kid}})
	t.run.links.add(kid, f.to, at)
}

// copyJob copies files.
func (t *tree) copyJob(j job) {
	defer t.done(j.in)
	for _, n := range j.nodes {
		if t.ctx.Err() != nil {
			return
		}
		st, err := t.run.content.leaf(t.ctx, j.in.to, n.name, j.in.from, n.name, &n.st)
		switch {
		case errors.Is(err, unix.EXDEV): // a file with another one mounted on it
			n.mount = true
			t.mounted(join(j.in.path, n.name))
		case err != nil:
			t.fail(join(j.in.path, n.name), err)
		default:
			n.st = st
			t.count(st.Size)
		}
	}
}

// count counts a file that is done.
func (t *tree) count(bytes int64) {
	t.run.content.progress.Files.Add(1)
	t.files.Add(1)
	t.bytes.Add(bytes)
}

// fail notes what could not be copied. Where nothing can be written any more, there is
// no use in going on.
func (t *tree) fail(path string, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	t.mu.Lock()
	t.problems.fail(path, err)
	t.mu.Unlock()
	if hopeless(err) {
		t.stop()
	}
}

func (t *tree) mounted(path string) {
	t.mu.Lock()
	t.problems.Mounts = append(t.problems.Mounts, path)
	t.mu.Unlock()
}

// hopeless reports whether an error will meet everything that follows.
func hopeless(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EROFS)
}

// join appends a name to an absolute path.
func join(path, name string) string {
	if path == "/" {
		return path + name
	}
	return path + "/" + name
}
