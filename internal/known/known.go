package known

import "strings"

// Repositories is how many public NixOS configurations were counted.
const Repositories = 31

// Entry is what public configurations say of a path that two or more keep.
type Entry struct {
	// Repositories is how many of the [Repositories] counted keep the path.
	Repositories int
	// Dir says that they keep it as a directory, and not as a file.
	Dir bool
	// Mode is what is most often given, in four octal digits; "" where none is.
	Mode string
}

// Lookup returns what is known of just this path: in a home relative to it, which
// is the same for all homes, and else, or where that is not known, absolute.
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

// Keeper returns what is known of a path, or else of the nearest directory above
// it that is kept whole and is no container. That few keep all of ~/.cache says
// nothing of what is in it.
func Keeper(homes Homes, name string) (Entry, bool) {
	if entry, known := Lookup(homes, name); known {
		return entry, true
	}
	for dir := name; dir != "/"; {
		dir = dir[:max(1, strings.LastIndexByte(dir, '/'))]
		if homes.Container(dir) {
			break // what is above a container is one
		}
		if entry, known := Lookup(homes, dir); known && entry.Dir {
			return entry, true
		}
	}
	return Entry{}, false
}
