package scan

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Mount is one mount of a mount table, proc_pid_mountinfo(5). Paths hold the
// bytes that the kernel escaped there.
type Mount struct {
	ID, Parent int
	// Device is "major:minor" of the file system.
	Device string
	// Root is the path inside the file system that the mount shows, which is
	// not "/" for bind mounts and btrfs subvolumes. Point is where it shows it.
	Root, Point string
	// FSType is the file system's type and Source what it was mounted from.
	FSType, Source string
}

// Mounts is a mount table. It knows which mounts a path lookup reaches, and
// which are hidden below others.
type Mounts struct {
	root *Mount
	on   map[spot]*Mount
}

// spot is a path on one mount: the key under which another covers it.
type spot struct {
	mount int
	path  string
}

// ReadMounts reads the mount table of this process.
func ReadMounts() (*Mounts, error) {
	const path = "/proc/self/mountinfo"
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the mount table: %w", err)
	}
	mounts, err := ParseMounts(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read the mount table %s: %w", path, err)
	}
	return mounts, nil
}

// ParseMounts reads a mount table in the format of /proc/self/mountinfo. A line
// that does not have it is an error that names the line, and so is a table in
// which nothing is mounted at "/".
func ParseMounts(r io.Reader) (*Mounts, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	m := &Mounts{on: make(map[spot]*Mount)}
	byID := make(map[int]*Mount)
	var all []*Mount
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		mount, err := parseMount(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		all = append(all, mount)
		byID[mount.ID] = mount
	}
	for _, mount := range all {
		parent := byID[mount.Parent]
		if mount.Point == "/" && (parent == nil || parent == mount) && m.root == nil {
			m.root = mount
			continue
		}
		m.on[spot{mount.Parent, mount.Point}] = mount
	}
	if m.root == nil {
		return nil, fmt.Errorf("nothing is mounted at /")
	}
	return m, nil
}

// parseMount reads one line:
//
//	36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//
// with any number of fields between the options and the dash.
func parseMount(line string) (*Mount, error) {
	head, tail, found := strings.Cut(line, " - ")
	fields, fs := strings.Split(head, " "), strings.Split(tail, " ")
	if !found || len(fields) < 6 || len(fs) < 2 {
		return nil, fmt.Errorf("want the fields of mountinfo, got %q", line)
	}
	id, err := strconv.Atoi(fields[0])
	if err != nil {
		return nil, fmt.Errorf("want the mount's number, got %q", fields[0])
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return nil, fmt.Errorf("want the parent's number, got %q", fields[1])
	}
	mount := &Mount{
		ID: id, Parent: parent, Device: fields[2],
		Root: octal.Unescape(fields[3]), Point: octal.Unescape(fields[4]),
		FSType: octal.Unescape(fs[0]), Source: octal.Unescape(fs[1]),
	}
	if !strings.HasPrefix(mount.Point, "/") {
		return nil, fmt.Errorf("want an absolute mount point, got %q", mount.Point)
	}
	return mount, nil
}

// At returns the mount on which the path lies, the way a lookup of it goes from
// "/": on every component, into what is mounted there, topmost last. The path
// is absolute and clean and holds no symlink.
func (m *Mounts) At(path string) *Mount {
	at := m.top(m.root, "/")
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			at = m.top(at, path[:i])
		}
	}
	if path != "/" {
		at = m.top(at, path)
	}
	return at
}

// top follows the mounts stacked on one path upwards.
func (m *Mounts) top(at *Mount, path string) *Mount {
	for range len(m.on) { // a table that loops is wrong, but must not hang us
		next, ok := m.on[spot{at.ID, path}]
		if !ok {
			return at
		}
		at = next
	}
	return at
}

// Points returns the mounts that a path lookup reaches, but for that of "/",
// sorted by mount point. Of several stacked on one path only the topmost is
// there, and none that lies hidden below another mount.
func (m *Mounts) Points() []*Mount {
	points := make(map[string]*Mount)
	for _, mount := range m.on {
		if at := m.At(mount.Point); at.Point == mount.Point && mount.Point != "/" {
			points[mount.Point] = at
		}
	}
	return slices.SortedFunc(maps.Values(points), func(a, b *Mount) int {
		return strings.Compare(a.Point, b.Point)
	})
}

// Answers reports whether calls on the file system return: those of the kernel alone do,
// while a server or a process of some user (NFS, FUSE, automounts) may never reply.
func (mount *Mount) Answers() bool {
	switch mount.FSType {
	case "bcachefs", "btrfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "iso9660", "jfs", "nilfs2", "ntfs3", "overlay",
		"ramfs", "reiserfs", "rootfs", "squashfs", "tmpfs", "udf", "vfat", "xfs", "zfs",
		"binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl", "hugetlbfs",
		"mqueue", "nsfs", "proc", "pstore", "securityfs", "sysfs", "tracefs":
		return true
	}
	return false
}

// Stored returns where in a storage path a path's content lives, if the mount that
// it lies on shows a part of the storage: what a bind mount of impermanence or
// preservation does. Both are absolute and clean and hold no symlink.
func (m *Mounts) Stored(path, storage string) (inStorage string, ok bool) {
	at, of := m.At(path), m.At(storage)
	if at == of || at.Device != of.Device {
		return "", false
	}
	inside, top := at.inside(path), of.inside(storage)
	if !paths.AtOrBelow(inside, top) {
		return "", false
	}
	return filepath.Join(storage, inside[len(top):]), true
}

// inside returns where in the file system of a mount a path on it lies.
func (mount *Mount) inside(path string) string {
	return filepath.Join(mount.Root, path[len(mount.Point):])
}

// DefaultRoots returns the trees that a reboot wipes as far as the mount table
// tells: "/", and each tmpfs or ramfs mounted at the home directory or above.
func (m *Mounts) DefaultRoots(home string) []string {
	roots := []string{"/"}
	for _, mount := range m.Points() {
		volatile := mount.FSType == "tmpfs" || mount.FSType == "ramfs"
		if volatile && paths.AtOrBelow(home, mount.Point) {
			roots = append(roots, mount.Point)
		}
	}
	return roots
}
