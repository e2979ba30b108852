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
	"github.com/DaRacci/list-ephemeral/scan"
)

// listFlags are the flags of list as they were given.
type listFlags struct {
	print0, json, long, count, reverse, verbose, sinceBoot bool
	dirs, summary                                          bool
	types, sizes                                           []string
	changedWithin, changedBefore                           string
	program                                                string
	sort                                                   string
	limit                                                  int
}

const listExamples = `  list-ephemeral list                         all files that the next reboot wipes
  list-ephemeral list ~/.config               those below a directory
  list-ephemeral list --changed-within 1h     those written in the last hour
  list-ephemeral list -l --sort size -r -n 20 the twenty largest
  list-ephemeral list -dl --no-cache          the directories worth keeping, with sizes
  list-ephemeral list -d -p firefox           those that belong to Firefox
  list-ephemeral list -0 | xargs -0 du -ch    for scripts, with any file name`

func newList(a *app) *cobra.Command {
	var f listFlags
	command := &cobra.Command{
		Use:     "list [flags] [PATH...]",
		Short:   "Print the paths that the next reboot wipes",
		Example: listExamples,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("program") && known.Normalize(f.program) == "" {
				return usageError{errors.New("--program: want the name of a package")}
			}
			return a.list(cmd.Context(), f, args)
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.BoolVarP(&f.print0, "print0", "0", false, "end each path with NUL instead of a newline")
	flags.BoolVar(&f.json, "json", false, "print one JSON object a line")
	flags.BoolVarP(&f.long, "long", "l", false, "print mode, owner, size, age and path; with --dirs: files, size, excluded files that come along, age and path")
	flags.BoolVarP(&f.dirs, "dirs", "d", false, "print the highest directories that can be kept as one, and lone files")
	flags.BoolVar(&f.summary, "summary", false, "print only how many files and bytes there are, by top directory")
	flags.StringVarP(&f.program, "program", "p", "", "only what belongs to the package `NAME`")
	flags.BoolVar(&a.noCache, "no-cache", false, "leave out what is known to be cache")
	flags.StringSliceVarP(&f.types, "type", "t", []string{"f"}, "kinds of paths: f(ile), d(irectory), l(ink), s(ocket), p(ipe), b(lock device), c(har device)")
	flags.StringVar(&f.changedWithin, "changed-within", "", "only what changed in the last `DUR`, or since a date")
	flags.StringVar(&f.changedBefore, "changed-before", "", "only what last changed `DUR` ago, or before a date")
	flags.BoolVar(&f.sinceBoot, "newer-than-boot", false, "only what changed since the machine was started")
	flags.StringArrayVarP(&f.sizes, "size", "S", nil, "only files of at least +`N` or at most -N bytes (k, M, Gi, …)")
	flags.StringVar(&f.sort, "sort", "path", "order by path, size or mtime")
	flags.BoolVarP(&f.reverse, "reverse", "r", false, "turn the order round")
	flags.IntVarP(&f.limit, "max-results", "n", 0, "print the first `N` only")
	flags.BoolVar(&f.count, "count", false, "print only how many there are")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "name each path that could not be read")
	completesTo(command, "sort", "path", "size", "mtime")
	completesTo(command, "type", "f", "d", "l", "s", "p", "b", "c")
	completesToNothing(command, "changed-within", "changed-before", "size", "max-results")
	_ = command.RegisterFlagCompletionFunc("program", a.programNames)
	return leaveStuck(command)
}

// list prints the candidates.
func (a *app) list(ctx context.Context, f listFlags, paths []string) error {
	opts, err := f.options(time.Now())
	if err != nil {
		return usageError{err}
	}
	order, err := f.order()
	if err != nil {
		return usageError{err}
	}
	plan, err := a.plan(ctx, paths)
	if err != nil {
		return err
	}
	opts.Policy = plan.policy
	if a.noCache {
		opts.Tags = scan.TagsSkipped
	}
	debug.SetGCPercent(listGCPercent)
	out := newWriter(a.out)
	opts.Waiting = out.idle
	printer := &printer{out: out, limit: f.limit, mute: f.count}
	stats, err := f.run(ctx, &listing{plan, opts, order, programFilter(f.program), printer, isTerminal(a.out)})
	if f.count {
		out.buf = fmt.Appendln(out.buf, printer.printed)
	}
	if flushErr := out.flush(); err == nil {
		err = flushErr
	}
	if err != nil && !errors.Is(err, errEnough) {
		return whySignal(ctx, err)
	}
	return a.conclude(plan, printer.printed, stats, f.verbose)
}

// listing is what a run of list works with.
type listing struct {
	plan    *plan
	opts    scan.Options
	order   *order
	wanted  func(*scan.Entry) bool // nil: all
	printer *printer
	safe    bool // for a terminal
}

// run walks and prints, in the form that is asked for.
func (f *listFlags) run(ctx context.Context, l *listing) (scan.Stats, error) {
	switch {
	case f.summary:
		return f.summarize(ctx, l)
	case f.dirs:
		return f.rollUp(ctx, l)
	}
	if f.json {
		l.printer.format = jsonFormat(newNotes(l.plan))
	} else {
		l.printer.format = f.format(l.safe)
	}
	return l.order.run(ctx, l.opts, l.wanted, l.printer.print)
}

// only passes on the entries that are wanted.
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

// whySignal returns the signal that ended the context, where that is the reason
// for err.
func whySignal(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// options turns the flags into what the walk is asked for.
func (f *listFlags) options(now time.Time) (scan.Options, error) {
	kinds, err := parseKinds(f.types)
	if err != nil {
		return scan.Options{}, err
	}
	wanted, err := f.filter(now)
	if err != nil {
		return scan.Options{}, err
	}
	if err := f.oneFormat(); err != nil {
		return scan.Options{}, err
	}
	if f.limit < 0 {
		return scan.Options{}, fmt.Errorf("--max-results %d: want a number of at least 0", f.limit)
	}
	opts := scan.Options{Kinds: kinds, Info: f.json || f.long || f.summary || f.sort != "path"}
	if f.json && !f.summary {
		opts.Tags = scan.TagsMarked
	}
	if wanted.active() {
		opts.Keep = wanted.keep
	}
	return opts, nil
}

// oneFormat checks that no more than one form of the output is asked for.
func (f *listFlags) oneFormat() error {
	var given []string
	for _, form := range []struct {
		name string
		set  bool
	}{{"--print0", f.print0}, {"--json", f.json}, {"--long", f.long}, {"--count", f.count}, {"--summary", f.summary && !f.json}} {
		if form.set {
			given = append(given, form.name)
		}
	}
	if f.dirs && f.summary {
		given = []string{"--dirs", "--summary"}
	}
	if len(given) > 1 {
		return fmt.Errorf("%s: want one of them", strings.Join(given, ", "))
	}
	return nil
}

func (f *listFlags) filter(now time.Time) (*filter, error) {
	var wanted filter
	for _, text := range f.sizes {
		limit, err := parseSize(text)
		if err != nil {
			return nil, fmt.Errorf("--size: %w", err)
		}
		wanted.sizes = append(wanted.sizes, limit)
	}
	var err error
	if f.changedWithin != "" {
		if wanted.after, err = parseTime(f.changedWithin, now); err != nil {
			return nil, fmt.Errorf("--changed-within: %w", err)
		}
	}
	if f.changedBefore != "" {
		if wanted.before, err = parseTime(f.changedBefore, now); err != nil {
			return nil, fmt.Errorf("--changed-before: %w", err)
		}
	}
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

// kindLetters are the values of --type, those of fd.
var kindLetters = map[string]scan.Kind{
	"f": scan.KindFile, "file": scan.KindFile,
	"d": scan.KindDir, "dir": scan.KindDir, "directory": scan.KindDir,
	"l": scan.KindSymlink, "symlink": scan.KindSymlink,
	"s": scan.KindSocket, "socket": scan.KindSocket,
	"p": scan.KindPipe, "pipe": scan.KindPipe,
	"b": scan.KindBlock, "block-device": scan.KindBlock,
	"c": scan.KindChar, "char-device": scan.KindChar,
}

func parseKinds(types []string) (scan.Kinds, error) {
	var kinds scan.Kinds
	for _, name := range types {
		kind, known := kindLetters[strings.TrimSpace(name)]
		if !known {
			return 0, fmt.Errorf("--type %q: want f, d, l, s, p, b or c, or several with commas between", name)
		}
		kinds |= scan.KindsOf(kind)
	}
	return kinds, nil
}

func (f *listFlags) format(terminal bool) format {
	switch {
	case f.long:
		return longFormat(terminal, time.Now())
	case f.print0:
		return pathFormat(0, terminal)
	}
	return pathFormat('\n', terminal)
}

// errEnough ends a walk after the last result that was asked for.
var errEnough = errors.New("enough results")

// printer writes candidates until the limit, if there is one.
type printer struct {
	out            *writer
	format         format
	limit, printed int
	mute           bool
}

func (p *printer) print(e *scan.Entry) error {
	if !p.mute {
		p.out.buf = p.format(p.out.buf, e)
	}
	return p.next()
}

// next counts what has been printed, and says whether there may be more.
func (p *printer) next() error {
	p.printed++
	if p.printed == p.limit {
		return errEnough
	}
	return p.out.full()
}

// order is the order of the output.
type order struct {
	less    func(a, b *scan.Entry) int // nil: by path, as the walk gives them
	reverse bool
}

func (f *listFlags) order() (*order, error) {
	o := &order{reverse: f.reverse}
	switch f.sort {
	case "path":
	case "size":
		o.less = func(a, b *scan.Entry) int { return cmp.Compare(a.Info().Size, b.Info().Size) }
	case "mtime":
		o.less = func(a, b *scan.Entry) int { return a.Info().ModTime.Compare(b.Info().ModTime) }
	default:
		return nil, fmt.Errorf("--sort %q: want path, size or mtime", f.sort)
	}
	return o, nil
}

// run walks and hands over the candidates that are wanted, in order: while the
// walk goes on where that is by path, else after it.
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

// conclude says on stderr what could not be read.
func (a *app) conclude(plan *plan, printed int, stats scan.Stats, verbose bool) error {
	if len(stats.Errors) == 0 {
		if printed == 0 {
			a.explainNothing(plan)
		}
		return plan.failed
	}
	return a.tellUnread(stats, verbose)
}

// tellUnread says on stderr what could not be read, of which there is something.
func (a *app) tellUnread(stats scan.Stats, verbose bool) error {
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
		say(a.err, "hint", "--verbose names them"+rootHint(denied))
	case denied:
		say(a.err, "hint", strings.TrimPrefix(rootHint(denied), "; "))
	}
	return exitError(exitFailed)
}

// unread says how many paths could not be read, and what that means.
func unread(n int) string {
	return count(n, "path") + " could not be read, and what is below is missing here"
}

func rootHint(denied bool) string {
	if denied {
		return "; root can read all (sudo list-ephemeral keeps your configuration)"
	}
	return ""
}
