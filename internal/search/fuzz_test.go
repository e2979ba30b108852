package search_test

import (
	"strings"
	"testing"

	"github.com/sahilm/fuzzy"

	"github.com/DaRacci/list-ephemeral/internal/search"
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
