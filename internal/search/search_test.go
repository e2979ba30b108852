package search_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/crash"
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
