package generation

import (
	"slices"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Keeps returns the entry that decides about a path, which is absolute and clean, and whether a reboot
// into the generation keeps the data there. The deepest entry at or above the path decides,
// mounts and symlinks alike, among those that a boot carries out. Without one it returns false
// and an empty Entry: the path is not declared.
//
// If the deepest entry is a symlink, the file system of its target decides whether the data is
// kept. For example, a link into storage whose target is on a tmpfs mounted there is wiped.
func (g *Generation) Keeps(path string) (Entry, bool) {
	i, _ := g.deepest(path, lookup{latest: orderHome})
	if i < 0 {
		return Entry{}, false
	}
	return g.Entries[i], g.follow(path).kept
}

// deepest returns the entry that decides about a path, or -1. Where a used symlink would decide, the
// links form a loop.
func (g *Generation) deepest(path string, seen lookup) (entry int, loop bool) {
	if i, ok := g.decides(path, seen); ok {
		return i, i < 0
	}
	for dir := range paths.Ancestors(path) {
		if i, ok := g.decides(dir, seen); ok {
			return i, i < 0
		}
	}
	return -1, false
}

// decides looks one path up. A used symlink is -1.
func (g *Generation) decides(path string, seen lookup) (int, bool) {
	i, ok := g.byPath[path]
	switch {
	case !ok || g.Entries[i].order > seen.latest:
		return 0, false
	case !slices.Contains(seen.used, i):
		return i, true
	case g.Entries[i].How == Symlink:
		return -1, true
	}
	return 0, false
}
