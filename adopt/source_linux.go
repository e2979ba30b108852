package adopt

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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

// use takes the paths from another state. Only the directories above its root are those of the
// running machine. They are compared with the directories above a target, and nothing is copied from
// them except the attributes of missing directories.
func (s *sources) use(other Source) error {
	if other == nil {
		return nil
	}
	id, err := mountID(other.FD())
	if err != nil {
		return fmt.Errorf("find the mount of the earlier state: %w", err)
	}
	above := slices.DeleteFunc(slices.Clone(s.roots), func(r Root) bool { return !paths.Below(other.Root(), r.Path) })
	s.other = other
	s.roots = withSlash(append(above, Root{Path: other.Root(), Mount: id}))
	return nil
}

// below opens the directory at an absolute path with O_PATH: in the other state if that includes
// the path, and otherwise on the running machine.
func (s *sources) below(abs string) (dir, error) {
	top, rel := s.within(abs)
	return top.below("/" + rel)
}

// openPath opens an absolute path of any type like below, without following symlinks.
func (s *sources) openPath(abs string) (dir, error) {
	top, rel := s.within(abs)
	fd, err := top.open(rel, unix.O_PATH, 0, beneath)
	return dir{fd: fd}, err
}

// within returns the directory below which a path is opened, and the relative path.
func (s *sources) within(abs string) (top dir, rel string) {
	if s.other != nil {
		if rel, ok := paths.Rel(abs, s.other.Root()); ok {
			return dir{fd: s.other.FD()}, rel
		}
	}
	if rel = strings.TrimPrefix(abs, "/"); rel == "" {
		rel = "."
	}
	return s.root, rel
}

// limits returns the limits of an open file of a source.
func (s *sources) limits(fd int) (limits, error) {
	l, err := limitsOf(fd)
	l.upper = s.other != nil && s.other.Upper()
	return l, err
}

// outside returns an error for a path that is in storage, or that the other state does not include.
// Without another state, everything below "/" could be a source, so storage has to be excluded.
// The other state is elsewhere, and "/" as a whole is not restored.
func (p *Plan) outside(name string) error {
	switch {
	case p.source != nil && (name == "/" || !paths.AtOrBelow(name, p.source.Root())):
		return ErrNotInSource
	case p.Storage != "/" && paths.AtOrBelow(name, p.Storage):
		return ErrInStorage
	}
	return nil
}

// of returns the mappings that matter for a source. The paths of mappings are those of the running
// machine, so files of another state are recognised by their inode only.
func (m *mappings) of(source Source) *mappings {
	if source == nil {
		return m
	}
	return &mappings{byInode: m.byInode}
}
