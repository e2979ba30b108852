package tui

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/review"
)

// splitsSample reports whether a directory of the sample should not be kept as a whole.
func splitsSample(dir string) bool {
	return slices.Contains([]string{"/", "/etc", "/home", "/home/me", "/home/me/.config", "/var", "/var/lib"}, dir)
}

// browseViews opens the screen with paths, with the directories of splitsSample split.
func browseViews(t testing.TB, paths ...string) *driver {
	t.Helper()
	d := newDriver(t, Options{Programs: []string{"firefox"}, Machine: fakeMachine{splits: splitsSample}})
	d.add(paths...)
	d.end(nil)
	return d
}

var rolledUpSample = []string{
	"/etc/hosts", "/home/me/.bashrc", "/home/me/.config/Code", "/home/me/.mozilla", "/home/me/.ssh",
	"/var/lib/1Password", "/var/lib/bluetooth",
}

func TestTabSwitchesTheView(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("G", "tab")
	equal(t, "directories", slices.Sorted(slices.Values(d.shown())), rolledUpSample)
	equal(t, "cursor", d.cursor(), "/var/lib/bluetooth")
	d.has("[Places 7]", "/home/me/.mozilla/")
	d.keys("tab")
	d.has("[Programs 1]")
	d.keys("tab")
	d.has("▾ /var/lib/", "  ▸ bluetooth/", "[Tree]") // open down to the cursor
	equal(t, "cursor", d.cursor(), "/var/lib/bluetooth")
	d.keys("tab")
	equal(t, "files", d.shown(), sample)
	equal(t, "cursor", d.cursor(), "/var/lib/bluetooth/settings")
}

func TestTreeOpensAndCloses(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("tab", "tab", "tab")
	top := []string{"/etc", "/home/me", "/var/lib"}
	equal(t, "closed", d.shown(), top)
	d.has("▌[ ] ▸ /etc/", " [ ] ▸ /home/me/", " [ ] ▸ /var/lib/")
	d.keys("down", "right")
	equal(t, "open", d.shown(), []string{
		"/etc", "/home/me", "/home/me/.bashrc", "/home/me/.config/Code/User", "/home/me/.mozilla/firefox", "/home/me/.ssh", "/var/lib",
	})
	d.has("▌[ ] ▾ /home/me/", " [ ]     .bashrc", " [ ]   ▸ .config/Code/User/")
	d.keys("right", "down", "right")
	equal(t, "cursor", d.cursor(), "/home/me/.config/Code/User")
	d.has(" [ ]       settings.json")
	d.keys("down", "left")
	equal(t, "cursor on the directory above", d.cursor(), "/home/me/.config/Code/User")
	d.keys("left", "left", "left")
	equal(t, "closed again", d.shown(), top)
	equal(t, "cursor", d.cursor(), "/home/me")
}

func TestSelectedDirectoryCoversItsContents(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("/", "text:cookies", "space", "esc") // below .mozilla
	d.keys("tab", "g", "space")                 // the largest
	equal(t, "selected", d.selected(), []string{"/home/me/.mozilla"})
	d.keys("tab", "tab", "tab", "g", "down", "down", "down")
	d.has("  x  /home/me/.mozilla/firefox/profiles.ini", "1 kept")
	d.keys("space")
	equal(t, "selected", d.selected(), []string{"/home/me/.mozilla"})
	d.has("covered by /home/me/.mozilla")
	d.keys("ctrl+a", "enter")
	equal(t, "asked", len(d.asked[0]), len(sample)-2+1)
	equal(t, "first", d.asked[0][0], index.Selected{Path: "/home/me/.mozilla", Kind: scan.KindDir})
}

func TestPartlySelectedDirectoriesAreMarked(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("/", "text:cookies", "space", "esc", "tab")
	d.has("[-] /home/me/.mozilla/", "[ ] /home/me/.ssh/")
}

func TestSelectAllSelectsTheShownDirectories(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("tab", "ctrl+a")
	got := d.selected()
	slices.Sort(got)
	equal(t, "selected", got, rolledUpSample)
	d.keys("ctrl+d", "/", "text:firefox", "ctrl+a")
	equal(t, "selected of a query", d.selected(), []string{"/home/me/.mozilla"})
	equal(t, "rows of a query", d.shown(), []string{"/home/me/.mozilla"})
}

func TestUndoRevertsTheLastSelection(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("u")
	d.has("nothing to undo")
	d.keys("space", "space", "ctrl+a", "ctrl+d", "u")
	equal(t, "after Ctrl-D", d.selected(), sample)
	d.keys("u")
	equal(t, "after Ctrl-A", d.selected(), sample[:2])
	d.keys("u", "u")
	equal(t, "after Space", d.selected(), []string{})
	d.fire(noticeExpired{})
	for range review.Steps + 5 {
		d.keys("g", "space")
	}
	for range review.Steps {
		d.keys("u")
	}
	d.hasNot("nothing to undo")
	d.keys("u")
	d.has("nothing to undo")
}

func TestOnlyTheSelectionIsShown(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("v")
	d.has("nothing is selected")
	d.keys("space", "G", "space", "tab", "/", "text:mozilla", "space", "esc", "tab", "tab", "tab", "v")
	want := []string{sample[0], "/home/me/.mozilla", sample[7]}
	equal(t, "rows", d.shown(), want)
	d.keys("g", "space")
	equal(t, "rows stay while marks change", d.shown(), want)
	d.keys("v")
	equal(t, "rows", d.shown(), sample)
}

func TestViewsFollowTheProgramFilter(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("ctrl+p", "enter", "tab")
	equal(t, "directories", d.shown(), []string{"/home/me/.mozilla"})
	d.keys("tab", "tab")
	equal(t, "tree", d.shown(), []string{"/home/me/.mozilla/firefox"})
	d.has("2  ", "▸ /home/me/.mozilla/firefox/")
}

func statOf(d *driver, node uint32) index.NodeStat {
	stat, _ := d.app.statCache.Of(node)
	return stat
}

func TestSizesAreFetchedForVisibleRows(t *testing.T) {
	d := browseViews(t, "/a/one", "/a/gone", "/b/two")
	d.keys("tab", "tab", "tab")
	d.has("3.5K   6h")
	if got, want := statOf(d, index.DirNode(1)), (index.NodeStat{Size: 3600, ModTime: fakeNow.Unix() - 6*3600, Files: 2}); got != want {
		t.Errorf("metadata of a directory is %+v, want %+v", got, want)
	}
	d.keys("right", "down")
	equal(t, "of what is gone", statOf(d, d.app.list.nodes[1]).Gone, true)
}

func TestSortingPutsTheLargestAndTheNewestFirst(t *testing.T) {
	d := browseViews(t, sample...)
	bySize := slices.Clone(sample) // fakeStat makes long paths large and old
	slices.SortStableFunc(bySize, func(a, b string) int { return len(b) - len(a) })
	byTime := slices.Clone(sample)
	slices.SortStableFunc(byTime, func(a, b string) int { return len(a) - len(b) })
	d.keys("s")
	equal(t, "by size", d.shown(), bySize)
	d.has("⟨sort: size s⟩")
	d.keys("s")
	equal(t, "by time", d.shown(), byTime)
	d.keys("tab")
	equal(t, "directories by time", d.shown()[:3], []string{"/etc/hosts", "/home/me/.bashrc", "/home/me/.ssh"})
	d.keys("tab", "tab", "s", "s", "g", "right")
	equal(t, "tree by size", d.shown()[:3], []string{"/home/me", "/home/me/.mozilla/firefox", "/home/me/.config/Code/User"})
	d.keys("tab", "/", "text:firefox")
	equal(t, "matches by rank, then by size", d.shown(), []string{"/home/me/.mozilla/firefox", sample[3], sample[4]})
	d.keys("esc", "s", "s")
	equal(t, "by path", d.shown(), sample)
}

func TestSortingStatsEachFileOnce(t *testing.T) {
	d := newDriver(t, Options{})
	asked := 0
	d.app.statCache.Stat = func(path string) (scan.Kind, scan.Info, error) { asked++; return fakeStat(path) }
	d.keys("p")
	d.add("/a", "/bb")
	before := asked
	d.keys("s")
	equal(t, "asked", asked, before+2)
	d.add("/ccc")
	equal(t, "rows", d.shown(), []string{"/ccc", "/bb", "/a"})
	if asked > before+4 { // twice for the new file: for the order and for its row
		t.Errorf("%d calls of stat for three files", asked-before)
	}
}

func TestLeavingASearchInTheTreeStaysOnThePath(t *testing.T) {
	d := browseViews(t, sample...)
	d.keys("tab", "tab", "tab", "/", "text:cookies", "esc")
	equal(t, "cursor", d.cursor(), "/home/me/.mozilla/firefox/abc/cookies.sqlite")
}

func TestCachesAreHidden(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"true/CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\nmore", "false/CACHEDIR.TAG": "Signature: none",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755),
			os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	kept := []string{dir + "/false/CACHEDIR.TAG", dir + "/false/x", "/home/me/.config/Code/settings", "/home/me/node_modules.txt", "/home/me/var/cached"}
	caches := []string{
		dir + "/true/CACHEDIR.TAG", dir + "/true/deep/x", "/home/me/.config/Code/GPUCache/x", "/home/me/src/node_modules/a/b",
		"/var/cache/a", "/home/me/.cache/x", "/home/me/mine/x/y",
	}
	d := newDriver(t, Options{Caches: []string{"/var/cache", "/home/me/mine"}})
	d.add(slices.Concat(kept, caches)...)
	d.end(nil)
	slices.Sort(kept)
	d.keys("c")
	equal(t, "rows", d.shown(), kept)
	d.has("⟨no caches c⟩", "[Files 5]")
	d.keys("c")
	equal(t, "rows", len(d.shown()), 12)
}
