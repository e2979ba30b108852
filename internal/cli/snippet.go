package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/DaRacci/list-ephemeral/internal/decisions"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
	"github.com/DaRacci/list-ephemeral/tui"
)

// snippetFlags are the flags of snippet.
type snippetFlags struct {
	session.Style
	read0, print0, ignored bool
	into                   intoFlags
}

const snippetLong = `Print the Nix code that keeps the paths given as arguments or on stdin. The dialect is
that of the configuration (snippet.dialect), otherwise plain.

With --into, the paths are inserted into the lists of a Nix file instead. Nothing else in
the file changes. The change is shown as a diff, and written if you confirm it.

With --ignored, print instead the exclude patterns for the paths that you have ignored on
the screen. They are for the option extraExcludes of the NixOS and Home Manager modules.`

const snippetExamples = `  list-ephemeral snippet ~/.config/Code /var/lib/bluetooth
  list-ephemeral list -0 ~/.mozilla | list-ephemeral snippet -0
  list-ephemeral snippet --dialect preservation /etc/machine-id
  list-ephemeral snippet --form module ~/.ssh > persist.nix
  list-ephemeral snippet --home-attr my.persist.home ~/.ssh
  list-ephemeral snippet --into persist.nix --diff ~/.ssh   show the change of a file
  list-ephemeral snippet --into auto ~/.ssh                change the file of the configuration
  list-ephemeral snippet --ignored                         hide what you have ignored`

func newSnippet(a *app) *cobra.Command {
	var f snippetFlags
	cmd := &cobra.Command{
		Use:     "snippet [flags] [PATH...]",
		Short:   "Print the Nix code that keeps paths",
		Long:    snippetLong,
		Example: snippetExamples,
		Args:    takesPaths,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.snippet(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.read0, "read0", "0", false, "read NUL-terminated paths from stdin")
	flags.BoolVar(&f.print0, "print0", false, "end each path with NUL (requires --dialect paths)")
	flags.BoolVar(&f.ignored, "ignored", false, "print exclude patterns for the paths that you have ignored")
	addStyleFlags(cmd, &f.Style)
	flags.BoolVar(&f.Whole, "whole", false, "also write directories that belong to several programs, such as /var")
	f.into.add(a, cmd)
	for _, other := range []string{"read0", "print0", "dialect", "form", "storage", "home-attr", "host-attr", "no-comments", "whole", "into"} {
		a.exclusive(cmd, "ignored", other)
	}
	return leaveStuck(cmd)
}

// snippet prints the snippet for paths.
func (a *app) snippet(ctx context.Context, f snippetFlags, args []string) error {
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	if f.ignored {
		return a.ignoredSnippet(ctx, s, args)
	}
	if err := s.SetStyle(f.Style); err != nil {
		return err
	}
	if f.print0 && s.Style.Dialect != setting.DialectPaths {
		return session.Misuse(fmt.Errorf("--print0 requires --dialect paths, got %s", s.Style.Dialect))
	}
	s.Style.Null = f.print0
	if err := f.into.check(); err != nil {
		return session.Misuse(err)
	}
	if len(args) == 0 && isTerminal(a.in) {
		return session.Misuse(errors.New("snippet: expected paths as arguments or on stdin, got none"))
	}
	var items []snippet.Item
	add := func(path string, slash bool) {
		kind, info, err := scan.Stat(path)
		item := s.Item(path, kind, info, slash)
		if err != nil {
			item.Unread = cmp.Or(errors.Unwrap(err), err).Error()
		}
		items = append(items, item)
	}
	var tooLong int
	err = session.WaitFor(ctx, func() (err error) {
		if len(args) > 0 {
			return eachArg(args, add)
		}
		tooLong, err = session.ReadPaths(ctx, a.in, paths.LineEnd(f.read0), func(path string, _, slash bool) { add(path, slash) })
		return err
	})
	if err != nil {
		return whySignal(ctx, err)
	}
	if tooLong > 0 {
		say(a.err, "error", fmt.Sprintf("%s of more than %d bytes left out", report.Count(tooLong, "line"), paths.Longest))
		a.failed = exitError(exitFailed)
	}
	if f.into.file != "" {
		return cmp.Or(a.into(ctx, s, f.into, items), a.failed)
	}
	return cmp.Or(a.printSnippet(screen.Text(s.Render(items))), a.failed)
}

// ignoredSnippet prints the exclude patterns for what the user ignored.
func (a *app) ignoredSnippet(ctx context.Context, s *session.Session, args []string) error {
	if len(args) > 0 {
		return session.Misuse(errors.New("snippet: --ignored takes no paths"))
	}
	d, err := a.loadDecisions(ctx, s)
	if err != nil {
		return whySignal(ctx, err)
	}
	e := decisions.ExcludesOf(&d.Active)
	text := tui.SnippetText{Text: e.Text, Notes: report.ExcludesNotes(e.Hides, e.NoPattern), LeftOut: len(e.NoPattern)}
	if e.Ignored == 0 {
		say(a.err, "hint", "nothing is ignored: i on the screen ignores a path")
		return a.failed
	}
	return cmp.Or(a.printSnippet(text), a.failed)
}

// eachArg calls add for each argument, with its true path and whether it ends in a slash.
func eachArg(args []string, add func(path string, slash bool)) error {
	for _, arg := range args {
		path, err := session.TruePath(arg, false)
		if err != nil {
			return err
		}
		add(path, strings.HasSuffix(arg, "/"))
	}
	return nil
}

// printSnippet prints a snippet on stdout and its notes on stderr. It returns an error if the
// snippet does not contain all paths, so that scripts notice.
func (a *app) printSnippet(s tui.SnippetText) error {
	for _, note := range slices.Concat(s.Notes, s.Commented) {
		say(a.err, "warning", note)
	}
	if s.Shared > 0 {
		say(a.err, "hint", "--whole also writes directories that belong to several programs")
	}
	if s.Text == "" {
		say(a.err, "error", "no paths: nothing to write")
		return exitError(exitFailed)
	}
	text := s.Text
	if isTerminal(a.out) {
		text = visible(s.Shown())
	}
	if _, err := a.out.WriteString(text); err != nil {
		return err
	}
	if s.LeftOut > 0 {
		return exitError(exitFailed)
	}
	return nil
}

// visible makes a text safe for a terminal, line by line.
func visible(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(printable.Name(strings.TrimSuffix(line, "\n")))
		b.WriteByte('\n')
	}
	return b.String()
}

// addStyleFlags adds the flags for the style of a snippet.
func addStyleFlags(cmd *cobra.Command, f *session.Style) {
	flags := pflag.NewFlagSet("style", pflag.ContinueOnError)
	choiceVar(flags, &f.Dialect, "dialect", "use `DIALECT`: plain, impermanence, impermanence-hm, preservation, json or paths", setting.DialectNames...)
	choiceVar(flags, &f.Form, "form", "write the snippet as `FORM`: bindings, module or items (default bindings)", snippet.FormNames()...)
	textVar(flags, &f.Storage, "storage", "", "an absolute path", "write `DIR` as the storage path (default: configured or mounted)")
	textVar(flags, &f.HomeAttr, "home-attr", "", "an attribute path", "in the dialect plain: write the home block at `ATTR` (default user.persistence)")
	textVar(flags, &f.HostAttr, "host-attr", "", "an attribute path", "in the dialect plain: write the host block at `ATTR` (default host.persistence)")
	cmd.Flags().AddFlagSet(flags)
	cmd.Flags().BoolVar(&f.NoComments, "no-comments", false, "leave out the comments that name systemd units")
	completeValues(cmd, "dialect", setting.DialectNames...)
	completeValues(cmd, "form", snippet.FormNames()...)
	noFileCompletion(cmd, "home-attr", "host-attr")
	_ = cmd.MarkFlagDirname("storage")
}
