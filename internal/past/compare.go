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

// withInfo is the number of the state whose walk reads sizes and times, the newest one. It usually has
// almost all paths of the states, and a walk reads them for less than a comparer.
const withInfo = 0

// batch are paths of the states, in order, and what of them is lost.
//
//	walks of the states ─→ Recur ─→ batches ─┬→ comparer ─┬→ rows, in order
//	   (in parallel)       (merges)          └→ comparer ─┘
//
// Only the walk of the newest state reads metadata. A comparer reads that of a path on the machine,
// and in other states only if its recurrence depends on it, because most paths are usually the same
// now. On bench/lost.sh that is a third of the stat(2) calls.
type batch struct {
	paths  []byte // the paths that the entries refer to, each with a NUL behind it
	all    []history.Recurring
	rows   []report.LostRow
	errors []scan.PathError
	done   chan struct{}
}

// newBatch returns an empty batch, in the memory of one that is no longer used if there is one.
func newBatch(unused <-chan *batch) *batch {
	select {
	case b := <-unused:
		return &batch{paths: b.paths[:0], all: b.all[:0], done: make(chan struct{})}
	default:
	}
	return &batch{
		paths: make([]byte, 0, 64*batchSize), // usual paths are shorter
		all:   make([]history.Recurring, 0, batchSize), done: make(chan struct{}),
	}
}

// add adds a path, which is valid only during the call.
func (b *batch) add(r *history.Recurring) {
	start, end := len(b.paths), len(b.paths)+len(r.Path)
	b.paths = append(append(b.paths, r.Path...), 0)
	with := *r
	with.Path = b.paths[start : end : end+1]
	with.Item.Path = with.Path
	b.all = append(b.all, with)
}

// compare merges the listings of the states, compares each path with the machine, and collects the
// rows in order.
func (l *lostSearch) compare(listings []history.Listing) error {
	workers := runtime.GOMAXPROCS(0)
	work, order, unused := make(chan *batch), make(chan *batch, 2*workers), make(chan *batch, 4*workers)
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
			select {
			case unused <- b:
			default:
			}
		}
	})
	b := newBatch(unused)
	send := func() {
		order <- b // first, so rows stay in order
		work <- b
		b = newBatch(unused)
	}
	err := history.Recur(listings, func(r *history.Recurring) error {
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
	stater := scan.NewStater(l.policy)
	c := &comparer{search: l, now: parent{fd: -1, stater: stater}, was: make([]parent, len(l.dirs))}
	for i, dir := range l.dirs {
		c.was[i] = parent{of: dir, fd: -1, stater: stater}
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
	if r.First != withInfo {
		was, err := c.was[r.First].stat(r.Path)
		if err != nil {
			return history.ChangeUnknown, err
		}
		r.Item = was
	}
	switch now, err := c.now.stat(r.Path); {
	case gone(err):
		return history.ChangeGone, nil
	case err != nil:
		return history.ChangeUnknown, err
	case c.search.same(r, &now):
		return history.ChangeSame, nil
	}
	return history.ChangeDiffers, nil
}

// evolves reports whether the content of a path that all states have is not the same in all of them.
// A state that cannot be read counts as different, so no loss is called regenerated.
func (c *comparer) evolves(r *history.Recurring) bool {
	for i := range c.was {
		if i == r.First {
			continue
		}
		was, err := c.was[i].stat(r.Path)
		if err != nil {
			return true
		}
		switch {
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
	of     *history.Dir // nil for the machine
	stater *scan.Stater
	dir    string // with a slash at the end
	fd     int    // open on dir, or -1
	err    error  // why it could not be opened
}

// stat returns a path of a batch with its metadata, without following a symlink at its end.
func (p *parent) stat(path []byte) (history.Item, error) {
	if p.of != nil && p.of.Root() == string(path) {
		return p.entry(p.of.FD(), path, []byte(".\x00"))
	}
	cut := bytes.LastIndexByte(path, '/') + 1
	if dir := path[:cut]; p.dir != string(dir) {
		p.leave()
		p.dir = string(dir)
		p.fd, p.err = p.open()
	}
	switch {
	case p.err != nil:
		return history.Item{}, p.err
	case cut == len(path): // the root
		return p.entry(p.fd, path, []byte(".\x00"))
	}
	return p.entry(p.fd, path, path[cut:len(path)+1]) // with the NUL of the batch
}

// entry returns a path with the metadata of an entry of an open directory, whose name ends in a NUL.
func (p *parent) entry(dir int, path, name []byte) (history.Item, error) {
	kind, info, err := p.stater.Stat(dir, name)
	return history.Item{Path: path, Kind: fileKinds[kind], Size: info.Size, ModTime: info.ModTime}, err
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
