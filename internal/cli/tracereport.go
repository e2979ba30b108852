package cli

import (
	"context"
	"fmt"
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
		if !t.Shown {
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

// summarizeTrace summarizes a trace on stderr, and warns about incomplete results.
func (a *app) summarizeTrace(f *traceFlags, r *trace.Report) {
	changed, missing := 0, 0
	for _, p := range r.Paths {
		switch {
		case p.Missing:
			missing++
		case p.Ops&session.Changes != 0:
			changed++
		}
	}
	a.err.line(fmt.Sprintf("list-ephemeral: traced %s for %s (%s): %d calls, %d paths, %d changed, %d missing; %s",
		report.ShortCommand(r.Command), r.Took.Round(time.Millisecond), r.Backend, r.Stats.Calls, len(r.Paths), changed, missing, report.Ending(r)))
	if n := r.Stats.Unreadable; n > 0 {
		say(a.err, "warning", fmt.Sprintf("the paths of %d calls could not be read: the programs deny access to their memory", n))
	}
	if n := r.Stats.Rings; n > 0 {
		say(a.err, "warning", fmt.Sprintf("io_uring was set up %d times: files opened through it are not listed", n))
	}
	if n := r.Stats.Sandboxed; n > 0 {
		say(a.err, "warning", fmt.Sprintf("%d paths exist only in a sandbox of the command", n))
	}
	if r.Survivors && !r.Attached {
		say(a.err, "warning", "processes are still running: their further file accesses are not listed (--wait all waits for them)")
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
	return a.runScreen(ctx, opts, "")
}
