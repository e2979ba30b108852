package snippet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// manyItems returns n shuffled paths of about 70 bytes. One in six is a directory, which covers
// some of the files.
func manyItems(n int) []Item {
	r := rand.New(rand.NewPCG(9, 10))
	tops := []string{"/home/alice/.config/", "/home/alice/.local/share/", "/var/lib/", "/etc/", "/srv/data/"}
	items := make([]Item, n)
	for i := range items {
		p := tops[r.IntN(len(tops))] + "application-" + strconv.Itoa(r.IntN(n/20+1)) + "/profile/Local Storage/"
		if items[i].Dir = i%6 == 0; items[i].Dir {
			p += "leveldb-" + strconv.Itoa(r.IntN(20))
		} else {
			p += "leveldb-" + strconv.Itoa(r.IntN(200)) + "/" + strconv.Itoa(i) + ".log"
		}
		items[i].Path = p
	}
	return items
}

func BenchmarkRender(b *testing.B) {
	for _, n := range []int{100, 10_000, 1_000_000} {
		items := manyItems(n)
		b.Run(fmt.Sprintf("shuffled/%d", n), func(b *testing.B) { benchmarkRender(b, items) })
		items = sortItems(items)
		b.Run(fmt.Sprintf("sorted/%d", n), func(b *testing.B) { benchmarkRender(b, items) })
	}
}

func benchmarkRender(b *testing.B, items []Item) {
	b.ReportAllocs()
	for b.Loop() {
		if s := Render(items, Options{Home: home}); s.Files == 0 {
			b.Fatal("Render returned no text")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(items)), "ns/item")
}

func BenchmarkSort(b *testing.B) {
	items := manyItems(1_000_000)
	b.Run("chunks", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sortItems(items)
		}
	})
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			slices.SortFunc(slices.Clone(items), func(a, b Item) int { return a.compare(&b) })
		}
	})
}

func BenchmarkAppendString(b *testing.B) {
	for _, bb := range []struct{ name, s string }{
		{"plain", "/home/alice/.config/Code/User/globalStorage/state.vscdb"},
		{"quoted", `/home/alice/"My" App/$HOME/a\b`},
		{"letters", "/home/alice/Bilder/日本/Größe.jpg"},
		{"control", "/home/alice/evil\x1b[2J\n\u202egnp.exe"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				dst = appendString(dst[:0], bb.s)
			}
		})
	}
}
