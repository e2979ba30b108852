package mounts

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/octal"
	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Mount is one line of proc_pid_mountinfo(5), which has this form since Linux 2.6.26. Names
// have the bytes that the kernel escaped there.
type Mount struct {
	// ID is the number that statx(2) calls stx_mnt_id (Linux 5.8) and proc_pid_fdinfo(5)
	// calls mnt_id. The kernel gives it to another mount after umount(2). Parent is the ID of
	// the mount that this one is on; the root's is not in the table, or its own.
	ID, Parent int
	// Device is "major:minor" of the file system. On btrfs and overlayfs, stat(2) shows
	// other numbers for files.
	Device string
	// Root is the path inside the file system that the mount shows, which is not "/" for
	// bind mounts and btrfs subvolumes. It ends in "//deleted" where that directory has been
	// removed, and does not begin with a slash for a namespace ("net:[4026531840]").
	Root string
	// Point is where the mount shows it: an absolute path, as seen from the root directory
	// of the process, chroot(2).
	Point string
	// Options are those of the mount: "rw,nosuid,relatime".
	Options string
	// FSType is the type of the file system, with its subtype ("fuse.sshfs"), and Source what
	// it was mounted from, which may be any text.
	FSType, Source string
	// SuperOptions are those of the file system, "" if the line has none. They are escaped
	// as the kernel wrote them: a comma in a value is \054, and separates options otherwise.
	SuperOptions string
}

// Parse reads the text of a mount table. A line that does not have the format is left out,
// and the error names the first such line. Who needs the whole table takes the error as one;
// who can do with the lines that are there ignores it.
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

// parseLine reads one line:
//
//	36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
//
// with any number of fields between the options and the dash. Fields are separated by one
// space, so that one may be empty, as a source is; other white space is part of a name,
// because the kernel escapes nothing but space, tab, newline, backslash and '#'.
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

// cutFields cuts fields off a text, and returns what is left of it. It reports false where
// there are too few.
func cutFields(text string, fields []string) (rest string, ok bool) {
	for i := range fields {
		if i > 0 && !ok {
			return "", false
		}
		fields[i], text, ok = strings.Cut(text, " ")
	}
	return text, true
}

// DeviceNumbers returns Device as numbers, and false if it is not "major:minor".
func (m *Mount) DeviceNumbers() (major, minor uint32, ok bool) {
	first, second, _ := strings.Cut(m.Device, ":")
	a, errA := strconv.ParseUint(first, 10, 32)
	b, errB := strconv.ParseUint(second, 10, 32)
	if errA != nil || errB != nil {
		return 0, 0, false
	}
	return uint32(a), uint32(b), true
}

// Inside returns where in the file system a path is that the mount shows. The path is
// absolute and clean, and has no symlink; what is mounted farther down is not considered. It
// reports false for a path that is not at or below the mount point.
func (m *Mount) Inside(path string) (inside string, ok bool) {
	rel, ok := paths.Rel(path, m.Point)
	if !ok {
		return "", false
	}
	return filepath.Join(m.Root, rel), true
}

// Shown is the reverse of Inside: it returns the path at which the mount shows a path of the
// file system. It reports false where that is not in the part that the mount shows.
func (m *Mount) Shown(inside string) (path string, ok bool) {
	rel, ok := paths.Rel(inside, filepath.Clean(m.Root))
	if !ok {
		return "", false
	}
	return filepath.Join(m.Point, rel), true
}

// Answers reports whether calls on the file system return: those of the kernel alone do,
// while a server or a process of some user (NFS, FUSE, automounts) may never reply.
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
