package check_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// The mount table is that of another machine, so only checks that read nothing else are shown.
func Example() {
	table, err := mounts.ParseTable("20 1 0:30 /old_roots/2026-11-29_08:01:02 / rw - btrfs /dev/vda2 rw,subvolid=300,subvol=/old_roots/2026-11-29_08:01:02\n")
	if err != nil {
		panic(err)
	}
	trees, err := boot.Judge(context.Background(), table, boot.Options{Time: boot.Time{Start: time.Unix(1_790_000_000, 0)}, Machine: silent{}})
	if err != nil {
		panic(err)
	}
	results, err := check.Run(context.Background(), check.Options{Table: table, Trees: trees, Generation: "/nowhere"})
	if err != nil {
		panic(err)
	}
	for _, r := range results[:2] {
		fmt.Println(r.ID, r.Severity)
		for _, f := range r.Findings {
			fmt.Println("  ", f.Kind, f.Path)
		}
	}
	// Output:
	// root-wiped ok
	//    tree-wiped /
	// rollback-done failure
	//    half-done /
}

// silent is a machine that answers nothing.
type silent struct{ boot.Machine }

func (silent) Top(*mounts.Mount) (boot.Top, error)             { return boot.Top{}, nil }
func (silent) Subvolume(*mounts.Mount) (boot.Subvolume, error) { return boot.Subvolume{}, nil }
func (silent) Device(*mounts.Mount) (boot.Device, error)       { return boot.Device{}, nil }

func TestCancelledRunReturnsTheError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if results, err := check.Run(ctx, check.Options{}); err == nil || results != nil {
		t.Errorf("%v, %v", results, err)
	}
}

// TestWholeMachineHasOneResultForEachCheck runs on the machine of the test.
func TestWholeMachineHasOneResultForEachCheck(t *testing.T) {
	results, err := check.Run(t.Context(), check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range check.IDs() {
		if results[i].ID != id || results[i].Severity == check.SeverityUnknown && results[i].Gap == check.NoGap {
			t.Errorf("%s: %+v", id, results[i])
		}
	}
}

func TestNamesAreUniqueAndNotUnknown(t *testing.T) {
	seen := map[string]bool{"": true, "unknown": true}
	name := func(text string) {
		t.Helper()
		if seen[text] {
			t.Errorf("%q twice, or empty", text)
		}
		seen[text] = true
	}
	for _, id := range check.IDs() {
		name(id.String())
	}
	for _, kind := range check.Kinds() {
		name(kind.String())
	}
	for s := check.OK; s <= check.Failure; s++ {
		name(s.String())
	}
	for g := check.NeedsRoot; g <= check.TooMany; g++ {
		name(g.String())
	}
	if check.ID(250).String() != "unknown" || check.Kind(250).String() != "unknown" || check.Severity(250).String() != "unknown" || check.Gap(250).String() != "failed" {
		t.Error("the names of values that do not exist")
	}
}
