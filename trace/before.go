package trace

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// before is what a name was when a call that removes, renames or replaces it began. The zero value
// means that this is not known.
type before struct {
	known  bool
	exists bool
	kind   uint16 // st_mode & S_IFMT
	links  uint32 // hard links
	file   fileID
	target string // of a symlink
}

// presence returns existed or absent.
func (b *before) presence() Op {
	if b.exists {
		return existed
	}
	return absent
}

// fileID identifies a file while it exists.
type fileID struct {
	major, minor uint32
	inode        uint64
}

func idOf(st *unix.Statx_t) fileID { return fileID{st.Dev_major, st.Dev_minor, st.Ino} }

// inspector reads what a name is while the program waits. It must not wait for a file system that
// the program itself could serve, or that may not answer. So a lookup begins at the root of a mount
// that existed at the start and involves only the kernel ([mounts.Mount.Answers]), and does not
// leave that mount (RESOLVE_NO_XDEV, Linux 5.6).
type inspector struct {
	table *mounts.Table
	root  int // O_PATH descriptor of "/", or -1
	// answers are the IDs of the mounts that answer.
	answers map[uint64]bool
}

// resolveCached is RESOLVE_CACHED of openat2(2), Linux 5.12, which x/sys does not have.
const resolveCached = 0x20

// newInspector reads the mount table. Without it, nothing is known about any name.
func newInspector() *inspector {
	i := &inspector{root: -1, answers: make(map[uint64]bool)}
	table, err := mounts.Read()
	if err != nil {
		return i
	}
	i.table = table
	for _, m := range append(table.Points(), table.At("/")) {
		if m.Answers() {
			i.answers[uint64(m.ID)] = true
		}
	}
	i.root = i.base(table.At("/"))
	return i
}

func (i *inspector) close() {
	if i.root >= 0 {
		unix.Close(i.root)
	}
}

// base opens the root of a mount, or returns -1. A mount point is always in the cache of the kernel,
// so the lookup needs no file system (RESOLVE_CACHED, Linux 5.12). The descriptor keeps the mount
// busy (umount(2)) until it is closed.
func (i *inspector) base(m *mounts.Mount) int {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: resolveCached | unix.RESOLVE_NO_SYMLINKS}
	if m.Point == "/" {
		how.Resolve = 0
	}
	fd, err := unix.Openat2(unix.AT_FDCWD, m.Point, &how)
	if err != nil {
		return -1
	}
	if !i.safe(fd) {
		unix.Close(fd)
		return -1
	}
	return fd
}

// safe reports whether a descriptor is on a mount that answers. It asks only the kernel.
func (i *inspector) safe(fd int) bool {
	var st unix.Statx_t
	err := unix.Statx(fd, "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_MNT_ID, &st)
	return err == nil && st.Mask&unix.STATX_MNT_ID != 0 && i.answers[st.Mnt_id] // Linux 5.8
}

// before returns what a name of our mount namespace is. It does not follow a symlink in the last
// component.
func (i *inspector) before(path string) before {
	fd, err := i.open(path)
	switch {
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR):
		return before{known: true}
	case err != nil:
		return before{}
	}
	defer unix.Close(fd)
	var st unix.Statx_t
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS, &st); err != nil {
		return before{}
	}
	b := before{known: true, exists: true, kind: st.Mode & unix.S_IFMT, links: st.Nlink, file: idOf(&st)}
	if b.kind == unix.S_IFLNK {
		var buf [pathMax]byte
		n, err := unix.Readlinkat(fd, "", buf[:])
		if err != nil {
			return before{}
		}
		b.target = string(buf[:n])
	}
	return b
}

// errUnsafe is returned if the mount of a name may not answer.
var errUnsafe = errors.New("the file system may not answer")

func (i *inspector) open(path string) (int, error) {
	if i.root < 0 {
		return -1, errUnsafe
	}
	m := i.table.At(path)
	if m == nil || !m.Answers() {
		return -1, errUnsafe
	}
	base := i.root
	if m.Point != "/" {
		if base = i.base(m); base < 0 {
			return -1, errUnsafe
		}
		defer unix.Close(base)
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(path, m.Point), "/")
	if rest == "" {
		return -1, errUnsafe // a mount point is neither removed nor renamed
	}
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_MAGICLINKS}
	fd, err := unix.Openat2(base, rest, &how)
	if !errors.Is(err, unix.EXDEV) {
		return fd, err
	}
	// The path leaves the mount through a symlink or "..", or a mount is new.
	how.Resolve = resolveCached | unix.RESOLVE_NO_MAGICLINKS
	fd, err = unix.Openat2(unix.AT_FDCWD, path, &how)
	if err == nil && !i.safe(fd) {
		unix.Close(fd)
		return -1, errUnsafe
	}
	if err != nil {
		return -1, errUnsafe // a missing name is not certain either
	}
	return fd, nil
}
