package session

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/DaRacci/list-ephemeral/adopt"
)

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
	var area *adopt.AreaError
	switch {
	case errors.Is(err, adopt.ErrWritten):
		return "close the program, or copy its files as they are with --force"
	case errors.Is(err, adopt.ErrBusy):
		return "wait until the other adopt is done"
	case errors.As(err, &area) && errors.Is(err, syscall.EPERM):
		return "something in " + area.Path + " cannot be removed: lsattr shows whether it is immutable"
	case errors.As(err, &area) && !errors.Is(err, fs.ErrPermission) && !isErrno(err):
		return "rename " + area.Path + ", or unmount it, and run adopt again"
	case errors.Is(err, adopt.ErrCoveredByStorage):
		return "move it by hand: mount --bind / DIR shows it below DIR"
	case errors.Is(err, adopt.ErrReplaceable):
		return "give that directory in storage the owner and mode of its source, if no other user needs it, and run adopt again"
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
