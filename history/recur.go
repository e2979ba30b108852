package history

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Recurrence is how a path behaves over several states.
type Recurrence uint8

// The recurrences.
const (
	RecurrenceUnknown Recurrence = iota
	Regenerated                  // in every state, with the same content: the machine makes it again
	Evolving                     // in more than half of the states: state that should be kept
	OneOff                       // in few states: a real loss
)

var recurrenceNames = [...]string{"unknown", "regenerated", "evolving", "one-off"}

// String returns the recurrence in lower case.
func (r Recurrence) String() string {
	if int(r) < len(recurrenceNames) {
		return recurrenceNames[r]
	}
	return recurrenceNames[RecurrenceUnknown]
}

// Recurring is the result for a path. It is valid only during the call to which it is passed.
type Recurring struct {
	Path       []byte
	Recurrence Recurrence
	// States is how many states have the path, and First the number of the first one that does.
	States, First int
	// Item is the entry of that state. If the states are sorted as Find returns them, it is the
	// newest.
	Item Item
	// Changed reports that the content differs between states.
	Changed bool
}

// RecurOptions are the options of Recur.
type RecurOptions struct {
	// Equal reports whether two states, given by their numbers, have the same content at a path.
	// Recur asks it only about files of the same type and size with different mtimes. With nil, or
	// after an error, such files count as different, so no loss is called regenerated.
	Equal func(path []byte, a, b int) (bool, error)
}

// Recur compares the listings of several states, and calls emit once for each path, sorted. It keeps
// one entry of each state in memory. The first error of a listing or of emit ends it. With fewer
// than two states, nothing is known about recurrence.
func Recur(states []Listing, options RecurOptions, emit func(*Recurring) error) error {
	all := make([]*puller, len(states))
	for i, l := range states {
		all[i] = pull(l)
		defer all[i].stop()
		all[i].next()
	}
	var r Recurring
	var name []byte
	for {
		first, err := smallest(all)
		if err != nil || first < 0 {
			return err
		}
		r = options.compare(all, first)
		if err := emit(&r); err != nil {
			return err
		}
		name = append(name[:0], r.Path...) // the path is valid until the next entry is read
		for _, p := range all {
			if p.has(name) {
				p.next()
			}
		}
	}
}

// has reports whether the current entry of a listing has a path.
func (p *puller) has(path []byte) bool { return p.ok && bytes.Equal(p.item.Path, path) }

// smallest returns the number of the first listing with the smallest path, or -1 at the end of all
// of them.
func smallest(all []*puller) (first int, err error) {
	first = -1
	for i, p := range all {
		if p.err != nil {
			return -1, p.err
		}
		if p.ok && (first < 0 || bytes.Compare(p.item.Path, all[first].item.Path) < 0) {
			first = i
		}
	}
	return first, nil
}

// compare compares the states that have the path of the state first, which is the first one.
func (o *RecurOptions) compare(all []*puller, first int) Recurring {
	at := &all[first].item
	r := Recurring{Path: at.Path, First: first, Item: *at}
	for i, p := range all {
		if !p.has(r.Path) {
			continue
		}
		r.States++
		r.Changed = r.Changed || i != first && !o.same(r.Path, first, i, at, &p.item)
	}
	r.Recurrence = recurrence(len(all), r.States, r.Changed)
	return r
}

// same reports whether two entries of a path have the same content.
func (o *RecurOptions) same(path []byte, i, j int, a, b *Item) bool {
	f := differing(a, b)
	if f == 0 {
		return true
	}
	if f != FieldModTime || o.Equal == nil {
		return false
	}
	equal, err := o.Equal(path, i, j)
	return err == nil && equal
}

// recurrence decides. A path in most of the states but not in all is evolving even if its content is
// always the same, because evolving paths are shown first.
func recurrence(states, have int, changed bool) Recurrence {
	switch {
	case states < 2:
		return RecurrenceUnknown
	case have == states && !changed:
		return Regenerated
	case 2*have > states:
		return Evolving
	}
	return OneOff
}

// EqualContent reports whether two open states have the same content at a path of the running
// machine: two regular files with the same bytes, or two symlinks with the same target. It reads at
// most limit bytes, and reports false for longer files.
func EqualContent(a, b *Dir, path []byte, limit int64) (bool, error) {
	x, err := a.openLive(path)
	if err != nil {
		return false, err
	}
	defer x.Close()
	y, err := b.openLive(path)
	if err != nil {
		return false, err
	}
	defer y.Close()
	s, err := fstat(int(x.Fd()))
	if err != nil {
		return false, err
	}
	t, err := fstat(int(y.Fd()))
	switch {
	case err != nil:
		return false, err
	case s.Mode&unix.S_IFMT != t.Mode&unix.S_IFMT || s.Size != t.Size || s.Size > limit:
		return false, nil
	case s.Mode&unix.S_IFMT == unix.S_IFLNK:
		to, err := readlink(int(x.Fd()))
		if err != nil {
			return false, err
		}
		other, err := readlink(int(y.Fd()))
		return err == nil && to == other, err
	case s.Mode&unix.S_IFMT != unix.S_IFREG:
		return false, nil
	}
	return equalFiles(x, y, s.Size)
}

// equalFiles compares what two descriptors that were opened with O_PATH refer to, up to a size.
func equalFiles(x, y *os.File, size int64) (bool, error) {
	var in [2]io.Reader
	for i, f := range []*os.File{x, y} {
		g, err := os.Open(procPath(int(f.Fd())))
		if err != nil {
			return false, bare(err)
		}
		defer g.Close()
		in[i] = io.LimitReader(g, size)
	}
	piece := min(size, 64<<10-1) + 1 // most files are small
	bufs := [2][]byte{make([]byte, piece), make([]byte, piece)}
	for {
		n, err := io.ReadFull(in[0], bufs[0])
		m, other := io.ReadFull(in[1], bufs[1])
		if n != m || !bytes.Equal(bufs[0][:n], bufs[1][:m]) {
			return false, nil
		}
		for _, err := range []error{err, other} {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return true, nil
			}
			if err != nil {
				return false, bare(err)
			}
		}
	}
}

// Within returns a path of the running machine relative to the state. It returns false if the state
// does not include it.
func (d *Dir) Within(path []byte) (rel string, ok bool) { return paths.Rel(string(path), d.root) }

// openLive opens a path of the running machine in the state with O_PATH.
func (d *Dir) openLive(path []byte) (*os.File, error) {
	rel, ok := d.Within(path)
	if !ok {
		return nil, unix.ENOENT
	}
	fd, err := openBelow(d.fd, rel, unix.O_PATH, sameMount)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), rel), nil
}

// procPath returns a path for an open file, for calls that do not accept a descriptor opened with
// O_PATH.
func procPath(fd int) string { return (&Dir{fd: fd}).Path() }

// readlink returns the target of a symlink that was opened with O_PATH.
func readlink(fd int) (string, error) {
	for size := 256; ; size *= 2 {
		buf, n := make([]byte, size), 0
		err := retried(func() (err error) {
			n, err = unix.Readlinkat(fd, "", buf)
			return err
		})
		if err != nil || n < size {
			return string(slices.Clip(buf[:max(n, 0)])), err
		}
	}
}
