package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/index"
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
	d.has("▌[ ] /etc/hosts", " [ ] /home/me/.bashrc", "8 files", "not kept", "0 kept", "Space keep")
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
		{"page down", []string{"pgdown"}, "/f019"},
		{"page up", []string{"pgdown", "pgdown", "pgup"}, "/f019"},
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
			d.has("▌[ ] " + tt.want)
		})
	}
}

func TestSpaceTogglesAndMovesDown(t *testing.T) {
	d := browse(t, sample...)
	d.keys("space", "space")
	equal(t, "cursor", d.cursor(), sample[2])
	d.has(" [x] /etc/hosts", " [x] /home/me/.bashrc", "2 kept")
	d.keys("up", "space")
	d.has(" [ ] /home/me/.bashrc", "1 kept")
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
			d.fire(replyTimeEnded{})
			result, err := d.app.outcome(nil)
			if !d.quit || err != nil {
				t.Fatalf("quit %v, err %v", d.quit, err)
			}
			equal(t, "result", result, Result{Outcome: Quit, ScanEnded: true})
		})
	}
}

func TestQuitWaitsForTerminalReplies(t *testing.T) {
	d := browse(t, sample...)
	d.keys("ctrl+c")
	if d.quit {
		t.Fatal("quit did not wait for the replies")
	}
	d.keys("enter")
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 2, Y: 2})
	if d.app.snippet != nil || d.app.selection.Len() > 0 {
		t.Error("a key or a click had an effect after quit")
	}
	d.send(tea.ModeReportMsg{})
	if d.quit {
		t.Fatal("quit did not wait for the second reply")
	}
	d.send(tea.ModeReportMsg{})
	if d.quit {
		t.Fatal("quit did not wait for the third reply")
	}
	d.send(tea.BackgroundColorMsg{})
	if !d.quit {
		t.Error("quit still waits after both replies")
	}
}

func TestMouse(t *testing.T) {
	d := browse(t, sample...)
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 20, Y: 5})
	equal(t, "cursor", d.cursor(), sample[2])
	equal(t, "selected", d.selected(), []string{})
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 2, Y: 6})
	equal(t, "cursor", d.cursor(), sample[3])
	equal(t, "selected", d.selected(), sample[3:4])
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 2, Y: 20}) // below the rows
	d.send(tea.MouseClickMsg{Button: tea.MouseRight, X: 2, Y: 4})
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

func TestTimerStopsWhenEverythingIsShown(t *testing.T) {
	d := browse(t, sample...)
	d.tick()
	equal(t, "timers", len(d.timers), 0)
}

func TestEmptyStates(t *testing.T) {
	rescan := func(context.Context, *index.Store, bool) (Summary, error) { return Summary{}, nil }
	d := newDriver(t, Options{Machine: fakeMachine{rescan: rescan}})
	d.has("scanning")
	d.tick()
	d.has("scanning")
	d.end(nil)
	d.has("no candidates found", "x shows excluded and kept paths")
	d.hasNot("nothing found yet")
	d = browse(t, sample...)
	d.keys("/", "text:zzz")
	d.has("nothing matches zzz", "0 of 8 files")
}

func TestScanErrorsAreShown(t *testing.T) {
	d := newDriver(t, Options{Warnings: []string{`unknown key "exclude"`}})
	d.has(`unknown key "exclude"`)
	d.send(scanEnded{summary: Summary{Errors: 3}, err: errors.New("read \x1b[2Jpipe")})
	d.fire(noticeExpired{})
	d.has("scan stopped", `scan stopped: read \e[2Jpipe`)
	d = newDriver(t, Options{})
	d.send(scanEnded{summary: Summary{Errors: 3}})
	d.has("! 3 unread")
}

func TestFrameIsReusedIfNothingChanged(t *testing.T) {
	d := browse(t, sample...)
	d.app.View()
	d.send(tea.MouseMotionMsg{})
	if d.app.dirty {
		t.Error("mouse motion redraws the screen")
	}
	d.app.Update(press("down"))
	if !d.app.dirty {
		t.Error("a key does not redraw the screen")
	}
}

func TestViewSetsTerminalModes(t *testing.T) {
	d := browse(t, sample...)
	v := d.app.View()
	if !v.AltScreen || v.MouseMode != tea.MouseModeCellMotion || v.WindowTitle != "list-ephemeral" {
		t.Errorf("View() = %+v", v)
	}
	d = newDriver(t, Options{NoMouse: true})
	equal(t, "mouse", d.app.View().MouseMode, tea.MouseModeNone)
}

func TestTooSmallTerminalShowsANoticeAndHandlesKeys(t *testing.T) {
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
