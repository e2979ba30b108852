package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/internal/decisions"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/past"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/screen"
	"github.com/DaRacci/list-ephemeral/internal/session"
)

type statusFlags struct {
	json, verbose, next, fail bool
	failAbove                 limit
}

const statusLong = `Show what was detected (configuration, roots, storage, snippet dialect, whether commands
can be traced) and what the next reboot would wipe, including what exclude patterns hide.
Only regular files count. Of a sparse file, only the allocated blocks count, if the file
system reports them exactly (ext4, btrfs, XFS, tmpfs and others).`

const statusExamples = `  list-ephemeral status
  list-ephemeral status --brief                      one line, for a login message
  list-ephemeral status --fail-above 100M && reboot  unless more than 100M would be lost`

func newStatus(a *app) *cobra.Command {
	var f statusFlags
	cmd := &cobra.Command{
		Use:     "status [flags]",
		Short:   "Show what was detected and what would be lost",
		Long:    statusLong,
		Example: statusExamples,
		Args:    takesNothing,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&a.brief, "brief", false, "print one line, for a login message or a prompt")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	flags.Var(&value[limit]{to: &f.failAbove, read: parseLimit}, "fail-above", "fail if more than `N` files (500) or bytes (100M) would be lost")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print each path that could not be read")
	flags.BoolVar(&f.next, "next", false, "compare what is kept now with what the next boot keeps (NixOS)")
	flags.BoolVar(&f.fail, "fail", false, "with --next, fail if data is no longer kept after the next boot")
	a.exclusive(cmd, "brief", "json")
	a.exclusive(cmd, "brief", "next")
	a.exclusive(cmd, "next", "fail-above")
	noFileCompletion(cmd, "fail-above")
	return leaveStuck(cmd)
}

// status prints the status, and fails if more would be lost than --fail-above allows.
func (a *app) status(ctx context.Context, f statusFlags) error {
	if f.fail && !f.next {
		return session.Misuse(errors.New("--fail requires --next"))
	}
	p, err := a.newSession(ctx, nil)
	if err != nil {
		return err
	}
	if f.next {
		return a.statusNext(p, f)
	}
	if err := p.SetStyle(session.Style{}); err != nil {
		return err
	}
	s := p.Detected()
	s.Version, s.Clip = version(), screen.Clipboard()
	decided, err := a.statusDecisions(ctx, p, s)
	if err != nil {
		return err
	}
	stats, err := p.Measure(ctx, s, session.MeasureOptions{Brief: a.brief, Decided: decided})
	if err != nil {
		return whySignal(ctx, err)
	}
	if a.brief {
		s.LastLoss = past.LastLoss(ctx, p)
	} else {
		s.Tracers = session.Tracers()
	}
	out := report.NewWriter(a.out)
	switch {
	case f.json:
		out.Buf = jsonline.NewEncoder().Append(out.Buf, s)
	case a.brief:
		out.Buf = fmt.Appendln(out.Buf, s.Brief(p.Config.Home))
	default:
		out.Buf = s.AppendTo(out.Buf, p.Config.Home, time.Now())
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if s.Decisions.Any && s.Decisions.Wiped && !a.brief {
		say(a.err, "hint", report.DecisionsWipedText(filepath.Dir(s.Decisions.File)))
	}
	failed := a.failed
	if why := f.failAbove.exceeded(s.AtStake(), s.AtMost()); why != "" {
		say(a.err, "error", why)
		failed = errors.Join(failed, exitError(exitFailed))
	}
	if len(stats.Errors) > 0 {
		failed = errors.Join(failed, a.reportUnread(stats, f.verbose))
	}
	return failed
}

// statusDecisions describes the decisions of the user, and returns whether a path is decided. If
// they cannot be read, it says so, and no path is decided.
func (a *app) statusDecisions(ctx context.Context, p *session.Session, into *report.Status) (func(path []byte) bool, error) {
	d, err := a.loadDecisions(ctx, p)
	if d.File != nil {
		into.Decisions = report.NewDecisions(d.File.Path(), &d.Loaded, &d.Active)
		into.Decisions.Wiped, into.Decisions.Unread = decisions.Wiped(p, d.File), err != nil
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		_ = reportError(a.err, err)
		a.failed = exitError(exitFailed)
	}
	return func(path []byte) bool {
		_, decided := d.Active.OfBytes(path)
		return decided
	}, nil
}

// loadDecisions reads the decisions of the user, and reports damaged lines on stderr.
func (a *app) loadDecisions(ctx context.Context, s *session.Session) (decisions.Decisions, error) {
	d, err := decisions.Load(ctx, s, time.Now())
	if err != nil {
		if hint := report.DecisionsErrorHint(err); hint != "" {
			err = session.WithRemedy(err, hint)
		}
		return d, err
	}
	for _, text := range report.DamageTexts(d.File.Path(), d.Damaged) {
		say(a.err, "warning", text)
	}
	return d, nil
}

// statusNext prints what the next boot keeps differently.
func (a *app) statusNext(s *session.Session, f statusFlags) error {
	next, err := s.Next()
	if err != nil {
		return err
	}
	out := report.NewWriter(a.out)
	if f.json {
		out.Buf = jsonline.NewEncoder().Append(out.Buf, next.JSON())
	} else {
		out.Buf = next.AppendTo(out.Buf)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	losses := next.Losses()
	if losses > 0 {
		say(a.err, "warning", report.Count(losses, "path")+" with data will no longer be kept after the next boot")
	}
	for _, text := range next.Unread {
		say(a.err, "error", text)
	}
	if len(next.Unread) > 0 {
		say(a.err, "hint", "what these files declare is not known, so some of the changes may be wrong")
	}
	if losses > 0 && f.fail || len(next.Unread) > 0 {
		return exitError(exitFailed)
	}
	return nil
}

// limit is the value of --fail-above: a number of files or bytes. The zero value is no limit.
type limit struct {
	text  string
	files int
	bytes int64
}

func parseLimit(text string) (limit, error) {
	if files, err := strconv.Atoi(text); err == nil && files >= 0 {
		return limit{text: text, files: files, bytes: -1}, nil
	}
	size, err := parseSize(text)
	if err != nil || size.sign != 0 {
		return limit{}, expectedError("a number of files such as 500, or a size with a unit such as 100M or 2Gi")
	}
	return limit{text: text, files: -1, bytes: size.bytes}, nil
}

// exceeded returns the error message if an amount exceeds the limit, otherwise "". atMost comes before
// the amount.
func (l limit) exceeded(lost report.Amount, atMost string) string {
	switch {
	case l.text == "":
	case l.files >= 0 && lost.Files > l.files:
		return fmt.Sprintf("%s%s would be lost, more than %s", atMost, report.Count(lost.Files, "file"), l.text)
	case l.files < 0 && lost.Bytes > l.bytes:
		return fmt.Sprintf("%s%s would be lost, more than %s", atMost, printable.Size(lost.Bytes), l.text)
	}
	return ""
}
