package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

const verifyLong = `Compare the receipt of the last boot with the machine: what the receipt lists as lost has to
be gone, and what it lists as kept has to be there. A file that was made again after the
receipt counts as gone. Each difference is printed with its reason. If there is one, the
exit status is 1. Receipts can be read only by root.`

const verifyExamples = `  sudo list-ephemeral verify
  sudo list-ephemeral verify --json | jq -r .path`

func newVerify(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "verify [flags]",
		Short:   "Check that the last reboot wiped what the receipt lists",
		Long:    verifyLong,
		Example: verifyExamples,
		Args:    takesNothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.verify(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return leaveStuck(cmd)
}

// verify prints the differences.
func (a *app) verify(ctx context.Context, asJSON bool) error {
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	v, problems, err := past.Verify(ctx, s)
	for _, p := range problems {
		say(a.err, "warning", p.Error())
	}
	switch {
	case err != nil:
		return whySignal(ctx, err)
	case v == nil:
		return session.WithRemedy(errors.New("no receipt of an earlier boot was found"),
			"let list-ephemeral receipt run at shutdown: programs.list-ephemeral.receipt.enable of the NixOS module")
	}
	out := report.NewWriter(a.out)
	for i := range v.Differences {
		if asJSON {
			out.Buf = report.DifferenceJSON(out.Buf, &v.Differences[i])
		} else {
			out.Buf = fmt.Appendln(out.Buf, a.shown(v.Differences[i].Text()))
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	a.err.line(v.Summary())
	if len(v.Differences) > 0 {
		return exitError(exitFailed)
	}
	return nil
}
