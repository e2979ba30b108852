package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/snippet"
)

// intoFlags are the flags of snippet that change a Nix file.
type intoFlags struct {
	file      string
	at        []string
	diff, yes bool
}

// autoFile is the value of --into for the configured file, or the one of the flake.
const autoFile = "auto"

// add adds the flags to a command.
func (f *intoFlags) add(a *app, cmd *cobra.Command) {
	flags := cmd.Flags()
	textVar(flags, &f.file, "into", "", "a file", "insert the paths into the Nix `FILE`, or one below a directory; auto finds it")
	textsVar(flags, &f.at, "at", "a line or an attribute path", "with --into: insert at `PLACE`: LINE, ATTR or LINE:ATTR (repeatable)")
	flags.BoolVar(&f.diff, "diff", false, "with --into: only print the diff")
	flags.BoolVarP(&f.yes, "yes", "y", false, "with --into: write the file without asking")
	a.exclusive(cmd, "diff", "yes")
	a.exclusive(cmd, "into", "print0")
	a.exclusive(cmd, "into", "form")
	noFileCompletion(cmd, "at")
	_ = cmd.MarkFlagFilename("into", "nix")
}

// check returns an error for flags that cannot be combined.
func (f *intoFlags) check() error {
	if f.file == "" && (len(f.at) > 0 || f.diff || f.yes) {
		return errors.New("--at, --diff and --yes require --into")
	}
	return nil
}

// into inserts paths into a Nix file: it shows the diff, asks and writes. It returns an error if a path
// was not inserted, so that scripts notice.
func (a *app) into(ctx context.Context, s *session.Session, f intoFlags, items []snippet.Item) error {
	where := f.file
	if where == autoFile {
		where = ""
	}
	var plan *session.IntoPlan
	err := session.Unstuck(ctx, func() error {
		file, err := s.ChooseInto(ctx, where, items)
		if err != nil {
			return err
		}
		plan, err = s.PlanInto(ctx, file, f.at, items)
		return err
	})
	if err != nil {
		return whySignal(ctx, err)
	}
	failed := a.printPlanInto(plan)
	if plan.Added == 0 {
		a.err.line("nothing to insert into " + printable.Name(plan.Path))
		return failed
	}
	switch {
	case f.diff:
		return failed
	case !f.yes && !a.asks():
		say(a.err, "hint", "nothing was written; --yes writes the file")
		return exitError(exitFailed)
	case !f.yes:
		question := "Write " + printable.Plural(plan.Added, "path", "paths") + " into " + plan.Path + "? [y/N] "
		if ok, err := a.confirm(ctx, question, "nothing was written"); err != nil || !ok {
			return errors.Join(err, exitError(exitFailed))
		}
	}
	if err := session.Unstuck(ctx, plan.Write); err != nil {
		return whySignal(ctx, err)
	}
	a.err.line("wrote " + printable.Plural(plan.Added, "path", "paths") + " into " + printable.Name(plan.Path))
	for _, step := range plan.NextSteps() {
		say(a.err, "hint", step)
	}
	return failed
}

// mostChoices is the number of places that are printed for a list.
const mostChoices = 20

// printPlanInto prints the diff on stdout, and the notes, refusals and checks on stderr. It returns an
// error if a path is left out.
func (a *app) printPlanInto(plan *session.IntoPlan) error {
	for _, note := range plan.Notes {
		say(a.err, "warning", note)
	}
	out := report.NewWriter(a.out)
	style := a.pathStyle()
	for _, line := range plan.Diff {
		out.Buf = append(style.AppendDiff(out.Buf, line), '\n')
		if err := out.Full(); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, refused := range plan.Refused {
		say(a.err, "error", refused.Text)
		for _, choice := range refused.Choices[:min(len(refused.Choices), mostChoices)] {
			say(a.err, "hint", "--at "+printable.ShellWord(choice.At)+" chooses "+choice.Text)
		}
		if more := len(refused.Choices) - mostChoices; more > 0 {
			say(a.err, "hint", printable.Plural(more, "more place is", "more places are")+" not printed")
		}
	}
	if len(plan.Refused) > 0 {
		say(a.err, "hint", "--form items instead of --into prints the elements to paste")
	}
	for _, line := range plan.Checks {
		a.err.line(line)
	}
	if plan.LeftOut > 0 {
		return exitError(exitFailed)
	}
	return nil
}
