package triage_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/DaRacci/list-ephemeral/triage"
)

func Example() {
	dir, err := os.MkdirTemp("", "triage")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := triage.InState(dir)

	now := time.Now()
	var book triage.Book
	book.Decide([]triage.Sized{{Path: "/home/al/.cache", Bytes: 1 << 20}, {Path: "/var/log"}}, triage.Ignore, now)
	book.Decide([]triage.Sized{{Path: "/home/al/Downloads"}}, triage.NotNow, now)
	undone, _ := book.Undo(now)
	fmt.Println(undone.Action, undone.Verdict, undone.Paths)

	saved, err := file.Save(context.Background(), book.Pending())
	if err != nil {
		fmt.Println(err)
		return
	}
	active := saved.Set.Active(now, nil)
	d, _ := active.Of("/home/al/.cache/mozilla")
	fmt.Println(d.Verdict, "by", d.Path)
	_, decided := active.Of("/home/al/Downloads")
	fmt.Println(decided)
	// Output:
	// undone not-now 1
	// ignore by /home/al/.cache
	// false
}
