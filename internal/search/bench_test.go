package search_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/search"
)

func BenchmarkSearch(b *testing.B) {
	l := machineListing(b, 1_000_000)
	for _, query := range []string{"e", "z", "src", "cfg", "ffprof", "codeusersett", "qqqqqqqqqqqq"} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			var r *search.Results
			for b.Loop() {
				var err error
				if r, err = search.Find(context.Background(), l, search.Query{Text: query, Dirs: true, Kept: keptByOthers}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.Total), "hits")
		})
	}
}

// BenchmarkTyping searches for queries key by key, like the screen, in realistic paths. It reports
// the slowest key.
func BenchmarkTyping(b *testing.B) {
	l := machineListing(b, 1_000_000)
	for _, query := range []string{"ffprof", "config", "codeuset", "machineid", "nodemodulest", "zq", "keyring"} {
		b.Run(query, func(b *testing.B) {
			var slowest time.Duration
			for b.Loop() {
				var known search.Recall
				for i := range query {
					start := time.Now()
					q := search.Query{Text: query[:i+1], Dirs: true, Kept: keptByOthers}
					var err error
					if _, known, err = known.Find(context.Background(), l, q); err != nil {
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

func BenchmarkOperators(b *testing.B) {
	l := machineListing(b, 1_000_000)
	for _, query := range []string{"'config", "^/home", ".sqlite$", "!node_modules", "code settings", "~/.config .json$ !cache"} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			var r *search.Results
			for b.Loop() {
				var err error
				if r, err = search.Find(context.Background(), l, search.Query{Text: query, Dirs: true, Kept: keptByOthers}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.Total), "hits")
		})
	}
}

// BenchmarkPlaces ranks the places of results.
func BenchmarkPlaces(b *testing.B) {
	l := machineListing(b, 1_000_000)
	places := known.Homes{}
	splits := func(dir string) bool {
		_, kept := known.Keeper(places, dir)
		return !kept && strings.Count(dir, "/") < 5
	}
	for _, query := range []string{"e", "config", "ffprof"} {
		b.Run(query, func(b *testing.B) {
			q := search.Query{Text: query, Dirs: true, Kept: keptByOthers}
			r, err := search.Find(context.Background(), l, q)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			var ranked []search.Place
			for b.Loop() {
				if ranked, err = r.Places(context.Background(), l, q, search.PlaceOptions{Splits: splits}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(ranked)), "places")
		})
	}
}
