package rootfs

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// MostLinks is how many symlinks Resolve follows, as many as the kernel, path_resolution(7).
const MostLinks = 40

// Resolve follows symlinks until none is left, and returns a path without symlinks. After each link
// it calls stop, if set, with the path that this link leads to. If stop returns true, Resolve reads
// nothing there, and returns that path with stopped set.
//
// With an error, it returns the path that could not be followed further. The error is fs.ErrNotExist
// for a dangling link, and ELOOP after MostLinks. ".." in a link's target is resolved as text, so
// the result is wrong for a link such as "dir/../x" if dir is a symlink itself.
func (f *FS) Resolve(name string, stop func(path string) bool) (resolved string, stopped bool, err error) {
	at := path.Join("/", name)
	for links := 0; ; {
		link, target, err := f.firstLink(at)
		if err != nil {
			return at, false, &fs.PathError{Op: "resolve", Path: at, Err: err}
		}
		if link == "" {
			return at, false, nil
		}
		if links++; links > MostLinks {
			return at, false, &fs.PathError{Op: "resolve", Path: at, Err: unix.ELOOP}
		}
		at = LinkTarget(link, target) + at[len(link):]
		if at = path.Clean(at); stop != nil && stop(at) {
			return at, true, nil
		}
	}
}

// LinkTarget returns the absolute path that a symlink's target means. ".." is resolved as text.
func LinkTarget(link, target string) string {
	if strings.HasPrefix(target, "/") {
		return path.Clean(target)
	}
	return path.Join(path.Dir(link), target)
}

// firstLink returns the first symlink on the way to a path and its target, or "" if there is
// none. The usual case costs one lookup: only the last component is a symlink, or none is.
func (f *FS) firstLink(at string) (link, target string, err error) {
	target, err = f.readlink(at, unix.RESOLVE_NO_SYMLINKS)
	switch {
	case err == nil:
		return at, target, nil
	case errors.Is(err, unix.EINVAL):
		return "", "", nil
	case !errors.Is(err, unix.ELOOP):
		return "", "", err
	}
	for end := 1; end < len(at); end++ {
		if at[end] != '/' {
			continue
		}
		target, err = f.readlink(at[:end], unix.RESOLVE_NO_SYMLINKS)
		switch {
		case err == nil:
			return at[:end], target, nil
		case !errors.Is(err, unix.EINVAL):
			return "", "", err
		}
	}
	return "", "", unix.ELOOP // a directory has become a symlink in the meantime
}
