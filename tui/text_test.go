package tui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

func TestWriteTailKeepsTheEnd(t *testing.T) {
	s := draw.NewStyles(setting.ThemeAuto, false)
	for _, tt := range []struct {
		name, text string
		room       int
		want       string
	}{
		{"fits", "/etc/hosts", 10, "/etc/hosts"},
		{"too long", "/etc/hosts", 9, "…tc/hosts"},
		{"only the end", "/etc/hosts", 2, "…s"},
		{"room for the ellipsis", "/etc/hosts", 1, "…"},
		{"wide characters", "/日本語/日本", 8, "…語/日本"},
		{"a wide character that half fits", "/日本語/日本", 7, "…/日本"},
		{"marks stay with their letter", "/aaae\u0301e\u0301", 3, "…e\u0301e\u0301"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			cells := s.writeTail(&b, tt.text, nil, tt.room)
			got := ansi.Strip(b.String())
			equal(t, "text", got, tt.want)
			equal(t, "cells", cells, ansi.StringWidth(got))
			if cells > tt.room {
				t.Errorf("%d cells, want at most %d", cells, tt.room)
			}
		})
	}
}

func TestWriteTailHighlightsMatches(t *testing.T) {
	s := draw.NewStyles(setting.ThemeAuto, true)
	s.match, s.dim = style{"<", ">"}, style{}
	for _, tt := range []struct {
		text    string
		matched []int
		room    int
		want    string
	}{
		{"/etc/hosts", []int{1, 2, 5}, 10, "/<e><t>c/<h>osts"},
		{"/etc/hosts", []int{1, 2, 5, 9}, 8, "...<h>ost<s>"},
		{"/etc/hosts", []int{9}, 4, "...<s>"},
		{"/aé日/", []int{1, 2, 4}, 10, "/<a><é><日>/"},
		{"/e\u0301/", []int{1}, 10, "/<e\u0301>/"},
	} {
		var b strings.Builder
		s.writeTail(&b, tt.text, tt.matched, tt.room)
		equal(t, tt.text, b.String(), tt.want)
	}
}

func TestMatchesAreHighlightedInRows(t *testing.T) {
	d := browse(t, "/home/me/.ssh/config", "/x\x1b[2J/ssh\xff")
	d.keys("/", "text:ssh")
	on, off := d.app.styles.Match.On, d.app.styles.Match.Off
	content := d.app.View().Content
	letters := on + "s" + off + on + "s" + off + on + "h" + off
	for _, want := range []string{"/home/me/." + letters + "/config", `/x\e[2J/` + letters + `\xff`} {
		if !strings.Contains(content, want) {
			t.Errorf("%q is not in\n%q", want, content)
		}
	}
}

func TestTruncatedKeepsTheFront(t *testing.T) {
	for _, tt := range []struct {
		text string
		room int
		want string
	}{
		{"hello", 5, "hello"}, {"hello", 4, "hel…"}, {"hello", 1, "h"}, {"hello", 0, ""}, {"hello", -3, ""}, {"日本語", 5, "日本…"},
	} {
		equal(t, tt.text, textcell.Truncate(tt.text, tt.room, "…"), tt.want)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		equal(t, want, printable.Grouped(n), want)
	}
	equal(t, "one", printable.Plural(1, "path", "paths"), "1 path")
	equal(t, "many", printable.Plural(2000, "path", "paths"), "2,000 paths")
}

func TestBarDropsWhatDoesNotFit(t *testing.T) {
	left, right := []string{"left side", "left", ""}, []string{"long right side", "right"}
	for room, want := range map[int]string{
		30: "left side      long right side",
		26: "left side  long right side",
		25: "left      long right side",
		17: "left        right",
		11: "left  right",
		5:  "right",
		4:  "",
	} {
		got := bar(room, left, right, style{}, style{})
		equal(t, want, got, want)
	}
}
