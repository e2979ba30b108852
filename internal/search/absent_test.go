package search_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/search"
)

// yielding returns paths in one buffer that is overwritten.
func yielding(paths ...string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var buf []byte
		for _, path := range paths {
			if buf = append(buf[:0], path...); !yield(buf) {
				return
			}
		}
	}
}

func always(a search.Absence) func([]byte) search.Absence {
	return func([]byte) search.Absence { return a }
}

func TestAbsentPathsAreCountedByReason(t *testing.T) {
	kept := search.Source{Paths: yielding("/home/me/.local/share/keyrings/", "/home/me/Documents/", "/var/lib/Bluetooth"), Why: always(search.Persisted)}
	left := search.Source{Paths: yielding("/home/me/.cache/keyring", "/home/me/x"), Why: func(path []byte) search.Absence {
		if strings.Contains(string(path), "/.cache/") {
			return search.Excluded
		}
		return search.Filtered
	}}
	for _, tt := range []struct {
		name, text string
		want       search.Absent
	}{
		{"by reason", "keyring", search.Absent{
			Total: 2, Of: [4]int{search.Persisted: 1, search.Excluded: 1},
			First: []search.AbsentPath{{Path: "/home/me/.local/share/keyrings/", Why: search.Persisted}, {Path: "/home/me/.cache/keyring", Why: search.Excluded}},
		}},
		{"with operators", "^~/ x$ !cache", search.Absent{
			Total: 1, Of: [4]int{search.Filtered: 1}, First: []search.AbsentPath{{Path: "/home/me/x", Why: search.Filtered}},
		}},
		{"a capital that matches nothing is ignored", "BLUE", search.Absent{
			Total: 1, Of: [4]int{search.Persisted: 1}, First: []search.AbsentPath{{Path: "/var/lib/Bluetooth", Why: search.Persisted}}, CaseIgnored: true,
		}},
		{"nothing", "qqqq", search.Absent{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := search.FindAbsent(t.Context(), search.Query{Text: tt.text, Home: "/home/me"}, kept, left)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%q (-want +got), %v:\n%s", tt.text, err, diff)
			}
		})
	}
}

func TestFirstAbsentPathsAreFew(t *testing.T) {
	var paths []string
	for i := range 5000 {
		paths = append(paths, fmt.Sprintf("/a/%04d", i))
	}
	source := search.Source{Paths: yielding(paths...), Why: always(search.Excluded)}
	got, err := search.FindAbsent(t.Context(), search.Query{Text: "'a"}, source)
	if err != nil || got.Total != len(paths) || len(got.First) != search.MostAbsent || got.First[1].Path != paths[1] {
		t.Errorf("%d paths, first %v, %v", got.Total, got.First, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := search.FindAbsent(ctx, search.Query{Text: "a"}, source); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}

// The paths that are absent from nothing must be the hits of a search in a listing of them.
func TestAbsentPathsEqualTheHits(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 33))
	l := operatorListing(t, r, 2000)
	paths := pathsOf(l)
	for range 100 {
		q := search.Query{Text: randomTerms(r, paths), Home: "/home/me"}
		found, err := search.Find(t.Context(), l, q)
		if err != nil {
			t.Fatal(err)
		}
		got, err := search.FindAbsent(t.Context(), q, search.Source{Paths: yielding(paths...), Why: always(search.Persisted)})
		if err != nil || got.Total != found.Total || got.CaseIgnored != found.CaseIgnored {
			t.Fatalf("%q: %d absent, %d hits, %v", q.Text, got.Total, found.Total, err)
		}
		hits := hitPaths(l, found)
		for _, first := range got.First {
			if !slices.Contains(hits, first.Path) {
				t.Fatalf("%q: %s is not a hit", q.Text, first.Path)
			}
		}
	}
}
