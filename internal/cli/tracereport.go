package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/trace"
)

// printTrace prints the paths of a trace that are shown.
func (a *app) printTrace(s *session.Session, f *traceFlags, r *trace.Report) error {
	out := report.NewWriter(a.out)
	json := jsonline.NewEncoder()
	terminal := isTerminal(a.out)
	end := paths.LineEnd(f.print0)
	for _, t := range s.SelectTraced(f.all, f.missing, r) {
		if !t.Shown || t.Ops == trace.Untraced && !f.long && !f.json {
			continue
		}
		name := t.Name
		if terminal {
			name = printable.Name(name)
		}
		switch {
		case f.json:
			out.Buf = json.Append(out.Buf, report.NewTraceLine(t))
		case f.long:
			out.Buf = fmt.Appendf(out.Buf, "%-23s %s%c", t.Ops, name, end)
		default:
			out.Buf = append(append(out.Buf, name...), end)
		}
		if err := out.Full(); err != nil {
			return err
		}
	}
	return out.Flush()
}

// changedAndMissing counts the paths that were changed, and those that do not exist.
func changedAndMissing(r *trace.Report) (changed, missing int) {
	for _, p := range r.Paths {
		switch {
		case p.Missing:
			missing++
		case p.Ops&session.Changes != 0:
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
	if f.only != "" {
		say(a.err, "hint", "--only writes: paths that were only read or looked up are not listed")
	}
}

// readTrace reads the trace of --replay, or standard input if its name is "-".
func (a *app) readTrace(f *traceFlags) (*trace.Report, error) {
	file, name := a.in, "standard input"
	if f.replay != "-" {
		opened, err := os.Open(f.replay)
		if err != nil {
			return nil, err
		}
		defer opened.Close()
		file, name = opened, f.replay
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("read the trace %s: %w", name, syscall.EISDIR)
	}
	found, err := trace.ReadReport(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if found.Truncated {
		say(a.err, "warning", name+" is truncated: paths after the last complete line are not shown")
	}
	if f.only != "" {
		found.Paths = slices.DeleteFunc(found.Paths, func(p trace.Path) bool { return p.Ops&(session.Changes|trace.Exec|trace.Untraced) == 0 })
	}
	return found, nil
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
	in, out, err := a.terminal()
	if err != nil {
		return err
	}
	ops := session.OpsOf(r)
	s.Renamed = func(path string) bool { return ops[path]&trace.Rename != 0 }
	opts := a.screenOptions(s, in, out)
	opts.Machine = screen.NewTraced(s, s.SelectTraced(f.all, f.missing, r), ops)
	opts.Listed = true
	opts.Groups, opts.View = screen.TracedGroups(), setting.ViewFiles
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
		return s.ChangedSince(ctx, since, found)
	}
}

// progressPaths is the number of paths between two calls of trace.Options.Progress.
const progressPaths = 4096
