package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stamp identifies the tree in a directory. It is stored next to the directory, so the
// tree contains only planned paths.
type stamp struct {
	Files       int    `json:"files"`
	Directories int    `json:"directories"`
	Listing     string `json:"listing"` // the plan's sum
	Complete    bool   `json:"complete"`
}

func stampPath(root string) string { return root + ".stamp" }

// ensure creates the planned tree at root, and returns whether anything was created. If
// the directory contains anything else, it is not changed, and ensure returns an error.
func ensure(root string, p *plan) (made bool, err error) {
	want := stamp{Files: p.count(kindFile), Directories: len(p.dirs), Listing: p.sum()}
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("read %s: %w", root, err)
	}
	if len(entries) > 0 {
		have, err := readStamp(root)
		if err != nil {
			return false, err
		}
		complete := have.Complete
		have.Complete = false
		if have != want {
			return false, fmt.Errorf("%s contains another tree, according to %s: remove both, or use another directory",
				root, stampPath(root))
		}
		if complete {
			return false, nil
		}
	}
	if err := os.MkdirAll(filepath.Dir(root), 0o755); err != nil {
		return false, fmt.Errorf("create %s: %w", filepath.Dir(root), err)
	}
	// The stamp is written first, so a partial tree of an interrupted run can be
	// distinguished from other directories.
	if err := want.write(root); err != nil {
		return false, err
	}
	if err := p.make(root); err != nil {
		return false, err
	}
	want.Complete = true
	return true, want.write(root)
}

func readStamp(root string) (stamp, error) {
	var s stamp
	data, err := os.ReadFile(stampPath(root))
	if errors.Is(err, fs.ErrNotExist) {
		return s, fmt.Errorf("%s is not empty and was not made by gentree: %s does not exist", root, stampPath(root))
	}
	if err != nil {
		return s, fmt.Errorf("read stamp: %w", err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("read stamp %s: %w", stampPath(root), err)
	}
	return s, nil
}

func (s stamp) write(root string) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode stamp: %w", err)
	}
	// Renamed into place, so a stamp is never partial.
	temp := stampPath(root) + ".new"
	if err := os.WriteFile(temp, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write stamp: %w", err)
	}
	if err := os.Rename(temp, stampPath(root)); err != nil {
		return fmt.Errorf("write stamp: %w", err)
	}
	return nil
}
