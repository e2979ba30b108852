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

// Table is a mount table. It finds the mounts that a path lookup reaches, as opposed to those
// hidden below others. It is immutable and safe for concurrent use.
type Table struct {
	root *Mount
	on   map[spot]*Mount
}

// spot is a path on one mount, where another mount can be mounted.
type spot struct {
	mount int
	path  string
}

// Read reads the mount table of this process. A malformed line is an error: if a mount were
// missing, its files would be attributed to the file system below it.
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

// ParseTable parses a mount table in the format of proc_pid_mountinfo(5). It returns an error for a
// malformed line, with its number, and for a table in which nothing is mounted at "/".
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

// At returns the mount that a path is on. Like a lookup from "/", it enters the topmost mount at
// every component. The path must be absolute, clean and without symlinks.
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

// top returns the topmost of the mounts stacked on one path.
func (t *Table) top(at *Mount, path string) *Mount {
	for range len(t.on) { // bounded, because a malformed table can have a loop
		next, ok := t.on[spot{at.ID, path}]
		if !ok {
			return at
		}
		at = next
	}
	return at
}

// Points returns the mounts that a path lookup reaches, except the one at "/", sorted by mount
// point. Of several mounts stacked on one path, it returns only the topmost. Mounts hidden below
// another mount are not included.
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

// Stored returns the path in storage that has the contents of a path, if the path is on a mount
// that shows a part of the storage, such as a bind mount of impermanence or preservation. Both
// paths must be absolute, clean and without symlinks.
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

// DefaultRoots returns the trees that a reboot wipes according to the mount table: "/", and each
// tmpfs or ramfs mounted at the home directory or above it.
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
