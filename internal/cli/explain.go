package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

const explainLong = `Explain for each PATH whether the next reboot wipes it, and what decided that: a mount,
the configuration, an exclude pattern. Also print its owner and the kind of data, with the
source of each statement. The exit status is 1 if a PATH does not exist or could not be
read.`

const explainExamples = `  list-ephemeral explain ~/.ssh/known_hosts    why it is, or is not, in the list
  list-ephemeral explain /etc /var/lib/docker
  list-ephemeral explain --unit bluetooth      what a service declares, and what is kept
  sudo list-ephemeral explain --boots 5 ~/x    how many of the last five boots had it
  list-ephemeral explain --json ~/.cache       for scripts`

func newExplain(a *app) *cobra.Command {
	var asJSON bool
	var unit string
	var boots int
	cmd := &cobra.Command{
		Use:     "explain [flags] PATH...",
		Short:   "Explain why a path is, or is not, a candidate",
		Long:    explainLong,
		Example: explainExamples,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case unit != "" && len(args) > 0:
				return session.Misuse(errors.New("--unit takes no PATH"))
			case unit != "" && boots > 0:
				return session.Misuse(errors.New("--unit and --boots are mutually exclusive"))
			case unit != "":
				return nil
			case len(args) == 0:
				return session.Misuse(errors.New("explain: expected a PATH, got none"))
			}
			return takesPaths(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if unit != "" {
				return a.explainUnit(cmd.Context(), unit, asJSON)
			}
			return a.explain(cmd.Context(), args, asJSON, boots)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	textVar(cmd.Flags(), &unit, "unit", "", "the name of a service unit", "explain which paths the service unit `NAME` declares, and which are kept")
	numberVar(cmd.Flags(), &boots, "boots", "", "print how many of the last `N` earlier states have the path (0: off)", 0)
	noFileCompletion(cmd, "boots")
	_ = cmd.RegisterFlagCompletionFunc("unit", a.unitNames)
	return leaveStuck(cmd)
}

// explainUnit prints what a service unit declares, what of it is on the disk, and a snippet for it.
func (a *app) explainUnit(ctx context.Context, name string, asJSON bool) error {
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	if err := s.SetStyle(session.Style{NoComments: true}); err != nil {
		return err
	}
	unit, err := s.ExplainUnit(ctx, name)
	if err != nil {
		return whySignal(ctx, err)
	}
	out := report.NewWriter(a.out)
	if asJSON {
		out.Buf = jsonline.NewEncoder().Append(out.Buf, unit.JSON())
		return out.Flush()
	}
	for _, line := range unit.Lines() {
		out.Buf = append(printable.AppendName(out.Buf, []byte(line)), '\n')
	}
	return out.Flush()
}

// explain prints the verdict on each path. The exit status is 1 if one of them does not exist or
// could not be read, because that may be a typing error.
func (a *app) explain(ctx context.Context, args []string, asJSON bool, boots int) error {
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	seen, done, err := a.seen(ctx, s, boots)
	if err != nil {
		return err
	}
	defer done()
	var failed error
	out, json := report.NewWriter(a.out), jsonline.NewEncoder()
	for _, arg := range args {
		path, err := session.TruePath(arg, false)
		if err != nil {
			return err
		}
		said := s.Explanation(path)
		said.Seen = seen
		if asJSON {
			out.Buf = json.Append(out.Buf, said.JSON())
		} else {
			for _, line := range said.Lines() {
				out.Buf = append(printable.AppendName(out.Buf, []byte(line)), '\n')
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
		if said.Err != nil {
			failed = exitError(exitFailed)
		}
	}
	return failed
}
