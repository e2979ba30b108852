package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
)

// patience is how long a command that a signal has ended may take to end.
const patience = time.Second

// leaveStuck returns a command, which only reads, such that a signal ends it even while
// it waits for a file system that does not answer. The kernel lets nothing interrupt such
// a call (FUSE, NFS) but the end of the process, so it is left behind.
func leaveStuck(cmd *cobra.Command) *cobra.Command {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		done := make(chan error, 1)
		go func() { done <- run(cmd, args) }()
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
	return cmd
}
