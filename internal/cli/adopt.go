package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/config"
	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
	"github.com/DaRacci/list-ephemeral/scan"
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
	storage, err := p.storageToFill(f.storage)
	if err != nil {
		return err
	}
	plan, err := adopt.Prepare(ctx, storage, paths.names, p.adoptOptions(paths, f.force))
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
	failed := a.printResults(results, f.json)
	a.tellAdopted(plan, results, time.Since(started))
	a.remedy(results)
	if err != nil {
		return whySignal(ctx, err)
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

// storageToFill returns the storage path to copy into. It has to be a mount that the
// reboot does not wipe.
func (p *plan) storageToFill(flag string) (string, error) {
	named, err := p.storageToName(flag)
	if err != nil {
		return "", usageError{fmt.Errorf("--storage: %w", err)}
	}
	storage := truepath.Resolve(named)
	hm := p.config.Snippet.Dialect == config.DialectImpermanenceHM
	if home := p.config.Home; flag == "" && hm && home != "" && len(storage) > len(home) {
		storage = strings.TrimSuffix(storage, home) // as version 1 of its module names it
	}
	kind, _, err := scan.Stat(storage)
	if err != nil {
		return "", hintedError{fmt.Errorf("look at storage: %w", err), storageRemedy}
	}
	if kind != scan.KindDir {
		return "", hintedError{fmt.Errorf("storage %s is a %s", storage, kind), storageRemedy}
	}
	at := p.mounts.At(storage)
	for _, root := range p.policy.Roots() {
		if p.mounts.At(root) == at {
			return "", hintedError{
				fmt.Errorf("storage %s is not a mount: it lies on %s, which the next reboot wipes", storage, p.mountText(storage)), storageRemedy,
			}
		}
	}
	return storage, nil
}

const storageRemedy = "mount persistent storage there, or name it by --storage or snippet.storagePath"

// notWipedError says that a path need not be copied.
type notWipedError string

func (e notWipedError) Error() string { return string(e) }

// notWiped returns an error for a path that the next reboot does not wipe, or that is made
// anew then.
func (p *plan) notWiped(path string) error {
	kind, _, _ := scan.Stat(path)
	v := p.judge(path, kind)
	switch v.Class {
	case scan.ClassSystem:
		return notWipedError("it is managed by Nix or made anew at every boot")
	case scan.ClassMounted:
		return notWipedError("something is mounted at " + printable.Name(v.By) + ", which is not wiped")
	case scan.ClassUnknown, scan.ClassCandidate, scan.ClassIncluded, scan.ClassRoot, scan.ClassPersisted, scan.ClassStorage,
		scan.ClassExcluded, scan.ClassOutside, scan.ClassLinked:
	}
	for _, storage := range p.storage {
		if in, ok := p.mounts.Stored(path, storage); ok {
			return notWipedError("it is a mount of " + printable.Name(in))
		}
	}
	return nil
}

// adoptError adds the remedy to an error that stops everything.
func adoptError(err error, storage string) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return hintedError{err, "run it with sudo: storage belongs to root"}
	case errors.Is(err, syscall.EROFS):
		return hintedError{err, fmt.Sprintf("mount it writable: mount -o remount,rw %s", storage)}
	case errors.Is(err, adopt.ErrBusy):
		return hintedError{err, "wait for it to end"}
	case errors.Is(err, syscall.ENOSYS):
		return hintedError{err, "adopt needs Linux 5.6 or later"}
	}
	return err
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

// remedy says what helps against the first problem that there is a remedy for.
func (a *app) remedy(results []*adopt.Result) {
	for _, r := range results {
		for _, p := range r.Problems {
			if hint := remedyFor(p.Err); hint != "" {
				say(a.err, "hint", hint)
				return
			}
		}
	}
}

// remedyFor says what helps against a problem, or "".
func remedyFor(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "root may copy what others may not: run it with sudo"
	case errors.Is(err, syscall.ENOSPC):
		return "make room in storage, or copy less, and run it again"
	case errors.Is(err, adopt.ErrWritten):
		return "close the program, or copy its files as they are with --force"
	}
	return ""
}

// printPlan prints what would be done.
func (a *app) printPlan(plan *adopt.Plan, asJSON bool) error {
	out := newWriter(a.out)
	json := jsonline.NewEncoder()
	failed, hint := false, ""
	for i := range plan.Units {
		u := &plan.Units[i]
		failed = failed || u.Err != nil && !isKept(u.Err)
		if asJSON {
			line := adoptLine{Outcome: actionName(u), Files: u.Files, Bytes: u.Bytes, Problems: []adoptProblem{}}
			line.setPaths(u.Path, u.Target)
			if u.Err != nil {
				line.Problems = append(line.Problems, newAdoptProblem(u.Path, u.Err))
			}
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

func newAdoptProblem(path string, err error) adoptProblem {
	p := adoptProblem{Error: err.Error()}
	p.Path, p.PathBytes = jsonline.Path(path)
	return p
}

// printResults prints what became of each path, and its problems on stderr. It reports
// whether something could not be copied.
func (a *app) printResults(results []*adopt.Result, asJSON bool) (failed bool) {
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
			out.buf = json.Append(out.buf, &line)
		} else {
			out.buf = fmt.Appendf(out.buf, "%-7s %s\n", outcomeName(r), a.shown(r.Target))
		}
		for _, line := range problemLines(r) {
			say(a.err, map[bool]string{true: "warning", false: "error"}[kept], line)
		}
	}
	_ = out.flush() // a closed pipe shows again at the next write
	return failed
}

// problemLines says what was not copied, and why.
func problemLines(r *adopt.Result) []string {
	var lines []string
	for _, p := range r.Problems {
		lines = append(lines, fmt.Sprintf("%s: %s", short(p.Path), p.Err))
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
		for _, w := range r.Warnings {
			say(a.err, "warning", fmt.Sprintf("%s: %s", short(w.Path), w.Err))
		}
	}
}

// adoptSummary says how much has been copied.
func adoptSummary(storage string, results []*adopt.Result) string {
	files, present, missing := 0, 0, 0
	var bytes int64
	for _, r := range results {
		files += r.Files
		bytes += r.Bytes
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
