package tui

import (
	"context"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/triage"
)

// clickOn clicks on a text of the screen.
func (d *driver) clickOn(text string) {
	d.t.Helper()
	for y, line := range d.lines() {
		if before, _, found := strings.Cut(line, text); found {
			d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: textcell.Width(before), Y: y})
			return
		}
	}
	d.t.Fatalf("not on the screen: %q\n%s", text, strings.Join(d.lines(), "\n"))
}

func TestClicksOnWhatIsDrawn(t *testing.T) {
	for _, size := range []struct{ width, height int }{{120, 35}, {80, 24}, {60, 10}} {
		d := realScreen(t, Options{})
		d.send(tea.WindowSizeMsg{Width: size.width, Height: size.height})
		d.clickOn("ignore") // on the last line
		d.fire(noticeExpired{})
		d.fire(noticeExpired{})
		d.has("1 decided hidden")
		d.clickOn("decided hidden")
		d.has("[i]!~/.ssh/", "1 decided shown")
		d.clickOn("keep  i")
		equal(t, "the footer's Space", len(d.selected()), 1)
		if size.height < tabsFrom {
			d.clickOn("[Places")
		} else {
			d.clickOn("help")
			d.has("keys: browse")
			d.clickOn("Esc close")
			d.hasNot("keys: browse")
			d.clickOn("Programs")
		}
		d.has("[Programs")
	}
}

func TestASecondClickToggles(t *testing.T) {
	d := realScreen(t, Options{})
	d.clickOn(".gnupg/")
	equal(t, "selected", d.selected(), []string{})
	equal(t, "cursor", d.cursor(), "/home/me/.gnupg")
	d.clickOn(".gnupg/")
	equal(t, "selected", d.selected(), []string{"/home/me/.gnupg"})
	d.clickOn(".mozilla/")
	d.keys("p", "p")
	d.clickOn(".mozilla/")
	equal(t, "a key between the clicks", d.selected(), []string{"/home/me/.gnupg"})
	d.keys("end")
	d.clickOn("▸")
	d.has("~/.cache/mozilla/")
	equal(t, "a click on what is folded", d.selected(), []string{"/home/me/.gnupg"})
}

func TestAClickOnAHeadSortsAndThenReverses(t *testing.T) {
	d := realScreen(t, Options{})
	d.clickOn("size")
	d.has("size▾")
	d.clickOn("size▾")
	d.has("size▴")
	d.clickOn("sort: size")
	d.has("sort: time")
}

func TestAClickOnErrorsListsThem(t *testing.T) {
	d := realScreen(t, Options{Machine: func() fakeMachine {
		m := realMachine()
		m.load = func() (Decisions, error) { return Decisions{}, errors.New("read decisions: a later version wrote it") }
		return m
	}()})
	d.clickOn("! not saved")
	d.has("decisions are not saved: read decisions: a later version wrote it")
	d = realScreen(t, Options{})
	d.send(scanEnded{summary: Summary{Errors: 3, Unread: []string{"/root: permission denied"}}})
	d.clickOn("! 3 unread")
	d.has("/root: permission denied", "and 2 more")
}

func TestTheWheelScrollsTheCardUnderThePointer(t *testing.T) {
	d := realScreen(t, Options{})
	d.send(tea.WindowSizeMsg{Width: 120, Height: 20})
	d.keys("ctrl+a")
	d.fire(sideDue{})
	before := d.cursor()
	d.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown, X: 100, Y: 16})
	equal(t, "cursor", d.cursor(), before)
	equal(t, "line of the snippet", d.app.side.snippetTop, wheelLines)
	for range 50 {
		d.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown, X: 100, Y: 16})
	}
	d.has(d.app.side.snippet[len(d.app.side.snippet)-1][:20])
	d.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown, X: 100, Y: 4})
	d.send(tea.MouseWheelMsg{Button: tea.MouseWheelDown, X: 10, Y: 5})
	if d.cursor() == before {
		t.Error("the wheel over the list did not scroll it")
	}
}

func TestFirstRunCardComesAndGoes(t *testing.T) {
	d := realScreen(t, Options{NoConfiguration: true})
	d.send(tea.WindowSizeMsg{Width: 160, Height: 35})
	d.has("first run", "19 places with 3.0M will be lost unless kept.", "m keeps the one that")
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.has("m keeps what most keep; Esc closes")
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.keys("esc")
	d.hasNot("first run")
	d.keys("esc")
	d.has("Esc closes a search or a dialog")
	d = realScreen(t, Options{NoConfiguration: true})
	d.keys("m")
	equal(t, "selected", d.selected(), []string{"/home/me/.ssh"})
	d.hasNot("first run")
	d.has("kept 1 place that half of 230 configurations keep: u undoes")
	d.keys("u", "m", "m")
	d.has("nothing undecided here is what half of 230 configurations keep")
}

func TestNoFirstRunCardWithDecisionsOrAConfiguration(t *testing.T) {
	m := realMachine()
	m.load = func() (Decisions, error) {
		return Decisions{Set: triage.SetOf(decision("/home/me/.ssh", triage.Ignore))}, nil
	}
	realScreen(t, Options{NoConfiguration: true, Machine: m}).hasNot("first run")
	realScreen(t, Options{}).hasNot("first run")
}

func TestUsualPlacesAreKeptWhenTheScanIsComplete(t *testing.T) {
	d := newScreen(t, Options{Machine: realMachine(), Configurations: 230})
	d.add(realPaths...)
	d.keys("m")
	d.has("this is done when the scan is complete")
	d.end(nil)
	equal(t, "selected", d.selected(), []string{"/home/me/.ssh"})
}

func TestOnlyDecidedPathsAreLeft(t *testing.T) {
	d := newScreen(t, Options{Machine: fakeMachine{rescan: func(context.Context, *index.Store, bool) (Summary, error) { return Summary{}, nil }}})
	d.add("/a", "/b")
	d.end(nil)
	d.keys("i", "i")
	d.has("everything here is decided: 2 paths ignored or postponed", "I shows them")
	d.keys("c")
	d.has("nothing is left by 2 filters together:", "- no caches: c shows them")
	d.keys("/", "text:zz")
	d.has("filter no caches: Esc, then c shows them")
}
