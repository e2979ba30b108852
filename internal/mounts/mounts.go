package mounts

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Mount is one line of proc_pid_mountinfo(5), in the format since Linux 2.6.26. Names are
// unescaped.
type Mount struct {
	// ID is the number that statx(2) calls stx_mnt_id (Linux 5.8) and proc_pid_fdinfo(5)
	// calls mnt_id. The kernel reuses it after umount(2). Parent is the ID of the mount that
	// this one is on. The parent of the root is not in the table, or is the root itself.
	ID, Parent int
	// Device is "major:minor" of the file system. On btrfs and overlayfs, stat(2) returns
	// other numbers for files.
	Device string
	// Root is the directory of the file system that the mount shows. It is not "/" for bind
	// mounts and btrfs subvolumes. It ends in "//deleted" if that directory was removed, and
	// does not begin with a slash for a namespace ("net:[4026531840]").
	Root string
	// Point is the mount point: an absolute path, relative to the root directory of the
	// process, chroot(2).
	Point string
	// Options are the options of the mount: "rw,nosuid,relatime".
	Options string
	// FSType is the type of the file system with its subtype ("fuse.sshfs"). Source is what
	// was mounted; it may be any text.
	FSType, Source string
	// SuperOptions are the options of the file system, or "" if the line has none. They are
	// still escaped: a comma in a value is \054, and other commas separate options.
	SuperOptions string
}

// Parse parses the text of a mount table. It skips malformed lines, and the error names the first
// one. A caller that can use an incomplete table may ignore the error.
func Parse(text string) ([]Mount, error) {
	var wrong error
	all := make([]Mount, 0, strings.Count(text, "\n")+1)
	number := 0
	for line := range strings.Lines(text) {
		number++
		mount, err := parseLine(strings.TrimSuffix(line, "\n"))
		switch {
		case err == nil:
			all = append(all, mount)
		case wrong == nil:
			wrong = fmt.Errorf("line %d: %w", number, err)
		}
	}
	return all, wrong
}

// parseLine parses one line:
//
//	36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//
// There can be any number of fields between the options and the dash. Fields are separated by one
// space, so a field such as the source can be empty. Other white space is part of a name, because
// the kernel only escapes space, tab, newline, backslash and '#'.
func parseLine(line string) (Mount, error) {
	head, tail, found := strings.Cut(line, " - ")
	var f [6]string
	var fs [2]string
	_, whole := cutFields(head, f[:])
	super, ok := cutFields(tail, fs[:])
	if !found || !whole || !ok {
		return Mount{}, fmt.Errorf("expected the fields of mountinfo, got %q", line)
	}
	id, err := strconv.Atoi(f[0])
	if err != nil {
		return Mount{}, fmt.Errorf("expected the number of a mount, got %q", f[0])
	}
	parent, err := strconv.Atoi(f[1])
	if err != nil {
		return Mount{}, fmt.Errorf("expected the number of the parent, got %q", f[1])
	}
	mount := Mount{
		ID: id, Parent: parent, Device: f[2], Root: octal.Unescape(f[3]), Point: octal.Unescape(f[4]), Options: f[5],
		FSType: octal.Unescape(fs[0]), Source: octal.Unescape(fs[1]), SuperOptions: super,
	}
	if !strings.HasPrefix(mount.Point, "/") {
		return Mount{}, fmt.Errorf("expected an absolute mount point, got %q", mount.Point)
	}
	return mount, nil
}

// cutFields splits the first len(fields) fields off a text and returns the rest. It returns false
// if there are too few.
func cutFields(text string, fields []string) (rest string, ok bool) {
	for i := range fields {
		if i > 0 && !ok {
			return "", false
		}
		fields[i], text, ok = strings.Cut(text, " ")
	}
	return text, true
}

// DeviceNumbers returns Device as numbers. It returns false if Device is not "major:minor".
func (m *Mount) DeviceNumbers() (major, minor uint32, ok bool) {
	first, second, _ := strings.Cut(m.Device, ":")
	a, errA := strconv.ParseUint(first, 10, 32)
	b, errB := strconv.ParseUint(second, 10, 32)
	if errA != nil || errB != nil {
		return 0, 0, false
	}
	return uint32(a), uint32(b), true
}

// Inside returns the path inside the file system of a path at or below the mount point. The path
// must be absolute, clean and without symlinks. Mounts below this one are not considered. Inside
// returns false for a path that is not at or below the mount point.
func (m *Mount) Inside(path string) (inside string, ok bool) {
	rel, ok := paths.Rel(path, m.Point)
	if !ok {
		return "", false
	}
	return filepath.Join(m.Root, rel), true
}

// Shown is the reverse of Inside: it returns the path at which the mount shows a path inside the
// file system. It returns false if the mount does not show that path.
func (m *Mount) Shown(inside string) (path string, ok bool) {
	rel, ok := paths.Rel(inside, filepath.Clean(m.Root))
	if !ok {
		return "", false
	}
	return filepath.Join(m.Point, rel), true
}

// Answers reports whether system calls on the file system are certain to return. They are if only
// the kernel is involved. A server or a user process (NFS, FUSE, automounts) may never reply.
func (m *Mount) Answers() bool {
	switch m.FSType {
	case "bcachefs", "btrfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "iso9660", "jfs", "nilfs2", "ntfs3", "overlay",
		"ramfs", "reiserfs", "rootfs", "squashfs", "tmpfs", "udf", "vfat", "xfs", "zfs",
		"binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl", "hugetlbfs",
		"mqueue", "nsfs", "proc", "pstore", "securityfs", "sysfs", "tracefs":
		return true
	}
	return false
}
