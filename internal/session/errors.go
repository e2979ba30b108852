package session

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"syscall"

	"github.com/DaRacci/list-ephemeral/adopt"
)

// UsageError is an invalid flag, argument or configuration value: exit status 2.
type UsageError struct{ err error }

// Misuse returns a UsageError.
func Misuse(err error) error { return UsageError{err} }

// Error returns the text of the error.
func (e UsageError) Error() string { return e.err.Error() }

// Unwrap returns the error.
func (e UsageError) Unwrap() error { return e.err }

// HintedError is an error with a remedy.
type HintedError struct {
	Err  error
	Hint string
}

// WithRemedy adds a remedy to an error.
func WithRemedy(err error, hint string) error { return HintedError{err, hint} }

// Error returns the text of the error, without the remedy.
func (e HintedError) Error() string { return e.Err.Error() }

// Unwrap returns the error.
func (e HintedError) Unwrap() error { return e.Err }

// A Marked error adds a fact to an error, for example a remedy or an exit status, and no text.
type Marked interface {
	error
	// Unmarked returns the error without the fact.
	Unmarked() error
}

// Unmarked implements Marked.
func (e UsageError) Unmarked() error { return e.err }

// Unmarked implements Marked.
func (e HintedError) Unmarked() error { return e.Err }

// Parts splits an error made by errors.Join into its errors, in order, even if the joined error
// is wrapped in a Marked error. It splits by type and never at line breaks, because a name in an
// error may contain line breaks.
func Parts(err error) []error {
	if marked, ok := err.(Marked); ok { //nolint:errorlint // what is wrapped deeper has a text around it
		return Parts(marked.Unmarked())
	}
	if !isJoined(err) {
		return []error{err}
	}
	var all []error
	for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
		all = append(all, Parts(one)...)
	}
	return all
}

// isJoined reports whether an error was made by errors.Join. An error of fmt.Errorf with several %w
// wraps several errors, too, but has a text of its own.
func isJoined(err error) bool {
	return reflect.TypeOf(err) == reflect.TypeOf(errors.Join(fs.ErrInvalid))
}

// AdoptError adds a remedy to an error that stops the whole run.
func AdoptError(err error, storage string) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return WithRemedy(err, "run it with sudo: storage belongs to root")
	case errors.Is(err, syscall.EROFS):
		return WithRemedy(err, fmt.Sprintf("mount it writable: mount -o remount,rw %s", storage))
	case errors.Is(err, adopt.ErrBusy):
		return WithRemedy(err, "wait for it to end")
	case errors.Is(err, syscall.ENOSYS):
		return WithRemedy(err, "adopt needs Linux 5.6 or later")
	}
	return err
}

// RemedyFor returns the remedy for the error of one path, or "".
func RemedyFor(err error) string {
	var staging *adopt.StagingError
	switch {
	case errors.Is(err, adopt.ErrWritten):
		return "close the program, or copy its files as they are with --force"
	case errors.Is(err, adopt.ErrBusy):
		return "wait until the other adopt is done"
	case errors.As(err, &staging) && errors.Is(err, syscall.EPERM):
		return "something in " + staging.Path + " cannot be removed: lsattr shows whether it is immutable"
	case errors.As(err, &staging) && !errors.Is(err, fs.ErrPermission) && !isErrno(err):
		return "rename " + staging.Path + ", or unmount it, and run it again"
	case errors.Is(err, adopt.ErrCoveredByStorage):
		return "move it by hand: mount --bind / DIR shows it below DIR"
	case errors.Is(err, adopt.ErrReplaceable):
		return "give that directory the owner and mode of its source, if no other user needs it, and run it again"
	case errors.Is(err, fs.ErrPermission):
		return "run it with sudo: this path requires root"
	case errors.Is(err, syscall.ENOSPC):
		return "free space in storage or copy fewer paths, and run it again"
	}
	return ""
}

// isErrno reports whether an error comes from a failed system call.
func isErrno(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno)
}
