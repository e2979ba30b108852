package past

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
)

// mostCompared is the size in bytes up to which contents are compared. Longer files whose times
// differ count as different.
const mostCompared = 16 << 20

// batchSize is how many paths are compared with the machine at once. It is large enough that the
// channels cost nothing beside a stat(2) for each path.
const batchSize = 512

// batch are paths of the states, in order, and what of them is lost.
//
//	walks of the states ─→ Recur ─→ batches ─┬→ comparer ─┬→ rows, in order
//	   (in parallel)       (merges)          └→ comparer ─┘
//
// The walks read only names, because most paths are usually the same now. A comparer reads the
// metadata of a path on the machine and in its newest state, and in other states only if its
// recurrence depends on it. On bench/lost.sh that is a third of the stat(2) calls.
type batch struct {
	paths  []byte // the paths that the entries refer to
	all    []history.Recurring
	rows   []report.LostRow
	errors []scan.PathError
	done   chan struct{}
}

func newBatch() *batch {
	return &batch{all: make([]history.Recurring, 0, batchSize), done: make(chan struct{})}
}

// add adds a path, which is valid only during the call.
func (b *batch) add(r *history.Recurring) {
	start := len(b.paths)
	b.paths = append(b.paths, r.Path...)
	with := *r
	with.Path = b.paths[start:len(b.paths):len(b.paths)]
	with.Item.Path = with.Path
	b.all = append(b.all, with)
}

// compare merges the listings of the states, compares each path with the machine, and collects the
// rows in order.
func (l *lostSearch) compare(listings []history.Listing) error {
	workers := runtime.GOMAXPROCS(0)
	work, order := make(chan *batch), make(chan *batch, 2*workers)
	var comparers, collector sync.WaitGroup
	for range workers {
		comparers.Go(func() {
			c := newComparer(l)
			defer c.leave()
			for b := range work {
				c.compare(b)
				close(b.done)
			}
		})
	}
	collector.Go(func() {
		for b := range order {
			<-b.done
			l.Rows, l.Unread = append(l.Rows, b.rows...), append(l.Unread, b.errors...)
		}
	})
	b := newBatch()
	send := func() {
		order <- b // first, so rows stay in order
		work <- b
		b = newBatch()
	}
	err := history.Recur(listings, history.RecurOptions{}, func(r *history.Recurring) error {
		if b.add(r); len(b.all) == batchSize {
			send()
		}
		return nil
	})
	send()
	close(work)
	close(order)
	comparers.Wait()
	collector.Wait()
	return err
}

// comparer compares paths with the machine.
type comparer struct {
	search *lostSearch
	now    parent
	was    []parent // in each state
}

func newComparer(l *lostSearch) *comparer {
	c := &comparer{search: l, now: parent{fd: -1}, was: make([]parent, len(l.dirs))}
	for i, dir := range l.dirs {
		c.was[i] = parent{of: dir, fd: -1}
	}
	return c
}

// leave closes the directories.
func (c *comparer) leave() {
	c.now.leave()
	for i := range c.was {
		c.was[i].leave()
	}
}

// compare fills in the rows of a batch.
func (c *comparer) compare(b *batch) {
	for i := range b.all {
		r := &b.all[i]
		change, err := c.change(r)
		if err != nil {
			b.errors = append(b.errors, scan.PathError{Path: string(r.Path), Op: "stat", Err: errnoOf(err)})
			continue
		}
		if change == history.ChangeSame {
			continue
		}
		if r.Recurrence == history.Regenerated && c.evolves(r) {
			r.Recurrence = history.Evolving
		}
		row := c.search.row(r)
		row.Change = change
		b.rows = append(b.rows, row)
	}
}

// change compares the newest state of a path with the machine, and sets the item of the state.
func (c *comparer) change(r *history.Recurring) (history.Change, error) {
	var was, now unix.Stat_t
	if err := c.was[r.First].stat(r.Path, &was); err != nil {
		return history.ChangeUnknown, err
	}
	r.Item = itemOf(r.Path, &was)
	switch err := c.now.stat(r.Path, &now); {
	case gone(err):
		return history.ChangeGone, nil
	case err != nil:
		return history.ChangeUnknown, err
	}
	if item := itemOf(r.Path, &now); c.search.same(r, &item) {
		return history.ChangeSame, nil
	}
	return history.ChangeDiffers, nil
}

// evolves reports whether the content of a path that all states have is not the same in all of them.
// A state that cannot be read counts as different, so no loss is called regenerated.
func (c *comparer) evolves(r *history.Recurring) bool {
	for i := range c.was {
		var st unix.Stat_t
		if i == r.First {
			continue
		}
		if err := c.was[i].stat(r.Path, &st); err != nil {
			return true
		}
		switch was := itemOf(r.Path, &st); {
		case was.Kind != r.Item.Kind:
			return true
		case was.Kind == history.FileDir:
		case was.Size != r.Item.Size:
			return true
		case !was.ModTime.Equal(r.Item.ModTime):
			equal, err := history.EqualContent(c.search.dirs[r.First], c.search.dirs[i], r.Path, mostCompared)
			if err != nil || !equal {
				return true
			}
		}
	}
	return false
}

// parent is the directory of the last path that was used, on the machine or in a state. It stays
// open, because sorted paths are usually in the same one.
type parent struct {
	of  *history.Dir // nil for the machine
	dir string       // with a slash at the end
	fd  int          // open on dir, or -1
	err error        // why it could not be opened
}

// stat returns the metadata of a path, without following a symlink at its end.
func (p *parent) stat(path []byte, st *unix.Stat_t) error {
	if p.of != nil && p.of.Root() == string(path) {
		return unix.Fstat(p.of.FD(), st)
	}
	cut := bytes.LastIndexByte(path, '/')
	if dir := path[:cut+1]; p.dir != string(dir) {
		p.leave()
		p.dir = string(dir)
		p.fd, p.err = p.open()
	}
	if p.err != nil {
		return p.err
	}
	name := string(path[cut+1:])
	if name == "" { // the root
		name = "."
	}
	return unix.Fstatat(p.fd, name, st, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT)
}

// open opens the directory.
func (p *parent) open() (int, error) {
	const flags = unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC
	if p.of == nil {
		return unix.Open(p.dir, flags, 0)
	}
	rel, ok := p.of.Within([]byte(p.dir[:max(1, len(p.dir)-1)]))
	if !ok {
		return -1, unix.ENOENT
	}
	return openBeneath(p.of, rel, flags)
}

// leave closes the directory.
func (p *parent) leave() {
	if p.fd >= 0 {
		unix.Close(p.fd)
	}
	p.dir, p.fd, p.err = "", -1, nil
}

// same reports whether a path has the content that it had in the state.
func (l *lostSearch) same(r *history.Recurring, now *history.Item) bool {
	was := &r.Item
	switch {
	case was.Kind != now.Kind:
		return false
	case was.Kind != history.FileRegular && was.Kind != history.FileSymlink:
		return true
	case was.Size != now.Size:
		return false
	case was.Kind == history.FileRegular && was.ModTime.Equal(now.ModTime):
		return true
	}
	equal, err := l.equalNow(r)
	return err == nil && equal
}

// equalNow compares the content of a path of a state with that of the machine.
func (l *lostSearch) equalNow(r *history.Recurring) (bool, error) {
	dir := l.dirs[r.First]
	rel, ok := dir.Within(r.Path)
	if !ok {
		return false, nil
	}
	if r.Item.Kind == history.FileSymlink {
		now, err := os.Readlink(string(r.Path))
		if err != nil {
			return false, err
		}
		target := make([]byte, len(now)+1)
		n, err := unix.Readlinkat(dir.FD(), rel, target)
		return err == nil && string(target[:n]) == now, err
	}
	if r.Item.Size > mostCompared {
		return false, nil
	}
	const flags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	was, err := openPast(dir, rel, flags)
	if err != nil {
		return false, err
	}
	defer was.Close()
	now, err := os.OpenFile(string(r.Path), flags, 0)
	if err != nil {
		return false, err
	}
	defer now.Close()
	return equalReaders(was, now, r.Item.Size)
}

// openPast opens a file of a state.
func openPast(dir *history.Dir, rel string, flags uint64) (*os.File, error) {
	fd, err := openBeneath(dir, rel, flags)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", rel, err)
	}
	return os.NewFile(uintptr(fd), rel), nil
}

// openBeneath opens a path below a state, without following symlinks or crossing mounts.
func openBeneath(dir *history.Dir, rel string, flags uint64) (int, error) {
	how := unix.OpenHow{Flags: flags, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV}
	return unix.Openat2(dir.FD(), rel, &how)
}

// equalReaders compares two files that had a size, in pieces. If they have grown, it compares no more
// than mostCompared bytes.
func equalReaders(a, b io.Reader, size int64) (bool, error) {
	piece := min(size, 64<<10-1) + 1 // most files are small
	x, y := make([]byte, piece), make([]byte, piece)
	for rest := int64(mostCompared); rest > 0; rest -= piece {
		n, err := io.ReadFull(a, x)
		m, other := io.ReadFull(b, y)
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		if err != nil || other != nil {
			return ends(err) && ends(other), nil
		}
	}
	return true, nil
}

// ends reports whether an error of io.ReadFull means the end of a file.
func ends(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF } //nolint:errorlint // ReadFull does not wrap them
