// Package truepath says under which name a walk from the root finds a path: the
// one without symlinks.
package truepath

import "path/filepath"

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
