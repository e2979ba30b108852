package tui

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"
)

// annotated opens the screen with annotated paths, as after a trace.
func annotated(t *testing.T) *driver {
	t.Helper()
	notes := map[string]table.Annotation{
		"/a/read":    {Short: "read", Long: "read, looked up", Rank: 1, Groups: 2},
		"/b/written": {Short: "written", Long: "written, read", Rank: 2, Groups: 1 | 2},
		"/c/looked":  {Short: "looked up", Long: "looked up"},
		"/d/written": {Short: "created", Long: "created", Rank: 2, Groups: 1},
	}
	d := newDriver(t, Options{
		Groups:  []string{"paths that were changed", "paths that were read"},
		Machine: fakeMachine{annotate: func(path string) table.Annotation { return notes[path] }},
	})
	d.send(tea.WindowSizeMsg{Width: 120, Height: 24})
	d.add("/a/read", "/b/written", "/c/looked", "/d/written", "/e/without")
	d.end(nil)
	return d
}

func TestAnnotatedPathsAreSortedByRank(t *testing.T) {
	d := annotated(t)
	equal(t, "rows", d.shown(), []string{"/b/written", "/d/written", "/a/read", "/c/looked", "/e/without"})
	d.has("sort: operation", "written  ", "created  ", "read  ", "looked up  ")
	d.fire(sideDue{})
	d.has("written, read")
	d.keys("s")
	equal(t, "by path", d.shown()[0], "/a/read")
	d.keys("s", "s", "s")
	equal(t, "by rank again", d.shown()[0], "/b/written")
}

func TestGroupsAreShownAlone(t *testing.T) {
	d := annotated(t)
	d.keys("o")
	d.has("paths that were changed o", "[Files 2]")
	equal(t, "changed", d.shown(), []string{"/b/written", "/d/written"})
	d.keys("o")
	equal(t, "read", d.shown(), []string{"/b/written", "/a/read"})
	d.keys("o")
	equal(t, "all", len(d.shown()), 5)
	if strings.Contains(d.lines()[0], "only") {
		t.Error(d.lines()[0])
	}
}

func TestWithoutATraceThereAreNoGroups(t *testing.T) {
	d := browse(t, sample...)
	d.keys("o")
	d.has("only the paths of a trace can be filtered")
	equal(t, "rows", d.shown(), sample)
}

func TestDirectoriesAreSortedByTheRankOfTheirContents(t *testing.T) {
	d := annotated(t)
	d.keys("tab")
	equal(t, "rows", d.shown(), []string{"/b", "/d", "/a", "/c", "/e"})
}
