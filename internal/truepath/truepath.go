// Package truepath says under which name a walk from the root finds a path: the
// one without symlinks.
package truepath

import (
	"os"
	"path/filepath"
	"strings"
)

// Resolve returns an absolute, clean path without symlinks as far as it exists.
// What does not exist, or may not be read, is kept as it is written. It waits for
// file systems that do not answer; [Resolver.Stop] does not.
func Resolve(path string) string { return new(Resolver).Whole(path) }

// ResolveParent is Resolve for a path that may be a symlink itself, and then is
// meant as such: its last component is kept.
func ResolveParent(path string) string {
	resolved, _ := new(Resolver).Parent(path)
	return resolved
}

const (
	// mostCached is how many directories a Resolver remembers: those that a list of
	// paths comes back to, and not all of a million.
	mostCached = 1 << 16
	// mostLinks is how many symlinks the kernel follows in one path,
	// path_resolution(7).
	mostLinks = 40
)

// A Resolver is for many paths: it reads each directory about once, and what it
// has read is not read again. The zero value is ready to use.
type Resolver struct {
	// Stop, if set, says of a path without symlinks that nothing at or below it is
	// to be read: what is written below it is kept.
	Stop func(path string) bool

	dirs map[string]resolved
	// last is the directory of the path before: most lists come in order.
	last     string
	lastSeen resolved
	links    int // how many symlinks may still be followed
}

type resolved struct {
	path  string // "" for the root
	state state
}

// state is what is known of a path.
type state uint8

const (
	stateDir     state = iota // it may be a directory
	stateLeaf                 // it is there, and no directory
	stateMissing              // it is not there, and so nothing in it
	stateUnknown              // it may not be read
	stateStopped              // it is not to be read
)

// Whole is [Resolve].
func (r *Resolver) Whole(path string) string {
	if path == "/" {
		return path
	}
	if whole := r.dir(path).path; whole != "" {
		return whole
	}
	return "/"
}

// Parent is [ResolveParent] for an absolute, clean path. It also reports whether
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
		return path, r.lastSeen.state == stateMissing
	}
	return r.lastSeen.path + path[cut:], r.lastSeen.state == stateMissing
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
	r.links = mostLinks
	seen := r.enter(parent, path[cut+1:])
	if r.dirs == nil || len(r.dirs) == mostCached {
		r.dirs = make(map[string]resolved)
	}
	r.dirs[path] = seen
	return seen
}

// enter resolves the entry called name of a directory that is resolved.
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
		at.state = end.state // dangling, or a loop: kept as it is written
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
