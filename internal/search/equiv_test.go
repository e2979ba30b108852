package search_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/search"
)

// The search must find exactly what the library finds in the same paths. Its shortcuts must not
// change the result.
func TestSearchEqualsTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	l := realisticListing(t, r, 5000)
	paths := pathsOf(l)
	queries := []string{
		"e", "z", "/", "//", "src", "cfg", "SRC", "config", "ffprof", "zzqqxx", "a/b", ".", "..", "-_", "é", "É",
		"k", "K", "\u212a", "s", "\u017f", "日", "日本", "ab c", "x\u0301", strings.Repeat("q", 12), strings.Repeat("/", 30),
	}
	for range 80 {
		queries = append(queries, randomQuery(r, paths))
	}
	for _, query := range queries {
		checkAgainstLibrary(t, l, paths, query)
	}
}

// If there are more matches than ranked rows, the best rows must be those of the library,
// whichever worker found them.
func TestBestRowsEqualTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	l := realisticListing(t, r, 5*search.BestRows)
	if n := checkAgainstLibrary(t, l, pathsOf(l), "e"); n < 3*search.BestRows {
		t.Fatalf("only %d matches, want more than the rows", n)
	}
}

// A million realistic paths.
func TestSearchEqualsTheLibraryOnAMillionPaths(t *testing.T) {
	l := machineListing(t, probe.Cases(50_000, 1_000_000))
	paths := pathsOf(l)
	for _, query := range []string{"z", "cfg", "ffprof", "codeuset", "zzqqxx", "/etc/", "config.json"} {
		checkAgainstLibrary(t, l, paths, query)
	}
}

// checkAgainstLibrary compares the hits, the best rows and the scores of the first stage with
// those of the library. It returns the number of matches.
func checkAgainstLibrary(t *testing.T, l *index.Listing, paths []string, query string) int {
	t.Helper()
	want := fuzzy.Find(query, paths)
	exact := strings.IndexFunc(query, unicode.IsUpper) >= 0
	if exact { // the library does not distinguish case
		same := slices.DeleteFunc(slices.Clone(want), func(m fuzzy.Match) bool { return !containsInOrder(m.Str, query) })
		if exact = len(same) > 0; exact {
			want = same
		}
	}
	got, err := search.Find(t.Context(), l, search.Query{Text: escaped(query)})
	if err != nil {
		t.Fatal(err)
	}
	if n := got.Hits.Count(); n != len(want) || got.Total != n {
		t.Fatalf("%q: %d matches, total %d, the library has %d", query, n, got.Total, len(want))
	}
	for _, match := range want {
		if id := l.Order()[match.Index]; !got.Hits.Has(id) {
			t.Fatalf("%q: %q is not among the hits", query, match.Str)
		}
		points, matches, known := search.Score(lowerASCII(query), []byte(match.Str))
		if known && !exact && (!matches || points != match.Score) {
			t.Fatalf("%q in %q: %d, %t; the library has %d", query, match.Str, points, matches, match.Score)
		}
	}
	if !exact { // with case, the scores differ from those of the library
		checkRows(t, l, query, want, got.Rows)
	}
	return len(want)
}

// escaped returns a query with one fuzzy term.
func escaped(text string) string { return strings.ReplaceAll(text, " ", `\ `) }

// checkRows compares the ranked rows, in any order, with the best of the library.
func checkRows(t *testing.T, l *index.Listing, query string, want []fuzzy.Match, rows []uint32) {
	t.Helper()
	var best []uint32
	for _, match := range want[:min(len(want), search.BestRows)] {
		best = append(best, l.Order()[match.Index])
	}
	rows = slices.Clone(rows)
	slices.Sort(rows)
	slices.Sort(best)
	if !slices.Equal(rows, best) {
		t.Fatalf("%q: %d rows differ from the best %d of the library", query, len(rows), len(best))
	}
}

// containsInOrder reports whether a text contains the characters of a query in order.
func containsInOrder(text, query string) bool {
	for _, want := range query {
		at := strings.IndexRune(text, want)
		if at < 0 {
			return false
		}
		text = text[at+len(string(want)):]
	}
	return true
}

// Rows must be sorted by the scores of a reference implementation.
func TestRowsAreSortedByAlignmentScore(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	l := realisticListing(t, r, 2000)
	paths := pathsOf(l)
	kept := func(path string) bool { return strings.HasSuffix(path, "7") }
	for range 40 {
		query := randomQuery(r, paths)
		if strings.ToLower(query) != query || strings.ContainsFunc(query, func(c rune) bool { return c > unicode.MaxASCII }) {
			continue
		}
		found, err := search.Find(t.Context(), l, search.Query{Text: escaped(query), Kept: kept, Dirs: true})
		if err != nil {
			t.Fatal(err)
		}
		last := [3]int{}
		for i, node := range found.Rows {
			path := string(l.AppendNode(nil, node))
			score, ok := referenceAlign(query, path)
			if !ok { // the library folds more than ASCII
				score = math.MinInt32
			}
			switch {
			case l.Noisy(node):
				score += referenceNoise
			case kept(path):
				score += referenceKept
			}
			now := [3]int{-score, len(path)}
			if i > 0 && cmp.Or(cmp.Compare(last[0], now[0]), cmp.Compare(last[1], now[1])) > 0 {
				t.Fatalf("%q: row %d, %q, has score %d, but the previous row has %d", query, i, path, score, -last[0])
			}
			last = now
		}
	}
}

// A query that is typed key by key, erased and typed again must have the results of a new search.
func TestRecallEqualsANewSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	l := realisticListing(t, r, 5000)
	paths := pathsOf(l)
	var known search.Recall
	for range 60 {
		query := randomQuery(r, paths)
		for i := range query {
			if i > 0 {
				known = checkRecall(t, known, l, query[:i])
			}
		}
		known = checkRecall(t, known, l, query)
	}
}

func checkRecall(t *testing.T, known search.Recall, l *index.Listing, query string) search.Recall {
	t.Helper()
	q := search.Query{Text: query, Dirs: true}
	want, err := search.Find(t.Context(), l, q)
	if err != nil {
		t.Fatal(err)
	}
	got, known, err := known.Find(t.Context(), l, q)
	if err != nil {
		t.Fatal(err)
	}
	if got.Total != want.Total || !slices.Equal(got.Hits, want.Hits) || !slices.Equal(got.Rows, want.Rows) {
		t.Fatalf("%q: %d matches and %d rows, a new search has %d and %d", query,
			got.Total, len(got.Rows), want.Total, len(want.Rows))
	}
	return known
}
