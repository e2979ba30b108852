package adopt

import (
	"context"
	"errors"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// Progress counts what a run has done so far. Any goroutine may look at it while it
// runs; the zero value is ready.
type Progress struct {
	// Files counts all but directories, and Bytes what files hold, holes included: copied,
	// or compared with what is there.
	Files atomic.Int64
	Bytes sizes.Counter
	// Placed counts what was put in place, each with one rename: selected paths, or what a
	// directory that was there lacked.
	Placed atomic.Int64
}

func (p *Progress) add(bytes int64) { p.Bytes.Add(bytes) }

// Outcome is what became of a selected path.
type Outcome uint8

// The outcomes.
const (
	OutcomeUnknown Outcome = iota
	Copied                 // all of it is in storage now
	Present                // all of it was there already, and is equal
	Partly                 // the directory was there; some of what it lacked could not be added
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

// Problem is what went wrong with one path.
type Problem struct {
	Path string
	Err  error
}

// Result is what became of a selected path.
type Result struct {
	Path, Target string
	Outcome      Outcome
	// Files and Bytes are those that were copied.
	Files int
	Bytes int64
	// Problems are the paths that could not be copied, and why: the first mostProblems
	// of More in all.
	Problems []Problem
	More     int
	// Mounts are the paths in it where something is mounted, which was left out.
	Mounts []string
	// Warnings are directories in storage whose owner or mode are not the source's, each
	// with the first path of a run that it matters to, and the first mostProblems of what was
	// copied without something, or left out because of what it is.
	Warnings []Problem
	// placed says that something was put in place.
	placed bool
}

// mostProblems is how many problems of one selected path are kept: whoever has more
// has one, many times.
const mostProblems = 100

// ErrInterrupted is the error of a path that was not done when the run was ended.
var ErrInterrupted = errors.New("interrupted")

// fail notes a problem.
func (r *Result) fail(path string, err error) { r.failAt(func() string { return path }, err) }

// failAt is fail for a path that has to be made, which is done only for problems that are kept.
func (r *Result) failAt(path func() string, err error) {
	if errors.Is(err, context.Canceled) {
		err = ErrInterrupted
	}
	if r.More++; len(r.Problems) < mostProblems {
		r.Problems = append(r.Problems, Problem{path(), err})
	}
}

// warnAt notes what is to be said of a path that is not a problem.
func (r *Result) warnAt(path func() string, err error) {
	if len(r.Warnings) < mostProblems {
		r.Warnings = append(r.Warnings, Problem{path(), err})
	}
}

// conclude decides on the outcome, when all is done.
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

// inode names a file of the machine.
type inode struct{ dev, ino uint64 }

func inodeOf(st *unix.Stat_t) inode { return inode{st.Dev, st.Ino} }

// unchanged reports whether two looks at something have seen the same: its inode, kind,
// size, and the times of its content and of its attributes. The kernel sets ctime
// itself, so that nobody can hide a change (inode(7)) within its granularity, a few
// milliseconds; multigrain timestamps (Linux 6.13) have none to speak of.
func unchanged(a, b *unix.Stat_t) bool {
	return inodeOf(a) == inodeOf(b) && a.Mode == b.Mode && a.Size == b.Size && a.Mtim == b.Mtim && a.Ctim == b.Ctim
}

func isDir(st *unix.Stat_t) bool  { return st.Mode&unix.S_IFMT == unix.S_IFDIR }
func isFile(st *unix.Stat_t) bool { return st.Mode&unix.S_IFMT == unix.S_IFREG }
func isLink(st *unix.Stat_t) bool { return st.Mode&unix.S_IFMT == unix.S_IFLNK }

// shortened returns a path that may be long with its middle left out, for an error.
func shortened(name string) string {
	const most, head, tail = 300, 120, 120
	if len(name) <= most {
		return name
	}
	return name[:head] + "[...]" + name[len(name)-tail:]
}
