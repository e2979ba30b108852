package history

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Reason is why a source cannot be read. Each has another remedy.
type Reason uint8

// The reasons.
const (
	ReasonUnknown Reason = iota
	NeedsRoot            // root can do it: mounts and other users' files
	NeedsKernel          // the kernel lacks the system call
	NotFound             // there is no such file
	NotDirectory         // it is not a directory, or a symlink
	NotBtrfs             // the file system is another one
	Foreign              // a user who is neither root nor the current one may change it
	Malformed            // a file that describes it has not the expected form
	OtherMachine         // it was written by another machine
	NewerFormat          // a later version of the program has written it
	Incomplete           // it was not written to its end
	TooLarge             // it exceeds a limit
	NoSpace              // the file system is full
	Busy                 // another process is using it
	Unstable             // it was changed while it was read
)

var reasonNames = [...]string{
	"unknown", "needs-root", "needs-kernel", "not-found", "not-directory", "not-btrfs", "foreign", "malformed", "other-machine",
	"newer-format", "incomplete", "too-large", "no-space", "busy", "unstable",
}

// String returns the reason in lower case.
func (r Reason) String() string {
	if int(r) < len(reasonNames) {
		return reasonNames[r]
	}
	return reasonNames[ReasonUnknown]
}

// ReasonError is the error of a source, receipt or file that cannot be used, with the reason as a
// fact.
type ReasonError struct {
	// Kind is the kind of the state, KindUnknown for a receipt.
	Kind Kind
	// Path is the path, or the device and the path on it.
	Path   string
	Reason Reason
	Err    error
}

func (p *ReasonError) Error() string {
	if p.Path == "" {
		return p.Err.Error()
	}
	return "read " + p.Path + ": " + p.Err.Error()
}

// Unwrap returns the cause.
func (p *ReasonError) Unwrap() error { return p.Err }

// problem returns an error as a ReasonError: with its reason, or with the reason of the system
// error.
func problem(kind Kind, path string, err error) *ReasonError {
	p := &ReasonError{Kind: kind, Path: path, Reason: reasonOf(err), Err: err}
	if inner := (*ReasonError)(nil); errors.As(err, &inner) {
		p.Reason, p.Err = inner.Reason, inner.Err
	}
	return p
}

// because returns an error with a reason that no system call gave.
func because(reason Reason, text string) error {
	return &ReasonError{Reason: reason, Err: errors.New(text)}
}

// reasonOf returns the reason of an error.
func reasonOf(err error) Reason {
	if known := (*ReasonError)(nil); errors.As(err, &known) {
		return known.Reason
	}
	for _, known := range []struct {
		err    error
		reason Reason
	}{
		{unix.EPERM, NeedsRoot},
		{unix.EACCES, NeedsRoot},
		{unix.ENOSYS, NeedsKernel},
		{unix.ENOENT, NotFound},
		{unix.ENOTDIR, NotDirectory},
		{unix.ELOOP, NotDirectory},
		{unix.ENODEV, NotFound},
		{unix.ENXIO, NotFound},
		{unix.ENOSPC, NoSpace},
		{unix.EDQUOT, NoSpace},
		{unix.EWOULDBLOCK, Busy},
		{unix.EBUSY, Busy},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return ReasonUnknown
}
