package known

import (
	"strings"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

// Repositories is the number of public NixOS configurations that were counted.
const Repositories = 230

// Entry is the data of a path that two or more public configurations keep.
type Entry struct {
	// Repositories is how many of the [Repositories] configurations keep the path, under any of
	// its names (same.tsv).
	Repositories int
	// Own is how many keep exactly this path.
	Own int
	// Dir reports whether they keep it as a directory, not as a file.
	Dir bool
	// Mode is the mode given most often, in four octal digits, or "" if none is given. It is a hint:
	// only ModeRepositories of the configurations give it, the others give none.
	Mode             string
	ModeRepositories int
	// User and Group are those given most often, or "".
	User, Group string
	// CacheRepositories is how many keep it in a storage for caches.
	CacheRepositories int
}

// Lookup returns the entry of exactly this path. A path in a home is looked up relative to the
// home, so entries apply to all homes. If there is no such entry, or the path is not in a home, it
// is looked up as an absolute path. /var/lib/x and /var/lib/private/x have one entry.
func Lookup(homes Homes, name string) (Entry, bool) {
	table := knownPaths()
	if rel, ok := homes.Within(name); ok {
		if entry, known := table.home[rel]; known {
			return entry, true
		}
	}
	if entry, known := table.host[name]; known {
		return entry, true
	}
	if rest, ok := strings.CutPrefix(name, privateDir); ok {
		entry, known := table.host["/var/lib/"+rest]
		return entry, known
	}
	if rest, ok := strings.CutPrefix(name, "/var/lib/"); ok {
		entry, known := table.host[privateDir+rest]
		return entry, known
	}
	return Entry{}, false
}

// Keeper returns the entry that says how many configurations keep a path: of the entries of the
// path and of the directories above it that are not containers, the one with most configurations,
// because keeping a directory keeps what is in it. Containers are excluded because an entry for
// ~/.cache, for example, does not apply to a path in it; those who keep a container as a whole are
// not counted.
func Keeper(homes Homes, name string) (Entry, bool) {
	best, found := Lookup(homes, name)
	for dir := range paths.Ancestors(name) {
		if homes.Container(dir) {
			break // all directories above a container are containers
		}
		if entry, known := Lookup(homes, dir); known && entry.Dir && entry.Repositories > best.Repositories {
			best, found = entry, true
		}
	}
	return best, found
}
