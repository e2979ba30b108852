package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestDoubtIsShownAllTheTime is about the status line in each state of the screen.
func TestDoubtIsShownAllTheTime(t *testing.T) {
	const doubt = "no sign that / is wiped"
	d := newDriver(t, Options{Doubt: doubt, Warnings: []string{"a warning"}})
	for _, step := range []func(){
		func() {},
		func() { d.add(sample...) },
		func() { d.end(nil) },
		func() { d.keys("down", "space") },
		func() { d.keys("/", "text:config") },
		func() { d.keys("esc", "ctrl+a") },
		func() { d.send(tea.WindowSizeMsg{Width: 60, Height: 10}) },
		func() { d.send(tea.WindowSizeMsg{Width: 200, Height: 50}) },
		func() { d.keys("enter") },
	} {
		step()
		d.check()
		d.has(doubt)
	}
}

func TestDoubtIsShortenedOnANarrowScreen(t *testing.T) {
	d := newDriver(t, Options{Doubt: "no sign that / is wiped"})
	d.send(tea.WindowSizeMsg{Width: minWidth, Height: minHeight})
	d.check()
	d.has("0 kept  no sign that")
}

func TestDoubtIsMadePrintable(t *testing.T) {
	d := newDriver(t, Options{Doubt: "no sign that /\x1b[2J\n is wiped"})
	d.check()
	if text := strings.Join(d.lines(), "\n"); !strings.Contains(text, "no sign that /") || strings.Contains(text, "\x1b[2J") {
		t.Errorf("the screen has a control character:\n%q", text)
	}
}

func TestWithoutDoubtNothingIsShown(t *testing.T) {
	d := browse(t, sample...)
	d.hasNot("no sign")
}
