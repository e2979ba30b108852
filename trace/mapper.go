package trace

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// mapper finds the files of another mount namespace in ours. A mount there shows a directory of a
// file system. If that directory, or one above it, is mounted here too, the file has a path here.
type mapper struct {
	root   *os.File
	theirs mountTable
	ours   []mounts.Mount
}

// mountTable contains the mounts of a namespace, by ID.
type mountTable map[int]mounts.Mount

// add adds the mountinfo of a process whose root is a directory of the namespace. It lists only
// mounts below that root, with paths relative to it.
func (t mountTable) add(mountinfo, root string) {
	all, _ := mounts.Parse(mountinfo) // files on mounts that cannot be parsed are not found
	for _, mount := range all {
		mount.Point = filepath.Join(root, mount.Point)
		t[mount.ID] = mount
	}
}

func newMapper(n *namespaceView) *mapper {
	m := &mapper{root: n.root, theirs: n.mounts}
	own, _ := os.ReadFile("/proc/self/mountinfo") // on failure, no file is found here
	m.ours, _ = mounts.Parse(string(own))
	return m
}

// toHost returns the path of a file in our namespace.
func (m *mapper) toHost(path string) (string, bool) {
	if m.root == nil {
		return "", false
	}
	exists, missing := filepath.Clean(path), ""
	for {
		device, inside, ok := m.locate(exists)
		if ok {
			return m.find(device, filepath.Join(inside, missing))
		}
		if exists == "/" {
			return "", false
		}
		missing = filepath.Join(filepath.Base(exists), missing)
		exists = filepath.Dir(exists)
	}
}

// locate returns the file system of a path of the other namespace, and the path within it.
func (m *mapper) locate(path string) (device, inside string, ok bool) {
	dir, name := filepath.Split(path)
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
	rel := strings.TrimPrefix(dir, "/")
	if rel == "" {
		rel = "."
	}
	parent, err := unix.Openat2(int(m.root.Fd()), rel, &how) // Linux 5.6
	if err != nil {
		return "", "", false
	}
	defer unix.Close(parent)
	fd := parent
	if name != "" {
		how.Flags |= unix.O_NOFOLLOW
		fd, err = unix.Openat2(int(m.root.Fd()), filepath.Join(rel, name), &unix.OpenHow{Flags: how.Flags, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
		if err != nil {
			return "", "", false
		}
		defer unix.Close(fd)
	}
	self := strconv.Itoa(fd)
	at, err := os.Readlink("/proc/self/fd/" + self)
	if err != nil {
		return "", "", false
	}
	id, ok := mountID(self)
	if !ok {
		return "", "", false
	}
	mount, ok := m.theirs[id]
	if !ok {
		return "", "", false
	}
	inside, ok = mount.Inside(at)
	return mount.Device, inside, ok
}

// mountID returns the mount ID of a descriptor, proc_pid_fdinfo(5).
func mountID(fd string) (id int, ok bool) {
	info, err := os.ReadFile("/proc/self/fdinfo/" + fd)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(info)) {
		if text, found := strings.CutPrefix(line, "mnt_id:"); found {
			id, err := strconv.Atoi(strings.TrimSpace(text))
			return id, err == nil
		}
	}
	return 0, false
}

// find returns the path in our namespace of a path in a file system.
func (m *mapper) find(device, inside string) (string, bool) {
	for i := len(m.ours) - 1; i >= 0; i-- { // later mounts hide earlier ones
		own := &m.ours[i]
		if own.Device != device {
			continue
		}
		if path, ok := own.Shown(inside); ok {
			return path, true
		}
	}
	return "", false
}

// mappers returns a function that converts a path of a view to a path of the host. It returns false
// for a path that does not exist on the host.
func (v *views) mappers() func(view int, path string) (string, bool) {
	made := make(map[int]*mapper)
	return func(view int, path string) (string, bool) {
		if view == 0 {
			return path, true
		}
		m := made[view]
		if m == nil {
			m = newMapper(v.list[view])
			made[view] = m
		}
		return m.toHost(path)
	}
}
