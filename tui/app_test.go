package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/scan"
)

var sample = []string{
	"/etc/hosts",
	"/home/me/.bashrc",
	"/home/me/.config/Code/User/settings.json",
	"/home/me/.mozilla/firefox/abc/cookies.sqlite",
	"/home/me/.mozilla/firefox/profiles.ini",
	"/home/me/.ssh/config",
	"/var/lib/1Password/state",
	"/var/lib/bluetooth/settings",
}

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestBrowseShowsSortedPathsAndCounts(t *testing.T) {
	shuffled := slices.Clone(sample)
	slices.Reverse(shuffled)
	d := browse(t, shuffled...)
	equal(t, "rows", d.shown(), sample)
	d.has(">[ ] /etc/hosts", " [ ] /home/me/.bashrc", "8 paths", "scan complete", "0 selected", "Space select")
}

func TestKeysMoveTheCursor(t *testing.T) {
	var many []string
	for i := range 100 {
		many = append(many, fmt.Sprintf("/f%03d", i))
	}
	tests := []struct {
		name string
		keys []string
		want string
	}{
		{"down", []string{"down"}, "/f001"},
		{"j", []string{"j", "j"}, "/f002"},
		{"up", []string{"j", "j", "up"}, "/f001"},
		{"k", []string{"j", "k"}, "/f000"},
		{"up at the top", []string{"up"}, "/f000"},
		{"page down", []string{"pgdown"}, "/f021"},
		{"page up", []string{"pgdown", "pgdown", "pgup"}, "/f021"},
		{"end", []string{"end"}, "/f099"},
		{"G", []string{"G"}, "/f099"},
		{"down at the bottom", []string{"G", "down"}, "/f099"},
		{"home", []string{"G", "home"}, "/f000"},
		{"g", []string{"G", "g"}, "/f000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := browse(t, many...)
			d.keys(tt.keys...)
			equal(t, "cursor", d.cursor(), tt.want)
			d.has(">[ ] " + tt.want)
		})
	}
}

func TestSpaceTogglesAndMovesDown(t *testing.T) {
	d := browse(t, sample...)
	d.keys("space", "space")
	equal(t, "cursor", d.cursor(), sample[2])
	d.has(" [x] /etc/hosts", " [x] /home/me/.bashrc", "2 selected")
	d.keys("up", "space")
	d.has(" [ ] /home/me/.bashrc", "1 selected")
}

func TestSpaceInSearchTogglesToo(t *testing.T) {
	d := browse(t, sample...)
	d.keys("/", "text:sshconf", "space")
	equal(t, "query", d.app.search.query, "sshconf")
	equal(t, "selected", d.selected(), []string{"/home/me/.ssh/config"})
}

func TestLettersFilterOnlyInSearch(t *testing.T) {
	d := browse(t, sample...)
	d.keys("text:fire")
	equal(t, "rows", d.shown(), sample)
	d.keys("/", "text:prof")
	equal(t, "rows", d.shown(), []string{"/home/me/.mozilla/firefox/profiles.ini"})
	d.has("/ prof", "1/8 paths")
	if got := d.app.View().Cursor; got == nil || got.X != len("/ prof") || got.Y != 1 {
		t.Errorf("cursor is at %+v, not behind the query", got)
	}
}

func TestLettersOfBrowseKeysAreTextInSearch(t *testing.T) {
	d := browse(t, "/a/jkgGq?/x", "/b")
	d.keys("/", "text:jkgGq?/")
	equal(t, "query", d.app.search.query, "jkgGq?/")
	equal(t, "rows", d.shown(), []string{"/a/jkgGq?/x"})
	if d.quit {
		t.Error("q in a query ended the program")
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
			equal(t, "query", d.app.search.query, tt.want)
		})
	}
}

func TestPasteGoesToTheQueryOnly(t *testing.T) {
	d := browse(t, sample...)
	paste := tea.PasteMsg{Content: "q\x1b[2Jfire\nfox\x00"}
	d.send(paste)
	if d.quit || d.app.search.query != "" || len(d.selected()) != 0 {
		t.Fatal("a paste was taken for keys")
	}
	d.keys("/")
	d.send(paste)
	equal(t, "query", d.app.search.query, "q[2Jfire fox")
	d.send(tea.PasteMsg{Content: strings.Repeat("é", 100_000)})
	if n := len(d.app.search.query); n > maxQuery {
		t.Errorf("a query of %d bytes", n)
	}
}

func TestCtrlASelectsAllShown(t *testing.T) {
	t.Run("without a filter", func(t *testing.T) {
		d := browse(t, sample...)
		d.keys("ctrl+a")
		equal(t, "selected", d.selected(), sample)
		d.has("8 selected")
		d.keys("ctrl+d")
		equal(t, "selected", d.selected(), []string{})
		d.has("0 selected")
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
	t.Run("beyond what is kept for display", func(t *testing.T) {
		d := newDriver(t, Options{})
		for i := range 3 * bestRows {
			d.store.AddPath(fmt.Appendf(nil, "/d%d/match%d", i/100, i), scan.KindFile)
		}
		d.store.AddPath([]byte("/other"), scan.KindFile)
		d.end(nil)
		d.keys("/", "text:match", "ctrl+a")
		equal(t, "rows", len(d.shown()), bestRows)
		equal(t, "selected", d.app.selection.count, 3*bestRows)
		d.has("30,000/30,001 paths", "30,000 selected", "the best 10,000 of 30,000 matches")
	})
}

func TestKeysWaitForTheQueryThatWasTyped(t *testing.T) {
	for _, tt := range []struct {
		name string
		keys []string
		want []string
	}{
		{"Ctrl-A", []string{"ctrl+a"}, sample[3:5]},
		{"Space", []string{"space", "space"}, sample[3:5]},
		{"moves", []string{"down", "space"}, sample[3:4]},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := browse(t, sample...)
			d.keys("/")
			d.hold = true
			d.keys("text:firefox")
			d.keys(tt.keys...)
			equal(t, "selected before the answer", d.selected(), []string{})
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
		equal(t, "asked", d.asked, [][]Selected{{{"/home/me/.ssh/config", scan.KindFile}}})
	})
	t.Run("but not for another one", func(t *testing.T) {
		d := browse(t, sample...)
		d.keys("/")
		d.hold = true
		d.keys("text:fire", "ctrl+a", "text:fox")
		d.release()
		equal(t, "selected", d.selected(), []string{})
		d.has("too fast")
	})
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
	d.send(found{gen: d.app.finder.gen - 1, results: &results{request: request{listing: d.app.progress.latest}}})
	d.run(stale)
	equal(t, "rows", d.shown(), want)
}

func TestNewQueryCancelsTheOneBefore(t *testing.T) {
	d := browse(t, sample...)
	d.keys("/")
	d.hold = true
	d.keys("text:s", "text:s")
	if msg := d.held[0](); msg != (cancelled{}) {
		t.Errorf("the first search answered %T", msg)
	}
	if msg, ok := d.held[1]().(found); !ok || msg.results.query != "ss" {
		t.Errorf("the second search answered %+v", msg)
	}
}

func TestProgramFilter(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+p")
	d.has("filter by program", "> firefox", "2", "_1password-gui", "nothing-cli")
	d.keys("enter")
	equal(t, "rows", d.shown(), sample[3:5])
	d.has("program: firefox", "2/8 paths")
	d.hasNot("filter by program")

	d.keys("/", "text:cookies")
	equal(t, "rows of a query", d.shown(), sample[3:4])
	d.keys("esc", "ctrl+x")
	equal(t, "rows", d.shown(), sample)
	d.hasNot("program: firefox")
}

func TestProgramDialogCountsAndCloses(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+p")
	equal(t, "counts", d.app.counter.dialog.counts, []int{2, 1, 0})
	d.keys("G")
	d.has("> nothing-cli")
	d.keys("esc")
	d.hasNot("nothing-cli")
	equal(t, "rows", d.shown(), sample)
	d.keys("ctrl+p", "G", "enter")
	d.has("nothing belongs to nothing-cli (Ctrl-X shows all)")
	d.keys("ctrl+p")
	d.has("> nothing-cli")
}

func TestProgramDialogCountsWhileTheScanRuns(t *testing.T) {
	d := newDriver(t, Options{Programs: []string{"firefox"}})
	d.keys("ctrl+p")
	if d.app.counter.dialog.counts != nil {
		t.Fatal("counts before there is a listing")
	}
	d.add(sample...)
	equal(t, "counts", d.app.counter.dialog.counts, []int{2})
	d.add("/opt/firefox")
	equal(t, "counts", d.app.counter.dialog.counts, []int{3})
}

func TestCtrlPWithoutProgramsSaysSo(t *testing.T) {
	d := newDriver(t, Options{})
	d.keys("ctrl+p")
	d.has("the configuration names no programs")
	d.fire(noticeExpired{})
	d.hasNot("the configuration names no programs")
}

func TestEnterShowsTheSnippetOfTheSelection(t *testing.T) {
	d := browse(t, sample...)
	d.keys("space", "G", "space", "enter")
	want := []Selected{{"/etc/hosts", scan.KindFile}, {"/var/lib/bluetooth/settings", scan.KindFile}}
	equal(t, "asked", d.asked, [][]Selected{want})
	d.has(`file "/etc/hosts"`, "snippet for 2 paths", "Enter print and leave")
	d.hasNot("[x]")
	d.keys("esc")
	d.has("[x] /etc/hosts")
	if d.quit {
		t.Error("Esc ended the program")
	}
}

func TestEnterTakesTheLineUnderTheCursor(t *testing.T) {
	d := browse(t, "/a", "/b/", "/c")
	d.keys("down", "enter")
	equal(t, "asked", d.asked, [][]Selected{{{"/b", scan.KindDir}}})
	d.has("snippet for 1 path")
	d.keys("esc")
	equal(t, "selected", d.selected(), []string{})
}

func TestEnterWithNothingSaysSo(t *testing.T) {
	d := browse(t)
	d.keys("enter")
	d.has("no candidates found", "there is nothing to confirm")
}

func TestLeavingTheSnippetConfirms(t *testing.T) {
	for _, leave := range []string{"enter", "q"} {
		t.Run(leave, func(t *testing.T) {
			d := browse(t, sample...)
			d.keys("enter", leave)
			d.fire(quitDue{})
			result, err := d.app.outcome(nil)
			if !d.quit || err != nil {
				t.Fatalf("quit %v, err %v", d.quit, err)
			}
			equal(t, "outcome", result.Outcome, Confirmed)
			equal(t, "text", result.Snippet.Text, "file \"/etc/hosts\"\n")
		})
	}
}

func TestSnippetKeysWaitForTheSnippet(t *testing.T) {
	d := browse(t, sample...)
	d.hold = true
	d.keys("enter")
	d.has("writing the snippet")
	d.keys("enter", "q", "j")
	if d.app.farewell.leaving {
		t.Fatal("left with a snippet that nobody has seen")
	}
	d.keys("esc", "down", "enter")
	first, second := d.held[0], d.held[1]
	d.held = nil
	d.release()
	d.run(second)
	d.run(first) // late
	d.has(`"/home/me/.bashrc"`)
	d.hasNot(`"/etc/hosts"`)
}

func TestSnippetScrollsAndIsCapped(t *testing.T) {
	text := strings.Repeat("line\n", 5000)
	d := newDriver(t, Options{Snippet: func([]Selected) SnippetText {
		return SnippetText{Text: text, Notes: []string{"left out\x1b[2J"}}
	}})
	d.add("/a")
	d.keys("enter")
	d.has(`note: left out\e[2J`, "line 1 of 2,001")
	d.keys("G")
	d.has("+ 3,001 more lines")
	d.keys("g", "j", "pgdown", "k", "pgup")
	d.hasNot("more lines")
	d.keys("enter")
	equal(t, "text", d.app.result.Snippet.Text, text)
}

func TestEmptySnippetSaysSo(t *testing.T) {
	d := newDriver(t, Options{Snippet: func([]Selected) SnippetText {
		return SnippetText{Notes: []string{"not UTF-8"}}
	}})
	d.add("/a")
	d.keys("enter")
	d.has("note: not UTF-8", "nothing to write")
}

func TestQuitting(t *testing.T) {
	tests := []struct {
		name string
		keys []string
	}{
		{"Ctrl-C", []string{"ctrl+c"}},
		{"q", []string{"q"}},
		{"Ctrl-C in search", []string{"/", "ctrl+c"}},
		{"Ctrl-C in the programs", []string{"ctrl+p", "ctrl+c"}},
		{"Ctrl-C in the help", []string{"?", "ctrl+c"}},
		{"Ctrl-C in the snippet", []string{"enter", "ctrl+c"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := browse(t, sample...)
			d.keys(tt.keys...)
			d.fire(quitDue{})
			result, err := d.app.outcome(nil)
			if !d.quit || err != nil {
				t.Fatalf("quit %v, err %v", d.quit, err)
			}
			equal(t, "result", result, Result{Outcome: Quit, ScanEnded: true})
		})
	}
}

func TestQuitWaitsForTheTerminalsAnswers(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+c")
	if d.quit {
		t.Fatal("did not wait")
	}
	d.keys("enter")
	if d.app.snippet != nil {
		t.Error("a key acted after the end")
	}
	d.send(tea.ModeReportMsg{})
	if d.quit {
		t.Fatal("did not wait for the second answer")
	}
	d.send(tea.ModeReportMsg{})
	if !d.quit {
		t.Error("waits on")
	}
}

func TestHelpListsTheKeysOfItsContext(t *testing.T) {
	d := browse(t, sample...)
	d.keys("?")
	d.has("keys: browse", "select or deselect, and move down", "Ctrl-P")
	d.keys("?", "/", "f1")
	d.has("keys: search", "leave the search and clear the query")
	d.keys("esc")
	d.hasNot("keys: search")
	equal(t, "search", d.app.search.active, true)
	d.keys("esc", "enter", "?")
	d.has("keys: snippet", "leave and print the snippet")
	d.keys("enter")
	d.hasNot("keys: snippet")
	d.has("snippet for 1 path")
}

func TestHelpScrollsWhereItDoesNotFit(t *testing.T) {
	d := browse(t, sample...)
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.keys("?")
	d.hasNot("End, G")
	d.keys("G")
	d.has("End, G")
	d.keys("g")
	d.hasNot("End, G")
}

func TestMouse(t *testing.T) {
	d := browse(t, sample...)
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 20, Y: 3})
	equal(t, "cursor", d.cursor(), sample[2])
	equal(t, "selected", d.selected(), []string{})
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 2, Y: 4})
	equal(t, "cursor", d.cursor(), sample[3])
	equal(t, "selected", d.selected(), sample[3:4])
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 2, Y: 20}) // below the rows
	d.send(tea.MouseClickMsg{Button: tea.MouseRight, X: 2, Y: 2})
	equal(t, "selected", d.selected(), sample[3:4])
	d.send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	equal(t, "cursor", d.cursor(), sample[0])
	d.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	equal(t, "cursor", d.cursor(), sample[3])
	d.keys("ctrl+p")
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 2, Y: 12}) // beside the dialog
	d.hasNot("filter by program")
	equal(t, "program", d.app.program, "")
	d.keys("ctrl+p")
	d.has("│   _1password-gui")
	row := slices.IndexFunc(d.lines(), func(line string) bool { return strings.Contains(line, "_1password-gui") })
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 40, Y: row})
	equal(t, "program", d.app.program, "_1password-gui")
}

func TestCursorStaysOnItsPathWhileRowsStreamIn(t *testing.T) {
	d := newDriver(t, Options{})
	d.add("/m1", "/m2", "/m3")
	equal(t, "cursor", d.cursor(), "/m1")
	d.add("/a")
	equal(t, "cursor before it was moved", d.cursor(), "/a")
	d.keys("G", "k")
	equal(t, "cursor", d.cursor(), "/m2")
	line := d.app.list.cursor - d.app.list.top
	for i := range 300 {
		d.add(fmt.Sprintf("/%c%d", 'a'+i%26, i))
		if got := d.cursor(); got != "/m2" {
			t.Fatalf("after %d more rows the cursor is on %s", i+1, got)
		}
	}
	if got := d.app.list.cursor - d.app.list.top; got < line {
		t.Errorf("the path went from line %d to %d", line, got)
	}
	d.end(nil)
	equal(t, "cursor", d.cursor(), "/m2")
}

func TestSelectionStaysOnItsPathsWhileRowsStreamIn(t *testing.T) {
	d := newDriver(t, Options{})
	d.add("/m1", "/m2", "/m3")
	d.keys("down", "space")
	d.add("/a", "/n", "/m1a")
	equal(t, "selected", d.selected(), []string{"/m2"})
	d.has("[x] /m2", "[ ] /m1a")
}

func TestQueryFollowsTheScan(t *testing.T) {
	d := newDriver(t, Options{})
	d.add("/a/config")
	d.keys("/", "text:conf")
	equal(t, "rows", d.shown(), []string{"/a/config"})
	d.add("/b/config", "/c")
	equal(t, "rows", d.shown(), []string{"/a/config", "/b/config"})
	d.has("2/3 paths")
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
	d.run(slow) // its answer is for the older listing; the newer one follows
	equal(t, "rows", d.shown(), []string{"/a/config", "/b/config"})
}

func TestTimerStopsWhenAllIsShown(t *testing.T) {
	d := browse(t, sample...)
	d.tick()
	equal(t, "timers", len(d.timers), 0)
}

func TestEmptyStates(t *testing.T) {
	d := newDriver(t, Options{})
	d.has("scanning")
	d.tick()
	d.has("scanning")
	d.end(nil)
	d.has("no candidates found", "scan complete")
	d = browse(t, sample...)
	d.keys("/", "text:zzz")
	d.has("nothing matches zzz", "0/8 paths")
}

func TestScanErrorsAreShown(t *testing.T) {
	d := newDriver(t, Options{Warnings: []string{`unknown key "exclude"`}})
	d.has(`unknown key "exclude"`)
	d.send(scanEnded{summary: Summary{Errors: 3}, err: errors.New("read \x1b[2Jpipe")})
	d.fire(noticeExpired{})
	d.has("scan stopped", `scan stopped: read \e[2Jpipe`)
	d = newDriver(t, Options{})
	d.send(scanEnded{summary: Summary{Errors: 3}})
	d.has("3 paths could not be read")
}

func TestPanicsOfCommandsEndTheProgramInOrder(t *testing.T) {
	d := newDriver(t, Options{Snippet: func([]Selected) SnippetText { panic("boom") }})
	d.add("/a")
	d.keys("enter")
	_, err := d.app.outcome(nil)
	var panicErr *PanicError
	if !d.quit || !errors.As(err, &panicErr) {
		t.Fatalf("quit %v, err %v", d.quit, err)
	}
	equal(t, "error", err.Error(), "snippet: panic: boom")
	if !strings.Contains(string(panicErr.Stack), "app_test.go") {
		t.Error("the stack does not show where")
	}
}

func TestFrameIsKeptWhereNothingChanges(t *testing.T) {
	d := browse(t, sample...)
	d.app.View()
	d.send(tea.MouseMotionMsg{})
	if d.app.dirty {
		t.Error("the mouse's motion draws the screen")
	}
	d.app.Update(press("down"))
	if !d.app.dirty {
		t.Error("a key does not draw the screen")
	}
}

func TestViewDeclaresTheTerminalsModes(t *testing.T) {
	d := browse(t, sample...)
	v := d.app.View()
	if !v.AltScreen || v.MouseMode != tea.MouseModeCellMotion || v.WindowTitle != "list-ephemeral" {
		t.Errorf("view is %+v", v)
	}
	d = newDriver(t, Options{NoMouse: true})
	equal(t, "mouse", d.app.View().MouseMode, tea.MouseModeNone)
}

func TestTooSmallTerminalSaysSoAndKeysWork(t *testing.T) {
	d := browse(t, sample...)
	for _, size := range [][2]int{{29, 24}, {80, 5}, {1, 1}, {0, 0}} {
		d.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
	}
	d.send(tea.WindowSizeMsg{Width: 40, Height: 5})
	d.has("terminal too small (need 30x6)")
	d.keys("space")
	d.send(tea.WindowSizeMsg{Width: 30, Height: 6})
	d.has("[x] /etc/hosts")
}
