package search_test

import (
	"testing"

	"github.com/DaRacci/list-ephemeral/bench/corpus"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
)

// The files that people search for must come first. The score of a target is the reciprocal of
// its rank, and the mean is the MRR: 0.75 means that most targets have rank 1.
func TestTargetsComeFirst(t *testing.T) {
	l := machineListing(t, 200_000)
	targets := corpus.Targets()
	var sum float64
	top := 0
	for _, target := range targets {
		rank := rankOf(t, l, target)
		if rank > 0 {
			sum += 1 / float64(rank)
		}
		if rank > 0 && rank <= 10 {
			top++
		}
		if rank != 1 {
			t.Logf("%-14s %5d  %s", target.Query, rank, target.Path)
		}
	}
	mrr := sum / float64(len(targets))
	t.Logf("MRR %.3f, %d of %d among the first ten", mrr, top, len(targets))
	if mrr < 0.75 || len(targets) < 40 {
		t.Errorf("MRR %.3f for %d targets, want 0.75 for 40", mrr, len(targets))
	}
}

// rankOf returns the rank of a target among the results, or 0.
func rankOf(t testing.TB, l *index.Listing, target corpus.Target) int {
	t.Helper()
	found, err := search.Find(t.Context(), l, search.Query{Text: target.Query, Dirs: true, Kept: keptByOthers})
	if err != nil {
		t.Fatal(err)
	}
	rank := 0
	for _, node := range found.Rows {
		if index.IsDir(node) {
			continue // targets are files, and a directory above one is not a wrong result
		}
		rank++
		if string(l.AppendNode(nil, node)) == target.Path {
			return rank
		}
	}
	return 0
}
