package history

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Change says how a path differs from an earlier state.
type Change uint8

// The changes.
const (
	ChangeUnknown Change = iota
	ChangeGone           // it was there, and is not
	ChangeDiffers        // it is there, with another type or content
	ChangeSame           // it is there, and equal
)

var changeNames = [...]string{"unknown", "gone", "differs", "same"}

// String returns the change in lower case.
func (c Change) String() string {
	if int(c) < len(changeNames) {
		return changeNames[c]
	}
	return changeNames[ChangeUnknown]
}

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
	Path []byte
	// Recurrence is decided by which states have the path. A path that is in every state is
	// Regenerated here; whether its content is the same is for the caller to find out.
	Recurrence Recurrence
	// States is how many states have the path, and First the number of the first one that does.
	States, First int
	// Item is the entry of that state. If the states are sorted as Find returns them, it is the
	// newest.
	Item Item
}

// Listing is a listing that is sorted by the bytes of the paths, each of which occurs once. An
// error ends the listing. An entry is valid until the next one is asked for.
type Listing = iter.Seq2[Item, error]

// Recur merges the listings of several states, and calls emit once for each path, sorted. The
// listings run in parallel, and are read ahead by some thousand entries. The first error of a listing
// or of emit ends it. The error is ErrOrder if a listing is not sorted. With fewer than two states,
// nothing is known about recurrence.
func Recur(states []Listing, emit func(*Recurring) error) error {
	all, stop := make([]*ahead, len(states)), make(chan struct{})
	var listings sync.WaitGroup
	for i, l := range states {
		all[i] = newAhead(stop)
		listings.Go(func() { all[i].read(l) })
	}
	defer listings.Wait()
	defer close(stop)
	for _, a := range all {
		if err := a.next(); err != nil {
			return err
		}
	}
	var r Recurring
	have := make([]*ahead, 0, len(all))
	for {
		have = r.smallest(all, have[:0])
		if len(have) == 0 {
			return nil
		}
		r.States, r.Recurrence = len(have), recurrence(len(all), len(have))
		if err := emit(&r); err != nil {
			return err
		}
		for _, a := range have {
			if err := a.next(); err != nil {
				return err
			}
		}
	}
}

// smallest takes the smallest of the current paths, and appends the listings that have it.
func (r *Recurring) smallest(all, have []*ahead) []*ahead {
	for i, a := range all {
		if a.item == nil {
			continue
		}
		order := -1
		if len(have) > 0 {
			order = bytes.Compare(a.item.Path, r.Path)
		}
		switch {
		case order < 0:
			r.Path, r.First, r.Item = a.item.Path, i, *a.item
			have = append(have[:0], a)
		case order == 0:
			have = append(have, a)
		}
	}
	return have
}

// recurrence decides. A path in most of the states but not in all is evolving even if its content is
// always the same, because evolving paths are shown first.
func recurrence(states, have int) Recurrence {
	switch {
	case states < 2:
		return RecurrenceUnknown
	case have == states:
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
