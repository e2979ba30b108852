package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// stamp says what tree a directory holds. It lies beside the directory, so that
// the tree holds nothing but what was planned.
type stamp struct {
	Files       int    `json:"files"`
	Directories int    `json:"directories"`
	Listing     string `json:"listing"` // the plan's sum
	Complete    bool   `json:"complete"`
}

func stampPath(root string) string { return root + ".stamp" }

// ensure makes the planned tree at root, and says whether there was anything to
// make. A directory that holds anything else is left alone, with an error.
func ensure(root string, p *plan) (made bool, err error) {
	want := stamp{Files: p.count(kindFile), Directories: len(p.dirs), Listing: p.sum()}
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("look at %s: %w", root, err)
	}
	if len(entries) > 0 {
		have, err := readStamp(root)
		if err != nil {
			return false, err
		}
		complete := have.Complete
		have.Complete = false
		if have != want {
			return false, fmt.Errorf("%s holds another tree, says %s: remove both of them, or take another directory",
				root, stampPath(root))
		}
		if complete {
			return false, nil
		}
	}
	if err := os.MkdirAll(filepath.Dir(root), 0o755); err != nil {
		return false, fmt.Errorf("make %s: %w", filepath.Dir(root), err)
	}
	// The stamp comes first: what an interrupted run leaves can be told from
	// what somebody else put there.
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
		return s, fmt.Errorf("%s is not empty and was not made by gentree: there is no %s", root, stampPath(root))
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
	// Renamed into place: a stamp is there whole or not at all.
	temp := stampPath(root) + ".new"
	if err := os.WriteFile(temp, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write stamp: %w", err)
	}
	if err := os.Rename(temp, stampPath(root)); err != nil {
		return fmt.Errorf("write stamp: %w", err)
	}
	return nil
}
