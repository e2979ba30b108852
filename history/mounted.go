package history

import (
	"path"
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// mounted contains the mounts of a btrfs: pairs of a directory below the top level, without a
// leading slash, and the mount point that shows it.
type mounted []mountedDir

type mountedDir struct{ dir, point string }

// mountedOf returns the mounts of a file system, "/" first and then by mount point.
func mountedOf(all []*mounts.Mount, device string) mounted {
	var m mounted
	for _, mount := range all {
		if mount.Device == device && strings.HasPrefix(mount.Root, "/") && !strings.HasSuffix(mount.Root, "//deleted") {
			m = append(m, mountedDir{mount.Root[1:], mount.Point})
		}
	}
	return m
}

// root returns the directory that is mounted at "/", and whether there is one.
func (m mounted) root() (dir string, ok bool) {
	for _, d := range m {
		if d.point == "/" {
			return d.dir, true
		}
	}
	return "", false
}

// pointOf returns the mount point of a subvolume that a snapshot is named after: one of that path,
// or the first one of that name. "" means that there is none.
func (m mounted) pointOf(subvolume string) string {
	for _, d := range m {
		if d.dir == subvolume || path.Base(d.dir) == subvolume {
			return d.point
		}
	}
	// The usual scripts call the snapshots of "@home" "home", and the other way round.
	for _, d := range m {
		if strings.TrimPrefix(path.Base(d.dir), "@") == strings.TrimPrefix(subvolume, "@") {
			return d.point
		}
	}
	if subvolume == "root" || subvolume == "rootfs" || subvolume == "@" || subvolume == "ROOT" {
		if _, ok := m.root(); ok {
			return "/"
		}
	}
	return ""
}

// shown returns the path at which the machine shows a directory, by the longest mount above it. ""
// means nowhere.
func (m mounted) shown(dir string) string {
	best, at := -1, ""
	for _, d := range m {
		rel, ok := strings.CutPrefix(dir, d.dir)
		if !ok || len(d.dir) <= best || d.dir != "" && rel != "" && rel[0] != '/' {
			continue
		}
		best, at = len(d.dir), path.Join(d.point, rel)
	}
	return at
}
