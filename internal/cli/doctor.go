package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/report"
)

const doctorLong = `Check whether this machine is set up so that a reboot loses no data unexpectedly: the root
is wiped, storage is mounted in time, identity and passwords are kept, declared paths are
mounted, and mounts hide no data. Only checks that are not ok are printed, each with a
remedy. The exit status is 1 if a check fails, not for warnings and notes. Some checks
require root.`

const doctorExamples = `  sudo list-ephemeral doctor
  sudo list-ephemeral doctor --verbose     also the checks that are ok
  list-ephemeral doctor --json | jq -r 'select(.severity == "failure").id'`

func newDoctor(a *app) *cobra.Command {
	var asJSON, verbose bool
	cmd := &cobra.Command{
		Use:     "doctor [flags]",
		Short:   "Check that a reboot loses no data unexpectedly",
		Long:    doctorLong,
		Example: doctorExamples,
		Args:    takesNothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), asJSON, verbose) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "print all checks and everything they found")
	return leaveStuck(cmd)
}

// doctor prints the checks. The exit status is 1 if one of them fails.
func (a *app) doctor(ctx context.Context, asJSON, verbose bool) error {
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	results, err := s.Doctor(ctx)
	if err != nil {
		return whySignal(ctx, err)
	}
	out := report.NewWriter(a.out)
	if asJSON {
		json := jsonline.NewEncoder()
		for i := range results {
			out.Buf = json.Append(out.Buf, report.NewDoctorLine(&results[i]))
		}
	} else {
		out.Buf = report.DoctorPage(out.Buf, results, verbose)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if slices.ContainsFunc(results, func(r check.Result) bool { return r.Severity == check.Failure }) {
		return exitError(exitFailed)
	}
	return nil
}
