package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/scan"
)

// listFlags are the flags of list.
type listFlags struct {
	print0, json, long, count, reverse, verbose, sinceBoot bool
	dirs, summary, undecided                               bool
	kinds                                                  scan.Kinds
	sizes                                                  []sizeLimit
	changedWithin, changedBefore                           time.Time // zero if not given
	program                                                string
	ownerFlags
	sort         string
	limit, boots int
}

const listLong = `List the files that the next reboot wipes, one path per line, sorted by path. PATH
limits the list to paths at or below it. Paths that cannot be read are counted on
stderr, and the exit status is 1. With --long, paths that are declared persistent but not
mounted are marked: kept (the next boot shows what storage has there) or missing
(storage has nothing there; adopt copies the data).`

const listExamples = `  list-ephemeral list                          all files that the next reboot wipes
  list-ephemeral list ~/.config                those below a directory
  list-ephemeral list --changed-within 1h      those written in the last hour
  list-ephemeral list -l --sort size -r -n 20  the twenty largest
  list-ephemeral list -dl --no-cache           directories worth keeping, with sizes
  list-ephemeral list -d -p firefox            those that belong to Firefox
  list-ephemeral list --by owner --sort size   totals by owner
  list-ephemeral list -d --kind state,config   directories of state and settings
  list-ephemeral list -d --new                 what you have not decided on yet
  list-ephemeral list -0 | xargs -0 du -ch     for scripts, with any file name`

func newList(a *app) *cobra.Command {
	f := listFlags{kinds: scan.KindsOf(scan.KindFile), sort: "path"}
	command := &cobra.Command{
		Use:     "list [flags] [PATH...]",
		Short:   "List the paths that the next reboot wipes",
		Long:    listLong,
		Example: listExamples,
		Args:    takesPaths,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.list(cmd.Context(), f, args) },
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.BoolVarP(&f.print0, "print0", "0", false, "end each path with NUL instead of a newline")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVarP(&f.long, "long", "l", false, "add mode, owner, size and age; with --dirs files, size, excluded, links, age")
	flags.BoolVarP(&f.dirs, "dirs", "d", false, "group candidates into the topmost directories worth persisting")
	flags.BoolVar(&f.summary, "summary", false, "print the number of files and bytes per top directory")
	flags.VarP(&value[string]{to: &f.program, read: readProgram}, "program", "p", "list only what belongs to the package `NAME`")
	f.addOwnerFlags(a, command)
	flags.BoolVar(&f.undecided, "new", false, "list only what you have not kept, ignored or put off on the screen")
	flags.BoolVarP(&a.all, "all", "a", false, "list also what exclude patterns and built-in knowledge hide")
	flags.BoolVar(&a.noCache, "no-cache", false, "leave out known caches")
	flags.VarP(&kindsValue{to: &f.kinds}, "type", "t", "list `KINDS`: f(ile), d(ir), l (symlink), s(ocket), p(ipe), b, c, w")
	flags.Var(&value[time.Time]{to: &f.changedWithin, read: readTime}, "changed-within", "list only what changed in the last `DUR` (2h, 1d) or since a date")
	flags.Var(&value[time.Time]{to: &f.changedBefore, read: readTime}, "changed-before", "list only what changed longer than `DUR` ago, or before a date")
	flags.BoolVar(&f.sinceBoot, "newer-than-boot", false, "list only what changed since the last boot")
	flags.VarP(&repeated[sizeLimit]{to: &f.sizes, read: parseSize}, "size", "S", "list only files of `SIZE`: at least (+10M), at most (-4ki), exactly (10)")
	choiceVar(flags, &f.sort, "sort", "sort by `KEY`: path, size or mtime", "path", "size", "mtime")
	flags.BoolVarP(&f.reverse, "reverse", "r", false, "reverse the sort order")
	numberVar(flags, &f.limit, "max-results", "n", "print only the first `N` results (0: all)", 0)
	numberVar(flags, &f.boots, "boots", "", "with -l or --json: print how many of the last `N` earlier states have each path", 0)
	flags.BoolVar(&f.count, "count", false, "print only the number of results")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each path that could not be read")
	a.exclusive(command, "print0", "json", "long", "count")
	a.exclusive(command, "print0", "long", "count", "summary")
	a.exclusive(command, "dirs", "summary", "by")
	a.exclusive(command, "print0", "long", "count", "by")
	completeValues(command, "sort", "path", "size", "mtime")
	completeValues(command, "type", "f", "d", "l", "s", "p", "b", "c", "w")
	noFileCompletion(command, "changed-within", "changed-before", "size", "max-results", "boots")
	_ = command.RegisterFlagCompletionFunc("program", a.programNames)
	return leaveStuck(command)
}

// list prints the candidates.
func (a *app) list(ctx context.Context, f listFlags, paths []string) error {
	opts, err := f.options()
	if err != nil {
		return err
	}
	s, err := a.newSession(ctx, paths)
	if err != nil {
		return err
	}
	owned, err := f.owned.Of(s)
	if err != nil {
		return err
	}
	fresh, err := a.newFilter(ctx, s, f.undecided)
	if err != nil {
		return whySignal(ctx, err)
	}
	opts.Policy, opts.Hidden = s.Policy, scan.HiddenCounted
	if a.noCache {
		opts.Tags = scan.TagsSkipped
	}
	debug.SetGCPercent(listGCPercent)
	seen, done, err := a.seen(ctx, s, f.boots)
	if err != nil {
		return err
	}
	defer done()
	out := report.NewWriter(a.out)
	opts.Waiting = out.Idle
	printer := &printer{out: out, limit: f.limit, mute: f.count}
	observed := newObserver(s, f.kinds)
	wanted := both(both(both(session.ProgramFilter(f.program), owned), fresh), observed.filter())
	stats, err := f.run(ctx, &listing{s, opts, f.order(), wanted, observed.coming, printer, a.pathStyle(), seen})
	stats.Hidden[known.ClassManaged] += observed.managed
	if f.count {
		out.Buf = fmt.Appendln(out.Buf, printer.printed)
	}
	if flushErr := out.Flush(); err == nil {
		err = flushErr
	}
	if err != nil && !errors.Is(err, errEnough) {
		return whySignal(ctx, err)
	}
	a.sayComing(s, observed.comings)
	return a.conclude(s, printer.printed, stats, f.verbose)
}

// listing is the state of a run of list.
type listing struct {
	session *session.Session
	opts    scan.Options
	order   *order
	wanted  func(*scan.Entry) bool // nil: all
	coming  report.ComingOf        // nil: nothing is declared
	printer *printer
	style   report.PathStyle
	seen    report.Seen // nil: not asked
}

// run walks and prints in the requested format.
func (f *listFlags) run(ctx context.Context, l *listing) (scan.Stats, error) {
	switch {
	case f.by != "":
		return f.group(ctx, l)
	case f.summary:
		return f.summarize(ctx, l)
	case f.dirs:
		return f.rollUp(ctx, l)
	}
	if f.json {
		l.printer.format = report.JSONFormat(session.NewNotes(l.session).Of, l.session.Owners, l.session.OwnerOf, l.seen)
	} else {
		l.printer.format = f.format(l)
	}
	return l.order.run(ctx, l.opts, l.wanted, l.printer.print)
}

// newFilter returns the filter of --new, or nil without it.
func (a *app) newFilter(ctx context.Context, s *session.Session, undecided bool) (func(*scan.Entry) bool, error) {
	if !undecided {
		return nil, nil
	}
	d, err := a.loadDecisions(ctx, s)
	return func(e *scan.Entry) bool {
		_, decided := d.Active.OfBytes(e.Path)
		return !decided
	}, err
}

// only returns a function that passes the wanted entries to emit.
func only(wanted func(*scan.Entry) bool, emit func(*scan.Entry) error) func(*scan.Entry) error {
	if wanted == nil {
		return emit
	}
	return func(e *scan.Entry) error {
		if !wanted(e) {
			return nil
		}
		return emit(e)
	}
}

// whySignal returns the signal that ended the context if there was one, otherwise err.
func whySignal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// options converts the flags to the options of the walk.
func (f *listFlags) options() (scan.Options, error) {
	if f.boots > 0 && (!f.long && !f.json || f.dirs || f.summary || f.by != "") {
		return scan.Options{}, session.Misuse(errors.New("--boots requires -l or --json, without --dirs, --summary and --by"))
	}
	wanted, err := f.filter()
	if err != nil {
		return scan.Options{}, err
	}
	opts := scan.Options{Kinds: f.kinds, Info: f.json || f.long || f.summary || f.by != "" || f.sort != "path"}
	if f.json && !f.summary && f.by == "" {
		opts.Tags = scan.TagsMarked
	}
	if wanted.active() {
		opts.Keep = wanted.keep
	}
	return opts, nil
}

func (f *listFlags) filter() (*filter, error) {
	wanted := filter{sizes: f.sizes, after: f.changedWithin, before: f.changedBefore}
	if f.sinceBoot {
		boot, err := bootTime()
		if err != nil {
			return nil, err
		}
		if boot.After(wanted.after) {
			wanted.after = boot
		}
	}
	return &wanted, nil
}

// readProgram reads the name of a package. It has to contain more than packaging affixes.
func readProgram(text string) (string, error) {
	if known.Normalize(text) == "" {
		return "", expectedError("the name of a package")
	}
	return text, nil
}

func (f *listFlags) format(l *listing) report.Format {
	switch {
	case f.long:
		return report.LongFormat(l.style, l.session.Owners, l.coming, l.seen, time.Now())
	case f.print0:
		return report.PathFormat(0, l.style.Plain())
	}
	return report.PathFormat('\n', l.style)
}

// errEnough ends a walk after the last requested result.
var errEnough = errors.New("enough results")

// printer writes candidates up to a limit; 0 is no limit.
type printer struct {
	out            *report.Writer
	format         report.Format
	limit, printed int
	mute           bool
}

func (p *printer) print(e *scan.Entry) error {
	if !p.mute {
		p.out.Buf = p.format(p.out.Buf, e)
	}
	return p.next()
}

// next counts a printed result. It returns errEnough at the limit.
func (p *printer) next() error {
	p.printed++
	if p.printed == p.limit {
		return errEnough
	}
	return p.out.Full()
}

// order is the order of the output.
type order struct {
	less    func(a, b *scan.Entry) int // nil: by path, the order of the walk
	reverse bool
}

func (f *listFlags) order() *order {
	o := &order{reverse: f.reverse}
	switch f.sort {
	case "size":
		o.less = func(a, b *scan.Entry) int { return cmp.Compare(a.Info().Size, b.Info().Size) }
	case "mtime":
		o.less = func(a, b *scan.Entry) int { return a.Info().ModTime.Compare(b.Info().ModTime) }
	}
	return o
}

// run walks and emits the wanted candidates in order: during the walk if they are sorted by path,
// otherwise after it.
func (o *order) run(ctx context.Context, opts scan.Options, wanted func(*scan.Entry) bool, emit func(*scan.Entry) error) (scan.Stats, error) {
	if o.less == nil && !o.reverse {
		return scan.List(ctx, opts, only(wanted, emit))
	}
	var all []scan.Entry
	stats, err := scan.List(ctx, opts, only(wanted, func(e *scan.Entry) error {
		all = append(all, e.Clone())
		return nil
	}))
	if err != nil {
		return stats, err
	}
	if o.less != nil {
		slices.SortStableFunc(all, func(a, b scan.Entry) int { return o.less(&a, &b) })
	}
	if o.reverse {
		slices.Reverse(all)
	}
	for i := range all {
		if err := emit(&all[i]); err != nil {
			return stats, err
		}
	}
	return stats, nil
}

// sayComing says what the next boot changes about the candidates, and that it no longer keeps data.
func (a *app) sayComing(s *session.Session, candidates report.Comings) {
	for _, text := range candidates.Texts("candidate") {
		say(a.err, "hint", text)
	}
	all := s.Comings()
	if text := all.LossText(); text != "" {
		say(a.err, "warning", text+"; status --next names them")
	}
}

// conclude reports on stderr the paths that could not be read, or why there are no candidates.
func (a *app) conclude(s *session.Session, printed int, stats scan.Stats, verbose bool) error {
	a.sayFate(s)
	if problems := s.OwnerProblems(); verbose {
		said := map[string]bool{}
		for _, p := range problems {
			if text := report.UnreadText(p); !said[text] { // several sources read some directories
				said[text] = true
				say(a.err, "warning", text+"; owners may be missing")
			}
		}
	}
	if hidden := report.HiddenText(&stats.Hidden); hidden != "" {
		say(a.err, "hint", hidden+"; --all lists them")
	}
	if len(stats.Errors) == 0 {
		if printed == 0 {
			a.explainNothing(s)
		}
		return a.failed
	}
	return a.reportUnread(stats, verbose)
}

// reportUnread reports on stderr the paths that could not be read. stats.Errors must not be empty.
func (a *app) reportUnread(stats scan.Stats, verbose bool) error {
	denied := false
	for _, e := range stats.Errors {
		denied = denied || errors.Is(e, syscall.EACCES)
		if verbose {
			say(a.err, "error", e.Error())
		}
	}
	say(a.err, "error", unread(len(stats.Errors)))
	switch {
	case !verbose:
		say(a.err, "hint", "--verbose prints them"+rootHint(denied))
	case denied:
		say(a.err, "hint", strings.TrimPrefix(rootHint(denied), "; "))
	}
	return exitError(exitFailed)
}

// unread returns the message about n paths that could not be read.
func unread(n int) string {
	return report.Count(n, "path") + " could not be read; files below are not listed"
}

func rootHint(denied bool) string {
	if denied {
		return "; root can read all paths (sudo list-ephemeral uses your configuration)"
	}
	return ""
}
