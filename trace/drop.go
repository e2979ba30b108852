package trace

import "strings"

// Uninteresting reports whether a path is in /proc, /sys or /dev, which contain no
// regular files. /dev/shm is an exception: it is an ordinary file system.
func Uninteresting(path []byte) bool {
	if len(path) < len("/dev") || path[1] != 'p' && path[1] != 's' && path[1] != 'd' {
		return false
	}
	p := string(path) // does not escape
	return within(p, "/proc") || within(p, "/sys") || within(p, "/dev") && !within(p, "/dev/shm")
}

// within reports whether a path is a directory or below it.
func within(path, dir string) bool {
	return strings.HasPrefix(path, dir) && (len(path) == len(dir) || path[len(dir)] == '/')
}
