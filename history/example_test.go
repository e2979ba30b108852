package history_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/DaRacci/list-ephemeral/history"
)

// The newest state of a directory that a user names, with a file of it.
func ExampleFind() {
	top, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(top)
	if top, err = filepath.EvalSymlinks(top); err != nil {
		fmt.Println(err)
		return
	}
	old := filepath.Join(top, "2026-11-3_08:00:00")
	if err := os.MkdirAll(old, 0o755); err != nil {
		fmt.Println(err)
		return
	}
	if err := os.WriteFile(filepath.Join(old, "notes"), []byte("buy milk\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	found, err := history.Find(context.Background(), history.Options{From: []string{old, top + "/none"}, Zone: time.UTC})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer found.Close()
	for _, state := range found.States {
		dir, err := state.Open()
		if err != nil {
			fmt.Println(err)
			return
		}
		text, err := os.ReadFile(dir.Path() + "/notes")
		fmt.Println(state.Kind, state.Time.Format(time.DateTime), string(text), err)
		dir.Close()
	}
	for _, p := range found.Problems {
		fmt.Println(p.Kind, p.Reason)
	}
	// Output:
	// directory 2026-11-03 08:00:00 buy milk
	//  <nil>
	// directory not-found
}

// In which of three states each path is.
func ExampleRecur() {
	state := func(paths ...string) history.Listing {
		return func(yield func(history.Item, error) bool) {
			for _, path := range paths {
				if !yield(history.Item{Path: []byte(path), Kind: history.FileRegular}, nil) {
					return
				}
			}
		}
	}
	states := []history.Listing{state("/etc/machine-id", "/var/lib/app"), state("/etc/machine-id"), state("/etc/machine-id", "/root/notes", "/var/lib/app")}
	err := history.Recur(states, func(r *history.Recurring) error {
		fmt.Printf("%s: %s, in %d\n", r.Path, r.Recurrence, r.States)
		return nil
	})
	fmt.Println(err)
	// Output:
	// /etc/machine-id: regenerated, in 3
	// /root/notes: one-off, in 1
	// /var/lib/app: evolving, in 2
	// <nil>
}
