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

// What of an earlier listing is not there now.
func ExampleDiff() {
	file := func(path string, size int64) history.Item {
		return history.Item{Path: []byte(path), Kind: history.FileRegular, Size: size, ModTime: time.Unix(0, 0)}
	}
	earlier := history.Items([]history.Item{file("/etc/machine-id", 33), file("/root/notes", 9), file("/var/lib/app", 100)})
	now := history.Items([]history.Item{file("/etc/machine-id", 33), file("/var/lib/app", 50)})
	counts, err := history.Diff(earlier, now, func(d *history.Difference) error {
		fmt.Printf("%s: %s (%s)\n", d.Path, d.Change, d.Differs)
		return nil
	})
	fmt.Println(counts.Gone, counts.GoneBytes, err)
	// Output:
	// /etc/machine-id: same ()
	// /root/notes: gone ()
	// /var/lib/app: differs (size)
	// 1 9 <nil>
}
