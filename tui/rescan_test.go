package tui

import (
	"context"
	"testing"

	"github.com/DaRacci/list-ephemeral/scan"
)

func TestScanningAgainKeepsWhatIsSelected(t *testing.T) {
	paths := []string{"/new/a", "/b/x", "/b/y", "/c"}
	rescan := func(_ context.Context, into *Store) (Summary, error) {
		for _, p := range paths {
			into.AddPath([]byte(p), scan.KindFile)
		}
		return Summary{Errors: 2}, nil
	}
	d := newDriver(t, Options{Rescan: rescan})
	d.add("/a", "/b/x", "/c", "/gone")
	d.keys("r")
	d.has("the scan is still running")
	d.end(nil)
	d.keys("tab", "g", "down", "space", "G", "space", "up", "space", "tab", "tab") // /b, /c and what will be gone
	equal(t, "selected", d.selected(), []string{"/b", "/c", "/gone"})
	d.keys("r")
	d.tick()
	equal(t, "rows", d.shown(), []string{"/b/x", "/b/y", "/c", "/new/a"})
	equal(t, "selected again", d.selected(), []string{"/b", "/c"})
	d.fire(noticeExpired{})
	d.has("4 paths", "2 paths could not be read", " x  /b/y")
}

func TestScanningAgainForgetsWhatComesLate(t *testing.T) {
	rescan := func(_ context.Context, into *Store) (Summary, error) {
		into.AddPath([]byte("/only"), scan.KindFile)
		return Summary{}, nil
	}
	d := newDriver(t, Options{Rescan: rescan})
	d.add(sample...)
	d.end(nil)
	stale := listOf(t, d.store)
	d.hold = true
	d.keys("s", "r")
	d.send(listed{gen: 0, listing: stale})
	d.send(scanEnded{gen: 0, summary: Summary{Errors: 7}})
	d.send(looked{gen: 0, nodes: []uint32{0}, metas: []meta{{size: 1 << 40}}})
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
