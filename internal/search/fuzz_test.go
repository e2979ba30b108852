package search_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

func FuzzAlign(f *testing.F) {
	for _, seed := range [][2]string{
		{"ffprof", "/home/me/.mozilla/firefox/profiles.ini"}, {"C", "/home/me/.config/Code"}, {"a/b", "//a//b/"}, {"e", "/\xff\xfe/e1"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, query, path string) {
		if len(path) < 300 && strings.IndexByte(query, 0x7f) < 0 {
			checkAlignment(t, query, path)
		}
	})
}

func FuzzScore(f *testing.F) {
	for _, seed := range [][2]string{
		{"ffprof", "/home/me/.mozilla/firefox/profiles.ini"}, {"etc", "/etc/"}, {"a/b", "//a//b/"}, {"-_", "/a-b/_c-"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, query, path string) {
		path = "/" + strings.TrimLeft(path, "/")
		points, matches, known := search.Score(query, []byte(path))
		// A path contains no NUL, and the screen accepts none in a query.
		if !known || query == "" || query != lowerASCII(query) || strings.IndexByte(query+path, 0) >= 0 {
			return
		}
		found := fuzzy.FindNoSort(query, []string{path})
		if matches != (len(found) == 1) || matches && points != found[0].Score {
			t.Fatalf("%q in %q: %d %t, the library has %+v", query, path, points, matches, found)
		}
	})
}

// Each text is a query. Find must agree with the matcher on files, directories and places.
func FuzzFind(f *testing.F) {
	for _, seed := range [][2]string{
		{"^~/.config Code$ | 'x !y", "home/me/.config/Code\nhome/me/x\netc/y"},
		{"!", "a"},
		{"~ !'~/b", "home/me/a/b\nhome/me"},
		{"a\\ b$ | ^\u00e9", "a b\n\u00c9/\xff"},
		{"K | \u212a", "k\nK\n\u212a"},
		{"^$ !^$", "a/b/c"},
		{"'a' ''$ $$ ^^", "a$\n^/'"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, query, paths string) {
		// The screen accepts neither invalid UTF-8 nor control characters in a query.
		if !utf8.ValidString(query) || strings.ContainsAny(query+paths, "\x00\x7f\t") || len(paths) > 500 || len(query) > search.MaxQuery {
			return
		}
		var s index.Store
		n := 0
		for path := range strings.SplitSeq(paths, "\n") {
			if path = strings.Trim(path, "/"); path != "" && !strings.Contains(path, "//") {
				s.AddPath([]byte("/"+path), scan.KindFile)
				n++
			}
		}
		if n == 0 {
			return
		}
		l := listOf(t, &s)
		q := search.Query{Text: query, Dirs: true, Home: "/home/me"}
		checkQuery(t, l, q)
		_ = placesOf(t, l, q, search.PlaceOptions{Splits: splitsExcept("/home/me", "/a")})
	})
}
