package adopt

import (
	"errors"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Root is a directory tree that the next reboot wipes, and that paths are copied from. It
// may be a mount itself. What is mounted below it is not part of it, unless that is another
// root.
type Root struct {
	// Path is absolute and clean, and no part of it is a symlink.
	Path string
	// Mount is the number of the mount that Path is on, as in proc_pid_mountinfo(5). Where
	// Path is on another one when it is opened, what is there is refused. 0 stands for the
	// mount that Path is on in Prepare.
	Mount uint64
}

// mountedError says where something is mounted that is not one of the roots.
type mountedError string

func (e mountedError) Error() string {
	return "something is mounted at " + shortened(string(e)) + ", which is not one of the roots"
}

// Is makes it ErrMounted.
func (e mountedError) Is(target error) bool { return target == ErrMounted }

// sources opens what is to be copied. Users can mount file systems (FUSE, removable disks)
// on directories of theirs at any time, and such a file system may claim any owner and mode.
// So every path is opened from the root that it is below, without crossing a mount.
type sources struct {
	root  dir
	roots []Root
}

// findMounts fills in the mounts of the roots. A root that does not exist has none, and
// nothing below it can be copied.
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

// rootOf returns the root that a path is below, or that it is. There is always "/".
func (s *sources) rootOf(name string) Root {
	best := s.roots[0]
	for _, r := range s.roots[1:] {
		if len(r.Path) > len(best.Path) && paths.AtOrBelow(name, r.Path) {
			best = r
		}
	}
	return best
}

// withSlash returns the roots with "/" in front, unless it is one of them.
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

// entry opens the directory that a path is in, and returns its name there. A root that is a
// directory is opened itself, and its name is ".": it may be a mount.
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
		d.limits, err = limitsOf(d.fd)
	}
	if err != nil {
		d.close()
	}
	return d, path.Base(name), err
}

// dir opens a directory of a source to go through it. That needs no permission to list it.
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
	rel, _ := paths.Rel(name, r.Path) // rootOf returns a root that it is in
	fd, err := top.open(rel, unix.O_PATH|unix.O_DIRECTORY, 0, sameMount)
	if errors.Is(err, unix.EXDEV) {
		err = mountedError(path.Join(r.Path, top.firstMount(rel)))
	}
	if err != nil {
		return dir{fd: -1}, err
	}
	d := dir{fd: fd}
	if d.limits, err = limitsOf(fd); err != nil {
		d.close()
		return dir{fd: -1}, err
	}
	return d, nil
}

// firstMount returns the part of a relative path up to where something is mounted.
func (d dir) firstMount(rel string) string {
	for i := range len(rel) {
		if rel[i] == '/' && d.isMount(rel[:i]) {
			return rel[:i]
		}
	}
	return rel
}

// openPath opens an absolute path, following no symlink.
func (d dir) openPath(abs string) (int, error) {
	name := strings.TrimPrefix(abs, "/")
	if name == "" {
		name = "."
	}
	return d.open(name, unix.O_PATH, 0, beneath)
}
