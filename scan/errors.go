package scan

import (
	"slices"
	"strings"
	"syscall"
)

// PathError describes a path that could not be read. It never stops a walk.
type PathError struct {
	Path string
	// Op is the system call's purpose: "open", "read" or "stat".
	Op  string
	Err syscall.Errno
}

// Error returns the operation, the path and the reason. The path is not escaped: escape it before
// printing it to a terminal.
func (e PathError) Error() string { return e.Op + " " + e.Path + ": " + e.Err.Error() }

// Unwrap returns the errno.
func (e PathError) Unwrap() error { return e.Err }

// Stats is the result of a walk apart from its candidates.
type Stats struct {
	// Dirs is the number of directories read. Candidates is the number of paths reported.
	Dirs, Candidates int
	// Boundaries is the number of directories that were mount points but not in the mount table,
	// because they were mounted later or by an automounter.
	Boundaries int
	// Hidden counts, with HiddenCounted, the paths of Options.Kinds that are hidden by their class.
	Hidden Hidden
	// Errors lists the paths that could not be read, sorted by path.
	Errors []PathError
}

func (s *Stats) add(o Stats) {
	s.Dirs += o.Dirs
	s.Candidates += o.Candidates
	s.Boundaries += o.Boundaries
	s.Hidden.add(&o.Hidden)
	s.Errors = append(s.Errors, o.Errors...)
}

func (s *Stats) sortErrors() {
	slices.SortFunc(s.Errors, func(a, b PathError) int { return strings.Compare(a.Path, b.Path) })
}

// fail records that a directory could not be opened or read. A directory that has vanished is not
// an error, and neither is a mount point that is missing from the mount table.
func (k *worker) fail(n *node, op string, errno syscall.Errno) {
	switch errno {
	case syscall.ENOENT, syscall.ENOTDIR, syscall.ELOOP:
	case syscall.EXDEV:
		k.stats.Boundaries++
	default:
		k.stats.Errors = append(k.stats.Errors, PathError{Path: string(k.appendPath(nil, n)), Op: op, Err: errno})
	}
}

// failEntry records that an entry of a directory could not be inspected.
func (k *worker) failEntry(n *node, op, name string, errno syscall.Errno) {
	path := k.appendPath(nil, n)
	if string(path) != "/" {
		path = append(path, '/')
	}
	k.stats.Errors = append(k.stats.Errors, PathError{Path: string(path) + name, Op: op, Err: errno})
}
