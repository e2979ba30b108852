package session

import (
	"context"
	"path/filepath"

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

// ItemsInTrash returns what is in the trashes of storage paths that can be read.
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
			continue // somebody else's
		}
		dirs = append(dirs, trash.Dirs(in, batches)...)
	}
	return dirs
}
