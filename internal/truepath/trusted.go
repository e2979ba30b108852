package truepath

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// LinkError means that a directory of a path is a symlink owned by an untrusted user.
type LinkError struct {
	// Link is the symlink, and Target is its content.
	Link, Target string
	// UID is its owner.
	UID uint32
	// Instead is the path without the symlink.
	Instead string
}

func (e *LinkError) Error() string {
	return fmt.Sprintf("%s is a symlink to %s owned by user %d; use %s instead",
		e.Link, e.Target, e.UID, e.Instead)
}

// Trusted is like ResolveParent for a program that works in directories of other users, who can
// create symlinks there and change them at any time. It follows only symlinks owned by root or by
// one of users (similar to fs.protected_symlinks, proc_sys_fs(5)). It opens each symlink once, so
// the owner and the target are those of the same symlink. The result must be opened without
// following symlinks.
//
// The path must be absolute and clean. The error is a *LinkError.
func Trusted(path string, users ...uint32) (string, error) {
	dir := filepath.Dir(path)
	root, err := unix.Open("/", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return path, nil // opening the path will report the error
	}
	defer unix.Close(root)
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS}
	fd, err := unix.Openat2(root, dir, &how)
	if err == nil {
		_ = unix.Close(fd)
	}
	if !errors.Is(err, unix.ELOOP) {
		return path, nil
	}
	resolved, link := trustedDir(root, dir, users)
	if link != nil {
		link.Instead = filepath.Join(link.Instead, filepath.Base(path))
		return "", link
	}
	return filepath.Join(resolved, filepath.Base(path)), nil
}

// trustedDir resolves a directory, component by component. root is a descriptor of "/". Components
// that cannot be opened are kept unchanged; opening the result will report the error.
func trustedDir(root int, dir string, users []uint32) (string, *LinkError) {
	done, todo := "/", strings.Split(dir[1:], "/")
	for links := 0; len(todo) > 0; {
		name := todo[0]
		todo = todo[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			done = filepath.Dir(done)
			continue
		}
		here := filepath.Join(done, name)
		target, uid, ok := readLink(root, here)
		if !ok || links == mostLinks {
			return filepath.Join(append([]string{here}, todo...)...), nil
		}
		if target == "" {
			done = here
			continue
		}
		links++
		if uid != 0 && !slices.Contains(users, uid) {
			return "", &LinkError{Link: here, Target: target, UID: uid, Instead: Resolve(filepath.Join(append([]string{here}, todo...)...))}
		}
		if filepath.IsAbs(target) {
			done = "/"
		}
		todo = append(strings.Split(target, "/"), todo...)
	}
	return done, nil
}

// readLink returns the target and the owner of a symlink, or "" for any other file, and whether it
// could be read. It fails if another component of the path is a symlink.
func readLink(root int, path string) (target string, uid uint32, ok bool) {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS}
	fd, err := unix.Openat2(root, path, &how)
	if err != nil {
		return "", 0, false
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFLNK {
		return "", 0, err == nil
	}
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(fd, "", buf)
	return string(buf[:max(n, 0)]), st.Uid, err == nil
}
