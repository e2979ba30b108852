package tui

import (
	"context"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

func TestRescanKeepsTheSelection(t *testing.T) {
	paths := []string{"/new/a", "/b/x", "/b/y", "/c"}
	rescan := func(_ context.Context, into *index.Store, _ bool) (Summary, error) {
		for _, p := range paths {
			into.AddPath([]byte(p), scan.KindFile)
		}
		return Summary{Errors: 2}, nil
	}
	d := newDriver(t, Options{Machine: fakeMachine{rescan: rescan}})
	d.add("/a", "/b/x", "/c", "/gone")
	d.keys("r")
	d.has("the scan is still running")
	d.end(nil)
	d.keys("tab")
	for d.app.sort != table.SortPath {
		d.keys("s")
	}
	d.keys("g", "down", "space", "G", "space", "up", "space", "tab", "tab", "tab") // /b, /c, and /gone, which the rescan does not find
	equal(t, "selected", d.selected(), []string{"/b", "/c", "/gone"})
	d.keys("r")
	d.tick()
	equal(t, "rows", d.shown(), []string{"/b/x", "/b/y", "/c", "/new/a"})
	equal(t, "selected again", d.selected(), []string{"/b", "/c"})
	d.fire(noticeExpired{})
	d.has("Files 4", "! 2 unread", " x  /b/y")
}

func TestRescanDropsLateMessages(t *testing.T) {
	rescan := func(_ context.Context, into *index.Store, _ bool) (Summary, error) {
		into.AddPath([]byte("/only"), scan.KindFile)
		return Summary{}, nil
	}
	d := newDriver(t, Options{Machine: fakeMachine{rescan: rescan}})
	d.add(sample...)
	d.end(nil)
	stale := listOf(t, d.store)
	d.hold = true
	d.keys("s", "r")
	d.send(listed{gen: 0, listing: stale})
	d.send(scanEnded{gen: 0, summary: Summary{Errors: 7}})
	d.send(statted{gen: 0, nodes: []uint32{0}, metas: []index.NodeStat{{Size: 1 << 40}}})
	d.release()
	d.tick()
	equal(t, "rows", d.shown(), []string{"/only"})
	d.hasNot("could not be read", "1.0T")
}

func TestListOfPathsCannotBeScannedAgain(t *testing.T) {
	d := browse(t, sample...)
	d.keys("r")
	d.has("a list of paths cannot be read again")
	equal(t, "rows", d.shown(), sample)
}

func TestNonCandidatesAreShownOnDemand(t *testing.T) {
	refusals := map[string]table.NotListedReason{
		"/home/me/.cache": {Reason: "excluded: **/.cache", Selectable: true},
		"/home/me/kept":   {Reason: "persisted: persistedDirs[0]"},
	}
	rescan := func(_ context.Context, into *index.Store, refused bool) (Summary, error) {
		for _, p := range []string{"/home/me/a", "/home/me/z"} {
			into.AddPath([]byte(p), scan.KindFile)
		}
		if refused {
			for p := range refusals {
				into.AddNonCandidate([]byte(p), scan.KindDir)
			}
		}
		return Summary{}, nil
	}
	d := newDriver(t, Options{Machine: fakeMachine{rescan: rescan, notListed: func(path string, _ scan.Kind) table.NotListedReason { return refusals[path] }}})
	d.add("/home/me/a", "/home/me/z")
	d.keys("down", "x")
	d.has("they are shown when the scan is complete")
	d.hasNot("excluded: ")
	d.end(nil)
	d.tick()
	equal(t, "rows", d.shown(), []string{"/home/me/.cache", "/home/me/a", "/home/me/kept", "/home/me/z"})
	equal(t, "cursor", d.cursor(), "/home/me/z")
	d.has("⟨excluded too x⟩", "/home/me/.cache/", "excluded: **/.cache", "persisted: persistedDirs[0]")

	d.keys("ctrl+a")
	equal(t, "all", d.selected(), []string{"/home/me/a", "/home/me/z"})
	d.keys("ctrl+d", "up", "space")
	equal(t, "what is persisted", d.selected(), []string{})
	d.has("not a candidate: persisted: persistedDirs[0]")
	d.keys("enter") // the cursor has stayed on the row
	if d.app.snippet != nil {
		t.Error("Enter showed a snippet of a persisted path")
	}
	d.keys("home", "space")
	equal(t, "what is excluded", d.selected(), []string{"/home/me/.cache"})

	d.keys("tab", "tab", "tab", "home", "right")
	d.fire(noticeExpired{})
	d.has("▾ /home/me/", "  .cache/", "excluded: **/.cache")
	equal(t, "files of a directory", d.app.list.result.Listing.FilesOf(d.app.list.nodes[0]), 2)
	d.keys("x")
	d.hasNot("excluded", "persisted")
	d.has("2 files")
	equal(t, "selected", d.selected(), []string{"/home/me/.cache"})
	d.keys("r")
	d.tick()
	d.has("1 kept", "2 files")
	equal(t, "selected after a scan", d.selected(), []string{"/home/me/.cache"})
	d.keys("x", "home", "right")
	d.has("excluded: **/.cache", "2 files")
}

// again opens the screen with some paths, selects the first and starts a rescan that finds other
// paths. The rescan ends when the returned function is called.
func again(t *testing.T, before, after []string) (*driver, func()) {
	t.Helper()
	rescan := func(_ context.Context, into *index.Store, _ bool) (Summary, error) {
		for _, p := range after {
			into.AddPath([]byte(p), scan.KindFile)
		}
		return Summary{}, nil
	}
	d := newDriver(t, Options{Machine: fakeMachine{rescan: rescan}})
	d.add(before...)
	d.end(nil)
	d.keys("space")
	d.hold = true
	d.keys("r")
	return d, func() {
		d.release()
		d.tick()
	}
}

func TestEnterWaitsForTheRestoredSelection(t *testing.T) {
	d, scanned := again(t, []string{"/a", "/b"}, []string{"/a"})
	d.has("0 kept, 1 to be restored")
	d.app.confirm()
	d.app.dirty = true
	d.has("restoring the selection")
	if d.app.snippet != nil {
		t.Error("Enter showed a snippet without the selection")
	}
	scanned()
	equal(t, "selected", d.selected(), []string{"/a"})
	d.hasNot("to be restored")
}

func TestSelectionCanBeClearedWhileItIsRestored(t *testing.T) {
	d, scanned := again(t, []string{"/a"}, []string{"/a"})
	d.keys("ctrl+d")
	scanned()
	equal(t, "selected", d.selected(), []string{})
}

func TestLostSelectedPathsAreReported(t *testing.T) {
	d, scanned := again(t, []string{"/a", "/b"}, []string{"/b"})
	scanned()
	d.has("1 selected path no longer exists")
}

func TestRescanDropsPendingSnippets(t *testing.T) {
	d, scanned := again(t, sample, sample[:1])
	d.app.snippet = nil
	d.app.snippetJob = snippetJob{gen: 5, running: true}
	d.send(rendered{gen: 4, snippet: SnippetText{Text: "old"}})
	scanned()
	d.keys("enter")
	equal(t, "asked", d.asked[len(d.asked)-1], []index.Selected{{Path: "/etc/hosts", Kind: scan.KindFile}})
}
