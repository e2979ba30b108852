package mounts

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Table is a mount table. It knows which mounts a path lookup reaches, and which are hidden
// below others. It does not change, and may be used by any number of goroutines.
type Table struct {
	root *Mount
	on   map[spot]*Mount
}

// spot is a path on one mount: the key under which another covers it.
type spot struct {
	mount int
	path  string
}

// Read reads the mount table of this process. A line that cannot be read is an error: a
// mount that is missed would be taken for a part of what it hides.
func Read() (*Table, error) {
	const path = "/proc/self/mountinfo"
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the mount table: %w", err)
	}
	table, err := ParseTable(string(text))
	if err != nil {
		return nil, fmt.Errorf("read the mount table %s: %w", path, err)
	}
	return table, nil
}

// ParseTable reads a mount table in the format of proc_pid_mountinfo(5). A line that does
// not have it is an error that names the line, and so is a table in which nothing is mounted
// at "/".
func ParseTable(text string) (*Table, error) {
	all, err := Parse(text)
	if err != nil {
		return nil, err
	}
	ids := make(map[int]*Mount, len(all))
	for i := range all {
		ids[all[i].ID] = &all[i]
	}
	t := &Table{on: make(map[spot]*Mount, len(all))}
	for i := range all {
		mount := &all[i]
		parent := ids[mount.Parent]
		if mount.Point == "/" && (parent == nil || parent == mount) && t.root == nil {
			t.root = mount
			continue
		}
		t.on[spot{mount.Parent, mount.Point}] = mount
	}
	if t.root == nil {
		return nil, errors.New("nothing is mounted at /")
	}
	return t, nil
}

// At returns the mount that a path is on, the way a lookup of it goes from "/": on every
// component, into what is mounted there, topmost last. The path is absolute and clean, and
// has no symlink.
func (t *Table) At(path string) *Mount {
	at := t.top(t.root, "/")
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			at = t.top(at, path[:i])
		}
	}
	if path != "/" {
		at = t.top(at, path)
	}
	return at
}

// top follows the mounts stacked on one path upwards.
func (t *Table) top(at *Mount, path string) *Mount {
	for range len(t.on) { // a table that loops is wrong, but must not hang us
		next, ok := t.on[spot{at.ID, path}]
		if !ok {
			return at
		}
		at = next
	}
	return at
}

// Points returns the mounts that a path lookup reaches, except for that of "/", sorted by
// mount point. Of several stacked on one path only the topmost is there, and none that is
// hidden below another mount.
func (t *Table) Points() []*Mount {
	points := make(map[string]*Mount)
	for _, mount := range t.on {
		if at := t.At(mount.Point); at.Point == mount.Point && mount.Point != "/" {
			points[mount.Point] = at
		}
	}
	return slices.SortedFunc(maps.Values(points), func(a, b *Mount) int {
		return strings.Compare(a.Point, b.Point)
	})
}

// Stored returns where in a storage path a path's content is, if the mount that it is on
// shows a part of the storage: what a bind mount of impermanence or preservation does. Both
// are absolute and clean, and have no symlink.
func (t *Table) Stored(path, storage string) (inStorage string, ok bool) {
	at, of := t.At(path), t.At(storage)
	if at == of || at.Device != of.Device {
		return "", false
	}
	inside, ok := at.Inside(path)
	if !ok {
		return "", false
	}
	shown, ok := of.Shown(inside)
	if !ok || !paths.AtOrBelow(shown, storage) {
		return "", false
	}
	return shown, true
}

// DefaultRoots returns the trees that a reboot wipes as far as the mount table shows: "/",
// and each tmpfs or ramfs mounted at the home directory or above.
func (t *Table) DefaultRoots(home string) []string {
	roots := []string{"/"}
	for _, mount := range t.Points() {
		volatile := mount.FSType == "tmpfs" || mount.FSType == "ramfs"
		if volatile && paths.AtOrBelow(home, mount.Point) {
			roots = append(roots, mount.Point)
		}
	}
	return roots
}
