package search_test

import (
	"errors"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

// The matches of a query with operators must be those of fzf.
func TestOperatorsMatchLikeFzf(t *testing.T) {
	probe.Tool(t, "fzf")
	r := rand.New(rand.NewPCG(21, 21))
	l := operatorListing(t, r, 3000)
	paths := pathsOf(l)
	queries := []string{
		"'code", "^/etc", ".db$", "!cache", "code settings", "settings code", "'ode 'ser", "^/home .db$", "!^/home", "!.db$",
		"!'cdb", "^/etc/a.db$", "!^/etc/a.db$", "'code$", "^/home/me$", "$", "!", "'", "^", "^$", "!$", "code !cache !.db$",
		".db$ | .ini$", "^/etc | ^/var 'a", "a | b | !c", "| a", "a |", "a | | b", "Code", "'Code", "!Code", "^/Home", "code Code",
		`my\ docs`, `'my\ docs`, "'y d", "''code", "^^/etc", "a$$", "!!code", "'|", "ssh known",
	}
	for range probe.Cases(60, 600) {
		queries = append(queries, randomTerms(r, paths))
	}
	matching := 0
	for _, query := range queries {
		want := fzfMatches(t, query, paths)
		checkMatcher(t, query, paths, want)
		found, err := search.Find(t.Context(), l, search.Query{Text: query, Dirs: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := hitPaths(l, found); !slices.Equal(got, want) && !found.CaseIgnored {
			t.Fatalf("%q: %d matches, fzf has %d:\n%q\n%q", query, len(got), len(want), got[:min(len(got), 5)], want[:min(len(want), 5)])
		}
		if found.CaseIgnored && len(want) > 0 {
			t.Fatalf("%q: case was ignored, but fzf has %d matches", query, len(want))
		}
		matching += len(want)
	}
	if matching < 10*len(queries) {
		t.Errorf("%d matches of %d queries, want ten times as many", matching, len(queries))
	}
}

// fzfMatches returns the paths that fzf finds, sorted.
func fzfMatches(t *testing.T, query string, paths []string) []string {
	t.Helper()
	cmd := exec.Command("fzf", "--literal", "--no-sort", "--filter", query)
	cmd.Env = []string{"PATH=/usr/bin:/bin"} // FZF_DEFAULT_OPTS is not honoured
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n"))
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // 1: no match
		t.Fatalf("fzf --filter %q: %v", query, err)
	}
	found := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(out) == 0 {
		found = nil
	}
	slices.Sort(found)
	return found
}

// checkMatcher compares a Matcher with the matches of fzf.
func checkMatcher(t *testing.T, query string, paths, want []string) {
	t.Helper()
	m := search.NewMatcher(search.Query{Text: query}, false)
	var got []string
	for _, path := range paths {
		if _, ok := m.Match([]byte(path)); ok {
			got = append(got, path)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%q: the matcher has %d matches, fzf has %d", query, len(got), len(want))
	}
}

// hitPaths returns the paths of the hits, sorted.
func hitPaths(l *index.Listing, found *search.Results) (paths []string) {
	for _, id := range l.Order() {
		if found.Hits.Has(id) {
			paths = append(paths, string(l.AppendPath(nil, id)))
		}
	}
	return paths
}

// operatorListing makes paths from few ASCII names, so operators match often.
func operatorListing(t testing.TB, r *rand.Rand, n int) *index.Listing {
	t.Helper()
	dirs := []string{"home", "me", "etc", "var", "cache", "Code", "code", "User", "my docs", ".ssh", "a", "b", "aa", "known_hosts"}
	names := []string{"a.db", "b.ini", "settings.json", "Code", "code", "known", "x$", "!x", "^y", "'z", "a|b", "aaa"}
	var s index.Store
	for range n {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString("/" + dirs[r.IntN(len(dirs))])
		}
		b.WriteString("/" + names[r.IntN(len(names))])
		s.AddPath([]byte(b.String()), scan.KindFile)
	}
	return listOf(t, &s)
}

// randomTerms makes a query of one to four terms from parts of paths, with random operators.
func randomTerms(r *rand.Rand, paths []string) string {
	var terms []string
	for range 1 + r.IntN(4) {
		path := paths[r.IntN(len(paths))]
		start := r.IntN(len(path))
		text := strings.ReplaceAll(path[start:start+1+r.IntN(min(len(path)-start, 6))], " ", `\ `)
		if r.IntN(4) == 0 {
			text = escaped(randomQuery(r, paths))
		}
		before := []string{"", "", "", "'", "^", "!", "!'", "!^", "'^"}[r.IntN(9)]
		if before == "^" || before == "!^" {
			text = strings.ReplaceAll(path[:min(start+1, len(path))], " ", `\ `)
		}
		after := []string{"", "", "", "", "$", " |"}[r.IntN(6)]
		if after == "$" {
			text = strings.ReplaceAll(path[start:], " ", `\ `)
		}
		terms = append(terms, before+text+after)
	}
	return strings.Join(terms, " ")
}

// All pairs of terms over a small alphabet, with all operators: Find must agree with the matcher, for
// files and directories.
func TestFindAgreesWithTheMatcher(t *testing.T) {
	var s index.Store
	eachText(4, func(path string) { s.AddPath([]byte("/"+path), scan.KindFile) })
	l := listOf(t, &s)
	texts := []string{"a", "A", "/", "a/", "/a", "aa", ".1", "aA/"}
	for _, before := range []string{"", "'", "^", "!", "!'", "!^"} {
		for _, after := range []string{"", "$"} {
			for _, text := range texts {
				checkFind(t, l, before+text+after)
				checkFind(t, l, "1 "+before+text+after)
				checkFind(t, l, "a$ | "+before+text+after)
				checkFind(t, l, "~/"+text+" "+before+"~/"+text+after)
			}
		}
	}
}

func checkFind(t *testing.T, l *index.Listing, query string) {
	t.Helper()
	checkQuery(t, l, search.Query{Text: query, Dirs: true, Home: "/A/a"})
}

// checkQuery compares the results of a query with the matcher.
func checkQuery(t *testing.T, l *index.Listing, q search.Query) {
	t.Helper()
	query := q.Text
	found, err := search.Find(t.Context(), l, q)
	if err != nil {
		t.Fatal(err)
	}
	m := search.NewMatcher(q, found.CaseIgnored)
	n := 0
	for _, id := range l.Order() {
		path := l.AppendPath(nil, id)
		_, want := m.Match(path)
		if found.Hits.Has(id) != want {
			t.Fatalf("%q in %q: %t, want %t", query, path, !want, want)
		}
		if want {
			n++
		}
	}
	if found.Total != n || len(found.Rows) != len(found.Scores) {
		t.Fatalf("%q: total %d, want %d; %d rows, %d scores", query, found.Total, n, len(found.Rows), len(found.Scores))
	}
	for i, node := range found.Rows {
		path := l.AppendNode(nil, node)
		if index.IsDir(node) {
			path = append(path, '/')
		}
		if _, ok := m.Match(path); !ok {
			t.Fatalf("%q: row %d, %q, does not match", query, i, path)
		}
		if places := m.Positions(path); !slices.IsSorted(places) || len(places) > 0 && places[len(places)-1] >= len(path) {
			t.Fatalf("%q in %q: positions %v", query, path, places)
		}
	}
}

// A query that grows key by key, with operators, must have the results of a new search.
func TestRecallOfOperatorsEqualsANewSearch(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 22))
	l := operatorListing(t, r, 3000)
	paths := pathsOf(l)
	var known search.Recall
	for range 80 {
		query := randomTerms(r, paths)
		for i := range query {
			if i > 0 {
				known = checkRecall(t, known, l, query[:i])
			}
		}
		known = checkRecall(t, known, l, query)
	}
}
