package cli

import (
	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/session"
)

// leaveStuck changes a command, which has to be read-only, so that a signal ends it even while it
// waits for a file system that does not respond.
func leaveStuck(cmd *cobra.Command) *cobra.Command {
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return session.Unstuck(cmd.Context(), func() error { return run(cmd, args) })
	}
	return cmd
}
