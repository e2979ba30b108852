package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/trash"
)

// trashStrays moves strays to the trash of their storage path.
func (a *app) trashStrays(ctx context.Context, f strayFlags, s *session.Strays, args []string) error {
	chosen, wrong := s.Chosen()
	failed := a.reportAll(wrong)
	r := &trashReport{app: a, json: f.json}
	for _, c := range chosen {
		if why := c.WhyLeft; why != nil {
			r.add(trash.Result{Item: trash.Item{Path: c.Path}, Err: errors.New(why.Text())}, report.OutcomeLeft)
		}
	}
	var names []string
	for _, c := range chosen {
		if c.WhyLeft == nil {
			names = append(names, c.Path)
		}
	}
	results, err := session.MoveToTrash(ctx, s.Storage, names)
	for _, result := range results {
		r.add(result, report.OutcomeMoved)
	}
	if err = r.conclude(ctx, err); r.done > 0 {
		a.err.line(fmt.Sprintf("moved %s to the trash; list-ephemeral stray --restore %s puts it back", report.Count(r.done, "path"), strings.Join(session.BatchesOf(results), " ")))
	}
	if r.left > 0 && len(args) == 0 {
		say(a.err, "hint", "to move a path that was left, name it as an argument")
	}
	if len(chosen) == 0 && failed == nil {
		a.err.line("nothing to move: no undeclared paths in " + printable.Name(strings.Join(s.Storage, ", ")))
	}
	return errors.Join(err, failed)
}

// restoreTrash moves items of the trash back: the newest batch, or the items that the arguments
// name.
func (a *app) restoreTrash(ctx context.Context, f strayFlags, storage, args []string) error {
	var all []storedBatch
	unread := session.EachBatch(ctx, storage, func(in string, b trash.Batch) {
		if len(b.Items) > 0 {
			all = append(all, storedBatch{in, b})
		}
	})
	switch {
	case len(all) == 0 && unread != nil:
		return whySignal(ctx, unread)
	case len(all) == 0:
		return errors.New("the trash is empty")
	}
	if len(args) == 0 {
		args = []string{slices.MaxFunc(all, func(a, b storedBatch) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Name, b.Name)) }).Name}
	}
	items, missing := namedItems(all, args)
	r := &trashReport{app: a, json: f.json}
	err := session.EachStorage(ctx, storage, func(in string) error {
		if len(items[in]) == 0 {
			return nil
		}
		// Restore the newest item first: it wins if several have the same path.
		slices.SortStableFunc(items[in], func(x, y trash.Item) int { return cmp.Compare(y.Batch, x.Batch) })
		results, err := trash.Restore(ctx, in, items[in])
		for _, result := range results {
			r.add(result, report.OutcomeRestored)
		}
		return err
	})
	err = r.conclude(ctx, err)
	a.err.line(fmt.Sprintf("%s restored", report.Count(r.done, "path")))
	return errors.Join(unread, missing, err)
}

// storedBatch is a batch in the trash of a storage path.
type storedBatch struct {
	in string
	trash.Batch
}

// namedItems returns the items that arguments name, by storage path. The error names the arguments
// that name no item.
func namedItems(batches []storedBatch, args []string) (items map[string][]trash.Item, missing error) {
	items = map[string][]trash.Item{}
	found := map[string]bool{}
	for _, b := range batches {
		for _, item := range b.Items {
			named := false
			for _, arg := range args {
				if namesItem(arg, &item) {
					found[arg], named = true, true
				}
			}
			if named {
				items[b.in] = append(items[b.in], item)
			}
		}
	}
	for _, arg := range args {
		if !found[arg] {
			missing = errors.Join(missing, fmt.Errorf("%s: nothing in the trash has this date or path", arg))
		}
	}
	return items, missing
}

// unstuckTrash calls run, which changes storage or its trash. It returns shortly after ctx is done
// even if a file system does not respond. The end of the process then has the effect of a kill:
// moved paths are in the manifest, and paths that were not removed are still in the trash.
func (a *app) unstuckTrash(ctx context.Context, run func() error) error {
	var ended atomic.Bool
	err := session.Unstuck(ctx, func() error {
		defer ended.Store(true)
		return run()
	})
	if !ended.Load() {
		say(a.err, "hint", session.TrashHint)
	}
	return err
}

// namesItem reports whether an argument names an item: by its date or a prefix of it, or by its
// original path or a directory above that.
func namesItem(arg string, item *trash.Item) bool {
	if !strings.Contains(arg, "/") && arg != "" && strings.HasPrefix(item.Batch, arg) {
		return true
	}
	path, err := filepath.Abs(arg)
	return err == nil && paths.AtOrBelow(item.Path, path)
}

// emptyTrash permanently removes the contents of the trash.
func (a *app) emptyTrash(ctx context.Context, f strayFlags, storage []string) error {
	batches := map[string][]trash.Batch{}
	var items []trash.Item
	dates := 0
	unread := session.EachBatch(ctx, storage, func(in string, b trash.Batch) {
		if f.before.IsZero() || b.Time.Before(f.before) {
			batches[in] = append(batches[in], b)
			items = append(items, b.Items...)
			dates++
		}
	})
	if dates == 0 {
		if unread == nil {
			a.err.line("nothing to remove")
		}
		return whySignal(ctx, unread)
	}
	if !f.yes {
		if !a.asks() {
			return session.Misuse(errors.New("--empty requires --yes without a terminal"))
		}
		size, err := session.SizeOf(ctx, items)
		if err != nil {
			return whySignal(ctx, err)
		}
		question := fmt.Sprintf("Permanently remove %s with %s, of %s? [y/N] ", report.Count(len(items), "path"), printable.Size(size.Bytes), report.Count(dates, "date"))
		if ok, err := a.confirm(ctx, question, "nothing was removed"); err != nil || !ok {
			return errors.Join(unread, err)
		}
	}
	r := &trashReport{app: a, json: f.json}
	err := session.EachStorage(ctx, storage, func(in string) error {
		if len(batches[in]) == 0 {
			return nil
		}
		results, err := trash.Empty(ctx, in, batches[in])
		for _, result := range results {
			r.add(result, report.OutcomeRemoved)
		}
		return err
	})
	err = r.conclude(ctx, err)
	a.err.line(fmt.Sprintf("%s removed", report.Count(r.done, "path")))
	return errors.Join(unread, err)
}

// asks reports whether a question can be asked on the terminal.
func (a *app) asks() bool { return isTerminal(a.in) && isTerminal(a.err.file) }

// confirm asks a question on the terminal. no is printed if the answer is not yes.
func (a *app) confirm(ctx context.Context, question, no string) (bool, error) {
	a.err.progress(question)
	answer := ""
	err := session.WaitFor(ctx, func() (err error) {
		answer, err = bufio.NewReader(a.in).ReadString('\n')
		return err
	})
	if ctx.Err() != nil {
		return false, whySignal(ctx, err)
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	if answer != "y" && answer != "yes" {
		a.err.line(no)
		return false, nil
	}
	return true, nil
}

// trashReport collects and prints the results of an operation on the trash.
type trashReport struct {
	app                *app
	json               bool
	buf                []byte
	done, left, failed int
}

// add adds a result. outcome is the outcome if the result has no error.
func (r *trashReport) add(result trash.Result, outcome string) {
	switch {
	case outcome == report.OutcomeLeft:
		r.left++
		say(r.app.err, "warning", printable.Name(result.Path)+": left: "+result.Err.Error())
	case result.Err != nil:
		outcome = report.OutcomeFailed
		r.failed++
		say(r.app.err, "error", printable.Name(result.Path)+": "+result.Err.Error())
	default:
		r.done++
	}
	if !r.json {
		r.buf = fmt.Appendf(r.buf, "%-8s %s\n", outcome, r.app.shown(result.Path))
		return
	}
	line := report.TrashLine{Date: result.Batch, Outcome: outcome}
	line.Path, line.PathBytes = jsonline.Path(result.Path)
	line.Trash, line.TrashBytes = jsonline.Path(result.At)
	if result.Err != nil {
		line.Error = result.Err.Error()
	}
	r.buf = jsonline.NewEncoder().Append(r.buf, &line)
}

// conclude writes the results, and returns the error of the run.
func (r *trashReport) conclude(ctx context.Context, err error) error {
	out := report.NewWriter(r.app.out)
	out.Buf = append(out.Buf, r.buf...)
	written := out.Flush()
	switch {
	case err != nil && ctx.Err() != nil:
		return whySignal(ctx, err)
	case err != nil:
		return err
	case written != nil:
		return written
	case r.failed > 0:
		return exitError(exitFailed)
	}
	return nil
}

// inTrash returns how much is in the trash; "" if it is empty or cannot be read.
func inTrash(ctx context.Context, storage []string) string {
	items := session.ItemsInTrash(storage)
	if len(items) == 0 {
		return ""
	}
	size, err := session.SizeOf(ctx, items)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s with %s in the trash", report.Count(len(items), "path"), printable.Size(size.Bytes))
}
