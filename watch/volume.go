package watch

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

const (
	// dirsKnown bounds the remembered directories of a file system. A path has some 60 bytes, so they
	// take less than 2 MB.
	dirsKnown = 8192
	// dirsAge is how long directories are remembered. Mounts can change without an event.
	dirsAge = 5 * time.Second
)

// volume is a file system that is marked by name.
type volume struct {
	device string
	fd     int // a directory of the file system, to open handles by
	// detached is set if fd is the top level of a btrfs that is mounted nowhere.
	detached bool
	dirs     map[string]string // by type and bytes of the handle; "" is a directory without a path here
	read     time.Time
	link     []byte
}

// openVolume opens the file system of a mount.
func openVolume(table *mounts.Table, mount *mounts.Mount) (*volume, error) {
	v := &volume{device: mount.Device, dirs: map[string]string{}, link: make([]byte, unix.PathMax)}
	best := mount
	for _, m := range append(table.Points(), table.At("/")) {
		if m.Device == mount.Device && m.Root == "/" {
			best = m
		}
	}
	var err error
	if best.Root != "/" && mount.FSType == "btrfs" {
		v.fd, err = openTopLevel(mount.Source)
		v.detached = true
	} else {
		v.fd, err = unix.Open(best.Point, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("open the file system of %s: %w", mount.Point, err)
	}
	return v, nil
}

// openTopLevel opens the top level (subvolume 5) of a btrfs that is mounted already, by a mount that
// no other process sees and that ends with its descriptor: fsopen(2), fsmount(2), Linux 5.2.
func openTopLevel(device string) (int, error) {
	fs, err := unix.Fsopen("btrfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(fs)
	err = errors.Join(unix.FsconfigSetString(fs, "source", device), unix.FsconfigSetString(fs, "subvolid", "5"))
	if err == nil {
		err = unix.FsconfigCreate(fs)
	}
	if err != nil {
		return -1, err
	}
	tree, err := unix.Fsmount(fs, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_RDONLY)
	if err != nil {
		return -1, err
	}
	defer unix.Close(tree)
	return unix.Openat(tree, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
}

// fsid returns the number by which events name the file system: statfs(2), f_fsid.
func (v *volume) fsid() (id [8]byte, err error) {
	var st unix.Statfs_t
	if err := unix.Fstatfs(v.fd, &st); err != nil {
		return id, err
	}
	for i, word := range st.Fsid.Val {
		for k := range 4 {
			id[4*i+k] = byte(uint32(word) >> (8 * k))
		}
	}
	return id, nil
}

// dir returns the path of a directory, or "" if it is gone or has no path here: then it is mounted
// nowhere, or below a mount that hides it.
func (v *volume) dir(table func() *mounts.Table, r *record, now time.Time) string {
	if now.Sub(v.read) > dirsAge || len(v.dirs) >= dirsKnown {
		v.forget(now)
	}
	key := string(append(strconv.AppendInt(v.link[:0], int64(r.handleType), 10), r.handle...))
	if path, ok := v.dirs[key]; ok {
		return path
	}
	path, err := v.find(table, r)
	if err != nil {
		return ""
	}
	v.dirs[key] = path
	return path
}

// forget drops all directories. It is called when a directory was renamed.
func (v *volume) forget(now time.Time) {
	clear(v.dirs)
	v.read = now
}

// find opens a directory by its handle and reads its path.
func (v *volume) find(table func() *mounts.Table, r *record) (string, error) {
	fd, err := unix.OpenByHandleAt(v.fd, unix.NewFileHandle(r.handleType, r.handle), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC)
	if err != nil {
		return "", err // ESTALE: it is gone
	}
	defer unix.Close(fd)
	n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(fd), v.link)
	if err != nil {
		return "", err
	}
	var want unix.Stat_t
	if err := unix.Fstat(fd, &want); err != nil {
		return "", err
	}
	path := string(v.link[:n])
	if v.detached {
		return v.shown(table(), path, &want), nil
	}
	if !isAt(path, &want) {
		return v.shown(table(), path, &want), nil
	}
	return path, nil
}

// shown returns the path at which a mount shows a path inside the file system, or "". The longest
// root of a mount comes first: it is nearest to the directory.
func (v *volume) shown(table *mounts.Table, inside string, want *unix.Stat_t) string {
	best, root := "", -1
	for _, m := range append(table.Points(), table.At("/")) {
		if m.Device != v.device || len(m.Root) <= root {
			continue
		}
		if path, ok := m.Shown(inside); ok && isAt(path, want) {
			best, root = path, len(m.Root)
		}
	}
	return best
}

// isAt reports whether a path is a certain file or directory.
func isAt(path string, want *unix.Stat_t) bool {
	var got unix.Stat_t
	return strings.HasPrefix(path, "/") && unix.Lstat(path, &got) == nil && got.Dev == want.Dev && got.Ino == want.Ino
}

// pathOf returns the path of an open file of an event, or nil if it has none in this mount namespace.
// The path of a file that was opened in another mount namespace is relative to that; if the namespace
// is gone, to the file system, which shown are the mounts of.
func pathOf(fd int, link []byte, shown []*mounts.Mount) []byte {
	n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(fd), link)
	if err != nil || n == 0 || link[0] != '/' {
		return nil
	}
	var want unix.Stat_t
	if unix.Fstat(fd, &want) != nil {
		return nil
	}
	if isAt(string(link[:n]), &want) {
		return link[:n]
	}
	for _, m := range shown {
		if path, ok := m.Shown(string(link[:n])); ok && isAt(path, &want) {
			return []byte(path)
		}
	}
	return nil
}

// close closes the file system.
func (v *volume) close() { unix.Close(v.fd) }

// readTable reads the mount table again.
func readTable(old *mounts.Table) *mounts.Table {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return old
	}
	table, err := mounts.ParseTable(string(text))
	if err != nil {
		return old
	}
	return table
}
