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
// file system. If that directory, or one above it, is mounted here too, the file has a path here. So
// has a file of an overlay whose layers have.
type mapper struct {
	all  *mappers
	view *namespaceView
	// roots are the paths of the roots of mounts, by ID.
	roots map[int]string
}

// mountTable contains the mounts of a namespace, by ID.
type mountTable map[int]mounts.Mount

// add adds the mountinfo of a process. It lists only mounts below the root of the process, with
// paths relative to it.
func (t mountTable) add(mountinfo string) {
	all, _ := mounts.Parse(mountinfo) // files on mounts that cannot be parsed are not found
	for _, mount := range all {
		t[mount.ID] = mount
	}
}

// toHost returns the path of a file in our namespace.
func (m *mapper) toHost(path string) (string, bool) {
	if m.view.former != nil {
		// The root and mounts of that time are gone, so symlinks are not resolved.
		path = filepath.Clean(path)
		at := m.view.former.At(path)
		inside, ok := at.Inside(path)
		if !ok {
			return "", false
		}
		return m.find(at, inside)
	}
	if m.view.root == nil {
		return "", false
	}
	exists, missing := filepath.Clean(path), ""
	for {
		mount, inside, ok := m.locate(exists)
		if ok {
			return m.find(&mount, filepath.Join(inside, missing))
		}
		if exists == "/" {
			return "", false
		}
		missing = filepath.Join(filepath.Base(exists), missing)
		exists = filepath.Dir(exists)
	}
}

// locate returns the mount of a path of the other namespace, and the path within the file system.
func (m *mapper) locate(path string) (mount mounts.Mount, inside string, ok bool) {
	root := int(m.view.root.Fd())
	dir, name := filepath.Split(path)
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
	rel := strings.TrimPrefix(dir, "/")
	if rel == "" {
		rel = "."
	}
	parent, err := unix.Openat2(root, rel, &how) // Linux 5.6
	if err != nil {
		return mount, "", false
	}
	defer unix.Close(parent)
	fd := parent
	if name != "" {
		how.Flags |= unix.O_NOFOLLOW
		fd, err = unix.Openat2(root, filepath.Join(rel, name), &how)
		if err != nil {
			return mount, "", false
		}
		defer unix.Close(fd)
	}
	self := strconv.Itoa(fd)
	at, err := os.Readlink("/proc/self/fd/" + self)
	if err != nil {
		return mount, "", false
	}
	id, ok := mountID(self)
	if !ok {
		return mount, "", false
	}
	mount, ok = m.view.mounts[id]
	if !ok {
		return mount, "", false
	}
	// The mount point in the table is that of another time, and of another root.
	if mount.Point, ok = m.mountRoot(id, fd, parent); !ok {
		return mount, "", false
	}
	inside, ok = mount.Inside(at)
	return mount, inside, ok
}

// mountRoot returns the current path of the root of a mount with an ID, as the kernel shows it for
// our process. It starts at a file on the mount, and at its directory.
func (m *mapper) mountRoot(id, fd, parent int) (string, bool) {
	if at, known := m.roots[id]; known {
		return at, true
	}
	at := fd
	for range pathMax / 2 {
		var st unix.Statx_t
		if err := unix.Statx(at, "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_TYPE, &st); err != nil {
			return "", false
		}
		if st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT == 0 { // before Linux 5.8
			return m.view.mounts[id].Point, true
		}
		if st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0 {
			path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(at))
			m.roots[id] = path
			return path, err == nil
		}
		up := parent
		if at != fd || fd == parent {
			next, err := unix.Openat(at, "..", unix.O_PATH|unix.O_CLOEXEC, 0)
			if err != nil {
				return "", false
			}
			defer unix.Close(next)
			up = next
		}
		at = up
	}
	return "", false
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
func (m *mapper) find(mount *mounts.Mount, inside string) (string, bool) {
	for i := len(m.all.ours) - 1; i >= 0; i-- { // later mounts hide earlier ones
		own := &m.all.ours[i]
		if own.Device != mount.Device {
			continue
		}
		if path, ok := own.Shown(inside); ok {
			return path, true
		}
	}
	if mount.FSType == "overlay" {
		return m.inLayers(mount, inside)
	}
	return "", false
}

// mappers are the mappers of all views.
type mappers struct {
	views  *views
	byView map[int]*mapper
	ours   []mounts.Mount
	// layers are the directories of overlays in our namespace, by device: the upper one first.
	layers map[string][]string
}

func (v *views) mappers() *mappers {
	all := &mappers{views: v, byView: make(map[int]*mapper), layers: make(map[string][]string)}
	if len(v.list) > 1 {
		own, _ := os.ReadFile("/proc/self/mountinfo") // on failure, no file is found here
		all.ours, _ = mounts.Parse(string(own))
	}
	return all
}

// toHost converts a path of a view to a path of the host. It returns false for a path that does not
// exist on the host.
func (all *mappers) toHost(view int, path string) (string, bool) {
	if view == 0 {
		return path, true
	}
	return all.of(view).toHost(path)
}

func (all *mappers) of(view int) *mapper {
	m := all.byView[view]
	if m == nil {
		m = &mapper{all: all, view: all.views.list[view], roots: make(map[int]string)}
		all.byView[view] = m
	}
	return m
}
