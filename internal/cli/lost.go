package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
)

type lostFlags struct {
	print0, json, long, count, states, verbose, browse bool
	dirs, summary, undecided, reverse                  bool
	from                                               string
	boots, limit                                       int
	kinds                                              scan.Kinds
	wanted                                             filter
	ownerFlags
	program, sort string
}

const lostLong = `List what was lost at the last reboot: the candidates in the newest earlier state of the
machine that are missing now, or differ. Earlier states are old roots on btrfs, snapshots, old
upper directories of overlays, what receipt --graveyard has kept, and a directory that
you name with --from. PATH limits the list to paths at or below it.

With --boots, several states are compared, and each path is regenerated (in every state,
with the same content), evolving (in most of them) or one-off (in few). Regenerated paths
come last. Most states can be read only by root.`

const lostExamples = `  sudo list-ephemeral lost                      what was lost at the last reboot
  sudo list-ephemeral lost -l --boots 5 ~/.config
  sudo list-ephemeral lost --by owner           totals by owner
  sudo list-ephemeral lost --browse             choose on the screen what to restore
  sudo list-ephemeral lost --list-states        the earlier states
  sudo list-ephemeral lost -l --sort mtime -r -n 20   the files that were changed last
  sudo list-ephemeral lost --from 2d            the newest state that is at least two days old
  list-ephemeral lost --from /mnt/old-root`

func newLost(a *app) *cobra.Command {
	f := lostFlags{kinds: scan.KindsOf(scan.KindFile), boots: 1, sort: "recurrence"}
	cmd := &cobra.Command{
		Use:     "lost [flags] [PATH...]",
		Short:   "List what was lost at the last reboot",
		Long:    lostLong,
		Example: lostExamples,
		Args:    takesPaths,
		RunE: func(cmd *cobra.Command, args []string) error {
			work := func() error { return a.lost(cmd.Context(), f, args) }
			if f.browse {
				return work() // a key ends the screen
			}
			return session.Unstuck(cmd.Context(), work)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	textVar(flags, &f.from, "from", "", "a directory, a time or the name of a state", "use the state `WHICH`: a directory, a name, or a time (the newest before it)")
	numberVar(flags, &f.boots, "boots", "", "compare `N` states (1)", 1)
	flags.BoolVar(&f.states, "list-states", false, "list the earlier states instead of paths")
	flags.BoolVar(&f.browse, "browse", false, "choose lost paths on the screen, and restore them")
	flags.BoolVarP(&f.print0, "print0", "0", false, "end each path with NUL instead of a newline")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVarP(&f.long, "long", "l", false, "add the change, size and age, and with --boots the recurrence")
	flags.BoolVarP(&f.dirs, "dirs", "d", false, "group paths into the topmost directories worth persisting")
	flags.BoolVar(&f.summary, "summary", false, "print the number of files and bytes per top directory")
	f.addFilterFlags(a, cmd)
	flags.BoolVar(&f.count, "count", false, "print only the number of results")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each path that could not be read")
	a.exclusive(cmd, "print0", "json", "long", "count")
	a.exclusive(cmd, "print0", "long", "count", "summary")
	a.exclusive(cmd, "dirs", "summary", "by")
	a.exclusive(cmd, "print0", "long", "count", "by")
	a.exclusive(cmd, "browse", "list-states")
	for _, format := range []string{"print0", "long", "count", "dirs", "summary", "by"} {
		a.exclusive(cmd, "browse", format)
		a.exclusive(cmd, "list-states", format)
	}
	a.exclusive(cmd, "browse", "json")
	completeValues(cmd, "type", "f", "d", "l", "s", "p", "b", "c")
	_ = cmd.RegisterFlagCompletionFunc("program", a.programNames)
	return cmd
}

// addFilterFlags adds the flags of list that limit and sort rows. Sizes and times are those in the
// states.
func (f *lostFlags) addFilterFlags(a *app, cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.VarP(&value[string]{to: &f.program, read: readProgram}, "program", "p", "list only what belongs to the package `NAME`")
	f.addOwnerFlags(a, cmd)
	flags.BoolVar(&f.undecided, "new", false, "list only what you have not kept, ignored or put off on the screen")
	flags.BoolVarP(&a.all, "all", "a", false, "list also what exclude patterns and built-in knowledge hide")
	flags.BoolVar(&a.noCache, "no-cache", false, "leave out known caches")
	flags.VarP(&kindsValue{to: &f.kinds}, "type", "t", "list `KINDS`: f(ile), d(ir), l (symlink), s(ocket), p(ipe), b, c")
	flags.Var(&value[time.Time]{to: &f.wanted.after, read: readTime}, "changed-within", "list only what was changed in the last `DUR` (2d) or since a date")
	flags.Var(&value[time.Time]{to: &f.wanted.before, read: readTime}, "changed-before", "list only what was changed longer than `DUR` ago, or before a date")
	flags.VarP(&repeated[sizeLimit]{to: &f.wanted.sizes, read: parseSize}, "size", "S", "list only files of `SIZE`: at least (+10M), at most (-4ki), exactly (10)")
	choiceVar(flags, &f.sort, "sort", "sort by `KEY`: recurrence (regenerated last), path, size or mtime", "recurrence", "path", "size", "mtime")
	flags.BoolVarP(&f.reverse, "reverse", "r", false, "reverse the sort order")
	numberVar(flags, &f.limit, "max-results", "n", "print only the first `N` results (0: all)", 0)
	completeValues(cmd, "sort", "recurrence", "path", "size", "mtime")
	noFileCompletion(cmd, "boots", "changed-within", "changed-before", "size", "max-results")
}

// filter returns the filter of a session that the flags ask for, on paths; nil if all pass.
func (f *lostFlags) filter(ctx context.Context, a *app, s *session.Session) (func(*scan.Entry) bool, error) {
	owned, err := f.owned.Of(s)
	if err != nil {
		return nil, err
	}
	fresh, err := a.newFilter(ctx, s, f.undecided)
	return both(both(session.ProgramFilter(f.program), owned), fresh), err
}

// filtered returns the rows that the flags ask for, in their order.
func (f *lostFlags) filtered(rows []report.LostRow, wanted func(*scan.Entry) bool) []report.LostRow {
	rows = slices.DeleteFunc(rows, func(r report.LostRow) bool {
		return !f.wanted.keep(r.Kind, scan.Info{Size: r.Size, ModTime: r.ModTime}) ||
			wanted != nil && !wanted(&scan.Entry{Path: []byte(r.Path), Kind: r.Kind})
	})
	switch f.sort {
	case "path":
		slices.SortStableFunc(rows, func(a, b report.LostRow) int { return cmp.Compare(a.Path, b.Path) })
	case "size":
		slices.SortStableFunc(rows, func(a, b report.LostRow) int { return cmp.Compare(a.Size, b.Size) })
	case "mtime":
		slices.SortStableFunc(rows, func(a, b report.LostRow) int { return a.ModTime.Compare(b.ModTime) })
	}
	if f.reverse {
		slices.Reverse(rows)
	}
	if f.limit > 0 && !f.dirs && !f.summary && f.by == "" { // else the limit is that of the groups
		rows = rows[:min(len(rows), f.limit)]
	}
	return rows
}

// lost prints what earlier states have and the machine does not have.
func (a *app) lost(ctx context.Context, f lostFlags, args []string) error {
	var in, out *os.File
	if f.browse { // before a search that would be for nothing
		var err error
		if in, out, err = a.terminal("lost"); err != nil {
			return err
		}
	}
	s, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	for _, arg := range args { // the paths may be gone
		path, err := session.TruePath(arg, false)
		if err != nil {
			return err
		}
		s.Only = append(s.Only, path)
	}
	p, err := a.findPast(ctx, s, past.Options{From: f.from, States: f.boots})
	if err != nil {
		return err
	}
	defer p.Close()
	if f.states {
		return a.printStates(p, f.json)
	}
	if len(p.Trees) == 0 {
		return p.ErrNoState(f.from)
	}
	lost, err := a.findLost(ctx, f, s, p)
	if err != nil {
		return whySignal(ctx, err)
	}
	if f.browse {
		return a.browseLost(ctx, s, p, lost, in, out)
	}
	if err := a.printLost(s, f, lost.Rows); err != nil {
		return err
	}
	for _, states := range p.Trees {
		for i := range states {
			a.err.line("compared with " + report.StateText(&states[i]))
		}
	}
	a.err.line(report.LostSummary(lost.Rows))
	for _, problem := range lost.Problems {
		say(a.err, "warning", problem.Error())
	}
	if len(lost.Unread) > 0 {
		return a.reportUnread(scan.Stats{Errors: lost.Unread}, f.verbose)
	}
	return nil
}

// findLost compares the machine with the earlier states, and leaves out what the flags do not ask for.
func (a *app) findLost(ctx context.Context, f lostFlags, s *session.Session, p *past.States) (*past.Losses, error) {
	wanted, err := f.filter(ctx, a, s)
	if err != nil {
		return nil, err
	}
	options := past.LostOptions{Kinds: f.kinds}
	if a.noCache {
		options.Tags = scan.TagsSkipped
	}
	debug.SetGCPercent(lostGCPercent)
	lost, err := past.Lost(ctx, s, p, options)
	debug.SetGCPercent(screenGCPercent)
	if err != nil {
		return nil, err
	}
	lost.Rows = f.filtered(lost.Rows, wanted)
	return lost, nil
}

// browseLost opens the screen with lost paths.
func (a *app) browseLost(ctx context.Context, s *session.Session, p *past.States, lost *past.Losses, in, out *os.File) error {
	m := screen.NewLost(s, p, lost)
	defer m.Close()
	opts := a.screenOptions(s, in, out)
	for _, problem := range lost.Problems {
		opts.Warnings = append(opts.Warnings, problem.Error())
	}
	opts.Machine, opts.Groups = m, m.Groups()
	opts.Job, opts.Dialects, opts.Dialect = screen.RestoreJob, nil, 0
	opts.Once, opts.Listed, opts.View, opts.Doubt = true, true, setting.ViewFiles, ""
	opts.Loss, opts.Paths = "lost", nil
	return a.runScreen(ctx, opts, "list-ephemeral lost --verbose prints them")
}

// findPast finds the earlier states, and reports the sources that could not be read.
func (a *app) findPast(ctx context.Context, s *session.Session, o past.Options) (*past.States, error) {
	o.Time = readTime
	p, err := past.Find(ctx, s, o)
	if err != nil {
		return nil, whySignal(ctx, err)
	}
	for _, problem := range p.Problems {
		say(a.err, "warning", problem.Error())
	}
	if hint := past.Remedy(p.Problems); hint != "" && len(p.Trees) > 0 {
		say(a.err, "hint", hint)
	}
	return p, nil
}

// seen returns how many of the newest earlier states have a path, nil if states is 0. The caller calls
// done at the end.
func (a *app) seen(ctx context.Context, s *session.Session, states int) (seen report.Seen, done func(), err error) {
	if states == 0 {
		return nil, func() {}, nil
	}
	p, err := past.See(ctx, s, states)
	if err != nil {
		return nil, nil, whySignal(ctx, err)
	}
	for _, problem := range p.Problems {
		say(a.err, "warning", problem.Error())
	}
	if !p.Any() {
		say(a.err, "hint", cmp.Or(past.Remedy(p.Problems), "no earlier state of this machine was found"))
	}
	return p.Of, p.Close, nil
}

// printStates prints the earlier states.
func (a *app) printStates(p *past.States, asJSON bool) error {
	out := report.NewWriter(a.out)
	for i := range p.All {
		if asJSON {
			out.Buf = report.StateJSON(out.Buf, &p.All[i])
		} else {
			out.Buf = fmt.Appendln(out.Buf, a.shown(report.StateText(&p.All[i])))
		}
	}
	return out.Flush()
}

// printLost prints the rows in the requested format.
func (a *app) printLost(s *session.Session, f lostFlags, rows []report.LostRow) error {
	p := &printer{out: report.NewWriter(a.out), limit: f.limit, mute: f.count}
	if err := f.print(s, p, a.pathStyle(), rows); err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if f.count {
		p.out.Buf = fmt.Appendln(p.out.Buf, p.printed)
	}
	return p.out.Flush()
}

func (f *lostFlags) print(s *session.Session, p *printer, style report.PathStyle, rows []report.LostRow) error {
	switch {
	case f.by != "":
		g := newGrouping(s, f.by)
		for i := range rows {
			g.count(rows[i].Path, rows[i].Size, rows[i].ModTime)
		}
		return g.print(p, f.json, f.sort, f.reverse)
	case f.summary:
		t := newTotals(s)
		for i := range rows {
			r := &rows[i]
			t.count([]byte(r.Path), r.Kind, r.Size, r.ModTime)
		}
		return t.print(p, style, f.json, f.sort, f.reverse)
	case f.dirs:
		return f.printDirs(s, p, style, rows)
	}
	format := f.format(style)
	for i := range rows {
		if !p.mute {
			p.out.Buf = format(p.out.Buf, &rows[i])
		}
		if err := p.next(); err != nil {
			return err
		}
	}
	return nil
}

func (f *lostFlags) format(style report.PathStyle) report.LostFormat {
	switch {
	case f.json:
		return report.LostJSONFormat()
	case f.long:
		return report.LostLongFormat(style, time.Now())
	case f.print0:
		return report.LostPathFormat(0, style.Plain())
	}
	return report.LostPathFormat('\n', style)
}

// printDirs prints the directories worth persisting, with what is lost in them.
func (f *lostFlags) printDirs(s *session.Session, p *printer, style report.PathStyle, rows []report.LostRow) error {
	rollup := scan.NewRollup(s.Policy, s.Homes()...)
	dirs := map[string]*scan.Row{}
	for i := range rows {
		r := &rows[i]
		unit, ok := rollup.Unit(r.Path, r.Kind == scan.KindDir)
		if !ok {
			continue
		}
		row := dirs[unit.Path]
		if row == nil {
			kind := r.Kind
			if unit.Dir {
				kind = scan.KindDir
			}
			row = scan.NewRow(unit.Path, kind)
			dirs[unit.Path] = row
		}
		row.Count(r.Kind, r.Size, r.ModTime)
	}
	sorted := slices.SortedFunc(maps.Values(dirs), func(a, b *scan.Row) int { return bytes.Compare(a.Path, b.Path) })
	sortRows(sorted, f.sort, f.reverse)
	format := strayFlags{print0: f.print0, json: f.json, long: f.long}
	out := &rowPrinter{printer: p, format: format.format(style)}
	for _, row := range sorted {
		if err := out.row(row); err != nil {
			return err
		}
	}
	return nil
}
