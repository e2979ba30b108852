package scan

import (
	"slices"
	"strings"
	"syscall"
)

// PathError is one path that could not be read. It never stops a walk.
type PathError struct {
	Path string
	// Op is the system call's purpose: "open", "read" or "stat".
	Op  string
	Err syscall.Errno
}

// Error says what failed, on which path and why. The path is as it is on the
// disk, so it has to be made safe before it reaches a terminal.
func (e PathError) Error() string { return e.Op + " " + e.Path + ": " + e.Err.Error() }

// Unwrap returns the errno.
func (e PathError) Unwrap() error { return e.Err }

// Stats is what a walk has to say beyond its candidates.
type Stats struct {
	// Dirs is the number of directories read, Candidates that of the paths
	// handed over.
	Dirs, Candidates int
	// Boundaries is the number of directories that turned out to be mount
	// points which the mount table did not have: mounted since, or automounted.
	Boundaries int
	// Errors lists what could not be read, sorted by path.
	Errors []PathError
}

func (s *Stats) add(o Stats) {
	s.Dirs += o.Dirs
	s.Candidates += o.Candidates
	s.Boundaries += o.Boundaries
	s.Errors = append(s.Errors, o.Errors...)
}

func (s *Stats) sortErrors() {
	slices.SortFunc(s.Errors, func(a, b PathError) int { return strings.Compare(a.Path, b.Path) })
}

// fail notes that a directory could not be opened or read. What has vanished is
// no error, and a boundary that the mount table did not show none either.
func (k *worker) fail(n *node, op string, errno syscall.Errno) {
	switch errno {
	case syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP:
	case syscall.EXDEV:
		k.stats.Boundaries++
	default:
		k.stats.Errors = append(k.stats.Errors, PathError{Path: string(n.appendPath(nil)), Op: op, Err: errno})
	}
}

// failEntry notes that an entry of a directory could not be looked at.
func (k *worker) failEntry(n *node, op, name string, errno syscall.Errno) {
	path := n.appendPath(nil)
	if n.parent != nil {
		path = append(path, '/')
	}
	k.stats.Errors = append(k.stats.Errors, PathError{Path: string(path) + name, Op: op, Err: errno})
}
