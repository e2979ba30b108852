package trace

import "github.com/DaRacci/list-ephemeral/internal/paths"

// Uninteresting reports whether a path is in /proc, /sys or /dev, which contain no
// regular files. /dev/shm is an exception: it is an ordinary file system.
func Uninteresting(path []byte) bool {
	if len(path) < len("/dev") || path[1] != 'p' && path[1] != 's' && path[1] != 'd' {
		return false
	}
	return paths.AtOrBelow(path, "/proc") || paths.AtOrBelow(path, "/sys") || paths.AtOrBelow(path, "/dev") && !paths.AtOrBelow(path, "/dev/shm")
}
