package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/jsonline"
	"github.com/DaRacci/list-ephemeral/internal/owned"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trash"
)

// What stray did with a path.
const (
	outcomeMoved    = "moved"
	outcomeRestored = "restored"
	outcomeRemoved  = "removed"
	outcomeLeft     = "left"
	outcomeFailed   = "failed"
)

// trashLine is the schema of stray --trash, --restore and --empty with --json, which
// docs/json.md documents.
type trashLine struct {
	Path       string `json:"path,omitempty"`
	PathBytes  string `json:"pathBytes,omitempty"`
	Trash      string `json:"trash,omitempty"`
	TrashBytes string `json:"trashBytes,omitempty"`
	Date       string `json:"date"`
	Outcome    string `json:"outcome"`
	Error      string `json:"error,omitempty"`
}

// trashStrays moves strays into the trash of their storage path.
func (a *app) trashStrays(ctx context.Context, f strayFlags, s *strays, args []string) error {
	chosen, failed := a.chosenStrays(s, args)
	r := &trashReport{app: a, json: f.json}
	for _, c := range chosen {
		if why := c.whyLeft; why != "" {
			r.add(trash.Result{Item: trash.Item{Path: c.path}, Err: errors.New(why)}, outcomeLeft)
		}
	}
	now := time.Now()
	var dates []string
	err := eachStorage(ctx, s.storage, func(storage string) error {
		var paths []string
		for _, c := range chosen {
			if c.whyLeft == "" && atOrBelow(c.path, storage) && storageOfPath(s.storage, c.path) == storage {
				paths = append(paths, c.path)
			}
		}
		if len(paths) == 0 {
			return nil
		}
		results, err := trash.Move(ctx, storage, paths, now)
		for _, result := range results {
			r.add(result, outcomeMoved)
			if result.Err == nil && !slices.Contains(dates, result.Batch) {
				dates = append(dates, result.Batch)
			}
		}
		return err
	})
	if err = r.conclude(ctx, err); r.done > 0 {
		a.err.line(fmt.Sprintf("moved %s to the trash; list-ephemeral stray --restore %s puts it back", count(r.done, "path"), strings.Join(dates, " ")))
	}
	if r.left > 0 && len(args) == 0 {
		say(a.err, "hint", "name what was left as an argument to move it all the same")
	}
	if len(chosen) == 0 && failed == nil {
		a.err.line("nothing to move: no undeclared paths in " + printable.Name(strings.Join(s.storage, ", ")))
	}
	return errors.Join(err, failed)
}

// restoreTrash puts back what is in the trash: the newest batch, or what the arguments name.
func (a *app) restoreTrash(ctx context.Context, f strayFlags, storage, args []string) error {
	type found struct {
		in string
		trash.Batch
	}
	var all []found
	unread := eachBatch(ctx, storage, func(in string, b trash.Batch) {
		if len(b.Items) > 0 {
			all = append(all, found{in, b})
		}
	})
	switch {
	case len(all) == 0 && unread != nil:
		return whySignal(ctx, unread)
	case len(all) == 0:
		return errors.New("the trash is empty")
	}
	if len(args) == 0 {
		args = []string{slices.MaxFunc(all, func(a, b found) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Name, b.Name)) }).Name}
	}
	items := map[string][]trash.Item{}
	wanted := map[string]bool{}
	for _, b := range all {
		for _, item := range b.Items {
			named := false
			for _, arg := range args {
				if namesItem(arg, &item) {
					wanted[arg], named = true, true
				}
			}
			if named {
				items[b.in] = append(items[b.in], item)
			}
		}
	}
	var missing error
	for _, arg := range args {
		if !wanted[arg] {
			missing = errors.Join(missing, fmt.Errorf("%s: nothing in the trash has this date or path", arg))
		}
	}
	r := &trashReport{app: a, json: f.json}
	err := eachStorage(ctx, storage, func(in string) error {
		if len(items[in]) == 0 {
			return nil
		}
		// Of several items with one path, the newest comes back.
		slices.SortStableFunc(items[in], func(x, y trash.Item) int { return cmp.Compare(y.Batch, x.Batch) })
		results, err := trash.Restore(ctx, in, items[in])
		for _, result := range results {
			r.add(result, outcomeRestored)
		}
		return err
	})
	err = r.conclude(ctx, err)
	a.err.line(fmt.Sprintf("%s restored", count(r.done, "path")))
	return errors.Join(unread, missing, err)
}

// namesItem reports whether an argument names an item: by its date or the beginning of it, or by
// the path that it had or a directory above that.
func namesItem(arg string, item *trash.Item) bool {
	if !strings.Contains(arg, "/") && arg != "" && strings.HasPrefix(item.Batch, arg) {
		return true
	}
	path, err := filepath.Abs(arg)
	return err == nil && atOrBelow(item.Path, path)
}

// emptyTrash removes what is in the trash for good.
func (a *app) emptyTrash(ctx context.Context, f strayFlags, storage []string) error {
	batches := map[string][]trash.Batch{}
	var items []trash.Item
	dates := 0
	unread := eachBatch(ctx, storage, func(in string, b trash.Batch) {
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
		size, err := sizeOf(ctx, items)
		if err != nil {
			return whySignal(ctx, err)
		}
		question := fmt.Sprintf("Remove %s with %s, of %s, for good? [y/N] ", count(len(items), "path"), printable.Size(size.Bytes), count(dates, "date"))
		if ok, err := a.confirm(ctx, question); err != nil || !ok {
			return errors.Join(unread, err)
		}
	}
	r := &trashReport{app: a, json: f.json}
	err := eachStorage(ctx, storage, func(in string) error {
		if len(batches[in]) == 0 {
			return nil
		}
		results, err := trash.Empty(ctx, in, batches[in])
		for _, result := range results {
			r.add(result, outcomeRemoved)
		}
		return err
	})
	err = r.conclude(ctx, err)
	a.err.line(fmt.Sprintf("%s removed", count(r.done, "path")))
	return errors.Join(unread, err)
}

// confirm asks on the terminal.
func (a *app) confirm(ctx context.Context, question string) (bool, error) {
	if !isTerminal(a.in) || !isTerminal(a.err.file) {
		return false, usageError{errors.New("--empty requires --yes where there is no terminal to ask on")}
	}
	a.err.progress(question)
	answer := ""
	err := waitFor(ctx, func() (err error) {
		answer, err = bufio.NewReader(a.in).ReadString('\n')
		return err
	})
	if ctx.Err() != nil {
		return false, whySignal(ctx, err)
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	if answer != "y" && answer != "yes" {
		a.err.line("nothing was removed")
		return false, nil
	}
	return true, nil
}

// trashReport prints what becomes of paths.
type trashReport struct {
	app                *app
	json               bool
	buf                []byte
	done, left, failed int
}

// add notes a result; outcome is that of success.
func (r *trashReport) add(result trash.Result, outcome string) {
	switch {
	case outcome == outcomeLeft:
		r.left++
		say(r.app.err, "warning", printable.Name(result.Path)+": left: "+result.Err.Error())
	case result.Err != nil:
		outcome = outcomeFailed
		r.failed++
		say(r.app.err, "error", printable.Name(result.Path)+": "+result.Err.Error())
	default:
		r.done++
	}
	if !r.json {
		r.buf = fmt.Appendf(r.buf, "%-8s %s\n", outcome, r.app.shown(result.Path))
		return
	}
	line := trashLine{Date: result.Batch, Outcome: outcome}
	line.Path, line.PathBytes = jsonline.Path(result.Path)
	line.Trash, line.TrashBytes = jsonline.Path(result.At)
	if result.Err != nil {
		line.Error = result.Err.Error()
	}
	r.buf = jsonline.NewEncoder().Append(r.buf, &line)
}

// conclude writes out the results, and returns the error of the run.
func (r *trashReport) conclude(ctx context.Context, err error) error {
	out := newWriter(r.app.out)
	out.buf = append(out.buf, r.buf...)
	written := out.flush()
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

// trashError adds the remedy to an error that stops everything in a storage path.
func trashError(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return hintedError{err, "run it with sudo: storage belongs to root"}
	case errors.Is(err, trash.ErrBusy):
		return hintedError{err, "wait until it is done"}
	case errors.Is(err, owned.ErrOwner):
		return hintedError{err, "run it as that user: with sudo, if it is root"}
	case !isErrno(err):
		return hintedError{err, "the trash has to be a directory that only you may enter: rename what is there"}
	}
	return err
}

// eachStorage calls do with each storage path. What goes wrong in one does not keep it from the
// others, unless ctx is done; the errors are joined.
func eachStorage(ctx context.Context, storage []string, do func(storage string) error) error {
	var failed error
	for _, in := range storage {
		if err := do(in); ctx.Err() != nil {
			return cmp.Or(err, ctx.Err())
		} else if err != nil {
			failed = errors.Join(failed, trashError(err))
		}
	}
	return failed
}

// eachBatch calls do with each batch in the trashes of storage paths, the oldest of each first.
func eachBatch(ctx context.Context, storage []string, do func(storage string, b trash.Batch)) error {
	return eachStorage(ctx, storage, func(in string) error {
		batches, err := trash.List(in)
		for _, b := range batches {
			do(in, b)
		}
		return err
	})
}

// sizeOf counts the files in the trash.
func sizeOf(ctx context.Context, items []trash.Item) (amount, error) {
	all := amount{}
	var dirs []string
	for _, item := range items {
		switch kind, info, err := scan.Stat(item.At); {
		case err != nil:
		case kind == scan.KindDir:
			dirs = append(dirs, item.At)
		case kind == scan.KindFile:
			all.add(info.Size)
		}
	}
	if len(dirs) == 0 {
		return all, nil
	}
	_, err := scan.List(ctx, scan.Options{Policy: scan.NewPolicy(scan.Rules{Roots: dirs}), Info: true}, func(e *scan.Entry) error {
		all.add(e.Info().Size)
		return nil
	})
	return all, err
}

// itemsInTrash returns what is in the trashes of storage paths that can be read.
func itemsInTrash(storage []string) (items []trash.Item) {
	for _, in := range storage {
		batches, _ := trash.List(in)
		for _, b := range batches {
			items = append(items, b.Items...)
		}
	}
	return items
}

// inTrash says how much is in the trash, or "" if nothing is or it cannot be read.
func inTrash(ctx context.Context, storage []string) string {
	items := itemsInTrash(storage)
	if len(items) == 0 {
		return ""
	}
	size, err := sizeOf(ctx, items)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s with %s in the trash", count(len(items), "path"), printable.Size(size.Bytes))
}

// trashDirs returns the trash directories in storage, which are not strays.
func trashDirs(storage []string) []string {
	var dirs []string
	for _, in := range storage {
		batches, err := trash.List(in)
		if top := filepath.Join(in, trash.Name); err != nil && !trash.Is(top) {
			continue // somebody else's
		}
		dirs = append(dirs, trash.Dirs(in, batches)...)
	}
	return dirs
}
