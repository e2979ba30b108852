package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

type strayFlags struct {
	print0, json, long, verbose bool
	storage                     string
	trash, restore, empty, yes  bool
	browse                      bool
	before                      time.Time // of --older-than; the zero value is no limit
}

const strayLong = `List paths in persistent storage that are neither declared in the configuration nor
mounted anywhere. A directory is printed as a whole if nothing in it is declared.
Directories without any file come last. PATH limits the list to paths at or below it.

With --trash, strays are renamed into STORAGE/.trash, which is fast at any size, and
--restore moves them back. Only --empty removes them. A stray whose path also exists
outside storage is moved only if PATH names it: adopt may have just copied it there
for a configuration that is not active yet.`

const strayExamples = `  list-ephemeral stray -l                       list undeclared paths
  sudo list-ephemeral stray --browse            choose on the screen what to move to the trash
  sudo list-ephemeral stray --trash /persist/home/alice/.old
  sudo list-ephemeral stray --restore           undo the last --trash
  sudo list-ephemeral stray --restore 2026-02-03 /persist/etc/x
  sudo list-ephemeral stray --empty --older-than 30d`

func newStray(a *app) *cobra.Command {
	var f strayFlags
	cmd := &cobra.Command{
		Use:     "stray [flags] [PATH...]",
		Short:   "List undeclared paths in persistent storage, or move them to the trash",
		Long:    strayLong,
		Example: strayExamples,
		Args:    takesPaths,
		RunE: func(cmd *cobra.Command, args []string) error {
			work := func() error { return a.stray(cmd.Context(), f, args) }
			if f.browse {
				return work() // a key ends the screen
			}
			if f.trash || f.restore || f.empty {
				return a.unstuckTrash(cmd.Context(), work)
			}
			return session.Unstuck(cmd.Context(), work)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.print0, "print0", "0", false, "end each path with NUL instead of a newline")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVarP(&f.long, "long", "l", false, "add the number of files, size and age")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each path that could not be read")
	textVar(flags, &f.storage, "storage", "", "a directory", "search the storage path `DIR` (default: all configured or mounted)")
	flags.BoolVar(&f.browse, "browse", false, "choose strays on the screen, and move them to the trash")
	flags.BoolVar(&f.trash, "trash", false, "move strays to the trash")
	flags.BoolVar(&f.restore, "restore", false, "move back what the last --trash moved, or each DATE or PATH")
	flags.BoolVar(&f.empty, "empty", false, "permanently remove the contents of the trash")
	flags.Var(&value[time.Time]{to: &f.before, read: readTime}, "older-than", "with --empty: remove only what was moved longer than `DUR` (30d) ago")
	flags.BoolVarP(&f.yes, "yes", "y", false, "with --empty: do not ask")
	a.exclusive(cmd, "print0", "json", "long")
	a.exclusive(cmd, "browse", "trash", "restore", "empty")
	a.exclusive(cmd, "browse", "json", "print0", "long")
	for _, action := range []string{"trash", "restore", "empty"} {
		a.exclusive(cmd, action, "print0")
		a.exclusive(cmd, action, "long")
	}
	_ = cmd.MarkFlagDirname("storage")
	noFileCompletion(cmd, "older-than")
	return cmd
}

// check returns an error for flags that cannot be combined.
func (f *strayFlags) check(args []string) error {
	switch {
	case !f.empty && (!f.before.IsZero() || f.yes):
		return errors.New("--older-than and --yes require --empty")
	case f.empty && len(args) > 0:
		return errors.New("--empty takes no PATH; --older-than limits what it removes")
	}
	return nil
}

// stray prints or moves undeclared paths in storage.
func (a *app) stray(ctx context.Context, f strayFlags, args []string) error {
	if err := f.check(args); err != nil {
		return session.Misuse(err)
	}
	p, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	s := &session.Strays{Home: p.Config.Home}
	if s.Storage, err = p.StorageToSearch(f.storage); err != nil {
		return err
	}
	switch {
	case f.restore:
		return a.restoreTrash(ctx, f, s.Storage, args)
	case f.empty:
		return a.emptyTrash(ctx, f, s.Storage)
	}
	for _, arg := range args {
		path, err := session.TruePath(arg, false)
		if err != nil {
			return err
		}
		s.Only = append(s.Only, path)
	}
	s.Declared = p.DeclaredIn(s.Storage)
	if len(s.Declared) == 0 {
		return session.WithRemedy(fmt.Errorf("no declared paths found in %s; refusing to report everything as stray", strings.Join(s.Storage, ", ")), "declare them as persistedDirs and persistedFiles in the configuration; nothing is mounted from there")
	}
	if err := session.Unstuck(ctx, func() error { return p.FindStrays(ctx, s) }); err != nil {
		return whySignal(ctx, err)
	}
	if f.trash {
		return errors.Join(a.trashStrays(ctx, f, s, args), a.reportUnreadStrays(f, s))
	}
	var failed error
	if len(args) > 0 {
		_, wrong := s.Chosen()
		failed = a.reportAll(wrong)
		s.Rows = slices.DeleteFunc(s.Rows, func(r *scan.Row) bool {
			return !slices.ContainsFunc(s.Only, r.Touches)
		})
	}
	if f.browse {
		return cmp.Or(a.browseStrays(ctx, p, s), failed)
	}
	return errors.Join(a.printStrays(f, s.Rows), failed, a.concludeStrays(ctx, f, s))
}

// printStrays prints the rows.
func (a *app) printStrays(f strayFlags, rows []*scan.Row) error {
	format := f.format(a.pathStyle())
	out := report.NewWriter(a.out)
	for _, r := range rows {
		out.Buf = format(out.Buf, r)
		if err := out.Full(); err != nil {
			return err
		}
	}
	return out.Flush()
}

// concludeStrays prints totals on stderr, and reports paths that could not be read.
func (a *app) concludeStrays(ctx context.Context, f strayFlags, s *session.Strays) error {
	files, empty, left := 0, 0, 0
	var size int64
	for _, r := range s.Rows {
		files += r.Files
		size = sizes.Add(size, r.Bytes)
		if r.Empty() {
			empty++
		}
		if adopt.IsLeftover(string(r.Path)) {
			left++
		}
	}
	text := fmt.Sprintf("%s with %s not declared", report.Count(files, "file"), printable.Size(size))
	if empty > 0 {
		text += ", and " + printable.Plural(empty, "empty directory", "empty directories")
	}
	a.err.line(text)
	if held := inTrash(ctx, s.Storage); held != "" {
		a.err.line(held)
	}
	if left > 0 {
		say(a.err, "hint", fmt.Sprintf("%s by an adopt that was killed; the next adopt into this storage removes them", printable.Plural(left, "path was left", "paths were left")))
	}
	return a.reportUnreadStrays(f, s)
}

// reportUnreadStrays reports paths that could not be read.
func (a *app) reportUnreadStrays(f strayFlags, s *session.Strays) error {
	if len(s.Stats.Errors) == 0 {
		return nil
	}
	return a.reportUnread(s.Stats, f.verbose)
}

func (f *strayFlags) format(style report.PathStyle) report.RowFormat {
	switch {
	case f.json:
		return report.StrayJSONFormat()
	case f.long:
		return report.StrayLongFormat(style, time.Now())
	case f.print0:
		return report.DirPathFormat(0, style.Plain())
	}
	return report.DirPathFormat('\n', style)
}

// browseStrays opens the screen with strays.
func (a *app) browseStrays(ctx context.Context, p *session.Session, s *session.Strays) error {
	in, out, err := a.terminal("stray")
	if err != nil {
		return err
	}
	opts := a.screenOptions(p, in, out)
	opts.Machine = screen.NewStrays(p, s)
	opts.Job, opts.Dialects, opts.Dialect = screen.TrashJob, nil, 0
	opts.Once, opts.Listed, opts.View = true, true, setting.ViewFiles
	opts.Loss, opts.Paths = "undeclared", nil
	return a.runScreen(ctx, opts, "list-ephemeral stray --verbose prints them")
}
