package search_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/crash"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
)

func TestSearchStopsWhenCancelled(t *testing.T) {
	l := realisticListing(t, rand.New(rand.NewPCG(1, 1)), 1000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := search.Find(ctx, l, search.Query{Text: "e"}); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}

func TestPanicInAWorkerIsReturnedAsAnError(t *testing.T) {
	l := realisticListing(t, rand.New(rand.NewPCG(1, 1)), 10)
	kept := func(string) bool { panic("no") }
	_, err := search.Find(t.Context(), l, search.Query{Text: "e", Kept: kept})
	var panicked *crash.Error
	if !errors.As(err, &panicked) || panicked.In != "search" || panicked.Value != "no" {
		t.Errorf("err is %v", err)
	}
}

// A search must not allocate for each file: it reads a million of them for each key.
func TestSearchAllocatesNothingPerFile(t *testing.T) {
	few, many := operatorListing(t, rand.New(rand.NewPCG(2, 2)), 500), operatorListing(t, rand.New(rand.NewPCG(2, 2)), 20_000)
	for _, query := range []string{"e", "'code", "^/home", ".db$", "!cache", "code settings", "Code", "a | b", "~/a"} {
		allocs := func(l *index.Listing) float64 {
			return testing.AllocsPerRun(5, func() {
				if _, err := search.Find(t.Context(), l, search.Query{Text: query, Dirs: true, Home: "/home/me"}); err != nil {
					t.Fatal(err)
				}
			})
		}
		if a, b := allocs(few), allocs(many); b > a+200 {
			t.Errorf("%q: %.0f allocations for %d files, %.0f for %d", query, a, len(few.Order()), b, len(many.Order()))
		}
	}
}
