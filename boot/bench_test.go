package boot_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// BenchmarkJudge judges 10,000 mounts: layers and bind mounts of containers.
func BenchmarkJudge(b *testing.B) {
	var text strings.Builder
	text.WriteString("21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n")
	for i := range 5_000 {
		fmt.Fprintf(&text, "%d 21 0:%d / /var/lib/docker/overlay2/%d/merged rw - overlay overlay rw,lowerdir=/l,upperdir=/var/lib/docker/overlay2/%d/diff,workdir=/w\n", i+100, i+100, i, i)
		fmt.Fprintf(&text, "%d 21 254:1 /var/lib/data/%d /srv/%d rw - ext4 /dev/vda1 rw\n", i+10_000, i, i)
	}
	table, err := mounts.ParseTable(text.String())
	if err != nil {
		b.Fatal(err)
	}
	options := boot.Options{Time: booted, Machine: yes{}}
	b.ReportAllocs()
	for b.Loop() {
		trees, err := boot.Judge(context.Background(), table, options)
		if err != nil || len(trees.All()) != 10_001 {
			b.Fatal(err)
		}
	}
}

// BenchmarkFullSample measures the check that a walk makes for each file once the sample is full.
func BenchmarkFullSample(b *testing.B) {
	_, files := oneDisk(b)
	fill(b, files, 16, 32)
	b.ReportAllocs()
	for b.Loop() {
		if files.Wants() {
			b.Fatal("not full")
		}
	}
}

// BenchmarkAdd measures the offer of a file of a directory whose share of the sample is full.
func BenchmarkAdd(b *testing.B) {
	_, files := oneDisk(b)
	fill(b, files, 16, 30)
	b.ReportAllocs()
	for b.Loop() {
		files.Add("7", time.Time{}, booted.Start)
		files.Add("7", time.Time{}, booted.Start)
		if !files.Wants() {
			b.Fatal("full")
		}
	}
}
