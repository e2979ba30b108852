package tui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/scan"
)

// million fills a store as a walk does: about six files in each of 169,000
// directories, paths of 90 bytes on average.
func million(s *Store) {
	const dirs, files = 169_000, 1_000_000
	r := rand.New(rand.NewPCG(1, 1))
	words := []string{
		"home", "alice", ".config", "Code", "User", "node_modules", "src", "target", "debug", "firefox", "cache2", "entries",
		"lib", "share", "objects", "Steam", "steamapps", "common", "site-packages", "registry",
	}
	names := []string{"index.js", "config", "settings.json", "README.md", "profiles.ini", "cookies.sqlite", "mod.rs", "state"}
	buf := make([]byte, 0, 64)
	s.addDir(0, 0, []byte("/"), candidates())
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
		s.addDir(id, parent, []byte(dir), func(yield func([]byte, scan.DirEntry) bool) {
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
	var s *Store
	for b.Loop() {
		s = new(Store)
		million(s)
	}
	s.seal()
	runtime.GC()
	runtime.ReadMemStats(&after)
	_, files := s.Counts()
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(files), "B/path")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())*1e6/float64(b.N)/float64(files), "ns/path")
}

func BenchmarkListing(b *testing.B) {
	var s Store
	million(&s)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newListing(context.Background(), s.snapshot()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	var s Store
	million(&s)
	l := listOf(b, &s)
	for _, query := range []string{"e", "z", "src", "cfg", "ffprof", "codeusersett", "qqqqqqqqqqqq"} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			var r *results
			for b.Loop() {
				var err error
				if r, err = find(context.Background(), request{listing: l, query: query, dirs: true, kept: keptByOthers}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.hits.count()), "hits")
		})
	}
}

// BenchmarkTyping types queries key by key, as the screen asks them, on paths as they
// are on a machine; it reports the slowest key.
func BenchmarkTyping(b *testing.B) {
	l := machineListing(b, 1_000_000)
	for _, query := range []string{"ffprof", "config", "codeuset", "machineid", "nodemodulest", "zq", "keyring"} {
		b.Run(query, func(b *testing.B) {
			var slowest time.Duration
			for b.Loop() {
				var known recall
				for i := range query {
					start := time.Now()
					req := request{listing: l, query: query[:i+1], dirs: true, kept: keptByOthers}
					var err error
					if _, known, err = known.find(context.Background(), req); err != nil {
						b.Fatal(err)
					}
					slowest = max(slowest, time.Since(start))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N*len(query)), "ms/key")
			b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest")
		})
	}
}

func BenchmarkPrograms(b *testing.B) {
	var s Store
	million(&s)
	l := listOf(b, &s)
	programs := make([]string, 60)
	for i := range programs {
		programs[i] = fmt.Sprintf("%cro%cgram-cli", 'a'+i%26, 'a'+i%25)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := countPrograms(context.Background(), l, programs); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKey is what a key costs on a full screen of a million rows: Update and
// View.
func BenchmarkKey(b *testing.B) {
	var s Store
	million(&s)
	m := newApp(context.Background(), Options{}, &s)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 50})
	m.Update(listed{listing: listOf(b, &s)})
	keys := []tea.KeyPressMsg{press("down"), press("pgdown"), press("space"), press("up")}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Update(keys[i%len(keys)])
		m.View()
		i++
	}
}

// BenchmarkNewRows is what the screen's thread does for a new listing.
func BenchmarkNewRows(b *testing.B) {
	var s Store
	million(&s)
	m := newApp(context.Background(), Options{}, &s)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 50})
	l := listOf(b, &s)
	m.Update(listed{listing: l})
	m.Update(press("G"))
	b.ReportAllocs()
	for b.Loop() {
		m.Update(listed{listing: l})
		m.View()
	}
}
