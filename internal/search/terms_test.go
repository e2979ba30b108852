package search_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/scan"
)

func TestParse(t *testing.T) {
	one := func(t search.Term) search.Terms { return search.Terms{{t}} }
	for _, tt := range []struct {
		name, text string
		want       search.Terms
	}{
		{"nothing", "", nil},
		{"only spaces", "   ", nil},
		{"only operators", "! ' ^ !^ !'", nil},
		{"a text is fuzzy", "fire", one(search.Term{Kind: search.Fuzzy, Text: "fire"})},
		{"a quote", "'fire", one(search.Term{Kind: search.Exact, Text: "fire"})},
		{"a caret", "^/etc", one(search.Term{Kind: search.Prefix, Text: "/etc"})},
		{"a dollar at the end", ".db$", one(search.Term{Kind: search.Suffix, Text: ".db"})},
		{"a lone dollar is text", "$", one(search.Term{Kind: search.Fuzzy, Text: "$"})},
		{"a caret and a dollar", "^/a$", one(search.Term{Kind: search.Equal, Text: "/a"})},
		{"a quote and a dollar are exact", "'a$", one(search.Term{Kind: search.Exact, Text: "a"})},
		{"a negation is exact", "!a", one(search.Term{Kind: search.Exact, Text: "a", Negated: true})},
		{"a negation with a quote is fuzzy", "!'a", one(search.Term{Kind: search.Fuzzy, Text: "a", Negated: true})},
		{"a negated end", "!.db$", one(search.Term{Kind: search.Suffix, Text: ".db", Negated: true})},
		{"a capital", "Fire", one(search.Term{Kind: search.Fuzzy, Text: "Fire", CaseSensitive: true})},
		{"a capital counts in its term only", "Fire ab", search.Terms{
			{{Kind: search.Fuzzy, Text: "Fire", CaseSensitive: true}}, {{Kind: search.Fuzzy, Text: "ab"}},
		}},
		{"an escaped space", `my\ docs`, one(search.Term{Kind: search.Fuzzy, Text: "my docs"})},
		{"a bar", "a | b c", search.Terms{
			{{Kind: search.Fuzzy, Text: "a"}, {Kind: search.Fuzzy, Text: "b"}}, {{Kind: search.Fuzzy, Text: "c"}},
		}},
		{"a first bar is text", "| a", search.Terms{{{Kind: search.Fuzzy, Text: "|"}}, {{Kind: search.Fuzzy, Text: "a"}}}},
		{"the home", "~", one(search.Term{Kind: search.Fuzzy, Home: "/home/me/"})},
		{"a fuzzy text in the home", "~/ssh", one(search.Term{Kind: search.Fuzzy, Home: "/home/me/", Text: "ssh"})},
		{"the home with an operator", "^~/.config", one(search.Term{Kind: search.Prefix, Text: "/home/me/.config"})},
		{"not in the home", "!^~/", one(search.Term{Kind: search.Prefix, Text: "/home/me/", Negated: true})},
		{"a backup file", "~a", one(search.Term{Kind: search.Fuzzy, Text: "~a"})},
		{"a tilde in the middle", "a~/b", one(search.Term{Kind: search.Fuzzy, Text: "a~/b"})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, search.Parse(tt.text, "/home/me/")); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestTildeWithoutAHomeIsText(t *testing.T) {
	want := search.Terms{{{Kind: search.Fuzzy, Text: "~/a"}}}
	if diff := cmp.Diff(want, search.Parse("~/a", "")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// found runs a query and returns the paths of the rows.
func found(t *testing.T, l *index.Listing, q search.Query) (rows []string, r *search.Results) {
	t.Helper()
	r, err := search.Find(t.Context(), l, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range r.Rows {
		rows = append(rows, string(l.AppendNode(nil, node)))
	}
	return rows, r
}

func listing(t *testing.T, paths ...string) *index.Listing {
	t.Helper()
	var s index.Store
	for _, p := range paths {
		s.AddPath([]byte(p), scan.KindFile)
	}
	return listOf(t, &s)
}

func TestQueriesFind(t *testing.T) {
	l := listing(t,
		"/home/me/.config/Code/settings.json", "/home/me/.mozilla/firefox/places.sqlite", "/home/me/.ssh/known_hosts",
		"/home/me/My Documents/a", "/root/.ssh/known_hosts", "/var/lib/code/x", "/var/lib/node_modules/y.sqlite", "/home/me/\u00c9cole/y",
	)
	for _, tt := range []struct {
		name, text string
		want       []string
		ignored    bool
	}{
		{"a capital that matches", "Code", []string{"/home/me/.config/Code/settings.json"}, false},
		{"a capital that matches nothing is ignored", "FIREFOX", []string{"/home/me/.mozilla/firefox/places.sqlite"}, true},
		{"each term has its own case", "Code 'JSON", []string{"/home/me/.config/Code/settings.json"}, true},
		{"the home", "~/.ssh", []string{"/home/me/.ssh/known_hosts"}, false},
		{"the home comes first", ".ssh", []string{"/home/me/.ssh/known_hosts", "/root/.ssh/known_hosts"}, false},
		{"terms in any order", "known root", []string{"/root/.ssh/known_hosts"}, false},
		{"a negation", ".sqlite$ !node", []string{"/home/me/.mozilla/firefox/places.sqlite"}, false},
		{"an escaped space", `my\ doc`, []string{"/home/me/My Documents/a"}, false},
		{"one of two", "^/var/lib/code | places", []string{"/var/lib/code/x", "/home/me/.mozilla/firefox/places.sqlite"}, false},
		{"only negations keep the order", "!^/home", []string{"/root/.ssh/known_hosts", "/var/lib/code/x", "/var/lib/node_modules/y.sqlite"}, false},
		{"a term that is not ASCII", "'école y", []string{"/home/me/\u00c9cole/y"}, false},
		{"nothing", "qqqq", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows, r := found(t, l, search.Query{Text: tt.text, Home: "/home/me"})
			if diff := cmp.Diff(tt.want, rows); diff != "" || r.CaseIgnored != tt.ignored {
				t.Errorf("%q (-want +got), case ignored: %t\n%s", tt.text, r.CaseIgnored, diff)
			}
		})
	}
}

// A path that is typed or pasted in full must be found at each length.
func TestEachStartOfAPathIsFound(t *testing.T) {
	const path = "/home/me/.mozilla/firefox/places.sqlite"
	l := listing(t, path, "/etc/x")
	for n := 2; n <= len(path); n++ {
		for _, operator := range []string{"", "'", "^"} {
			if rows, _ := found(t, l, search.Query{Text: operator + path[:n]}); len(rows) == 0 || rows[0] != path {
				t.Fatalf("%s%s: found %q", operator, path[:n], rows)
			}
		}
	}
}

func TestPositions(t *testing.T) {
	for _, tt := range []struct{ name, text, path, want string }{
		{"fuzzy", "cfg", "/a/config.g", "___^__^___^"},
		{"exact, the best occurrence", "'co", "/xco/code", "_____^^__"},
		{"prefix", "^/a", "/a/b", "^^__"},
		{"suffix", "b$", "/a/b", "___^"},
		{"suffix of a directory", "b$", "/a/b/", "___^_"},
		{"several terms", "b$ '/a", "/a/b", "^^_^"},
		{"the home is not marked", "~/b", "/h/a/b", "_____^"},
		{"a negation marks nothing", "b !x", "/a/b", "___^"},
		{"no match", "q", "/a/b", "____"},
		{"not ASCII", "é", "/aé", "__^_"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := []byte(tt.want)
			for i := range got {
				got[i] = '_'
			}
			for _, at := range search.NewMatcher(search.Query{Text: tt.text, Home: "/h"}, false).Positions([]byte(tt.path)) {
				got[at] = '^'
			}
			if string(got) != tt.want {
				t.Errorf("%q in %q: %s, want %s", tt.text, tt.path, got, tt.want)
			}
		})
	}
}
