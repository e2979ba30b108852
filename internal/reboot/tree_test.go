package reboot

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// entry is a file at a path.
type entry struct {
	kind   byte   // as in --type
	owner  string // mode, owner and group
	detail string // everything else that a copy must preserve, except hard links
	inode  string // shared by the hard links of a file; empty for directories
}

func (e entry) String() string { return fmt.Sprintf("%c %s%s", e.kind, e.owner, e.detail) }

// tree has the entries of all paths of a machine.
type tree map[string]entry

// paths returns the paths, sorted.
func (t tree) paths() []string {
	paths := make([]string, 0, len(t))
	for path := range t {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

// unwalked are directories of the kernel and the store, which no test changes.
var unwalked = []string{"/dev", "/nix", "/proc", "/run", "/sys"}

// walk returns all paths of the machine whose root is mounted at top.
func walk(t *testing.T, top string) tree {
	t.Helper()
	return walkExcept(t, top, unwalked)
}

// walkExcept does not enter, and leaves out, the given directories. top may be a symlink.
func walkExcept(t *testing.T, top string, except []string) tree {
	t.Helper()
	all := tree{}
	err := filepath.WalkDir(top+"/.", func(name string, _ fs.DirEntry, err error) error {
		path := strings.TrimPrefix(name, top)
		switch {
		case err != nil:
			return err
		case path == "/.":
			return nil
		case slices.Contains(except, path):
			return filepath.SkipDir
		}
		fd, err := unix.Open(name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open %q: %w", name, err)
		}
		defer unix.Close(fd)
		all[path], err = describe(fd)
		return err
	})
	must(t, err)
	return all
}

// look returns the entry at a path of the machine. It resolves symlinks in the path like a program
// on the machine, and the last component if through is set.
func look(t *testing.T, top, path string, through bool) (e entry, found bool) {
	t.Helper()
	root, err := unix.Open(top, unix.O_PATH|unix.O_CLOEXEC, 0)
	must(t, err)
	defer unix.Close(root)
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT}
	if !through {
		how.Flags |= unix.O_NOFOLLOW
	}
	fd, err := unix.Openat2(root, path, &how)
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
		return entry{}, false
	}
	must(t, err)
	defer unix.Close(fd)
	e, err = describe(fd)
	must(t, err)
	return e, true
}

// kinds are the letters of --type, which has none for devices.
var kinds = map[uint32]byte{unix.S_IFREG: 'f', unix.S_IFDIR: 'd', unix.S_IFLNK: 'l', unix.S_IFSOCK: 's', unix.S_IFIFO: 'p'}

// describe returns the entry of a descriptor that was opened with O_PATH.
func describe(fd int) (e entry, err error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return e, err
	}
	e.kind = kinds[st.Mode&unix.S_IFMT]
	e.owner = fmt.Sprintf("%04o %d:%d", st.Mode&0o7777, st.Uid, st.Gid)
	e.detail = fmt.Sprintf(" changed %d.%09d", st.Mtim.Sec, st.Mtim.Nsec)
	if e.kind != 'd' {
		e.inode = fmt.Sprint(st.Dev, " ", st.Ino)
	}
	self := fmt.Sprintf("/proc/self/fd/%d", fd)
	switch e.kind {
	case 'f':
		data, err := os.ReadFile(self)
		if err != nil {
			return e, err
		}
		e.detail += fmt.Sprintf(" size %d hash %x", st.Size, sha256.Sum256(data))
		if st.Blocks*512 < st.Size/2 {
			e.detail += " sparse"
		}
	case 'l':
		buf := make([]byte, unix.PathMax)
		n, err := unix.Readlinkat(fd, "", buf)
		if err != nil {
			return e, err
		}
		e.detail += fmt.Sprintf(" to %q", buf[:n])
	}
	attributes, err := xattrs(self)
	e.detail += attributes
	return e, err
}

// xattrs returns the extended attributes, including ACLs, and their values.
func xattrs(path string) (string, error) {
	names := make([]byte, 1<<16)
	n, err := unix.Listxattr(path, names)
	if err != nil {
		return "", fmt.Errorf("list attributes: %w", err)
	}
	var all []string
	for name := range strings.SplitSeq(string(names[:n]), "\x00") {
		if name == "" {
			continue
		}
		value := make([]byte, 1<<16)
		n, err := unix.Getxattr(path, name, value)
		if err != nil {
			return "", fmt.Errorf("read attribute %s: %w", name, err)
		}
		all = append(all, fmt.Sprintf(" %s=%q", name, value[:n]))
	}
	slices.Sort(all)
	return strings.Join(all, ""), nil
}

// covers reports whether a path is one of dirs or below one.
func covers(dirs []string, path string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") })
}

// isAbove reports whether a path is a directory above one of the others.
func isAbove(path string, others []string) bool {
	return slices.ContainsFunc(others, func(other string) bool { return strings.HasPrefix(other, path+"/") })
}
