package past

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// mostCompared is the size in bytes up to which contents are compared. Longer files whose times
// differ count as different.
const mostCompared = 16 << 20

// Lost returns the candidates of earlier states that are not there now, or differ. Evolving paths and
// those of few states come first, then by path.
func Lost(ctx context.Context, s *session.Session, p *States, kinds scan.Kinds) ([]report.LostRow, []scan.PathError, error) {
	var rows []report.LostRow
	var unread []scan.PathError
	for _, states := range p.Trees {
		l := &lostSearch{states: states}
		err := l.run(ctx, s, kinds)
		rows, unread = append(rows, l.rows...), append(unread, l.errors...)
		if err != nil {
			return rows, unread, err
		}
	}
	slices.SortStableFunc(rows, func(a, b report.LostRow) int {
		return cmp.Or(cmp.Compare(rank(a.Recurrence), rank(b.Recurrence)), cmp.Compare(a.Path, b.Path))
	})
	return rows, unread, nil
}

// rank is the order of recurrences in the output.
func rank(r history.Recurrence) int {
	if r == history.Regenerated {
		return 1
	}
	return 0
}

// lostSearch compares the states of one tree with the machine.
type lostSearch struct {
	states []history.State
	dirs   []*history.Dir
	rows   []report.LostRow
	errors []scan.PathError
}

func (l *lostSearch) run(ctx context.Context, s *session.Session, kinds scan.Kinds) error {
	defer func() {
		for _, d := range l.dirs {
			d.Close()
		}
	}()
	var walks []*walk
	var listings []history.Listing
	for i := range l.states {
		dir, err := l.states[i].Open()
		if err != nil {
			return err
		}
		l.dirs = append(l.dirs, dir)
		w := &walk{ctx: ctx, session: s, dir: dir, kinds: kinds}
		walks, listings = append(walks, w), append(listings, w.listing())
	}
	equal := func(path []byte, a, b int) (bool, error) {
		return history.EqualContent(l.dirs[a], l.dirs[b], path, mostCompared)
	}
	err := history.Recur(listings, history.RecurOptions{Equal: equal}, l.compare)
	for _, w := range walks {
		l.errors = append(l.errors, w.errors...)
	}
	return err
}

// compare compares a path of a state with the machine.
func (l *lostSearch) compare(r *history.Recurring) error {
	row := report.LostRow{
		Path: string(r.Path), Kind: scanKind(r.Item.Kind), Size: r.Item.Size, ModTime: r.Item.ModTime,
		State: &l.states[r.First], States: r.States, Of: len(l.states), Recurrence: r.Recurrence, Change: history.ChangeGone,
	}
	var st unix.Stat_t
	switch err := unix.Lstat(row.Path, &st); {
	case gone(err):
	case err != nil:
		l.errors = append(l.errors, scan.PathError{Path: row.Path, Op: "stat", Err: errnoOf(err)})
		return nil
	default:
		now := itemOf(r.Path, &st)
		if l.same(r, &now) {
			return nil
		}
		row.Change = history.ChangeDiffers
	}
	l.rows = append(l.rows, row)
	return nil
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
	return equalReaders(was, now)
}

// openPast opens a file of a state.
func openPast(dir *history.Dir, rel string, flags uint64) (*os.File, error) {
	how := unix.OpenHow{Flags: flags, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS}
	fd, err := unix.Openat2(dir.FD(), rel, &how)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", rel, err)
	}
	return os.NewFile(uintptr(fd), rel), nil
}

// equalReaders compares two files of at most mostCompared bytes.
func equalReaders(a, b io.Reader) (bool, error) {
	x, err := io.ReadAll(io.LimitReader(a, mostCompared+1))
	if err != nil {
		return false, err
	}
	y, err := io.ReadAll(io.LimitReader(b, mostCompared+1))
	return err == nil && bytes.Equal(x, y), err
}
