package tui

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/textcell"
)

func TestMatchesAreHighlightedInRows(t *testing.T) {
	d := browse(t, "/home/me/.ssh/config", "/x\x1b[2J/ssh\xff")
	d.keys("/", "text:ssh")
	on, off := d.app.styles.Match.On, d.app.styles.Match.Off
	content := d.app.View().Content
	letters := on + "s" + off + on + "s" + off + on + "h" + off
	for _, want := range []string{"/home/me/." + d.app.styles.Dim.Off + letters, letters + `\xff`} {
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
