package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/config"
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
	plan, err := a.plan(nil)
	if err != nil {
		return err
	}
	if err := plan.setStyle(f); err != nil {
		return err
	}
	var items []snippet.Item
	var missing []string
	add := func(path string, isDir bool) {
		kind, info, err := scan.Stat(path)
		if err != nil {
			missing = append(missing, fmt.Sprintf("%s: %s", path, errors.Unwrap(err)))
		}
		items = append(items, plan.item(path, kind, info, isDir))
	}
	switch {
	case len(args) > 0:
		for _, arg := range args {
			path, err := truePath(arg, false)
			if err != nil {
				return err
			}
			add(path, strings.HasSuffix(arg, "/"))
		}
	case isTerminal(a.in):
		return usageError{errors.New("no paths: give them as arguments or on stdin")}
	default:
		if err := readPaths(ctx, a.in, lineEnd(f.read0), add); err != nil {
			return whySignal(ctx, err)
		}
	}
	return a.printSnippet(plan.render(items), missing)
}

// printSnippet prints a snippet on stdout, and on stderr what it could not say.
func (a *app) printSnippet(s tui.SnippetText, missing []string) error {
	for _, text := range missing {
		say(a.err, "warning", text+"; written as a file")
	}
	for _, note := range s.Notes {
		say(a.err, "warning", note)
	}
	if s.Text == "" {
		say(a.err, "error", "no paths: nothing to write")
		return exitError(exitFailed)
	}
	_, err := a.out.WriteString(s.Text)
	return err
}

// setStyle decides how the snippet is written: by the flags, else by the
// configuration.
func (p *plan) setStyle(f snippetFlags) error {
	settings := p.config.Snippet
	p.style.Home = p.config.Home
	name, source := settings.Dialect.String(), p.config.Source+": snippet.dialect"
	if f.dialect != "" {
		name, source = f.dialect, "--dialect"
	}
	var err error
	if p.style.Dialect, err = snippet.ParseDialect(name); err != nil {
		return usageError{fmt.Errorf("%s: %w", source, err)}
	}
	for _, attr := range []struct {
		flag, text string
		setting    config.Value
		to         *snippet.AttrPath
	}{
		{"--home-attr", f.homeAttr, settings.HomeAttr, &p.style.HomeAttr},
		{"--host-attr", f.hostAttr, settings.HostAttr, &p.style.HostAttr},
	} {
		text, source := attr.text, attr.flag
		if text == "" {
			text, source = attr.setting.Text, attr.setting.Origin.String()
		}
		if text == "" {
			continue
		}
		if *attr.to, err = snippet.ParseAttrPath(text); err != nil {
			return usageError{fmt.Errorf("%s: %w", source, err)}
		}
	}
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
	text := tui.SnippetText{Text: s.Text}
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
