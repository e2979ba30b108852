package trace

import "github.com/DaRacci/list-ephemeral/internal/paths"

// Uninteresting reports whether a path lies where no file is kept: /proc, /sys and
// /dev (but for /dev/shm, which is a file system like others).
func Uninteresting(path []byte) bool {
	if len(path) < len("/dev") || path[1] != 'p' && path[1] != 's' && path[1] != 'd' {
		return false
	}
	return paths.AtOrBelow(path, "/proc") || paths.AtOrBelow(path, "/sys") || paths.AtOrBelow(path, "/dev") && !paths.AtOrBelow(path, "/dev/shm")
}
