package tui

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/scan"
)

// The search has to find exactly what the library finds on the same paths, in
// the library's order: what it leaves out before asking is only a short cut.
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
		checkFirstStage(t, l, paths, query)
	}
}

// The order must hold where more match than are kept, whichever worker found
// them.
func TestSearchKeepsTheBestOfManyAsTheLibraryOrdersThem(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	l := realisticListing(t, r, 5*bestRows)
	if n := checkFirstStage(t, l, pathsOf(l), "e"); n < 3*bestRows {
		t.Fatalf("only %d matches", n)
	}
}

// A million paths, as they are on a machine.
func TestSearchEqualsTheLibraryOnAMillionPaths(t *testing.T) {
	l := machineListing(t, probe.Cases(50_000, 1_000_000))
	paths := pathsOf(l)
	for _, query := range []string{"z", "cfg", "ffprof", "codeuset", "zzqqxx", "/etc/", "config.json"} {
		checkFirstStage(t, l, paths, query)
	}
}

// checkFirstStage compares matches, scores and order with the library's, and
// returns how many match. The library does not care for case.
func checkFirstStage(t *testing.T, l *listing, paths []string, query string) int {
	t.Helper()
	want := fuzzy.Find(query, paths)
	s := newSearch(request{listing: l, query: query})
	if s.pattern.exact {
		want = slices.DeleteFunc(want, func(m fuzzy.Match) bool { return !holdsInOrder(m.Str, query) })
	}
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := s.merged()
	best, hits := all.files.matches, all.hits
	slices.SortFunc(best, compareRanked)
	if n := hits.count(); n != len(want) {
		t.Fatalf("%q: %d matches, the library has %d", query, n, len(want))
	}
	for i, match := range want {
		if id := l.order[match.Index]; !hits.has(id) {
			t.Fatalf("%q: %q is not among the hits", query, match.Str)
		}
		if i < bestRows && !s.pattern.exact && (best[i].node != l.order[match.Index] || best[i].score != match.Score) {
			t.Fatalf("%q: row %d is %q with %d, the library has %q with %d", query, i,
				l.appendPath(nil, best[i].node), best[i].score, match.Str, match.Score)
		}
	}
	return len(want)
}

// What is typed key by key, erased and typed again has to have the answers that it
// has when it is asked at once.
func TestRecallEqualsAskingAtOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	l := realisticListing(t, r, 5000)
	paths := pathsOf(l)
	var known recall
	narrowed := 0
	for range 60 {
		query := randomQuery(r, paths)
		for i := range query {
			if i > 0 {
				narrowed += checkRecall(t, &known, l, query[:i])
			}
		}
		narrowed += checkRecall(t, &known, l, query)
	}
	if narrowed < 50 {
		t.Errorf("only %d queries were asked among the matches of another", narrowed)
	}
}

// checkRecall returns 1 if a query was asked among the matches of one before.
func checkRecall(t *testing.T, known *recall, l *listing, query string) int {
	t.Helper()
	req := request{listing: l, query: query, dirs: true}
	want, err := find(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	narrowed := 0
	for _, k := range known.answers {
		if k.query != query && strings.HasPrefix(query, k.query) && k.total <= len(l.order)/narrowingShare {
			narrowed = 1
		}
	}
	var got *results
	if got, *known, err = known.find(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if got.total != want.total || !slices.Equal(got.hits, want.hits) || !slices.Equal(got.rows, want.rows) {
		t.Fatalf("%q: %d matches and %d rows, %d and %d when it is asked at once", query,
			got.total, len(got.rows), want.total, len(want.rows))
	}
	return narrowed
}

func TestProgramFilterEqualsGrep(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	l := realisticListing(t, r, 4000)
	paths := pathsOf(l)
	programs := []string{"firefox", "Code", "_1password-gui", "e", "sr", "nothing", "_"}
	counts, err := countPrograms(t.Context(), l, programs)
	if err != nil {
		t.Fatal(err)
	}
	for i, program := range programs {
		name := known.Normalize(program)
		want := []string{}
		for _, p := range paths {
			if name != "" && strings.Contains(strings.ToLower(p), name) {
				want = append(want, p)
			}
		}
		r, err := compose(t.Context(), inquiry{listing: l, question: programQuestion(program)})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, id := range r.rows {
			got = append(got, string(l.appendPath(nil, id)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d paths, want %d", program, len(got), len(want))
		}
		equal(t, "count of "+program, counts[i], len(want))
		equal(t, "total of "+program, r.total, len(want))
	}
}

func TestQueryWithinAProgram(t *testing.T) {
	var s Store
	for _, p := range []string{"/a/firefox/config", "/a/firefox/other", "/b/config", "/c/Firefox.conf"} {
		s.AddPath([]byte(p), scan.KindFile)
	}
	l := listOf(t, &s)
	q := programQuestion("firefox")
	first, err := compose(t.Context(), inquiry{listing: l, question: q})
	if err != nil {
		t.Fatal(err)
	}
	q.query = "conf"
	r, err := compose(t.Context(), inquiry{listing: l, question: q, narrowed: first.narrowed})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "total", r.total, 2)
	if r.narrowed != first.narrowed {
		t.Error("the program's files were looked for again")
	}
}

func programQuestion(program string) question {
	return question{filters: filters{program: program}, view: ViewFiles}
}

func TestPanicsOfSearchWorkersEndTheProgramInOrder(t *testing.T) {
	l := realisticListing(t, rand.New(rand.NewPCG(1, 1)), 10)
	l.order = []uint32{1 << 30} // there is no such file
	msg, ok := composeCmd(t.Context(), 1, inquiry{listing: l, question: question{query: "e", view: ViewFiles}})().(panicked)
	if !ok || msg.err.In != "search" {
		t.Errorf("the answer is %+v", msg)
	}
}

func TestSearchStopsWhenCancelled(t *testing.T) {
	l := realisticListing(t, rand.New(rand.NewPCG(1, 1)), 1000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, q := range []question{{query: "e"}, programQuestion("firefox")} {
		if _, err := compose(ctx, inquiry{listing: l, question: q}); !errors.Is(err, context.Canceled) {
			t.Errorf("err is %v", err)
		}
	}
	if _, err := countPrograms(ctx, l, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("err is %v", err)
	}
}

// realisticListing makes paths as a home and a system have them, some with
// letters that fold into ASCII and bytes that are no text.
func realisticListing(t testing.TB, r *rand.Rand, n int) *listing {
	t.Helper()
	var s Store
	for range n {
		s.AddPath(realisticPath(r), scan.KindFile)
	}
	return listOf(t, &s)
}

func realisticPath(r *rand.Rand) []byte {
	dirs := []string{
		"home", "me", ".config", "Code", "User", "src", "node_modules", "firefox", "cache2", "entries", "var", "lib",
		"1Password", "etc", ".ssh", "Éa", "\u212aelvin", "lo\u017ft", "日本語", "\xff\xfe", "a b", "under_score", "CamelCase",
	}
	names := []string{
		"config", "profiles.ini", "settings.json", "index.js", "README", "state", "cookies.sqlite", "é", "x\u0301y", "K", "notes.txt",
	}
	var p []byte
	for range 1 + r.IntN(6) {
		p = append(append(p, '/'), dirs[r.IntN(len(dirs))]...)
	}
	p = append(append(p, '/'), names[r.IntN(len(names))]...)
	return fmt.Appendf(p, "%d", r.IntN(1000))
}

// randomQuery takes letters of a path in order, or out of it, in any case.
func randomQuery(r *rand.Rand, paths []string) string {
	path := []rune(paths[r.IntN(len(paths))])
	var query []rune
	for _, c := range path {
		if r.IntN(6) == 0 && c != 0xfffd {
			query = append(query, c)
		}
	}
	if len(query) == 0 {
		query = path[:1]
	}
	if r.IntN(4) == 0 {
		r.Shuffle(len(query), func(i, j int) { query[i], query[j] = query[j], query[i] })
	}
	if r.IntN(3) == 0 {
		return strings.ToUpper(string(query))
	}
	return string(query[:min(len(query), 12)])
}
