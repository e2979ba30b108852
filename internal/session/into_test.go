package session

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/nixedit"
	"github.com/DaRacci/list-ephemeral/snippet"
)

func TestParseAtReadsLinesAndAttributePaths(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want nixedit.At
		bad  bool
	}{
		{"", nixedit.At{}, true},
		{":a", nixedit.At{}, true},
		{"3:", nixedit.At{}, true},
		{"3:a.files", nixedit.At{Line: 3, Attr: "a.files"}, false},
		{`"3:a".files`, nixedit.At{Attr: `"3:a".files`}, false},
		{"12", nixedit.At{Line: 12}, false},
		{"0", nixedit.At{}, true},
		{"99999999999999999999", nixedit.At{}, true},
		{`a."/p".directories`, nixedit.At{Attr: `a."/p".directories`}, false},
		{"-1", nixedit.At{Attr: "-1"}, false},
	} {
		got, err := parseAt([]string{tt.text})
		if (err != nil) != tt.bad || err == nil && (len(got) != 1 || got[0] != tt.want) {
			t.Errorf("%q: %+v, %v", tt.text, got, err)
		}
	}
}

func TestWordsAreTheOptionsOfTheDialects(t *testing.T) {
	t.Parallel()
	opts := snippet.Options{Home: "/home/alice", Users: []snippet.User{{Name: "alice", Home: "/home/alice"}}}
	for dialect, want := range map[setting.Dialect][]string{
		setting.DialectPlain: {"persistence"}, setting.DialectImpermanence: {"persistence"},
		setting.DialectImpermanenceHM: {"persistence"}, setting.DialectPreservation: {"preserveAt"},
	} {
		opts.Dialect = dialect
		if diff := cmp.Diff(want, words(editLists(snippet.Entries(nil, opts).Lists))); diff != "" {
			t.Errorf("%s: %s", dialect, diff)
		}
	}
}

func TestNeededListsAreThoseOfTheBlock(t *testing.T) {
	t.Parallel()
	users := []snippet.User{{Name: "alice", Home: "/home/alice"}}
	for _, tt := range []struct {
		name  string
		opts  snippet.Options
		paths []string
		want  []bool
	}{
		{"nothing", snippet.Options{Home: "/home/alice"}, nil, []bool{true, true, true, true}},
		{"the home", snippet.Options{Home: "/home/alice"}, []string{"/home/alice/x"}, []bool{true, true, false, false}},
		{"the host", snippet.Options{Home: "/home/alice"}, []string{"/srv/x"}, []bool{false, false, true, true}},
		{"one option for both", snippet.Options{Dialect: setting.DialectImpermanence, Users: users}, []string{"/srv/x"}, []bool{true, true, true, true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var items []snippet.Item
			for _, path := range tt.paths {
				items = append(items, snippet.Item{Path: path})
			}
			elements := snippet.Entries(items, tt.opts)
			if diff := cmp.Diff(tt.want, neededLists(&elements)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestModuleSystemIsThatOfTheList(t *testing.T) {
	t.Parallel()
	opts := snippet.Options{Home: "/home/alice", Users: []snippet.User{{Name: "alice", Home: "/home/alice"}}}
	for dialect, want := range map[setting.Dialect][]int{
		setting.DialectPlain: {1, 1, 0, 0}, setting.DialectImpermanence: {0, 0, 0, 0},
		setting.DialectImpermanenceHM: {1, 1}, setting.DialectPreservation: {0, 0, 0, 0},
	} {
		opts.Dialect = dialect
		var got []int
		for _, l := range editLists(snippet.Entries(nil, opts).Lists) {
			got = append(got, moduleSystem(&l))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", dialect, diff)
		}
	}
}
