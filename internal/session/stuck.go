package session

import (
	"context"
	"time"
)

// patience is how long a command that a signal has ended may take to end.
const patience = time.Second

// Unstuck calls run, which only reads or may be killed at any time, and returns a little after ctx
// is done even if run does not. The kernel lets nothing interrupt a call to a file system that does not answer
// (FUSE, NFS) but the end of the process, so the call is left behind.
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

// WaitFor runs work that cannot be interrupted, such as a read from a pipe, and
// leaves it behind when ctx is done.
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
