package adopt

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// ErrCoveredByStorage is the error of a path that the mount of the storage path itself covers. Its
// target would be inside the copied tree.
var ErrCoveredByStorage = errors.New("the mount of storage itself covers it")

// origin is where the paths of sources begin. Usually that is "/". To copy what mounts cover, it
// also has a clone of the mount whose directories are covered, without the mounts on it.
type origin struct {
	live  dir    // "/"
	clone dir    // the clone; used for paths at or below point
	point string // "" without a clone
	other Source // the clone is another state of the machine, not a clone of a mount
}

// openOrigin opens "/" and, if beneath has a path, a clone of the mount there: open_tree(2) with
// OPEN_TREE_CLONE, Linux 5.2, which requires CAP_SYS_ADMIN. The clone is detached and disappears
// when it is closed. It is an error if another mount than beneath's is there. If source is not nil,
// that takes the place of the clone.
func openOrigin(beneath Root, source Source) (origin, error) {
	live, err := rootDir()
	if err != nil || beneath.Path == "" && source == nil {
		return origin{live: live, clone: dir{fd: -1}}, err
	}
	if source != nil {
		o, err := originOf(live, source)
		if err != nil {
			live.close()
		}
		return o, err
	}
	clone, err := cloneMount(live, beneath)
	if err != nil {
		live.close()
		return origin{}, fmt.Errorf("clone the mount at %s: %w", beneath.Path, err)
	}
	return origin{live: live, clone: clone, point: beneath.Path}, nil
}

func cloneMount(live dir, beneath Root) (dir, error) {
	fd, err := live.openPath(beneath.Path)
	if err != nil {
		return dir{}, err
	}
	defer unix.Close(fd)
	id, err := mountID(fd)
	if err != nil {
		return dir{}, err
	}
	if beneath.Mount != 0 && id != beneath.Mount {
		return dir{}, mountedError(beneath.Path)
	}
	clone := dir{fd: -1}
	err = retried(func() (err error) {
		clone.fd, err = unix.OpenTree(fd, "", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH)
		return err
	})
	return clone, err
}

func (o origin) close() {
	o.live.close()
	if o.point != "" {
		o.clone.close()
	}
}

// at returns the directory from which a path is opened, and the path as it is there.
func (o origin) at(abs string) (dir, string) {
	if o.point != "" {
		if rel, ok := paths.Rel(abs, o.point); ok {
			return o.clone, "/" + rel
		}
	}
	return o.live, abs
}

// below opens the directory at an absolute path with O_PATH, without symlinks.
func (o origin) below(abs string) (dir, error) {
	from, name := o.at(abs)
	return from.below(name)
}

// openPath opens an absolute path with O_PATH, without following symlinks.
func (o origin) openPath(abs string) (int, error) {
	from, name := o.at(abs)
	return from.openPath(name)
}

// sources returns the sources of a run. Its clone is not that of Prepare, so the number of the
// clone's mount is read again.
func (o origin) sources(roots []Root) sources {
	if o.point != "" {
		roots = o.rootsOf(nil)
	}
	return sources{o, roots}
}

// rootsOf returns the roots of a plan. If it copies what mounts cover, they are "/" and the mount
// that is cloned, with the number that the clone has, which is another one at each opening.
func (o origin) rootsOf(options []Root) []Root {
	roots := withSlash(options)
	if o.point != "" {
		roots = withSlash([]Root{{Path: o.point}})
	}
	from := sources{o, roots}
	from.findMounts()
	return roots
}
