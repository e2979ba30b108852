package adopt

import (
	"errors"
	"fmt"
	"path"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Source is another state of the machine from which paths are copied, such as an old root: a
// directory that contains what was at the path Root.
type Source interface {
	// FD is the descriptor of the directory. The directory may be on a mount that no path leads to
	// (fsmount(2), open_tree(2), Linux 5.2).
	FD() int
	// Root is the path on the running machine that the directory corresponds to, "/" for an old
	// root. It is absolute and clean and contains no symlinks.
	Root() string
	// Upper reports that it is the upper directory of an overlay. Then its whiteouts and the
	// attributes of the overlay are not copied, and files without content (metacopy) are refused.
	Upper() bool
}

// ErrNotInSource is the error of a path that is not at or below the root of the Source.
var ErrNotInSource = errors.New("the earlier state does not include it")

// originOf opens another state as an origin: its directory takes the place of the running machine's
// at its root.
func originOf(live dir, source Source) (origin, error) {
	if point := source.Root(); !path.IsAbs(point) || path.Clean(point) != point {
		return origin{}, fmt.Errorf("root of the earlier state %q: expected an absolute and clean path", point)
	}
	fd := -1
	err := retried(func() (err error) {
		fd, err = unix.FcntlInt(uintptr(source.FD()), unix.F_DUPFD_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return origin{}, fmt.Errorf("open the earlier state of %s: %w", source.Root(), err)
	}
	return origin{live: live, clone: dir{fd: fd}, point: source.Root(), other: source}, nil
}

// limits returns the limits of an open file of a source.
func (o origin) limits(fd int) (limits, error) {
	l, err := limitsOf(fd)
	l.upper = o.other != nil && o.other.Upper()
	return l, err
}

// outside returns an error for a path that is in storage, or that the other state does not include.
// Without another state, everything below "/" could be a source, so storage has to be excluded.
// The other state is elsewhere, and "/" as a whole is not restored.
func (p *Plan) outside(name string) error {
	switch {
	case p.source != nil && (name == "/" || !paths.AtOrBelow(name, p.source.Root())):
		return ErrNotInSource
	case p.Storage == "/" || !paths.AtOrBelow(name, p.Storage):
		return nil
	case p.beneath.Path != "":
		return ErrCoveredByStorage
	}
	return ErrInStorage
}

// of returns the mappings that matter for a source. The paths of mappings are those of the running
// machine, so files of another state are recognised by their inode only.
func (m *mappings) of(source Source) *mappings {
	if source == nil {
		return m
	}
	return &mappings{byInode: m.byInode}
}
