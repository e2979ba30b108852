// Package truepath says under which name a walk from the root finds a path: the
// one without symlinks.
package truepath

import (
	"os"
	"path/filepath"
	"strings"
)

// Resolve returns an absolute, clean path without symlinks as far as it exists.
// What does not exist, or may not be looked at, is kept as it is written.
func Resolve(path string) string {
	if path == "/" {
		return path
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return filepath.Join(Resolve(filepath.Dir(path)), filepath.Base(path))
}

// ResolveParent is Resolve for a path that may be a symlink itself, and then is
// meant as such: its last component is kept.
func ResolveParent(path string) string {
	if path == "/" {
		return path
	}
	return filepath.Join(Resolve(filepath.Dir(path)), filepath.Base(path))
}

// mostCached is how many directories a Resolver remembers: those that a list of
// paths comes back to, and not all of a million.
const mostCached = 1 << 16

// A Resolver is for many paths: it looks at each directory about once. What it has
// seen, it does not look at again. The zero value is ready to use.
type Resolver struct {
	dirs map[string]resolved
	// last is the directory of the path before: most lists come in order.
	last     string
	lastSeen resolved
}

type resolved struct {
	path string
	// missing says that there is no such directory, and so nothing in it.
	missing bool
}

// Parent is ResolveParent for an absolute, clean path. It also reports whether
// the directory that the path is in is missing.
func (r *Resolver) Parent(path string) (resolved string, missing bool) {
	if path == "/" {
		return path, false
	}
	cut := lastSlash(path)
	if dir := path[:cut]; dir != r.last || r.dirs == nil {
		r.last, r.lastSeen = dir, r.dir(dir)
	}
	if r.lastSeen.path == path[:cut] {
		return path, r.lastSeen.missing
	}
	return r.lastSeen.path + path[cut:], r.lastSeen.missing
}

// dir resolves a directory; "" is the root, before and after.
func (r *Resolver) dir(path string) resolved {
	if path == "" {
		return resolved{}
	}
	if seen, ok := r.dirs[path]; ok {
		return seen
	}
	cut := lastSlash(path)
	parent := r.dir(path[:cut])
	seen := resolved{parent.path + path[cut:], parent.missing}
	if !seen.missing {
		info, err := os.Lstat(seen.path)
		switch {
		case os.IsNotExist(err):
			seen.missing = true
		case err == nil && info.Mode()&os.ModeSymlink != 0:
			seen.path = Resolve(seen.path)
			_, err = os.Stat(seen.path)
			seen.missing = os.IsNotExist(err)
		}
	}
	if seen.path == "/" {
		seen.path = ""
	}
	if r.dirs == nil || len(r.dirs) == mostCached {
		r.dirs = make(map[string]resolved)
	}
	r.dirs[path] = seen
	return seen
}

func lastSlash(path string) int { return strings.LastIndexByte(path, '/') }
