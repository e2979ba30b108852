package session

import (
	"context"
	"time"
)

// patience is the time that a command has to end after a signal.
const patience = time.Second

// Unstuck calls run and returns shortly after ctx is done even if run does not. run must be safe
// to kill at any time, for example because it only reads. A system call on a file system that
// does not respond (FUSE, NFS) can only be interrupted by ending the process, so it is abandoned.
func Unstuck(ctx context.Context, run func() error) error {
	done := make(chan error, 1)
	go func() { done <- run() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		return context.Cause(ctx)
	}
}

// WaitFor calls work, which cannot be interrupted, such as a read from a pipe. It abandons the
// call when ctx is done.
func WaitFor(ctx context.Context, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
