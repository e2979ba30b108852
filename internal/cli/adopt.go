package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

type adoptFlags struct {
	read0, dryRun, json, force bool
	storage                    string
}

const adoptLong = `Copy paths into persistent storage before the new mounts hide them: /etc/x to
/persist/etc/x. Each path is copied atomically. The sources stay as they are, and
nothing in storage is overwritten: a directory that exists there gets what it lacks.
Run it again to finish what was interrupted.`

const adoptExamples = `  sudo list-ephemeral adopt --dry-run ~/.mozilla   print what would be done
  sudo list-ephemeral adopt ~/.mozilla /var/lib/bluetooth
  list-ephemeral snippet --dialect paths < chosen | sudo list-ephemeral adopt`

func newAdopt(a *app) *cobra.Command {
	var f adoptFlags
	cmd := &cobra.Command{
		Use:     "adopt [flags] [PATH...]",
		Short:   "Copy paths into persistent storage",
		Long:    adoptLong,
		Example: adoptExamples,
		Args:    takesPaths,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.adopt(cmd.Context(), f, args) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.dryRun, "dry-run", "n", false, "print the plan and change nothing")
	flags.BoolVarP(&f.read0, "read0", "0", false, "read NUL-terminated paths from stdin")
	flags.BoolVar(&f.json, "json", false, "print one JSON object per line")
	flags.BoolVar(&f.force, "force", false, "copy files even if a process has them mapped writable")
	textVar(flags, &f.storage, "storage", "", "an absolute path", "copy into the storage path `DIR` (default: configured or mounted)")
	_ = cmd.MarkFlagDirname("storage")
	return cmd
}

// adopt copies paths into storage.
func (a *app) adopt(ctx context.Context, f adoptFlags, args []string) error {
	p, err := a.plan(ctx, nil)
	if err != nil {
		return err
	}
	if len(args) == 0 && isTerminal(a.in) {
		return usageError{errors.New("adopt: expected paths as arguments or on stdin, got none")}
	}
	paths, tooLong, err := a.adoptPaths(ctx, f, args)
	if err != nil {
		return whySignal(ctx, err)
	}
	if len(paths.names) == 0 {
		return errors.New("no paths: nothing to copy")
	}
	var storage string
	err = waitFor(ctx, func() (err error) {
		storage, err = p.storageToFill(f.storage)
		return err
	})
	if err != nil {
		return err
	}
	var plan *adopt.Plan
	err = unstuck(ctx, func() (err error) {
		plan, err = adopt.Prepare(ctx, storage, paths.names, p.adoptOptions(paths, f.force))
		return err
	})
	if err != nil {
		return whySignal(ctx, adoptError(err, storage))
	}
	a.warnOpen(ctx, plan)
	if f.dryRun {
		return errors.Join(a.printPlan(plan, f.json), tooLongError(tooLong))
	}
	if plan.Needs > plan.Free {
		return noRoom(plan)
	}
	started := time.Now()
	results, err := a.runPlan(ctx, plan)
	if results == nil && err != nil {
		return whySignal(ctx, adoptError(err, storage))
	}
	failed, printErr := a.printResults(results, f.json)
	a.tellAdopted(plan, results, time.Since(started))
	a.remedy(results)
	if err != nil {
		return whySignal(ctx, err)
	}
	if printErr != nil {
		return printErr
	}
	if failed {
		return exitError(exitFailed)
	}
	return tooLongError(tooLong)
}

// tooLongError says that lines of stdin were left out.
func tooLongError(lines int) error {
	if lines == 0 {
		return nil
	}
	return fmt.Errorf("%s of more than %d bytes left out", count(lines, "line"), longestPath)
}

// warnOpen says which processes have something open that is to be copied: what they
// write later goes to the old place.
func (a *app) warnOpen(ctx context.Context, plan *adopt.Plan) {
	for _, line := range openFiles(ctx, plan) {
		say(a.err, "warning", line)
	}
}

// mostOpen is how many processes are named.
const mostOpen = 5

func openFiles(ctx context.Context, plan *adopt.Plan) []string {
	var paths []string
	for _, u := range plan.Units {
		if u.Action == adopt.Copy || u.Action == adopt.Merge {
			paths = append(paths, u.Path)
		}
	}
	var lines []string
	open := adopt.OpenFiles(ctx, paths)
	for i, o := range open {
		if i == mostOpen {
			lines = append(lines, fmt.Sprintf("%d more processes have files open there", len(open)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%s (process %d) has %s open: what it writes from now on may be missing in the copy", o.Command, o.PID, o.Path))
	}
	return lines
}

// printPlan prints what would be done.
func (a *app) printPlan(plan *adopt.Plan, asJSON bool) error {
	out := newWriter(a.out)
	json := jsonline.NewEncoder()
	failed, hint := false, ""
	for i := range plan.Units {
		u := &plan.Units[i]
		failed = failed || u.Err != nil && !isKept(u.Err)
		a.warn(u.Warnings)
		if asJSON {
			line := adoptLine{Outcome: actionName(u), Files: u.Files, Bytes: u.Bytes, Problems: []adoptProblem{}}
			line.setPaths(u.Path, u.Target)
			if u.Err != nil {
				line.Problems = append(line.Problems, newAdoptProblem(u.Path, u.Err))
			}
			line.warn(u.Warnings)
			out.buf = json.Append(out.buf, &line)
			continue
		}
		out.buf = fmt.Appendf(out.buf, "%-7s %6s %9s  %s\n", actionName(u), printable.Size(u.Bytes), count(u.Files, "file"), a.shown(u.Path))
		if u.Err != nil {
			out.buf = fmt.Appendf(out.buf, "        %s\n", printable.Name(u.Err.Error()))
			hint = cmp.Or(hint, remedyFor(u.Err))
		}
	}
	if err := out.flush(); err != nil {
		return err
	}
	a.err.line(fmt.Sprintf("%s with %s would be copied into %s, which has %s free",
		count(plan.Files, "file"), printable.Size(plan.Bytes), plan.Storage, printable.Size(plan.Free)))
	if hint != "" {
		say(a.err, "hint", hint)
	}
	if plan.Needs > plan.Free {
		return noRoom(plan)
	}
	if failed {
		return exitError(exitFailed)
	}
	return nil
}

// nameKept is what is said of a path that need not be copied: the reboot does not wipe it.
const nameKept = "kept"

func actionName(u *adopt.Unit) string {
	if u.Err != nil && isKept(u.Err) {
		return nameKept
	}
	return u.Action.String()
}

func outcomeName(r *adopt.Result) string {
	if isKeptResult(r) {
		return nameKept
	}
	return r.Outcome.String()
}

// isKeptResult reports whether a path was not copied because it need not be.
func isKeptResult(r *adopt.Result) bool { return r.More == 1 && isKept(r.Problems[0].Err) }

// shown is a path as stdout takes it.
func (a *app) shown(path string) string {
	if isTerminal(a.out) {
		return printable.Name(path)
	}
	return path
}

// isKept reports whether what was refused need not be copied.
func isKept(err error) bool {
	var notWiped notWipedError
	return errors.As(err, &notWiped) || errors.Is(err, adopt.ErrInStorage) || errors.Is(err, adopt.ErrMounted) || errors.Is(err, adopt.ErrLinked)
}

// adoptLine is the schema of adopt --json, which docs/json.md documents.
type adoptLine struct {
	Path        string         `json:"path,omitempty"`
	PathBytes   string         `json:"pathBytes,omitempty"`
	Target      string         `json:"target,omitempty"`
	TargetBytes string         `json:"targetBytes,omitempty"`
	Outcome     string         `json:"outcome"`
	Files       int            `json:"files"`
	Bytes       int64          `json:"bytes"`
	Problems    []adoptProblem `json:"problems"`
	Warnings    []adoptProblem `json:"warnings,omitempty"`
}

type adoptProblem struct {
	Path      string `json:"path,omitempty"`
	PathBytes string `json:"pathBytes,omitempty"`
	Error     string `json:"error"`
}

func (l *adoptLine) setPaths(path, target string) {
	l.Path, l.PathBytes = jsonline.Path(path)
	l.Target, l.TargetBytes = jsonline.Path(target)
}

// warn adds warnings.
func (l *adoptLine) warn(warnings []adopt.Problem) {
	for _, w := range warnings {
		l.Warnings = append(l.Warnings, newAdoptProblem(w.Path, w.Err))
	}
}

// problemText is a problem in a line that is not yet safe to show.
func problemText(p adopt.Problem) string { return short(p.Path) + ": " + p.Err.Error() }

func newAdoptProblem(path string, err error) adoptProblem {
	p := adoptProblem{Error: err.Error()}
	p.Path, p.PathBytes = jsonline.Path(path)
	return p
}

// printResults prints what became of each path, and its problems on stderr. It reports
// whether something could not be copied; err is that of stdout.
func (a *app) printResults(results []*adopt.Result, asJSON bool) (failed bool, err error) {
	out := newWriter(a.out)
	json := jsonline.NewEncoder()
	for _, r := range results {
		kept := isKeptResult(r)
		failed = failed || r.More > 0 && !kept
		if asJSON {
			line := adoptLine{Outcome: outcomeName(r), Files: r.Files, Bytes: r.Bytes, Problems: []adoptProblem{}}
			line.setPaths(r.Path, r.Target)
			for _, p := range r.Problems {
				line.Problems = append(line.Problems, newAdoptProblem(p.Path, p.Err))
			}
			line.warn(r.Warnings)
			out.buf = json.Append(out.buf, &line)
		} else {
			out.buf = fmt.Appendf(out.buf, "%-7s %s\n", outcomeName(r), a.shown(r.Target))
		}
		a.warn(r.Warnings)
		for _, line := range problemLines(r) {
			say(a.err, map[bool]string{true: "warning", false: "error"}[kept], line)
		}
	}
	return failed, out.flush()
}

// problemLines says what was not copied, and why.
func problemLines(r *adopt.Result) []string {
	var lines []string
	for _, p := range r.Problems {
		lines = append(lines, problemText(p))
	}
	if more := r.More - len(r.Problems); more > 0 {
		lines = append(lines, fmt.Sprintf("%s: %d more could not be copied", r.Path, more))
	}
	return lines
}

// tellAdopted sums up what was done.
func (a *app) tellAdopted(plan *adopt.Plan, results []*adopt.Result, took time.Duration) {
	a.err.line(fmt.Sprintf("%s in %s", adoptSummary(plan.Storage, results), took.Round(time.Millisecond)))
	for _, r := range results {
		for _, mount := range r.Mounts {
			say(a.err, "hint", short(mount)+": left out, because something is mounted there")
		}
	}
}

// adoptSummary says how much has been copied.
func adoptSummary(storage string, results []*adopt.Result) string {
	files, present, missing := 0, 0, 0
	var bytes int64
	for _, r := range results {
		files += r.Files
		bytes = sizes.Add(bytes, r.Bytes)
		switch {
		case r.Outcome == adopt.Present:
			present++
		case r.More > 0 && !isKeptResult(r):
			missing++
		}
	}
	text := fmt.Sprintf("%s with %s copied into %s", count(files, "file"), printable.Size(bytes), storage)
	if present > 0 {
		text += fmt.Sprintf(", %s there already", count(present, "path"))
	}
	if missing > 0 {
		text += fmt.Sprintf(", %s not copied as a whole", count(missing, "path"))
	}
	return text
}
