package known

import "strings"

// Repositories is the number of public NixOS configurations that were counted.
const Repositories = 31

// Entry is the data of a path that two or more public configurations keep.
type Entry struct {
	// Repositories is how many of the [Repositories] configurations keep the path.
	Repositories int
	// Dir reports whether they keep it as a directory, not as a file.
	Dir bool
	// Mode is the mode given most often, in four octal digits, or "" if none is given.
	Mode string
}

// Lookup returns the entry of exactly this path. A path in a home is looked up relative to the
// home, so entries apply to all homes. If there is no such entry, or the path is not in a home, it
// is looked up as an absolute path.
func Lookup(homes Homes, name string) (Entry, bool) {
	table := knownPaths()
	if rel, ok := homes.Within(name); ok {
		if entry, known := table.home[rel]; known {
			return entry, true
		}
	}
	entry, known := table.host[name]
	return entry, known
}

// Keeper returns the entry of a path. If it has none, Keeper returns the entry of the nearest
// directory above it that has one and is not a container. Containers are excluded because an entry
// for ~/.cache, for example, does not apply to a path in it.
func Keeper(homes Homes, name string) (Entry, bool) {
	if entry, known := Lookup(homes, name); known {
		return entry, true
	}
	for dir := name; dir != "/"; {
		dir = dir[:max(1, strings.LastIndexByte(dir, '/'))]
		if homes.Container(dir) {
			break // all directories above a container are containers
		}
		if entry, known := Lookup(homes, dir); known && entry.Dir {
			return entry, true
		}
	}
	return Entry{}, false
}
