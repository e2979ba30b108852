package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/snippet"
	"github.com/DaRacci/list-ephemeral/tui"
)

// snippetFlags are the flags of snippet as they were given.
type snippetFlags struct {
	read0                       bool
	dialect, homeAttr, hostAttr string
}

const snippetExamples = `  list-ephemeral snippet ~/.config/Code /var/lib/bluetooth
  list-ephemeral list -0 ~/.mozilla | list-ephemeral snippet -0
  list-ephemeral snippet --home-attr my.persist.home ~/.ssh`

func newSnippet(a *app) *cobra.Command {
	var f snippetFlags
	cmd := &cobra.Command{
		Use:     "snippet [flags] [PATH...]",
		Short:   "Print the Nix that keeps the paths given, or those on stdin",
		Example: snippetExamples,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.snippet(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.read0, "read0", "0", false, "paths on stdin end with NUL instead of a newline")
	flags.StringVar(&f.dialect, "dialect", "", "how to write it: `NAME` is plain (default from the configuration)")
	flags.StringVar(&f.homeAttr, "home-attr", "", "attribute `PATH` of the home block (default user.persistence)")
	flags.StringVar(&f.hostAttr, "host-attr", "", "attribute `PATH` of the host block (default host.persistence)")
	_ = cmd.RegisterFlagCompletionFunc("dialect", cobra.FixedCompletions([]string{snippet.Plain.String()}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// snippet prints the snippet for paths.
func (a *app) snippet(ctx context.Context, f snippetFlags, args []string) error {
	plan, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	if err := plan.setStyle(f); err != nil {
		return err
	}
	if len(args) == 0 && isTerminal(a.in) {
		return usageError{errors.New("no paths: give them as arguments or on stdin")}
	}
	var items []snippet.Item
	add := func(path string, slash bool) {
		kind, info, err := scan.Stat(path)
		item := plan.item(path, kind, info, slash)
		if err != nil {
			as := "file"
			if item.Dir {
				as = "directory"
			}
			say(a.err, "warning", fmt.Sprintf("%s: %s; written as a %s", path, errors.Unwrap(err), as))
		}
		items = append(items, item)
	}
	var tooLong int
	err = waitFor(ctx, func() (err error) {
		if len(args) > 0 {
			return eachArg(args, add)
		}
		tooLong, err = readPaths(ctx, a.in, lineEnd(f.read0), func(path string, _, slash bool) { add(path, slash) })
		return err
	})
	if err != nil {
		return whySignal(ctx, err)
	}
	if tooLong > 0 {
		say(a.err, "error", fmt.Sprintf("%s of more than %d bytes left out", count(tooLong, "line"), longestPath))
		plan.failed = exitError(exitFailed)
	}
	return cmp.Or(a.printSnippet(plan.render(items)), plan.failed)
}

// eachArg calls add with the true path of each argument, and with whether it
// ends in a slash.
func eachArg(args []string, add func(path string, slash bool)) error {
	for _, arg := range args {
		path, err := truePath(arg, false)
		if err != nil {
			return err
		}
		add(path, strings.HasSuffix(arg, "/"))
	}
	return nil
}

// printSnippet prints a snippet on stdout, and on stderr what is to be said of
// it. One that lacks a path is a failure: who pastes it without looking must be
// able to know.
func (a *app) printSnippet(s tui.SnippetText) error {
	for _, note := range s.Notes {
		say(a.err, "warning", note)
	}
	if s.Text == "" {
		say(a.err, "error", "no paths: nothing to write")
		return exitError(exitFailed)
	}
	if _, err := a.out.WriteString(s.Text); err != nil {
		return err
	}
	if s.LeftOut > 0 {
		return exitError(exitFailed)
	}
	return nil
}

// setStyle decides how the snippet is written: by the flags, else by the
// configuration.
func (p *plan) setStyle(f snippetFlags) error {
	name, source := p.config.Snippet.Dialect.String(), p.config.Snippet.DialectOrigin.String()
	if f.dialect != "" {
		name, source = f.dialect, "--dialect"
	}
	var err error
	if p.style.Dialect, err = snippet.ParseDialect(name); err != nil {
		return usageError{fmt.Errorf("%s: %w", source, err)}
	}
	return cmp.Or(
		setAttr(&p.style.HomeAttr, f.homeAttr, "--home-attr"),
		setAttr(&p.style.HostAttr, f.hostAttr, "--host-attr"),
	)
}

// setAttrs takes the attribute paths from the configuration.
func (p *plan) setAttrs() error {
	home, host := p.config.Snippet.HomeAttr, p.config.Snippet.HostAttr
	return cmp.Or(
		setAttr(&p.style.HomeAttr, home.Text, home.Origin.String()),
		setAttr(&p.style.HostAttr, host.Text, host.Origin.String()),
	)
}

// setAttr sets an attribute path where there is a text for it.
func setAttr(to *snippet.AttrPath, text, source string) error {
	if text == "" {
		return nil
	}
	attr, err := snippet.ParseAttrPath(text)
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", source, err)}
	}
	*to = attr
	return nil
}

// item describes a path to the snippet by what is on the disk; where there is
// nothing, a slash at its end says that it is a directory.
func (p *plan) item(path string, kind scan.Kind, info scan.Info, slash bool) snippet.Item {
	item := snippet.Item{Path: path, Dir: kind == scan.KindDir || kind == scan.KindUnknown && slash}
	if kind == scan.KindDir {
		item.Access = &snippet.Access{Mode: info.Mode, User: p.owners.user(info.UID), Group: p.owners.group(info.GID)}
	}
	return item
}

// render writes the snippet in the style of the plan.
func (p *plan) render(items []snippet.Item) tui.SnippetText {
	s := snippet.Render(items, p.style)
	text := tui.SnippetText{Text: s.Text, LeftOut: len(s.LeftOut)}
	for _, note := range s.LeftOut {
		text.Notes = append(text.Notes, "not written, "+note.String())
	}
	for _, note := range s.Warnings {
		text.Notes = append(text.Notes, note.String())
	}
	return text
}

// describe looks at a path that was selected on the screen. Directories need
// their mode and owner, files no more than their name.
func (p *plan) describe(s tui.Selected) snippet.Item {
	if s.Kind != scan.KindDir {
		return snippet.Item{Path: s.Path}
	}
	kind, info, _ := scan.Stat(s.Path) // gone since: then it is written by its name alone
	return p.item(s.Path, kind, info, true)
}
