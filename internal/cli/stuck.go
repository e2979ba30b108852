package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
)

// patience is how long a command that a signal has ended may take to end.
const patience = time.Second

// leaveStuck returns a command, which only reads, such that a signal ends it even while
// it waits for a file system that does not answer.
func leaveStuck(cmd *cobra.Command) *cobra.Command {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return unstuck(cmd.Context(), func() error { return run(cmd, args) })
	}
	return cmd
}

// unstuck calls run, which only reads or may be killed at any time, and returns a little after ctx
// is done even if run does not. The kernel lets nothing interrupt a call to a file system that does not answer
// (FUSE, NFS) but the end of the process, so the call is left behind.
func unstuck(ctx context.Context, run func() error) error {
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
