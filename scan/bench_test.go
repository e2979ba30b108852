package scan

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// benchTree makes 30,000 files in 3,000 directories and returns its root.
func benchTree(b *testing.B) string {
	b.Helper()
	root := b.TempDir()
	for d := range 3000 {
		dir := filepath.Join(root, fmt.Sprintf("%d/%d/%d", d%10, d/10%10, d))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for f := range 10 {
			if err := os.WriteFile(fmt.Sprintf("%s/file-%d.txt", dir, f), nil, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	return root
}

// BenchmarkList measures the sorted listing of a tree on the disk, one tree per operation.
func BenchmarkList(b *testing.B) {
	opts := rootOptions(benchTree(b), Rules{Exclude: patterns(b, "*log", "home/*/.cache", "**/node_modules")})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := List(b.Context(), opts, func(*Entry) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWalk measures walking the same tree with and without classes of data.
func BenchmarkWalk(b *testing.B) {
	root := benchTree(b)
	for _, mode := range []struct {
		name   string
		hide   bool
		hidden HiddenMode
	}{{"no classes", false, HiddenSkipped}, {"hide", true, HiddenSkipped}, {"hide and count", true, HiddenCounted}} {
		b.Run(mode.name, func(b *testing.B) {
			rules := hidingRules(known.FactNixOS)
			rules.Hide, rules.Stated = mode.hide, true
			opts := rootOptions(root, rules)
			opts.Hidden = mode.hidden
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Walk(b.Context(), opts, func(*Dir) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSortEntries measures sorting a directory of 1,000 entries that come in hash order.
func BenchmarkSortEntries(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	var buf []byte
	var shuffled []found
	for i := range 1000 {
		name := fmt.Sprintf("IMG_2024%04d_%d.jpg", random.IntN(10000), i)
		shuffled = append(shuffled, found{name: uint32(len(buf)), length: uint8(len(name)), tag: byte(KindFile)})
		buf = append(buf, name...)
	}
	entries := make([]found, len(shuffled))
	b.ReportAllocs()
	for b.Loop() {
		copy(entries, shuffled)
		sortEntries(buf, entries)
	}
}

// BenchmarkStepInMarkedDirectory measures the verdict on an entry of a directory with a rule node:
// the slow path, which few directories need.
func BenchmarkStepInMarkedDirectory(b *testing.B) {
	policy := NewPolicy(Rules{Persisted: []Persisted{{Path: "/a/b"}, {Path: "/a/c"}}, Exclude: patterns(b, "*log")})
	_, at := policy.step(policy.start(), []byte("a"), KindDir)
	name := []byte("some-entry.conf")
	b.ReportAllocs()
	for b.Loop() {
		policy.step(at, name, KindFile)
	}
}

// BenchmarkSplits measures Splits for directories at several depths, with rules like those of a
// real configuration.
func BenchmarkSplits(b *testing.B) {
	rules := Rules{}
	for i := range 200 {
		rules.Persisted = append(rules.Persisted, Persisted{Path: fmt.Sprintf("/home/alice/.config/app%d", i)}, Persisted{Path: fmt.Sprintf("/var/lib/service%d", i)})
	}
	r := NewRollup(NewPolicy(rules), "/home/alice")
	dirs := []string{"/home", "/home/alice/.config", "/home/alice/.config/kitty", "/var/lib/service7", "/home/alice/Projects", "/usr/share/doc"}
	b.ReportAllocs()
	for b.Loop() {
		for _, dir := range dirs {
			r.Splits(dir)
		}
	}
}

// BenchmarkUnit measures finding the unit of a file deep in it.
func BenchmarkUnit(b *testing.B) {
	r := NewRollup(NewPolicy(Rules{Persisted: []Persisted{{Path: "/home/alice/.config/Code/User/settings.json"}}}), "/home/alice")
	b.ReportAllocs()
	for b.Loop() {
		r.Unit("/home/alice/.config/Code/User/History/-1a2b3c/entries.json", false)
	}
}
