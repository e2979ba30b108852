package mounts_test

import (
	"fmt"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

const exampleTable = `20 1 0:20 / / rw,relatime - tmpfs none rw
21 20 0:30 /@persist /persist rw - btrfs /dev/vda rw
22 20 0:30 /@persist/var/lib/postgresql /var/lib/postgresql rw - btrfs /dev/vda rw
`

func ExampleTable() {
	table, err := mounts.ParseTable(exampleTable)
	if err != nil {
		panic(err)
	}
	at := table.At("/var/lib/postgresql/16")
	fmt.Println(at.Point, at.FSType, at.Root)
	fmt.Println(table.Stored("/var/lib/postgresql/16", "/persist"))
	fmt.Println(table.DefaultRoots("/home/alice"))
	// Output:
	// /var/lib/postgresql btrfs /@persist/var/lib/postgresql
	// /persist/var/lib/postgresql/16 true
	// [/]
}

// A caller that does not need the complete table can use the valid lines.
func ExampleParse() {
	all, err := mounts.Parse("what is this\n" + exampleTable)
	fmt.Println(len(all), err)
	// Output:
	// 3 line 1: expected the fields of mountinfo, got "what is this"
}
