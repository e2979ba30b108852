package table_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/places"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// machine has containers, and knows the program and the share of some places.
type machine map[string]places.Facts

func (m machine) Splits(dir string) bool { return strings.Count(dir, "/") < 3 }
func (m machine) Kept(string) bool       { return false }
func (m machine) Place(path string) places.Facts {
	return m[path]
}

func (m machine) Annotate(path string) table.Annotation {
	return table.Annotation{Rank: len(path)}
}

func (m machine) NotListed(string, scan.Kind) table.NotListedReason { return table.NotListedReason{} }

func listing(t *testing.T, paths ...string) *index.Listing {
	t.Helper()
	var s index.Store
	for _, p := range paths {
		s.AddPath([]byte(p), scan.KindFile)
	}
	l, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// stat makes long paths large and old.
func stat(path string) (scan.Kind, scan.Info, error) {
	return scan.KindFile, scan.Info{Size: int64(len(path)), ModTime: time.Unix(int64(1000-len(path)), 0)}, nil
}

func rowsOf(r *table.Result) (paths []string) {
	for i, node := range r.Rows {
		if _, group := index.GroupOf(node); group {
			paths = append(paths, r.Programs[i].Owner.Name)
			continue
		}
		paths = append(paths, string(r.From.AppendNode(nil, node)))
	}
	return paths
}

func TestComputeMakesTheRowsOfEachView(t *testing.T) {
	l := listing(t, "/h/me/app/a", "/h/me/app/bb", "/h/me/other/c", "/h/me/z")
	known := machine{
		"/h/me/app":   {Owner: index.Owner{Type: "program", Name: "app"}, Kept: 1},
		"/h/me/other": {Owner: index.Owner{Type: "program", Name: "other"}, Kept: 9},
	}
	for _, tt := range []struct {
		name  string
		query table.Query
		want  []string
	}{
		{"places by what matters", table.Query{View: setting.ViewPlaces}, []string{"/h/me/other", "/h/me/app", "/h/me/z"}},
		{"places by path", table.Query{View: setting.ViewPlaces, Sort: table.SortPath}, []string{"/h/me/app", "/h/me/other", "/h/me/z"}},
		{"places with a match inside", table.Query{View: setting.ViewPlaces, Text: "'bb"}, []string{"/h/me/app"}},
		{"programs, what belongs to none last", table.Query{View: setting.ViewPrograms}, []string{"other", "app", ""}},
		{"files", table.Query{View: setting.ViewFiles, Sort: table.SortPath}, []string{"/h/me/app/a", "/h/me/app/bb", "/h/me/other/c", "/h/me/z"}},
		{"files, reversed", table.Query{View: setting.ViewFiles, Sort: table.SortPath, Reversed: true}, []string{"/h/me/z", "/h/me/other/c", "/h/me/app/bb", "/h/me/app/a"}},
		{"files by size", table.Query{View: setting.ViewFiles, Sort: table.SortSize}, []string{"/h/me/other/c", "/h/me/app/bb", "/h/me/app/a", "/h/me/z"}},
		{"files by time", table.Query{View: setting.ViewFiles, Sort: table.SortTime}, []string{"/h/me/z", "/h/me/app/a", "/h/me/app/bb", "/h/me/other/c"}},
		{"files by rank", table.Query{View: setting.ViewFiles, Sort: table.SortRank}, []string{"/h/me/other/c", "/h/me/app/bb", "/h/me/app/a", "/h/me/z"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := table.Compute(t.Context(), table.Request{
				Machine: known, Query: tt.query, Listing: l, Stat: stat, Home: "/h/me", Now: time.Unix(2000, 0), Configurations: 10,
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := rowsOf(r); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
