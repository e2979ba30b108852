package adopt

import (
	"errors"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Root is a directory tree that the next reboot wipes and from which paths are copied. It may be a
// mount point. Mounts below it are not part of it, unless they are roots too.
type Root struct {
	// Path is absolute and clean and contains no symlinks.
	Path string
	// Mount is the ID of Path's mount, as in proc_pid_mountinfo(5). If Path is on another mount
	// when it is opened, paths in it are refused. 0 means the mount of Path at the time of Prepare.
	Mount uint64
}

// mountedError is an ErrMounted with the path of a mount point that is not a root.
type mountedError string

func (e mountedError) Error() string {
	return "something is mounted at " + shortened(string(e)) + ", which is not one of the roots"
}

// Is makes errors.Is report ErrMounted.
func (e mountedError) Is(target error) bool { return target == ErrMounted }

// sources opens the paths to be copied. Users can mount file systems (FUSE, removable disks) on
// their own directories at any time, and such a file system may report any owner and mode. So every
// path is opened from its root, without crossing a mount.
type sources struct {
	root  origin
	roots []Root
}

// findMounts sets the mounts of the roots. If a root does not exist, its mount stays 0, and nothing
// below it can be copied.
func (s *sources) findMounts() {
	for i, r := range s.roots {
		if r.Mount != 0 {
			continue
		}
		if fd, err := s.root.openPath(r.Path); err == nil {
			s.roots[i].Mount, _ = mountID(fd)
			_ = unix.Close(fd)
		}
	}
}

// rootOf returns the deepest root at or above a path. There is always one, because "/" is a root.
func (s *sources) rootOf(name string) Root {
	best := s.roots[0]
	for _, r := range s.roots[1:] {
		if len(r.Path) > len(best.Path) && paths.AtOrBelow(name, r.Path) {
			best = r
		}
	}
	return best
}

// withSlash returns the roots with "/" as the first one. It is added if it is missing.
func withSlash(roots []Root) []Root {
	all := []Root{{Path: "/"}}
	for _, r := range roots {
		if r.Path == "/" {
			all[0] = r
		} else {
			all = append(all, r)
		}
	}
	return all
}

// entry opens the parent directory of a path and returns the path's name in it. If the path is a
// root and a directory, entry opens the path itself and returns the name ".", because it may be a
// mount point.
func (s *sources) entry(name string) (dir, string, error) {
	if r := s.rootOf(name); r.Path != name {
		d, err := s.dir(path.Dir(name))
		return d, path.Base(name), err
	}
	d, err := s.dir(name)
	if !errors.Is(err, unix.ENOTDIR) {
		return d, ".", err
	}
	if d, err = s.root.below(path.Dir(name)); err != nil {
		return d, "", err
	}
	id, err := mountID(d.fd)
	if err == nil && id != s.rootOf(name).Mount {
		err = mountedError(name)
	}
	if err == nil {
		d.limits, err = s.root.limits(d.fd)
	}
	if err != nil {
		d.close()
	}
	return d, path.Base(name), err
}

// dir opens a directory of a source with O_PATH. This requires no permission to list it.
func (s *sources) dir(name string) (dir, error) {
	r := s.rootOf(name)
	top, err := s.root.below(r.Path)
	if err != nil {
		return dir{fd: -1}, err
	}
	defer top.close()
	if id, err := mountID(top.fd); err != nil || id != r.Mount {
		if err == nil {
			err = mountedError(r.Path)
		}
		return dir{fd: -1}, err
	}
	rel, _ := paths.Rel(name, r.Path) // rootOf returns a root at or above name
	fd, err := top.open(rel, unix.O_PATH|unix.O_DIRECTORY, 0, sameMount)
	if errors.Is(err, unix.EXDEV) {
		err = mountedError(path.Join(r.Path, top.firstMount(rel)))
	}
	if err != nil {
		return dir{fd: -1}, err
	}
	d := dir{fd: fd}
	if d.limits, err = s.root.limits(fd); err != nil {
		d.close()
		return dir{fd: -1}, err
	}
	return d, nil
}

// firstMount returns the part of a relative path up to its first mount point.
func (d dir) firstMount(rel string) string {
	for i := range len(rel) {
		if rel[i] == '/' && d.isMount(rel[:i]) {
			return rel[:i]
		}
	}
	return rel
}

// openPath opens an absolute path with O_PATH, without following symlinks.
func (d dir) openPath(abs string) (int, error) {
	name := strings.TrimPrefix(abs, "/")
	if name == "" {
		name = "."
	}
	return d.open(name, unix.O_PATH, 0, beneath)
}
