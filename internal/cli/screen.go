package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
	"github.com/DaRacci/list-ephemeral/tui"
)

const screenExamples = `  list-ephemeral tui                       browse everything
  list-ephemeral tui ~/.config             browse one directory
  list-ephemeral list -0 -p firefox | list-ephemeral tui -0`

func newScreen(a *app) *cobra.Command {
	var print0 bool
	var style styleFlags
	cmd := &cobra.Command{
		Use:     "tui [flags] [PATH...]",
		Short:   "Browse, select and get the snippet (the default command)",
		Example: screenExamples,
		Args:    takesPaths,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.screen(cmd.Context(), style, args, print0)
		},
	}
	cmd.Flags().BoolVarP(&print0, "read0", "0", false, "read NUL-terminated paths from stdin")
	addStyleFlags(cmd, &style)
	return cmd
}

// screen opens the screen, and prints the snippet when it is left with one.
func (a *app) screen(ctx context.Context, style styleFlags, args []string, print0 bool) error {
	plan, err := a.plan(ctx, args)
	if err != nil {
		return err
	}
	if err := plan.setStyle(style); err != nil {
		return err
	}
	in, out, err := a.terminal() // last: what is wrong with the arguments matters more
	if err != nil {
		return err
	}
	opts := a.screenOptions(plan, in, out)
	hint := "list-ephemeral list --verbose prints them"
	if in != a.in {
		if len(args) > 0 {
			return usageError{errors.New("PATH cannot be combined with paths on stdin")}
		}
		hint = fmt.Sprintf("lines of more than %d bytes are not paths", longestPath)
		opts.Rescan, opts.Listed = nil, true
		opts.Scan = func(ctx context.Context, into *tui.Store) (tui.Summary, error) {
			return readCandidates(ctx, a.in, lineEnd(print0), into)
		}
	}
	return a.runScreen(ctx, plan, opts, hint)
}

// screenOptions are those of a screen on what a scan finds.
func (a *app) screenOptions(plan *plan, in, out *os.File) tui.Options {
	kept, known := plan.keepers()
	return tui.Options{
		Scan:     plan.scan,
		Rescan:   plan.rescan,
		Snippet:  plan.snippet,
		Adopt:    plan.adoption,
		Dialects: snippet.DialectNames(),
		Dialect:  int(plan.style.Dialect),
		Splits:   scan.NewRollup(plan.policy, plan.homes()...).Splits,
		Home:     plan.config.Home,
		Refuses:  plan.refuses,
		Caches:   cachePlaces(),
		Kept:     kept,
		Known:    known,
		Explain:  plan.explain,
		Refusal:  plan.refusal,
		Copy:     copyToClipboard,
		Owner:    plan.owners.both,
		View:     views[plan.config.UI.View],
		Programs: plan.config.Programs,
		Warnings: plan.warnings,
		Input:    in,
		Output:   out,
		Color:    a.screenColor(),
		Theme:    themes[plan.config.UI.Theme],
		ASCII:    plan.config.UI.ASCII,
		NoMouse:  !plan.config.UI.Mouse,
	}
}

// runScreen opens the screen, and prints the snippet when it is left with one; hint
// is the remedy for paths that could not be read.
func (a *app) runScreen(ctx context.Context, plan *plan, opts tui.Options, hint string) error {
	runtime.UnlockOSThread() // the screen would change threads for each message otherwise
	result, err := tui.Run(ctx, opts)
	if err != nil {
		return whySignal(ctx, err)
	}
	if result.Outcome != tui.Confirmed {
		return exitError(128 + 2) // as if by SIGINT: Ctrl-C is a key to us
	}
	return cmp.Or(a.printSnippet(result.Snippet), a.tellScan(&result, hint), plan.failed)
}

// tellScan says on stderr what the screen has shown of the scan's failures: they
// may be why something is not in the snippet.
func (a *app) tellScan(r *tui.Result, hint string) error {
	if r.ScanErr != nil {
		return r.ScanErr
	}
	if r.Summary.Errors == 0 {
		return nil
	}
	say(a.err, "error", unread(r.Summary.Errors))
	say(a.err, "hint", hint)
	return exitError(exitFailed)
}

// refuses says why a directory is not kept as a whole, as the snippet would.
func (p *plan) refuses(dir string) string {
	switch {
	case dir == "/":
		return "it is the whole machine"
	case slices.Contains(p.homes(), dir):
		return "it is the whole home directory"
	}
	return ""
}

var views = map[config.View]tui.View{
	config.ViewFiles: tui.ViewFiles,
	config.ViewDirs:  tui.ViewDirs,
	config.ViewTree:  tui.ViewTree,
}

var themes = map[config.Theme]tui.Theme{
	config.ThemeAuto:  tui.ThemeAuto,
	config.ThemeLight: tui.ThemeLight,
	config.ThemeDark:  tui.ThemeDark,
}

// terminal returns where keys come from and the screen goes to: the standard
// streams where they are a terminal, else the controlling terminal.
func (a *app) terminal() (in, out *os.File, err error) {
	in, out = a.in, a.out
	if isTerminal(in) && isTerminal(out) {
		return in, out, nil
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, hintedError{
			errors.New("no terminal for the interactive screen"),
			"list-ephemeral list prints the paths without a terminal",
		}
	}
	if !isTerminal(in) {
		in = tty
	}
	if !isTerminal(out) {
		out = tty
	}
	return in, out, nil
}

// scan fills the screen's store from the disk.
func (p *plan) scan(ctx context.Context, into *tui.Store) (tui.Summary, error) {
	return p.rescan(ctx, into, false)
}

// rescan is scan, with what is no candidate if that is wanted.
func (p *plan) rescan(ctx context.Context, into *tui.Store, refused bool) (tui.Summary, error) {
	stats, err := scan.Walk(ctx, scan.Options{Policy: p.policy, Refused: refused}, into.AddDir)
	return tui.Summary{Errors: len(stats.Errors)}, err
}

// snippet renders what was selected on the screen, in the dialect of that number.
func (p *plan) snippet(selected []tui.Selected, dialect int) tui.SnippetText {
	p.style.Dialect = snippet.Dialects()[dialect]
	items := make([]snippet.Item, len(selected))
	for i, s := range selected {
		items[i] = p.describe(s)
	}
	return p.render(items)
}
