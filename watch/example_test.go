package watch_test

import (
	"fmt"
	"time"

	"github.com/DaRacci/list-ephemeral/watch"
)

func ExampleRecord() {
	r := watch.Record{
		Path: "/home/alice/.config/app", Op: watch.Create | watch.Write, Time: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC),
		By: watch.Process{PID: 7, Exe: "/usr/bin/app", Comm: "app", Unit: "app.service"},
	}
	fmt.Printf("%s", r.Append(nil))
	// Output: {"time":"2026-11-30T12:00:00Z","path":"/home/alice/.config/app","ops":["created","written"],"pid":7,"exe":"/usr/bin/app","comm":"app","unit":"app.service"}
}

func ExampleUnitOfCgroup() {
	fmt.Println(watch.UnitOfCgroup("0::/system.slice/redis.service\n"))
	// Output: redis.service
}
