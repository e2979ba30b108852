package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/crash"
	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

func TestProgramFilter(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+p")
	d.has("filter by program", "> firefox", "2", "_1password-gui", "nothing-cli")
	d.keys("enter")
	equal(t, "rows", d.shown(), sample[3:5])
	d.has("⟨firefox ^X⟩", "[Files 2]")
	d.hasNot("filter by program")

	d.keys("/", "text:cookies")
	equal(t, "rows of a query", d.shown(), sample[3:4])
	d.keys("esc", "ctrl+x")
	equal(t, "rows", d.shown(), sample)
	d.hasNot("firefox ^X")
}

func TestProgramDialogCountsAndCloses(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+p")
	equal(t, "counts", shownCounts(d), []int{2, 1, 0})
	d.keys("end")
	d.has("> nothing-cli")
	d.keys("esc")
	d.hasNot("nothing-cli")
	equal(t, "rows", d.shown(), sample)
	d.keys("ctrl+p", "end", "enter")
	d.has("nothing belongs to nothing-cli", "Ctrl-X shows all")
	d.keys("ctrl+p")
	d.has("> nothing-cli")
}

func TestProgramDialogCountsWhileTheScanRuns(t *testing.T) {
	d := newDriver(t, Options{Programs: []string{"firefox"}})
	d.keys("ctrl+p")
	if shownCounts(d) != nil {
		t.Fatal("the dialog has counts before the first listing")
	}
	d.add(sample...)
	equal(t, "counts", shownCounts(d), []int{2})
	d.add("/opt/firefox")
	equal(t, "counts", shownCounts(d), []int{3})
}

func TestCtrlPWithoutProgramsShowsANotice(t *testing.T) {
	d := newDriver(t, Options{})
	d.keys("ctrl+p")
	d.has("the configuration names no programs")
	d.fire(noticeExpired{})
	d.hasNot("the configuration names no programs")
}

func TestEnterShowsTheSnippetOfTheSelection(t *testing.T) {
	d := browse(t, sample...)
	d.keys("space", "G", "space", "enter")
	want := []index.Selected{{Path: "/etc/hosts", Kind: scan.KindFile}, {Path: "/var/lib/bluetooth/settings", Kind: scan.KindFile}}
	equal(t, "asked", d.asked, [][]index.Selected{want})
	d.has(`file "/etc/hosts"`, "snippet for 2 paths", "Enter print and leave")
	d.hasNot("[x]")
	d.keys("esc")
	d.has("[x] /etc/hosts")
	if d.quit {
		t.Error("Esc quit the program")
	}
}

func TestEnterWithoutASelectionUsesTheLineUnderTheCursor(t *testing.T) {
	d := browse(t, "/a", "/b/", "/c")
	d.keys("down", "enter")
	equal(t, "asked", d.asked, [][]index.Selected{{{Path: "/b", Kind: scan.KindDir}}})
	d.has("snippet for 1 path")
	d.keys("esc")
	equal(t, "selected", d.selected(), []string{})
}

func TestEnterOnAnEmptyListShowsANotice(t *testing.T) {
	d := browse(t)
	d.keys("enter")
	d.has("no candidates found", "nothing to confirm")
}

func TestLongSnippetsNeedConfirmation(t *testing.T) {
	d := newDriver(t, Options{})
	for i := range longSnippet + 1 {
		d.store.AddPath(fmt.Appendf(nil, "/d/%d", i), scan.KindFile)
	}
	d.end(nil)
	d.keys("ctrl+a", "enter")
	d.has("a long snippet", "10,001 paths are selected", "Tab shows directories", "Enter write it", "Esc back")
	d.keys("?", "x", "esc")
	d.hasNot("a long snippet")
	if d.app.snippet != nil {
		t.Fatal("Esc opened the snippet")
	}
	d.keys("enter", "enter")
	d.has("snippet for 10,001 paths")
	d.keys("esc", "space", "enter") // one path less needs no confirmation
	d.has("snippet for 10,000 paths")
	d.keys("esc", "ctrl+a", "enter", "ctrl+c")
	d.fire(replyTimeEnded{})
	if !d.quit || d.app.result.Outcome != Quit {
		t.Error("Ctrl-C did not quit")
	}
}

func TestLeavingTheSnippetConfirms(t *testing.T) {
	for _, leave := range []string{"enter", "q"} {
		t.Run(leave, func(t *testing.T) {
			d := browse(t, sample...)
			d.keys("enter", leave)
			d.fire(replyTimeEnded{})
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
	d.has("rendering")
	d.keys("enter", "q", "j")
	if d.app.shutdown.leaving {
		t.Fatal("Enter confirmed a snippet that was not shown yet")
	}
	d.keys("esc", "down", "enter")
	d.has("rendering")
	if len(d.held) != 1 {
		t.Fatalf("%d snippets are rendered at once, want 1", len(d.held))
	}
	d.release()
	d.has(`"/home/me/.bashrc"`)
	d.hasNot(`"/etc/hosts"`)
	d.keys("enter")
	equal(t, "text", d.app.result.Snippet.Text, "file \"/home/me/.bashrc\"\n")
}

func TestSnippetOfAClosedPaneIsDropped(t *testing.T) {
	d := browse(t, sample...)
	d.hold = true
	d.keys("enter", "esc", "down", "enter", "esc")
	d.release()
	equal(t, "asked", len(d.asked), 1)
	equal(t, "snippet", d.app.result.Snippet, SnippetText{})
	d.keys("G", "enter")
	d.has(`"/var/lib/bluetooth/settings"`)
}

func TestSnippetUsesTheSelectionWhenEnterWasPressed(t *testing.T) {
	d := browse(t, sample...)
	d.keys("space")
	d.hold = true
	d.keys("enter", "esc", "G", "space")
	d.release()
	equal(t, "asked", d.asked, [][]index.Selected{{{Path: "/etc/hosts", Kind: scan.KindFile}}})
}

func TestSnippetScrollsAndIsCapped(t *testing.T) {
	text := strings.Repeat("line\n", 5000)
	d := newDriver(t, Options{Machine: fakeMachine{snippet: func([]index.Selected, int) SnippetText {
		return SnippetText{Text: text, Notes: []string{"left out\x1b[2J"}}
	}}})
	d.add("/a")
	d.keys("enter")
	d.has(`! left out\e[2J`, "line 1 of 2,001")
	d.keys("G")
	d.has("+ 3,000 more lines")
	d.keys("g", "j", "pgdown", "k", "pgup")
	d.hasNot("more lines")
	d.keys("enter")
	equal(t, "text", d.app.result.Snippet.Text, text)
}

func TestNextDialectRendersTheSnippetAgain(t *testing.T) {
	d := newDriver(t, Options{Dialects: []string{"plain", "impermanence", "paths"}, Dialect: 1})
	d.add(sample...)
	d.end(nil)
	d.send(tea.WindowSizeMsg{Width: 120, Height: 30})
	d.fire(sideDue{})
	d.has("this place · impermanence", "dialect 1")
	d.keys("space", "f")
	d.has("dialect: paths (3 of 3)")
	d.fire(sideDue{})
	d.has("1 kept · paths")
	d.keys("enter", "f")
	d.has("snippet for 1 path", "plain 1 of 3", `file "/etc/hosts"`)
	d.hasNot("dialect 2")
	d.hold = true
	d.keys("f", "f", "enter") // Enter does nothing before the snippet is rendered
	d.has("rendering")
	d.hold = false
	d.release()
	d.has("paths 3 of 3", "dialect 2")
	d.keys("F")
	d.has("impermanence 2 of 3", "dialect 1")
	d.keys("f")
	d.keys("enter")
	equal(t, "text", d.app.result.Snippet.Text, "dialect 2\nfile \"/etc/hosts\"\n")
}

func TestDialectKeyWithOneDialect(t *testing.T) {
	d := browse(t, sample...)
	d.keys("f")
	d.has("there is only one dialect")
	d.keys("enter", "f")
	d.has("snippet for 1 path")
	d.hasNot(" of 1")
}

func TestEmptySnippetShowsANote(t *testing.T) {
	d := newDriver(t, Options{Machine: fakeMachine{snippet: func([]index.Selected, int) SnippetText {
		return SnippetText{Notes: []string{"not UTF-8"}}
	}}})
	d.add("/a")
	d.keys("enter")
	d.has("! not UTF-8", "nothing to write")
}

func TestHelpListsTheKeysOfItsContext(t *testing.T) {
	d := browse(t, sample...)
	d.keys("?")
	d.has("keys: browse", "keep or not, and move down", "Ctrl-P")
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

func TestLongHelpScrolls(t *testing.T) {
	d := browse(t, sample...)
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.keys("?")
	d.hasNot("End, G")
	d.keys("G")
	d.has("q, Ctrl-C")
	d.keys("g")
	d.hasNot("End, G")
}

func TestPanicInACommandEndsTheProgramCleanly(t *testing.T) {
	d := newDriver(t, Options{Machine: fakeMachine{snippet: func([]index.Selected, int) SnippetText { panic("boom") }}})
	d.add("/a")
	d.keys("enter")
	_, err := d.app.outcome(nil)
	var panicErr *crash.Error
	if !d.quit || !errors.As(err, &panicErr) {
		t.Fatalf("quit %v, err %v", d.quit, err)
	}
	equal(t, "error", err.Error(), "snippet: panic: boom")
	if !strings.Contains(string(panicErr.Stack), "panes_test.go") {
		t.Error("the stack does not contain the place of the panic")
	}
}

func TestCountsForAClosedDialogAreDropped(t *testing.T) {
	d := browse(t, sample...)
	d.hold = true
	d.keys("ctrl+p")
	stale := d.held[0]().(counted)
	d.keys("esc", "ctrl+p")
	d.send(counted{gen: stale.gen, programs: d.app.opts.Programs, sums: index.ProgramSums{Files: []int{7, 7, 7}}})
	d.release()
	equal(t, "counts", shownCounts(d), []int{2, 1, 0})
	d.send(counted{gen: stale.gen, programs: d.app.opts.Programs, sums: index.ProgramSums{Files: []int{7, 7, 7}}})
	equal(t, "counts", shownCounts(d), []int{2, 1, 0})
}

func TestNewNoticeIsNotRemovedByTheOldTimer(t *testing.T) {
	d := newDriver(t, Options{})
	d.keys("ctrl+p")
	first := d.timers
	d.timers = nil
	d.keys("ctrl+p")
	for _, msg := range first {
		d.send(msg)
	}
	d.has("the configuration names no programs")
	d.fire(noticeExpired{})
	d.hasNot("the configuration names no programs")
}

func TestSnippetIsCopiedAndTheProgramIsShown(t *testing.T) {
	var got []string
	tool := "wl-copy"
	d := newDriver(t, Options{Machine: fakeMachine{copy: func(_ context.Context, text string) string {
		got = append(got, text)
		return tool
	}}})
	d.add(sample...)
	d.keys("enter")
	d.has("copied the snippet with wl-copy", "snippet for 1 path")
	tool = ""
	d.keys("y")
	d.has("sent the snippet to the terminal's clipboard (OSC 52)", "paste it: sent to the terminal's clipboard")
	equal(t, "copied", got, []string{"file \"/etc/hosts\"\n", "file \"/etc/hosts\"\n"})
	tool = "xsel"
	d.keys("esc", "down", "y")
	d.has("copied the path with xsel")
	equal(t, "path", got[2], "/home/me/.bashrc")
}

func TestTextsTooLongForTheTerminalsClipboardAreNotSent(t *testing.T) {
	d := newDriver(t, Options{Machine: fakeMachine{snippet: func([]index.Selected, int) SnippetText {
		return SnippetText{Text: strings.Repeat("x", mostCopied+1)}
	}}})
	d.add("/a")
	d.keys("enter")
	d.has("too long for the terminal's clipboard")
}

func TestSnippetIsWrittenToAFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "persist.nix")
	text := func() string {
		data, _ := os.ReadFile(file) // empty if the file does not exist
		return string(data)
	}
	const snippet = "file \"/etc/hosts\"\n"
	d := browse(t, sample...)
	d.keys("enter", "w")
	d.has("write the snippet to")
	d.keys("enter", "text:"+dir+"/none/x", "enter")
	d.has("no such file or directory", "write the snippet to")
	d.keys("ctrl+u")
	d.send(tea.PasteMsg{Content: file})
	d.keys("enter")
	d.hasNot("write the snippet to")
	equal(t, "written", text(), snippet)

	if err := errors.Join(os.WriteFile(file, []byte("mine"), 0o600), os.Chmod(file, 0o600)); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	d.keys("w", "text:"+link, "enter")
	d.has("file exists: Enter again overwrites it")
	equal(t, "not overwritten", text(), "mine")
	d.keys("text:x", "backspace", "enter")
	equal(t, "overwritten", text(), snippet)
	info, err := os.Lstat(file)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the mode is %v, %v, want the old mode 0600", info.Mode(), err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("the directory contains %v, %v, want 2 entries", left, err)
	}
	d.keys("w", "text:"+dir, "enter", "enter")
	d.has("it is not a regular file")
	d.keys("esc", "q")
	equal(t, "outcome", d.app.result.Outcome, Confirmed)
}

func TestOverwritingAnotherFileAsksAgain(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := browse(t, sample...)
	d.keys("enter", "w", "text:"+dir+"/a", "enter", "backspace", "text:b", "enter")
	d.has("file exists")
	data, err := os.ReadFile(filepath.Join(dir, "b"))
	if err != nil || len(data) > 0 {
		t.Errorf("b contains %q, %v, want it empty", data, err)
	}
}

func TestExplainShowsTheReason(t *testing.T) {
	d := newDriver(t, Options{Machine: fakeMachine{explain: func(path string) []string { return []string{path, "be\x1bcause"} }}})
	d.add(sample...)
	d.keys("down", "e")
	d.has("why", "│ /home/me/.bashrc", `be\ecause`)
	d.keys("esc")
	d.hasNot("cause")
}

func TestProgramDialogFiltersWhileTyping(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+p", "text:1pa")
	d.has("> _1password-gui")
	d.hasNot("nothing-cli")
	d.keys("text:zzz", "enter")
	d.has("filter by program")
	d.keys("ctrl+u", "down", "enter")
	equal(t, "program", d.app.program, "_1password-gui")
}

func TestHighlightDoesNotChangeText(t *testing.T) {
	s := draw.NewStyles(setting.ThemeAuto, false)
	for _, line := range []string{
		"", `a = "b";`, `"a\"b" # c "d"`, `"open`, `"back\`, "# note", `x = [ "a" "#b" ]; # "`,
	} {
		equal(t, "text", ansi.Strip(s.Highlight(line)), line)
	}
	equal(t, "a string and a comment", s.Highlight(`a "b#\"c" # d`), `a `+s.Code.Render(`"b#\"c"`)+` `+s.Dim.Render("# d"))
}

func TestSuspendNeedsAShell(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+z")
	d.has("no shell to resume")
	d.app.canSuspend = func() bool { return true }
	for _, keys := range [][]string{{}, {"/"}, {"esc", "?"}, {"esc", "enter"}} {
		d.keys(keys...)
		if _, suspends := d.app.press(press("ctrl+z"))().(tea.SuspendMsg); !suspends {
			t.Errorf("Ctrl-Z after %v does not suspend", keys)
		}
	}
}
