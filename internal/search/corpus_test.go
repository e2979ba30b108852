package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/bench/corpus"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/known"
	"github.com/DaRacci/list-ephemeral/scan"
)

// listOf returns a listing of a store.
func listOf(t testing.TB, s *index.Store) *index.Listing {
	t.Helper()
	l, err := s.List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func pathsOf(l *index.Listing) []string {
	paths := make([]string, len(l.Order()))
	for i, id := range l.Order() {
		paths[i] = string(l.AppendPath(nil, id))
	}
	return paths
}

// machineListing returns a listing of n paths of a typical workstation.
func machineListing(t testing.TB, n int) *index.Listing {
	t.Helper()
	var s index.Store
	corpus.Each(n, 1, func(path string) { s.AddPath([]byte(path), scan.KindFile) })
	return listOf(t, &s)
}

// realisticListing makes paths of a home directory and a system. Some have letters that fold into
// ASCII, and some have bytes that are not UTF-8.
func realisticListing(t testing.TB, r *rand.Rand, n int) *index.Listing {
	t.Helper()
	var s index.Store
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

// randomQuery makes a query from letters of a path: usually in order, sometimes shuffled or in
// upper case.
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

// keptByOthers is the function that the screen passes if home directories are in the usual
// places.
func keptByOthers(path string) bool {
	_, kept := known.Keeper(known.Homes{}, path)
	return kept
}
