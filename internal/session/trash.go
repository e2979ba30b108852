package session

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/owned"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/trash"
)

// SizeOf counts the files in the trash.
func SizeOf(ctx context.Context, items []trash.Item) (report.Amount, error) {
	all := report.Amount{}
	var dirs []string
	for _, item := range items {
		switch kind, info, err := scan.Stat(item.At); {
		case err != nil:
		case kind == scan.KindDir:
			dirs = append(dirs, item.At)
		case kind == scan.KindFile:
			all.Add(info.Size)
		}
	}
	if len(dirs) == 0 {
		return all, nil
	}
	_, err := scan.List(ctx, scan.Options{Policy: scan.NewPolicy(scan.Rules{Roots: dirs}), Info: true}, func(e *scan.Entry) error {
		all.Add(e.Info().Size)
		return nil
	})
	return all, err
}

// ItemsInTrash returns the items in the trashes of storage paths. Trashes that cannot be read are
// skipped.
func ItemsInTrash(storage []string) (items []trash.Item) {
	for _, in := range storage {
		batches, _ := trash.List(in)
		for _, b := range batches {
			items = append(items, b.Items...)
		}
	}
	return items
}

// trashDirs returns the trash directories in storage, which are not strays.
func trashDirs(storage []string) []string {
	var dirs []string
	for _, in := range storage {
		batches, err := trash.List(in)
		if top := filepath.Join(in, trash.Name); err != nil && !trash.Is(top) {
			continue // not a trash of this program
		}
		dirs = append(dirs, trash.Dirs(in, batches)...)
	}
	return dirs
}

// MoveToTrash moves paths into the trash of the storage path that each is in.
func MoveToTrash(ctx context.Context, storage, names []string) (all []trash.Result, err error) {
	now := time.Now()
	err = EachStorage(ctx, storage, func(in string) error {
		here := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return StorageOfPath(storage, name) != in
		})
		if len(here) == 0 {
			return nil
		}
		results, err := trash.Move(ctx, in, here, now)
		all = append(all, results...)
		return err
	})
	return all, err
}

// BatchesOf returns the batches that paths were moved to, each once.
func BatchesOf(results []trash.Result) (batches []string) {
	for _, r := range results {
		if r.Err == nil && !slices.Contains(batches, r.Batch) {
			batches = append(batches, r.Batch)
		}
	}
	return batches
}

// TrashHint is the remedy if an operation on storage or its trash was abandoned.
const TrashHint = "storage did not answer in time, so some paths may have been moved or removed; stray --restore puts back what was moved"

// EachStorage calls do for each storage path and joins the errors. An error does not stop it,
// unless ctx is done.
func EachStorage(ctx context.Context, storage []string, do func(storage string) error) error {
	var failed error
	for _, in := range storage {
		if err := do(in); ctx.Err() != nil {
			return cmp.Or(err, ctx.Err())
		} else if err != nil {
			failed = errors.Join(failed, TrashError(err))
		}
	}
	return failed
}

// EachBatch calls do for each batch in the trashes of storage paths, in each trash from the
// oldest.
func EachBatch(ctx context.Context, storage []string, do func(storage string, b trash.Batch)) error {
	return EachStorage(ctx, storage, func(in string) error {
		batches, err := trash.List(in)
		for _, b := range batches {
			do(in, b)
		}
		return err
	})
}

// TrashError adds a remedy to an error that stops all work in a storage path.
func TrashError(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return WithRemedy(err, "run it with sudo: storage belongs to root")
	case errors.Is(err, trash.ErrBusy):
		return WithRemedy(err, "wait until it is done")
	case errors.Is(err, owned.ErrOwner):
		return WithRemedy(err, "run it as that user: with sudo, if it is root")
	case !isErrno(err):
		return WithRemedy(err, "the trash has to be a directory that only you may enter: rename what is there")
	}
	return err
}
