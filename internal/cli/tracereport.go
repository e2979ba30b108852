package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/runas"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/traced"
	"github.com/DaRacci/list-ephemeral/trace"
)

// options returns what is shown of a trace.
func (f *traceFlags) options() traced.Options {
	return traced.Options{All: f.all, Missing: f.missing, Read: f.read}
}

// printTrace prints the paths of a trace that are shown.
func (a *app) printTrace(s *session.Session, f *traceFlags, r *trace.Report) error {
	p := tracePrinter{f: f, out: report.NewWriter(a.out), json: jsonline.NewEncoder(), terminal: isTerminal(a.out)}
	if f.dirs {
		for _, u := range traced.Units(s, r, f.options()) {
			p.line(report.NewTraceUnitLine(&u), u.Name(), report.TraceUnitColumns(&u))
		}
		return p.end()
	}
	for _, t := range traced.Select(s, r, f.options()) {
		if t.Shown && (t.Ops != trace.Untraced || f.long || f.json) {
			p.line(report.NewTraceLine(t), t.Name, report.TraceColumns(&t))
		}
	}
	return p.end()
}

// tracePrinter prints lines in the format of the flags.
type tracePrinter struct {
	f        *traceFlags
	out      *report.Writer
	json     *jsonline.Encoder
	terminal bool
	err      error
}

// line prints one path: as JSON, after its columns, or alone.
func (p *tracePrinter) line(json any, name, columns string) {
	if p.err != nil {
		return
	}
	if p.terminal {
		name = printable.Name(name)
	}
	end := paths.LineEnd(p.f.print0)
	switch {
	case p.f.json:
		p.out.Buf = p.json.Append(p.out.Buf, json)
	case p.f.long:
		p.out.Buf = fmt.Appendf(p.out.Buf, "%s %s%c", columns, name, end)
	default:
		p.out.Buf = append(append(p.out.Buf, name...), end)
	}
	p.err = p.out.Full()
}

// end writes what is left.
func (p *tracePrinter) end() error { return cmp.Or(p.err, p.out.Flush()) }

// traceFile opens the file of --output or --append; nil without these flags.
func (f *traceFlags) traceFile(as *runas.User) (*traced.File, error) {
	switch {
	case f.output != "":
		return traced.Create(f.output, rightsOf(as))
	case f.appendTo != "":
		return traced.Append(f.appendTo, rightsOf(as))
	}
	return nil, nil
}

// readTraces reads the traces of --replay.
func (a *app) readTraces(f *traceFlags) (runs []*trace.Report, err error) {
	for _, name := range f.replay {
		more, err := traced.Read(name, a.in)
		if other, ok := traced.UnfinishedOf(name); ok && errors.Is(err, fs.ErrNotExist) {
			return nil, session.WithRemedy(err, "list-ephemeral trace --replay "+other+" shows what a run recorded that was killed")
		}
		if err != nil {
			return nil, err
		}
		if more[len(more)-1].Truncated {
			say(a.err, "warning", name+" is truncated: paths after the last complete line are not shown")
		}
		runs = append(runs, more...)
	}
	if f.only != "" {
		traced.OnlyChanges(runs)
	}
	return runs, nil
}

// unfinished returns the file for what is recorded while the command runs, or nil.
func (a *app) unfinished(keep *traced.File) *os.File {
	file, others := keep.Unfinished()
	for _, name := range others {
		say(a.err, "warning", name+" is of another run, which was killed or has not ended; --replay shows it")
	}
	return file
}

// changedAndMissing counts the paths that were changed, and those that do not exist.
func changedAndMissing(r *trace.Report) (changed, missing int) {
	for _, p := range r.Paths {
		switch {
		case p.Missing:
			missing++
		case p.Ops&traced.Changes != 0:
			changed++
		}
	}
	return changed, missing
}

// summarizeTrace summarizes a trace on stderr, and warns about incomplete results.
func (a *app) summarizeTrace(f *traceFlags, r *trace.Report) {
	changed, missing := changedAndMissing(r)
	a.err.line(fmt.Sprintf("list-ephemeral: traced %s for %s (%s): %d calls, %d paths, %d changed, %d missing; %s",
		report.ShortCommand(r.Command), r.Took.Round(time.Millisecond), r.Backend, r.Stats.Calls, len(r.Paths), changed, missing, report.Ending(r)))
	if r.Unfinished {
		say(a.err, "warning", "the trace is unfinished: list-ephemeral was killed, or is still running; what exists was checked now, and paths in sandboxes are not listed")
	}
	a.tellIncomplete(r)
	a.tellUntraced(f, r)
	if r.Survivors && !r.Attached {
		say(a.err, "warning", "processes are still running: their further file accesses are not listed (--wait all waits for them)")
		if r.NoNewPrivs {
			say(a.err, "warning", "sudo and other setuid programs do not work in these processes, nor in what they start (no_new_privs), until they end")
			say(a.err, "hint", rightsHint)
		}
	}
	for _, why := range r.Rejected {
		say(a.err, "warning", "a better back end did not work: "+why)
	}
	for _, name := range r.Privileged {
		say(a.err, "warning", name+" is setuid or has capabilities, and ran without these privileges")
	}
	if len(r.Privileged) > 0 {
		say(a.err, "hint", rightsHint)
	}
	switch {
	case f.only != "":
		say(a.err, "hint", "--only writes: paths that were only read or looked up are not listed")
	case f.replays() && f.read && r.Scope == trace.ScopeChanges:
		say(a.err, "hint", "this trace contains only changes, because it was saved with --only writes")
	case f.replays() && (f.all || f.missing) && r.Scope != trace.ScopeAll:
		say(a.err, "hint", "this trace contains no lookups, because it was saved without --all")
	}
}

// tellIncomplete warns about calls whose paths are not in a trace.
func (a *app) tellIncomplete(r *trace.Report) {
	if n := r.Stats.Unreadable; n > 0 {
		say(a.err, "warning", fmt.Sprintf("the paths of %s could not be read: the memory of %s is not accessible to this user", report.Count(int(n), "call"), namesOr(r.Unreadable, "the programs")))
		if !trace.Privileged() {
			say(a.err, "hint", "sudo list-ephemeral trace --user $USER -- CMD can read it")
		}
	}
	if n := r.Stats.TooLong; n > 0 {
		say(a.err, "warning", fmt.Sprintf("%s with a path of more than 4,095 bytes: not listed", report.Count(int(n), "call")))
	}
	if n := r.Stats.Stopped; n > 0 {
		say(a.err, "warning", fmt.Sprintf("%s while list-ephemeral was stopped: not listed", report.Count(int(n), "call")))
	}
	if n := r.Stats.Rings; n > 0 {
		say(a.err, "warning", fmt.Sprintf("io_uring was set up %d times: files opened through it are not listed", n))
	}
	if n := r.Stats.Sandboxed; n > 0 {
		say(a.err, "warning", fmt.Sprintf("%d paths exist only in a sandbox of the command", n))
	}
	if r.Survivors && len(r.KeptReadable) > 0 {
		say(a.err, "warning", "the memory of "+namesOr(r.KeptReadable, "a program")+" stays readable for other programs of this user until it ends (--allow-hiding)")
	}
}

// namesOr returns a list of up to three names, or a default.
func namesOr(names []string, other string) string {
	const most = 3
	switch {
	case len(names) == 0:
		return other
	case len(names) > most:
		return strings.Join(names[:most], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}

// tellUntraced reports what the disk check has found.
func (a *app) tellUntraced(f *traceFlags, r *trace.Report) {
	if r.Check == trace.CheckInterrupted {
		say(a.err, "warning", "the check of the disk for changes that were not traced is incomplete")
	}
	names := r.Untraced()
	if len(names) == 0 {
		return
	}
	say(a.err, "warning", fmt.Sprintf("%s changed since the start without a traced call (another program, a service, io_uring): %s", report.Count(len(names), "path"), namesOr(names, "")))
	if f.prints() && !f.long && !f.json {
		say(a.err, "hint", "-l and --json list them as untraced; --no-check skips this check")
	}
}

// browseTrace opens the screen with the paths of a trace.
func (a *app) browseTrace(ctx context.Context, s *session.Session, f *traceFlags, r *trace.Report) error {
	in, out, err := a.terminal("trace --list")
	if err != nil {
		return err
	}
	ops := traced.OpsOf(r)
	s.Renamed = func(path string) bool { return ops[path]&trace.Rename != 0 }
	opts := a.screenOptions(s, in, out)
	machine := screen.NewTraced(s, traced.Select(s, r, f.options()))
	opts.Machine, opts.Groups = machine, machine.Filters()
	opts.Listed, opts.View = true, setting.ViewFiles
	changed, missing := changedAndMissing(r)
	opts.Host = "trace: " + report.ShortCommand(r.Command) + ", " + r.Took.Round(time.Millisecond).String()
	opts.FileSystem = fmt.Sprintf("%d changed, %d missing, %d seen", changed, missing, len(r.Paths))
	return a.runScreen(ctx, opts, "")
}

// checkDelay is how long the disk check may take before a message is shown.
const checkDelay = 300 * time.Millisecond

// showChecks sets the options that show what happens between the end of the command and the report:
// its paths are checked on the disk, and then the disk is checked for other changes.
func (a *app) showChecks(opts *trace.Options, s *session.Session, noCheck bool) {
	shown := isTerminal(a.err.file)
	if shown {
		opts.Progress = func(done, total int) {
			a.err.progress(fmt.Sprintf("list-ephemeral: checking %d of %d paths", done, total))
			if done+progressPaths > total {
				a.err.progress("")
			}
		}
	}
	if noCheck {
		return
	}
	opts.Changed = func(ctx context.Context, since time.Time, found func(string)) error {
		if shown {
			timer := time.AfterFunc(checkDelay, func() {
				a.err.progress("list-ephemeral: checking the disk for changes that were not traced; Ctrl-C skips this")
			})
			defer func() {
				if !timer.Stop() {
					a.err.progress("")
				}
			}()
		}
		return traced.ChangedSince(ctx, s, since, found)
	}
}

// progressPaths is the number of paths between two calls of trace.Options.Progress.
const progressPaths = 4096

// rightsHint is the remedy for a program that runs without its privileges.
const rightsHint = "sudo list-ephemeral trace --user $USER -- CMD traces it with its privileges"

// warnOfRights warns before the run if the command will run without its privileges.
func (a *app) warnOfRights(path string, as *trace.User) {
	if as == nil && !trace.Privileged() && trace.GainsRights(path) {
		say(a.err, "warning", path+" is setuid or has capabilities; traced by an ordinary user, it runs without these privileges")
		say(a.err, "hint", rightsHint)
	}
}
