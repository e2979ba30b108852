package trace

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/octal"
)

// mapper finds the files of another mount namespace in ours. What is mounted there
// is a directory of some file system; if that directory, or one above it, is
// mounted here too, the file has a path here.
type mapper struct {
	root   *os.File
	theirs mountTable
	ours   []mountpoint
}

// mountTable are the mounts of a namespace, by their IDs.
type mountTable map[string]mountpoint

// add adds what a process sees, whose root is at a path of the namespace: it is shown
// only what is below, and without that path.
func (t mountTable) add(mountinfo, root string) {
	for line := range strings.Lines(mountinfo) {
		if id, mount, ok := parseMount(line); ok {
			mount.at = filepath.Join(root, mount.at)
			t[id] = mount
		}
	}
}

// mountpoint is a line of proc_pid_mountinfo(5).
type mountpoint struct {
	device string // major:minor
	root   string // what of the file system is mounted
	at     string
}

func newMapper(n *namespaceView) *mapper {
	m := &mapper{root: n.root, theirs: n.mounts}
	own, _ := os.ReadFile("/proc/self/mountinfo") // without it nothing is found here
	for line := range strings.Lines(string(own)) {
		if _, mount, ok := parseMount(line); ok {
			m.ours = append(m.ours, mount)
		}
	}
	return m
}

func parseMount(line string) (id string, m mountpoint, ok bool) {
	f := strings.Fields(line)
	if len(f) < 6 {
		return "", m, false
	}
	return f[0], mountpoint{f[2], octal.Unescape(f[3]), octal.Unescape(f[4])}, true
}

// toHost returns the path that a file has here.
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

// locate returns the file system that a path of theirs is on, and its path in that.
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
	mount, ok := m.theirs[mountID(self)]
	if !ok {
		return "", "", false
	}
	below, err := filepath.Rel(mount.at, at)
	if err != nil || below == ".." || strings.HasPrefix(below, "../") {
		return "", "", false
	}
	return mount.device, filepath.Join(mount.root, below), true
}

// mountID returns the mount that a descriptor is on, proc_pid_fdinfo(5).
func mountID(fd string) string {
	info, err := os.ReadFile("/proc/self/fdinfo/" + fd)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(info)) {
		if id, ok := strings.CutPrefix(line, "mnt_id:"); ok {
			return strings.TrimSpace(id)
		}
	}
	return ""
}

// find returns where a path of a file system is mounted here.
func (m *mapper) find(device, inside string) (string, bool) {
	for i := len(m.ours) - 1; i >= 0; i-- { // the last mount hides those before
		own := m.ours[i]
		if own.device != device {
			continue
		}
		if below, err := filepath.Rel(own.root, inside); err == nil && below != ".." && !strings.HasPrefix(below, "../") {
			return filepath.Join(own.at, below), true
		}
	}
	return "", false
}

// mapper returns what turns the paths of a view into those of the host. It reports
// false for a path that the host does not have.
func (v *views) mapper(id int) func(string) (string, bool) {
	if id == 0 {
		return func(path string) (string, bool) { return path, true }
	}
	return newMapper(v.list[id]).toHost
}
