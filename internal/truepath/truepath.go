// Package truepath resolves symlinks in paths. The result is the path under which a walk from the
// root finds a file.
package truepath

import (
	"os"
	"path/filepath"
	"strings"
)

// Resolve resolves the symlinks in an absolute, clean path. Components that do not exist or cannot
// be read are kept unchanged. Resolve blocks on file systems that do not answer; use
// [Resolver.Stop] to avoid that.
func Resolve(path string) string { return new(Resolver).Whole(path) }

// ResolveParent is like Resolve but does not resolve the last component, so the path may name a
// symlink.
func ResolveParent(path string) string {
	resolved, _ := new(Resolver).Parent(path)
	return resolved
}

const (
	// mostCached is the maximum number of directories in the cache of a Resolver. A list of
	// paths repeats few directories, so it does not need all of a million.
	mostCached = 1 << 16
	// mostLinks is the number of symlinks that the kernel follows in one path,
	// path_resolution(7).
	mostLinks = 40
)

// A Resolver resolves many paths. It caches directories, so it reads each about once. The zero
// value is ready to use.
type Resolver struct {
	// Stop, if set, reports whether nothing at or below a path may be read. The path has no
	// symlinks. Components below it are kept unchanged.
	Stop func(path string) bool

	dirs map[string]resolved
	// last is the directory of the previous path. Most lists are sorted.
	last     string
	lastSeen resolved
	links    int // how many more symlinks may be followed
}

type resolved struct {
	path  string // "" for the root
	state state
}

// state is the state of a path.
type state uint8

const (
	stateDir     state = iota // may be a directory
	stateLeaf                 // exists and is not a directory
	stateMissing              // does not exist
	stateUnknown              // cannot be read
	stateStopped              // must not be read; see Resolver.Stop
)

// Whole is like [Resolve].
func (r *Resolver) Whole(path string) string {
	if path == "/" {
		return path
	}
	if whole := r.dir(path).path; whole != "" {
		return whole
	}
	return "/"
}

// Parent is like [ResolveParent]. It also reports whether the parent directory is missing.
func (r *Resolver) Parent(path string) (resolved string, missing bool) {
	if path == "/" {
		return path, false
	}
	cut := lastSlash(path)
	if dir := path[:cut]; dir != r.last || r.dirs == nil {
		r.last, r.lastSeen = dir, r.dir(dir)
	}
	if r.lastSeen.path == path[:cut] {
		return path, r.lastSeen.state == stateMissing
	}
	return r.lastSeen.path + path[cut:], r.lastSeen.state == stateMissing
}

// dir resolves a directory. The root is "", as argument and in the result.
func (r *Resolver) dir(path string) resolved {
	if path == "" {
		return resolved{}
	}
	if seen, ok := r.dirs[path]; ok {
		return seen
	}
	cut := lastSlash(path)
	parent := r.dir(path[:cut])
	r.links = mostLinks
	seen := r.enter(parent, path[cut+1:])
	if r.dirs == nil || len(r.dirs) == mostCached {
		r.dirs = make(map[string]resolved)
	}
	r.dirs[path] = seen
	return seen
}

// enter resolves the entry name of a resolved directory.
func (r *Resolver) enter(dir resolved, name string) resolved {
	at := resolved{path: dir.path + "/" + name, state: dir.state}
	switch {
	case dir.state == stateLeaf:
		at.state = stateMissing
		return at
	case dir.state != stateDir:
		return at
	case r.Stop != nil && r.Stop(at.path):
		at.state = stateStopped
		return at
	}
	info, err := os.Lstat(at.path)
	switch {
	case os.IsNotExist(err):
		at.state = stateMissing
	case err != nil:
		at.state = stateUnknown
	case info.Mode()&os.ModeSymlink != 0:
		target, err := os.Readlink(at.path)
		if err != nil {
			at.state = stateUnknown
			return at
		}
		end := r.follow(dir, target)
		if end.state != stateMissing && end.state != stateUnknown {
			return end
		}
		at.state = end.state // dangling, or a loop: kept unchanged
	case !info.IsDir():
		at.state = stateLeaf
	}
	return at
}

// follow resolves the target of a symlink in a directory.
func (r *Resolver) follow(dir resolved, target string) resolved {
	if r.links == 0 || target == "" {
		return resolved{state: stateMissing}
	}
	r.links--
	at := dir
	if filepath.IsAbs(target) {
		at = resolved{}
	}
	for name := range strings.SplitSeq(target, "/") {
		switch {
		case at.state == stateLeaf:
			return resolved{state: stateMissing}
		case name == "" || name == ".":
		case name == "..":
			at.path = at.path[:max(0, lastSlash(at.path))]
		default:
			at = r.enter(at, name)
		}
	}
	return at
}

func lastSlash(path string) int { return strings.LastIndexByte(path, '/') }
