package adopt

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Progress counts what a run has done so far. Any goroutine may read it during the run. The zero
// value is ready to use.
type Progress struct {
	// Files counts the entries, except directories, that were copied or compared with existing
	// ones. Bytes is the sum of their lengths, including holes.
	Files atomic.Int64
	Bytes sizes.Counter
	// Placed counts the renames into place: of selected paths, or of entries that an existing
	// directory lacked.
	Placed atomic.Int64
}

func (p *Progress) add(bytes int64) { p.Bytes.Add(bytes) }

// Outcome is the outcome for a selected path.
type Outcome uint8

// The outcomes.
const (
	OutcomeUnknown Outcome = iota
	Copied                 // everything is in storage now
	Present                // everything was in storage already and is equal
	Partly                 // the directory existed; some missing entries could not be added
	Failed                 // nothing was put in place
)

var outcomeNames = [...]string{"unknown", "copied", "present", "partly", "failed"}

// String returns the outcome in lower case.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return outcomeNames[OutcomeUnknown]
}

// Problem is an error with the path that it is about.
type Problem struct {
	Path string
	Err  error
}

// Result is the result for a selected path.
type Result struct {
	Path, Target string
	Outcome      Outcome
	// Files and Bytes count what was copied.
	Files int
	Bytes int64
	// Problems are the paths that could not be copied, and why. It contains the first mostProblems
	// of them; More is the total number.
	Problems []Problem
	More     int
	// Mounts are the mount points below the path. They were left out.
	Mounts []string
	// Warnings are the directories in storage whose owner or mode differs from the source's, each
	// reported with the first path of a run below it. They also include the first mostProblems
	// entries that were copied incompletely or left out because of their type.
	Warnings []Problem
	// placed reports that something was put in place.
	placed bool
}

// mostProblems is how many problems are kept for one selected path. Beyond that number, they
// usually have the same cause.
const mostProblems = 100

// ErrInterrupted is the error of a path that was not finished when the run was interrupted.
var ErrInterrupted = errors.New("interrupted")

// fail records a problem.
func (r *Result) fail(path string, err error) { r.failAt(func() string { return path }, err) }

// failAt is like fail, but builds the path only if the problem is kept.
func (r *Result) failAt(path func() string, err error) {
	if errors.Is(err, context.Canceled) {
		err = ErrInterrupted
	}
	if r.More++; len(r.Problems) < mostProblems {
		r.Problems = append(r.Problems, Problem{path(), err})
	}
}

// warnAt records a warning.
func (r *Result) warnAt(path func() string, err error) {
	if len(r.Warnings) < mostProblems {
		r.Warnings = append(r.Warnings, Problem{path(), err})
	}
}

// conclude sets the outcome at the end of the run.
func (r *Result) conclude() {
	switch {
	case r.More == 0 && !r.placed:
		r.Outcome = Present
	case r.More == 0:
		r.Outcome = Copied
	case r.placed:
		r.Outcome = Partly
	default:
		r.Outcome = Failed
	}
}

// inode identifies a file on this machine.
type inode struct{ dev, ino uint64 }

func inodeOf(st *unix.Stat_t) inode { return inode{st.Dev, st.Ino} }

// unchanged reports whether two stat results of a file agree in inode, mode, size, mtime and ctime.
// Only the kernel sets ctime (inode(7)), so a process cannot hide a change, except within the
// granularity of ctime, a few milliseconds. With multigrain timestamps (Linux 6.13), that is
// negligible.
func unchanged(a, b *unix.Stat_t) bool {
	return inodeOf(a) == inodeOf(b) && a.Mode == b.Mode && a.Size == b.Size && a.Mtim == b.Mtim && a.Ctim == b.Ctim
}

func isDir(st *unix.Stat_t) bool  { return st.Mode&unix.S_IFMT == unix.S_IFDIR }
func isFile(st *unix.Stat_t) bool { return st.Mode&unix.S_IFMT == unix.S_IFREG }
func isLink(st *unix.Stat_t) bool { return st.Mode&unix.S_IFMT == unix.S_IFLNK }

// shortened returns a path for an error message, without the middle of a long path.
func shortened(name string) string {
	const most, head, tail = 300, 120, 120
	if len(name) <= most {
		return name
	}
	return name[:head] + "[...]" + name[len(name)-tail:]
}
