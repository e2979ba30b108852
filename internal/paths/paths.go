// Package paths compares absolute paths by their components: "/home/al" is below "/home", but
// "/homes" is not.
//
// It only compares text and does not read the disk. Paths must be absolute and clean (path.Clean).
// If symlinks matter, the caller must resolve them first; see internal/truepath.
package paths

import (
	"iter"
	"strings"
)

// text is the type of a path. The walk and the tracer have paths in byte buffers.
type text interface{ string | []byte }

// AtOrBelow reports whether path is dir or below it. All absolute paths are at or below "/". No
// path is at or below "".
func AtOrBelow[P text](path P, dir string) bool {
	return len(path) == len(dir) && dir != "" && string(path) == dir || Below(path, dir)
}

// Below reports whether path is below dir. A directory is not below itself. No path is below "".
func Below[P text](path P, dir string) bool {
	n := len(dir)
	if n == 0 || len(path) <= n {
		return false
	}
	// "/" is the only clean path that ends in a slash.
	return (path[n] == '/' || n == 1 && dir == "/") && string(path[:n]) == dir
}

// Rel returns path relative to dir, or "." for dir itself. If path is not at or below dir, Rel
// returns false. It never returns a path with "..".
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

// FromTop returns the directories above a path from the top down, without "/".
func FromTop(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 1; i < len(path); i++ {
			if path[i] == '/' && !yield(path[:i]) {
				return
			}
		}
	}
}

// Ancestors returns the directories above a path, the nearest first and "/" last. For "/" there are
// none.
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
