package securefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ErrForeignLink is the error for a symlink that root does not follow.
var ErrForeignLink = errors.New("symlink of another user, which root does not follow")

// place is the result of resolving a path.
type place struct {
	dir  int    // the directory, O_PATH
	name string // name in dir; "" for "/" and for the target of a magic link
	file int    // the entry, O_PATH, or -1 if it does not exist
	stat unix.Stat_t
	// mounted reports that the entry is a mount point, which a rename cannot replace.
	mounted bool
}

func (p *place) close() {
	for _, fd := range []int{p.dir, p.file} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	p.dir, p.file = -1, -1
}

// mostLinks is how many symlinks are followed in a path. The kernel has the same limit
// (path_resolution(7)).
const mostLinks = 40

// find resolves a path. follow reports whether a symlink at its end is followed. If that symlink is
// dangling, the result is the place of its missing target.
func find(path string, as *User, follow bool) (p *place, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	p = &place{dir: -1, file: -1}
	defer func() {
		if err != nil {
			p.close()
			p, err = nil, &fs.PathError{Op: "open", Path: path, Err: err}
		}
	}()
	if err = p.enter(unix.AT_FDCWD, "/"); err != nil {
		return p, err
	}
	rest := components(abs)
	if len(rest) == 0 {
		rest = []string{"."}
	}
	for links := 0; len(rest) > 0; {
		p.name, rest = rest[0], rest[1:]
		last := len(rest) == 0
		if err = p.openEntry(); errors.Is(err, unix.ENOENT) && last {
			return p, nil
		}
		if err != nil {
			return p, err
		}
		switch {
		case p.stat.Mode&unix.S_IFMT == unix.S_IFLNK && (follow || !last):
			if links++; links > mostLinks {
				return p, unix.ELOOP
			}
			var target []string
			if target, err = p.readLink(as); err != nil {
				return p, err
			}
			rest = append(target, rest...)
		case !last:
			if err = p.enter(p.file, "."); err != nil {
				return p, err
			}
		}
	}
	return p, nil
}

func components(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// enter makes a directory the current one, in which names are looked up.
func (p *place) enter(dir int, name string) error {
	fd, err := unix.Openat(dir, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	p.close()
	p.dir, p.name = fd, ""
	return nil
}

// openEntry opens the entry p.name and reads its metadata.
func (p *place) openEntry() (err error) {
	if p.file >= 0 {
		unix.Close(p.file)
	}
	if p.file, err = unix.Openat(p.dir, p.name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err != nil {
		p.file = -1
		return err
	}
	return p.ask()
}

func (p *place) ask() error {
	var stx unix.Statx_t
	// Without STATX_ATTR_MOUNT_ROOT (before Linux 5.8), the rename fails for a mount point.
	if err := unix.Statx(p.file, "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS, &stx); err == nil {
		p.mounted = stx.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
	}
	return unix.Fstat(p.file, &p.stat)
}

// readLink returns the components of a symlink's target. For an absolute target, it enters the root
// directory. The kernel follows the magic links of proc(5), because their text is not a path; for
// these, readLink returns no components.
func (p *place) readLink(as *User) ([]string, error) {
	var kind unix.Statfs_t
	if err := unix.Fstatfs(p.dir, &kind); err != nil {
		return nil, err
	}
	if kind.Type == unix.PROC_SUPER_MAGIC {
		return nil, p.followMagic()
	}
	if !follows(p.stat.Uid, as) {
		return nil, fmt.Errorf("%w: it belongs to user %d", ErrForeignLink, p.stat.Uid)
	}
	buf := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(p.file, "", buf)
	if err != nil {
		return nil, err
	}
	target := string(buf[:n])
	if filepath.IsAbs(target) {
		if err := p.enter(unix.AT_FDCWD, "/"); err != nil {
			return nil, err
		}
	}
	return components(target), nil
}

func (p *place) followMagic() error {
	fd, err := unix.Openat(p.dir, p.name, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	unix.Close(p.file)
	p.file, p.name = fd, ""
	if err := p.ask(); err != nil {
		return err
	}
	if p.stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		return p.enter(fd, ".")
	}
	return nil
}

// follows reports whether a symlink that belongs to a user is followed.
func follows(owner uint32, as *User) bool {
	if as != nil || os.Geteuid() != 0 || owner == 0 {
		return true
	}
	invoker, err := strconv.ParseUint(os.Getenv("SUDO_UID"), 10, 32)
	return err == nil && uint32(invoker) == owner
}

// reopen opens the entry that was found, even if its name now refers to another entry.
func (p *place) reopen(flags int) (int, error) {
	return unix.Open(self(p.file), flags|unix.O_CLOEXEC, 0)
}

func self(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }
