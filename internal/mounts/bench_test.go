package mounts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// tenThousand returns the table of a machine with many containers.
func tenThousand() string {
	var b strings.Builder
	b.WriteString("21 1 0:20 / / rw,relatime shared:1 - tmpfs none rw,size=4g\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "%d 21 0:%d /vol/%d /var/lib/containers/%d/a\\040b/merged rw,nosuid,relatime shared:%d master:1 - btrfs /dev/mapper/root rw,ssd,subvolid=%d,subvol=/vol/%d\n",
			i+22, i%7+30, i, i, i, i, i)
	}
	return b.String()
}

// BenchmarkParseTable parses 10,000 mounts.
func BenchmarkParseTable(b *testing.B) {
	text := tenThousand()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mounts.ParseTable(text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPoints finds the mounts among 10,000 that a lookup reaches.
func BenchmarkPoints(b *testing.B) {
	table, err := mounts.ParseTable(tenThousand())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if got := len(table.Points()); got != 10_000 {
			b.Fatal(got)
		}
	}
}

// BenchmarkAt looks up one path among 10,000 mounts.
func BenchmarkAt(b *testing.B) {
	table, err := mounts.ParseTable(tenThousand())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		table.At("/var/lib/containers/77/a b/merged/x/y")
	}
}
