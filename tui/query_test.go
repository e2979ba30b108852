package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/search"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
)

func TestSpaceTogglesInSearch(t *testing.T) {
	d := browse(t, sample...)
	d.keys("/", "text:sshconf", "space")
	equal(t, "query", d.app.search.Text, "sshconf")
	equal(t, "selected", d.selected(), []string{"/home/me/.ssh/config"})
}

func TestSpaceInSearchSaysWhatItKept(t *testing.T) {
	d := newDriver(t, Options{Home: "/home/me"})
	d.add(sample...)
	d.end(nil)
	d.keys("/", "text:ssh", "ctrl+space", "text:conf", "space")
	equal(t, "query", d.app.search.Text, "ssh conf")
	d.has("kept ~/.ssh/config: Esc, u undoes; Ctrl-Space types a space")
	d.keys("up", "space")
	d.has("no longer kept ~/.ssh/config: Esc, u undoes")
	d.keys("esc", "space")
	d.hasNot("Ctrl-Space")
}

func TestTheHomeIsATildeInSearch(t *testing.T) {
	d := newDriver(t, Options{Home: "/home/me"})
	d.add(append([]string{"/root/.ssh/config"}, sample...)...)
	d.end(nil)
	d.keys("/", "text:.ssh/config")
	equal(t, "rows", d.shown(), []string{"/home/me/.ssh/config", "/root/.ssh/config"})
	d.keys("ctrl+u", "text:~/.ssh")
	equal(t, "rows", d.shown(), []string{"/home/me/.ssh", "/home/me/.ssh/config"})
}

func TestCapitalsThatMatchNothingAreIgnored(t *testing.T) {
	d := browse(t, "/home/me/.mozilla/firefox/a", "/home/me/.config/Code/b", "/home/me/.config/code/c")
	d.keys("/", "text:FIREFOX")
	equal(t, "rows", d.shown(), []string{"/home/me/.mozilla/firefox", "/home/me/.mozilla/firefox/a"})
	d.keys("ctrl+u", "text:Code")
	equal(t, "rows", d.shown(), []string{"/home/me/.config/Code", "/home/me/.config/Code/b"})
}

func TestPlacesShowWhatMatchesInside(t *testing.T) {
	splits := func(dir string) bool {
		return !slices.Contains([]string{"/home/me/.mozilla/firefox", "/var/lib/systemd"}, dir)
	}
	d := newDriver(t, Options{Machine: fakeMachine{splits: splits}})
	d.app.view = setting.ViewPlaces
	d.add("/home/me/.mozilla/firefox/prefs.js", "/var/lib/systemd/coredump/core.firefox.zst", "/var/lib/systemd/seed")
	d.end(nil)
	d.send(tea.WindowSizeMsg{Width: sideFrom - 1, Height: 24})
	d.keys("/", "text:firefox")
	equal(t, "rows", d.shown(), []string{"/home/me/.mozilla/firefox", "/var/lib/systemd"})
	d.has("/var/lib/systemd/  ← coredump/core.firefox.zst", "inside ──")
	d.keys("ctrl+u", "text:'seed")
	d.has("/var/lib/systemd/  ← seed", "1 of 2 places")
	d.keys("ctrl+a")
	equal(t, "selected", d.selected(), []string{"/var/lib/systemd"})
}

func TestPlacesWithScatteredLettersAreASectionOfTheirOwn(t *testing.T) {
	d := fixtureScreen(t, Options{})
	d.keys("/", "text:fire")
	text := strings.Join(d.lines(), "\n")
	inside, scattered := strings.Index(text, "inside ──"), strings.Index(text, "letters far apart ──")
	if inside < 0 || scattered < inside || strings.Index(text, "core.firefox.zst") > scattered {
		t.Errorf("inside at %d, letters far apart at %d\n%s", inside, scattered, text)
	}
}

func TestSortOrdersOnlyEqualMatches(t *testing.T) {
	stat := map[string]int64{"/a/notes": 1, "/a/n/o/t/e/s": 100, "/b/notes": 50}
	d := newDriver(t, Options{Machine: fakeMachine{}})
	d.app.statCache.Stat = func(path string) (scan.Kind, scan.Info, error) {
		return scan.KindFile, scan.Info{Size: stat[path]}, nil
	}
	d.add("/a/notes", "/a/n/o/t/e/s", "/b/notes")
	d.end(nil)
	d.keys("s", "/", "text:notes")
	equal(t, "rows", d.shown(), []string{"/b/notes", "/a/notes", "/a/n/o/t/e/s"})
}

func TestLettersFilterOnlyInSearch(t *testing.T) {
	d := browse(t, sample...)
	d.keys("text:for")
	equal(t, "rows", d.shown(), sample)
	d.keys("/", "text:prof")
	equal(t, "rows", d.shown(), []string{"/home/me/.mozilla/firefox/profiles.ini"})
	d.has("/ prof", "1 of 8 files")
	if got := d.app.View().Cursor; got == nil || got.X != len("/ prof") || got.Y != 1 {
		t.Errorf("cursor is at %+v, want it after the query", got)
	}
}

func TestLettersOfBrowseKeysAreTextInSearch(t *testing.T) {
	d := browse(t, "/a/jkgGq?/x", "/b")
	d.keys("/", "text:jkgGq?/")
	equal(t, "query", d.app.search.Text, "jkgGq?/")
	equal(t, "rows", d.shown(), []string{"/a/jkgGq?/x"})
	if d.quit {
		t.Error("q in a query quit the program")
	}
}

func TestEscLeavesSearchAndStaysOnThePath(t *testing.T) {
	d := browse(t, sample...)
	d.keys("/", "text:profiles", "esc")
	equal(t, "rows", d.shown(), sample)
	equal(t, "cursor", d.cursor(), "/home/me/.mozilla/firefox/profiles.ini")
	equal(t, "search", fmt.Sprint(d.app.search), fmt.Sprint(searchBar{}))
	d.keys("esc")
	equal(t, "rows", d.shown(), sample)
}

func TestSearchShowsBestMatchUnderTheCursor(t *testing.T) {
	d := browse(t, sample...)
	d.keys("G", "/", "text:config")
	equal(t, "cursor", d.cursor(), d.shown()[0])
	equal(t, "top", d.app.list.top, 0)
}

func TestQueryEditing(t *testing.T) {
	tests := []struct {
		name string
		keys []string
		want string
	}{
		{"backspace", []string{"text:abc", "backspace"}, "ab"},
		{"backspace of nothing", []string{"backspace"}, ""},
		{"backspace takes a whole rune", []string{"text:aé", "backspace"}, "a"},
		{"insert in the middle", []string{"text:ac", "left", "text:b"}, "abc"},
		{"right at the end", []string{"text:a", "right", "text:b"}, "ab"},
		{"left and right", []string{"text:ab", "left", "left", "right", "text:x"}, "axb"},
		{"delete", []string{"text:ab", "left", "delete"}, "a"},
		{"delete at the end", []string{"text:ab", "delete"}, "ab"},
		{"erase word", []string{"text:home/me", "ctrl+w"}, "home/"},
		{"erase word before a slash", []string{"text:home/me/", "ctrl+w"}, "home/"},
		{"erase all", []string{"text:abc", "left", "ctrl+u"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := browse(t, sample...)
			d.keys("/")
			d.keys(tt.keys...)
			equal(t, "query", d.app.search.Text, tt.want)
		})
	}
}

func TestPasteGoesToTheQueryOnly(t *testing.T) {
	d := browse(t, sample...)
	paste := tea.PasteMsg{Content: "q\x1b[2Jfire\tfox\x00"}
	d.send(paste)
	if d.quit || len(d.selected()) != 0 {
		t.Fatal("pasted text acted as keys")
	}
	equal(t, "query of a paste outside a search", d.app.search.Text, "q[2Jfire fox")
	d.keys("esc", "/")
	d.send(paste)
	equal(t, "query", d.app.search.Text, "q[2Jfire fox")
	d.keys("ctrl+u")
	d.send(tea.PasteMsg{Content: "'/home/me/.ssh/config'\n/etc/ssh\n"})
	equal(t, "query of two lines", d.app.search.Text, "/home/me/.ssh/config | /etc/ssh")
	d.send(tea.PasteMsg{Content: strings.Repeat("é", 100_000)})
	if n := len(d.app.search.Text); n > search.MaxQuery {
		t.Errorf("the query has %d bytes, want at most %d", n, search.MaxQuery)
	}
}

func TestCtrlASelectsAllShown(t *testing.T) {
	t.Run("without a filter", func(t *testing.T) {
		d := browse(t, sample...)
		d.keys("ctrl+a")
		equal(t, "selected", d.selected(), sample)
		d.has("8 kept")
		d.keys("ctrl+d")
		equal(t, "selected", d.selected(), []string{})
		d.has("0 kept")
	})
	t.Run("in search", func(t *testing.T) {
		d := browse(t, sample...)
		d.keys("/", "text:firefox", "ctrl+a", "esc")
		equal(t, "selected", d.selected(), sample[3:5])
	})
	t.Run("with a program", func(t *testing.T) {
		d := browse(t, sample...)
		d.keys("ctrl+p", "down", "enter", "ctrl+a")
		equal(t, "selected", d.selected(), []string{"/var/lib/1Password/state"})
	})
	t.Run("more matches than rows", func(t *testing.T) {
		d := newDriver(t, Options{})
		for i := range 3 * search.BestRows {
			d.store.AddPath(fmt.Appendf(nil, "/d%d/match%d", i/100, i), scan.KindFile)
		}
		d.store.AddPath([]byte("/other"), scan.KindFile)
		d.end(nil)
		d.keys("/", "text:match")
		d.has("the best 10,000 of 30,000 matches")
		d.keys("ctrl+a")
		equal(t, "rows", len(d.shown()), search.BestRows)
		equal(t, "selected", d.app.selection.Len(), 3*search.BestRows)
		d.has("30,000 of 30,001 files", "30,000 kept", "30,000 files fill 300 directories: Esc, d keeps those")
	})
}

func TestKeysWaitForTheTypedQuery(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []string
		want []string
	}{
		{"Ctrl-A", []string{"ctrl+a"}, sample[3:5]},
		{"Space", []string{"space"}, []string{"/home/me/.mozilla/firefox"}},
		{"moves", []string{"down", "space"}, sample[4:5]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := browse(t, sample...)
			d.keys("/")
			d.hold = true
			d.keys("text:firefox")
			d.keys(tt.keys...)
			equal(t, "selected before the result", d.selected(), []string{})
			d.release()
			equal(t, "selected", d.selected(), tt.want)
		})
	}
	t.Run("Enter", func(t *testing.T) {
		d := browse(t, sample...)
		d.keys("/")
		d.hold = true
		d.keys("text:sshconf", "enter")
		d.release()
		equal(t, "asked", d.asked, [][]index.Selected{{{Path: "/home/me/.ssh/config", Kind: scan.KindFile}}})
	})
	t.Run("not for another query", func(t *testing.T) {
		d := browse(t, sample...)
		d.keys("/")
		d.hold = true
		d.keys("text:fire", "ctrl+a", "text:fox")
		d.release()
		equal(t, "selected", d.selected(), []string{})
		d.has("a key came before the rows were ready; Ctrl-Space types a space")
	})
}

func TestPendingKeysKeepTheirOrder(t *testing.T) {
	d := browse(t, sample...)
	d.hold = true
	d.keys("ctrl+p", "enter") // firefox
	d.keys("space", "ctrl+d", "down", "space", "ctrl+x")
	equal(t, "program", d.app.program, "firefox")
	d.release()
	equal(t, "program", d.app.program, "")
	equal(t, "selected", d.selected(), sample[4:5])
}

func TestKeysWaitForTheFirstRows(t *testing.T) {
	d := newDriver(t, Options{})
	d.keys("down", "space", "ctrl+a", "ctrl+d", "space", "enter", "enter", "down")
	if d.app.notice.text != "" {
		t.Errorf("notice %q before the first rows", d.app.notice.text)
	}
	d.add(sample...)
	equal(t, "asked", d.asked, [][]index.Selected{{{Path: sample[2], Kind: scan.KindFile}}})
	d.has(`"/home/me/.config/Code/User/settings.json"`)
	if d.app.shutdown.leaving {
		t.Error("Enter confirmed a snippet that was not shown yet")
	}
}

func TestPendingKeysKeepTheirKeyMap(t *testing.T) {
	d := newDriver(t, Options{})
	d.keys("j", "j", "/")
	d.add(sample...)
	equal(t, "cursor", d.cursor(), sample[2])
	equal(t, "query", d.app.search.Text, "")
}

func TestPendingKeysWaitForTheQueryOfAnEarlierKey(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+p", "enter")
	d.keys("/")
	d.hold = true
	d.keys("text:settings", "space", "ctrl+x", "down", "space")
	d.release()
	equal(t, "selected", d.selected(), d.shown()[1:])
}

func TestQuittingDoesNotWait(t *testing.T) {
	d := newDriver(t, Options{})
	d.keys("down", "q")
	if !d.app.shutdown.leaving {
		t.Error("q waits for rows")
	}
}

func TestStaleAnswersAreDropped(t *testing.T) {
	d := browse(t, sample...)
	d.keys("/")
	d.hold = true
	d.keys("text:s", "text:s")
	stale, newest := d.held[0], d.held[1]
	d.held = nil
	d.release()
	d.run(newest)
	want := d.shown()
	d.send(resultReady{gen: d.app.searchTask.gen - 1, result: &table.Result{Listing: d.app.progress.latest}})
	d.run(stale)
	equal(t, "rows", d.shown(), want)
}

func TestNewQueryCancelsThePreviousOne(t *testing.T) {
	d := browse(t, sample...)
	d.keys("/")
	d.hold = true
	d.keys("text:s", "text:s")
	if msg := d.held[0](); msg != (cancelled{}) {
		t.Errorf("the first search returned %T, want cancelled", msg)
	}
	if msg, ok := d.held[1]().(resultReady); !ok || msg.result.Text != "ss" {
		t.Errorf("the second search returned %+v", msg)
	}
}

func TestQueryFollowsTheScan(t *testing.T) {
	d := newDriver(t, Options{})
	d.add("/a/config")
	d.keys("/", "text:conf")
	equal(t, "rows", d.shown(), []string{"/a/config"})
	d.add("/b/config", "/c")
	equal(t, "rows", d.shown(), []string{"/a/config", "/b/config"})
	d.has("2 of 3 files")
}

func TestSlowQueryIsNotCancelledByNewRows(t *testing.T) {
	d := newDriver(t, Options{})
	d.add("/a/config")
	d.keys("/")
	d.hold = true
	d.keys("text:c")
	slow := d.held[0]
	d.held = nil
	d.hold = false
	d.add("/b/config")
	equal(t, "rows", d.shown(), []string{"/a/config"})
	d.run(slow) // the result is for the older listing; one for the newer listing follows
	equal(t, "rows", d.shown(), []string{"/a/config", "/b/config"})
}

func TestDirectoriesAreFoundByTheirOwnNames(t *testing.T) {
	d := browse(t, append([]string{"/home/me/.local/share/keyrings/a", "/home/me/.local/share/keyrings/b"}, sample...)...)
	d.keys("/", "text:keyring")
	equal(t, "rows", d.shown(), []string{
		"/home/me/.local/share/keyrings", "/home/me/.local/share/keyrings/a", "/home/me/.local/share/keyrings/b",
	})
	d.has("/home/me/.local/share/keyrings/ ", "2 of 10 files")
	d.keys("ctrl+a")
	equal(t, "all matches are files", d.selected(), []string{"/home/me/.local/share/keyrings/a", "/home/me/.local/share/keyrings/b"})
	d.keys("ctrl+d", "space")
	equal(t, "selected", d.selected(), []string{"/home/me/.local/share/keyrings"})
}

func TestCapitalsInAQueryAreCaseSensitive(t *testing.T) {
	d := browse(t, "/a/Code/x", "/b/code/x", "/c/COde/x", "/d/\u00c9code/x")
	d.keys("/", "text:code/x")
	equal(t, "without capitals", len(d.shown()), 4)
	d.keys("ctrl+u", "text:Code/x")
	equal(t, "with one", d.shown(), []string{"/a/Code/x"})
}
