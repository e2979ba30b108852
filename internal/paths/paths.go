// Package paths compares absolute paths by their components: "/home/al" is below
// "/home", "/homes" is not.
//
// It compares text and does not read the disk. Paths are absolute and clean (path.Clean),
// and where a symlink matters the caller has resolved it, as internal/truepath does.
package paths

import (
	"iter"
	"strings"
)

// text is how paths are stored: the walk and the tracer have theirs in buffers.
type text interface{ string | []byte }

// AtOrBelow reports whether a path is a directory or below it. Everything absolute is at
// or below "/", and nothing at or below "".
func AtOrBelow[P text](path P, dir string) bool {
	return len(path) == len(dir) && dir != "" && string(path) == dir || Below(path, dir)
}

// Below reports whether a path is below a directory: the directory itself is not. Nothing
// is below "".
func Below[P text](path P, dir string) bool {
	n := len(dir)
	if n == 0 || len(path) <= n {
		return false
	}
	// "/" is the only clean path that ends in a slash.
	return (path[n] == '/' || n == 1 && dir == "/") && string(path[:n]) == dir
}

// Rel returns a path relative to a directory that it is at or below, "." for the
// directory itself. It never returns "..": for another path it reports false.
func Rel(path, dir string) (rel string, ok bool) {
	switch {
	case path == dir && dir != "":
		return ".", true
	case !Below(path, dir):
		return "", false
	case dir == "/":
		return path[1:], true
	}
	return path[len(dir)+1:], true
}

// FromTop returns the directories above a path in the order in which a lookup meets them,
// without "/".
func FromTop(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 1; i < len(path); i++ {
			if path[i] == '/' && !yield(path[:i]) {
				return
			}
		}
	}
}

// Ancestors returns the directories above a path, the nearest first and "/" last. Nothing
// is above "/".
func Ancestors(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if path == "/" {
			return
		}
		dir := path
		for end := strings.LastIndexByte(dir, '/'); end > 0; end = strings.LastIndexByte(dir, '/') {
			if dir = dir[:end]; !yield(dir) {
				return
			}
		}
		if strings.HasPrefix(path, "/") {
			yield("/")
		}
	}
}
