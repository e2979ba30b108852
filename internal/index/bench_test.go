package index_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
)

// million fills a store in the same way as a walk: 169,000 directories with about six files each,
// and paths of 90 bytes on average.
func million(s *index.Store) {
	const dirs, files = 169_000, 1_000_000
	r := rand.New(rand.NewPCG(1, 1))
	words := []string{
		"home", "alice", ".config", "Code", "User", "node_modules", "src", "target", "debug", "firefox", "cache2", "entries",
		"lib", "share", "objects", "Steam", "steamapps", "common", "site-packages", "registry",
	}
	names := []string{"index.js", "config", "settings.json", "README.md", "profiles.ini", "cookies.sqlite", "mod.rs", "state"}
	buf := make([]byte, 0, 64)
	s.AddEntries(0, 0, []byte("/"), candidates())
	for id := uint32(1); id < dirs; id++ {
		parent := uint32(0)
		if id > 20 {
			parent = uint32(r.IntN(int(id) / 2))
		}
		dir := fmt.Sprintf("%s-%x", words[r.IntN(len(words))], id&0xff)
		left := files / dirs
		if id%1000 < 917 { // 5.917 files each
			left++
		}
		s.AddEntries(id, parent, []byte(dir), func(yield func([]byte, scan.DirEntry) bool) {
			for i := range left {
				buf = append(append(buf[:0], byte('a'+i), '-'), names[(int(id)+i)%len(names)]...)
				if !yield(buf, scan.DirEntry{Kind: scan.KindFile}) {
					return
				}
			}
		})
	}
}

func BenchmarkStoreAddDir(b *testing.B) {
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var s *index.Store
	for b.Loop() {
		s = new(index.Store)
		million(s)
	}
	s.Seal()
	runtime.GC()
	runtime.ReadMemStats(&after)
	_, files := s.Counts()
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(files), "B/path")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())*1e6/float64(b.N)/float64(files), "ns/path")
}

func BenchmarkListing(b *testing.B) {
	var s index.Store
	million(&s)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.List(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPrograms(b *testing.B) {
	var s index.Store
	million(&s)
	l := listOf(b, &s)
	programs := make([]string, 60)
	for i := range programs {
		programs[i] = fmt.Sprintf("%cro%cgram-cli", 'a'+i%26, 'a'+i%25)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := l.CountPrograms(context.Background(), programs, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGroupByOwner groups a million files by owner. The names of 785 to 946,046 places are mapped
// to owners. "stats" sums the sizes of groups, "rows" makes the rows with all groups open.
func BenchmarkGroupByOwner(b *testing.B) {
	var s index.Store
	million(&s)
	for _, depth := range []int{2, 5, 9} {
		l := listOf(b, &s)
		owners := index.Owners{
			Splits: func(dir string) bool { return strings.Count(dir, "/") < depth },
			Of: func(path string) (index.Owner, int) {
				name, _, _ := strings.Cut(path[strings.LastIndexByte(path, '/')+1:], "-")
				return index.Owner{Type: "program", Name: name}, len(path)
			},
		}
		g := groupsOf(b, l, owners, nil)
		places := 0
		for _, group := range g.All() {
			places += len(group.Places)
		}
		b.Run(fmt.Sprintf("places=%d", places), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				groupsOf(b, l, owners, nil)
			}
		})
		b.Run(fmt.Sprintf("rows/places=%d", places), func(b *testing.B) {
			b.ReportAllocs()
			open := index.NewBitset(len(g.All()))
			for i := range g.All() {
				open.Add(uint32(i))
			}
			for b.Loop() {
				g.Rows(index.GroupOptions{Open: open})
			}
		})
		stats, err := l.StatAll(b.Context(), func(string) (scan.Kind, scan.Info, error) { return scan.KindFile, scan.Info{Size: 1}, nil }, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("stats/places=%d", places), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g.Stats(stats)
			}
		})
	}
}
