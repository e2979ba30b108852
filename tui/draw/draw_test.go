package draw_test

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var styles = draw.NewStyles(setting.ThemeAuto, false)

func TestTailKeepsTheEnd(t *testing.T) {
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
			cells := styles.Tail(&b, tt.text, tt.room)
			got := ansi.Strip(b.String())
			equal(t, "text", got, tt.want)
			equal(t, "cells", cells, ansi.StringWidth(got))
			if cells > tt.room {
				t.Errorf("%d cells, want at most %d", cells, tt.room)
			}
		})
	}
}

func TestNameIsShortenedInTheMiddle(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		room       int
		want       string
	}{
		{"fits", "~/.config/Code/", 15, "~/.config/Code/"},
		{"the program and the file stay", "~/.config/Code/IndexedDB/https_x_0/000003.ldb", 30, "~/.config/Code/…/000003.ldb"},
		{"cut at a slash", "~/.local/share/PrismLauncher/", 25, "~/.local/…/PrismLauncher/"},
		{"no slash near", "/a-very-long-directory/name", 16, "/a-very-lo…/name"},
		{"the base name is all that fits", "~/.config/PrismLauncher/", 17, "…/PrismLauncher/"},
		{"a base name that is too long", "/etc/a-very-long-file-name.conf", 12, "/etc/…e.conf"},
		{"wide characters", "~/日本語日本語日本語/日本", 14, "~/日本語…/日本"},
		{"one cell", "/etc/hosts", 1, "…"},
		{"nothing", "/etc/hosts", 0, ""},
		{"the root", "/", 5, "/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			cells := styles.WriteName(&b, &draw.Name{Text: tt.text, Parent: styles.Dim, Base: styles.Bold}, tt.room)
			got := ansi.Strip(b.String())
			equal(t, "text", got, tt.want)
			equal(t, "cells", cells, ansi.StringWidth(got))
		})
	}
}

func TestMatchesOfANameAreHighlighted(t *testing.T) {
	s := draw.NewStyles(setting.ThemeAuto, false)
	s.Match, s.Dim = draw.Style{On: "<", Off: ">"}, draw.Style{}
	for _, tt := range []struct {
		text    string
		matched []int
		room    int
		want    string
	}{
		{"/etc/hosts", []int{1, 2, 5}, 10, "/<e><t>c/<h>osts"},
		{"/etc/hosts", []int{1, 9}, 8, "…/host<s>"},
		{"/aé日/", []int{1, 2, 4}, 10, "/<a><é><日>/"},
		{"/e\u0301/", []int{1}, 10, "/<e\u0301>/"},
		{"~/.config/Code/IndexedDB/x/000003.ldb", []int{0, 20, 36}, 30, "<~>/.config/Code/…/000003.ld<b>"},
	} {
		var b strings.Builder
		s.WriteName(&b, &draw.Name{Text: tt.text, Matched: tt.matched}, tt.room)
		equal(t, tt.text, b.String(), tt.want)
	}
}

func TestEndsDropWhatDoesNotFit(t *testing.T) {
	span := func(texts ...string) (all [][]draw.Span) {
		for _, text := range texts {
			all = append(all, []draw.Span{{Text: text}})
		}
		return all
	}
	for room, want := range map[int]string{
		30: "left side      long right side",
		26: "left side  long right side",
		25: "left      long right side",
		17: "left        right",
		11: "left  right",
		5:  "right",
		4:  "",
	} {
		got := draw.Ends(room, span("left side", "left", ""), span("long right side", "right"))
		equal(t, want, got, want)
	}
}

func TestColumnsAreLeftOutByWidth(t *testing.T) {
	for _, tt := range []struct {
		width, list int
		want        []draw.Column
	}{
		{200, 127, []draw.Column{draw.ColumnPath, draw.ColumnHits, draw.ColumnProgram, draw.ColumnShare, draw.ColumnBar, draw.ColumnSize, draw.ColumnAge}},
		{80, 79, []draw.Column{draw.ColumnPath, draw.ColumnHits, draw.ColumnShare, draw.ColumnBar, draw.ColumnSize, draw.ColumnAge}},
		{60, 59, []draw.Column{draw.ColumnPath, draw.ColumnBar, draw.ColumnSize, draw.ColumnAge}},
		{50, 49, []draw.Column{draw.ColumnPath, draw.ColumnSize, draw.ColumnAge}},
		{40, 39, []draw.Column{draw.ColumnPath, draw.ColumnSize}},
	} {
		c := draw.NewColumns(tt.width, tt.list, draw.Wants{Hits: 15, Owner: true})
		var got []draw.Column
		for x := range tt.list {
			if at := c.At(x); at != draw.ColumnUnknown && (len(got) == 0 || got[len(got)-1] != at) {
				got = append(got, at)
			}
		}
		equal(t, "columns", got, tt.want)
	}
}

// TestRowsAreAsWideAsTheirColumns draws rows of all kinds in all widths.
func TestRowsAreAsWideAsTheirColumns(t *testing.T) {
	rows := map[string]draw.Row{
		"a place":        {Current: true, Mark: draw.MarkOn, Secret: true, Text: "~/.local/share/keyrings/", Dir: true, Program: "gnome-keyring-daemon", Share: 50, ShareOf: 230, Size: 1 << 40, Sized: true, Age: "24mo", Hits: "1,234 of 12,345"},
		"a search":       {Mark: draw.MarkPartly, Text: "/var/lib/systemd/", Matched: []int{1, 2}, Inside: "coredump/core.firefox.zst", InsideMatched: []int{3}, Sized: true, Size: 1023},
		"not listed":     {Text: "~/.cache/日本語/", Reason: strings.Repeat("excluded: **/.cache ", 9)},
		"a tag":          {Text: "/var/lib/日本語日本語/", Dir: true, Tag: "kept from next boot", TagWord: "kept", Inside: "a/b", Size: 5, Sized: true},
		"a loss":         {Lead: "▸ ", Text: "x", Tag: "no longer kept", TagWord: "removed", Loss: true},
		"a kept loss":    {Text: "/var/lib/app/", Tag: "no longer kept", TagWord: "removed", Loss: true, Reason: "NO LONGER KEPT after the next boot; mount point"},
		"deep in a tree": {Lead: strings.Repeat("  ", 80), Text: "name", Note: "looked up and written"},
		"with excluded":  {Text: "~/.config/Code/", Dir: true, Also: draw.Excluded(1402), Sized: true, Size: 999},
		"folded":         {Quiet: true, Current: true, Lead: "▸ ", Text: strings.Repeat("~/.cache ", 40)},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			for width := 20; width < 210; width++ {
				c := draw.NewColumns(width, width-1, draw.Wants{Note: width%2 == 0, Hits: width % 3 * 8, Owner: width%5 > 0})
				var b strings.Builder
				styles.WriteRow(&b, &row, &c)
				if got := ansi.StringWidth(b.String()); got != width-1 {
					t.Fatalf("in %d columns the row is %d wide:\n%q", width-1, got, b.String())
				}
				heads := styles.Heads(&c, draw.Names{Path: "keep place", Hits: "matching files", Program: "program"}, draw.Sorted{By: draw.ColumnSize})
				if got := ansi.StringWidth(heads); got > width-1 {
					t.Fatalf("in %d columns the heads are %d wide: %q", width-1, got, heads)
				}
				section := styles.Section(&draw.Section{Title: "home racci", Size: 5 << 30, Sized: true, Note: "largest: ~/Downloads/ 944M"}, width-1)
				if got := ansi.StringWidth(section); got != width-1 {
					t.Fatalf("in %d columns the section is %d wide: %q", width-1, got, section)
				}
			}
		})
	}
}

func TestTagsAreShortenedBeforeNames(t *testing.T) {
	for width, want := range map[int]string{
		40: "    [ ] /var/lib/postgresql/  no longer kept",
		30: "    [ ] /var/lib/postgresql/  removed",
		24: "    [ ] …/postgresql/  removed",
	} {
		c := draw.NewColumns(0, width+draw.Gutter, draw.Wants{})
		for _, loss := range []bool{false, true} {
			row := draw.Row{Mark: draw.MarkNone, Text: "/var/lib/postgresql/", Tag: "no longer kept", TagWord: "removed", Loss: loss}
			var b strings.Builder
			styles.WriteRow(&b, &row, &c)
			equal(t, "row", strings.TrimSpace(ansi.Strip(b.String())), strings.TrimSpace(want))
			if tag := styles.Loss.On; strings.Contains(b.String(), tag+"  ") != loss {
				t.Errorf("loss %t, but %q", loss, b.String())
			}
		}
	}
}

func TestHeadsShowTheSortOrder(t *testing.T) {
	c := draw.NewColumns(80, 79, draw.Wants{})
	names := draw.Names{Path: "keep place"}
	for by, want := range map[draw.Sorted]string{
		{By: draw.ColumnSize}:                 "size▾",
		{By: draw.ColumnAge, Reversed: true}:  "age▴",
		{By: draw.ColumnPath, Reversed: true}: "keep place▴",
		{}:                                    "age",
	} {
		if got := ansi.Strip(styles.Heads(&c, names, by)); !strings.Contains(got, want) {
			t.Errorf("%+v: %q", by, got)
		}
	}
}

func TestSizeBarsGrowWithTheSize(t *testing.T) {
	last := 0
	for bytes := int64(1); bytes > 0 && bytes < 1<<60; bytes *= 2 {
		cells := ansi.StringWidth(styles.SizeBar(bytes, 6))
		if cells < last || cells > 6 {
			t.Errorf("%d bytes: %d cells after %d", bytes, cells, last)
		}
		last = cells
	}
	equal(t, "full", last, 6)
	equal(t, "nothing", styles.SizeBar(0, 6), "")
	equal(t, "half", styles.PartBar(1, 2, 8), "━━━━")
	equal(t, "a small part", styles.PartBar(1, 1000, 8), "╸")
	equal(t, "all", styles.PartBar(5, 5, 2), "━━")
}

func TestShareIsDotsOrAPercentage(t *testing.T) {
	ascii := draw.NewStyles(setting.ThemeAuto, true)
	for of, want := range map[int][2]string{
		0: {"", ""}, 1: {"●····", "1%"}, 9: {"●●···", "9%"}, 20: {"●●●··", "20%"}, 31: {"●●●●·", "31%"}, 60: {"●●●●●", "60%"},
	} {
		dots, _ := styles.Share(of, 100)
		percent, _ := ascii.Share(of, 100)
		equal(t, "share", [2]string{dots, percent}, want)
	}
	if dots, _ := styles.Share(3, 0); dots != "" {
		t.Errorf("a share of nothing is %q", dots)
	}
}

func TestScrollBarIsAtThePositionOfTheRows(t *testing.T) {
	for _, tt := range []struct {
		height, rows, top int
		want              string
	}{
		{4, 4, 0, ""}, {4, 8, 0, "┃┃││"}, {4, 8, 4, "││┃┃"}, {4, 8, 2, "│┃┃│"}, {4, 1000, 0, "┃│││"}, {4, 1000, 996, "│││┃"}, {0, 5, 0, ""},
	} {
		equal(t, "bar", ansi.Strip(strings.Join(styles.ScrollBar(tt.height, tt.rows, tt.top), "")), tt.want)
	}
}

func TestTabsAreShortened(t *testing.T) {
	tabs := []draw.Tab{{Name: "Places", Count: "133", Active: true}, {Name: "Programs", Count: "41"}, {Name: "Tree"}}
	for room, want := range map[int]string{
		40: "[Places 133]  Programs 41   Tree ", 30: "[Places]  Programs   Tree ", 20: "[Places 133]", 10: "[Places]", 5: "",
	} {
		line, cells, at := styles.Tabs(tabs, room)
		equal(t, "tabs", ansi.Strip(line), want)
		equal(t, "cells", cells, ansi.StringWidth(want))
		if want != "" && !at[0].Has(0) {
			t.Errorf("the first tab is at %v", at[0])
		}
	}
}

func TestChipsFitOrAreLeftOut(t *testing.T) {
	chips := []draw.Chip{{Text: "vscode", Key: "^X"}, {Text: "no caches", Key: "c"}}
	line, cells, at := styles.Chips(chips, 40)
	equal(t, "chips", ansi.Strip(line), "⟨vscode ^X⟩ ⟨no caches c⟩ ")
	equal(t, "cells", cells, len("<vscode ^X> <no caches c> "))
	equal(t, "places", at, []draw.Range{{Start: 0, End: 11}, {Start: 12, End: 25}})
	line, _, at = styles.Chips(chips, 20)
	equal(t, "chips", ansi.Strip(line), "⟨vscode ^X⟩ ")
	equal(t, "places", len(at), 1)
}

func TestCardHasItsSize(t *testing.T) {
	for _, size := range []struct{ width, height int }{{40, 10}, {12, 3}, {5, 2}, {3, 5}} {
		card := styles.Card("~/.mozilla/firefox/", []string{styles.Bold.Render("one"), "two"}, size.width, size.height)
		if size.width < draw.FrameWidth {
			equal(t, "lines", len(card), 0)
			continue
		}
		equal(t, "lines", len(card), size.height)
		for _, line := range card {
			if ansi.StringWidth(line) != size.width && size.width >= 12 {
				t.Errorf("%v: %q is %d wide", size, line, ansi.StringWidth(line))
			}
		}
	}
}

func TestProgressShowsTheFirstStep(t *testing.T) {
	for done, want := range map[int]string{0: "▱▱▱▱", 1: "▰▱▱▱", 50: "▰▰▱▱", 100: "▰▰▰▰", 200: "▰▰▰▰"} {
		equal(t, "bar", ansi.Strip(styles.Progress(done, 100, 4)), want)
	}
}

func TestAMatchInsideStaysVisible(t *testing.T) {
	r := draw.Row{Text: "/var/lib/systemd/coredump/", Dir: true, Inside: "core.firefox.0.zst", InsideMatched: []int{5, 6, 7, 8, 9, 10, 11}}
	for room, want := range map[int]string{
		60: "← core.firefox.0.zst", 44: "← …firefox.0.zst", 43: "← …firef….0.zst", 42: "← …fire….0.zst", 38: "← …fi….zst",
	} {
		var b strings.Builder
		styles.WriteRow(&b, &r, &draw.Columns{Width: room + draw.Gutter, Path: room})
		if got := strings.TrimRight(ansi.Strip(b.String()), " "); !strings.HasSuffix(got, want) {
			t.Errorf("in %d cells: %q, want %q", room, got, want)
		}
	}
}

func TestExcludedFilesAreShownWhereThereIsRoom(t *testing.T) {
	for room, want := range map[int]string{
		40: "~/.config/obsidian/          +1,402 excluded |", 28: "~/.config/obsidian/  +1,402 |", 27: "~/.config/obsidian/        |",
	} {
		var b strings.Builder
		styles.WriteRow(&b, &draw.Row{Text: "~/.config/obsidian/", Dir: true, Also: draw.Excluded(1402)}, &draw.Columns{Width: room + draw.Gutter, Path: room})
		if got := strings.TrimLeft(ansi.Strip(b.String()), " ") + "|"; strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("in %d cells: %q, want %q", room, got, want)
		}
	}
	if text := draw.Excluded(0); text != "" {
		t.Errorf("nothing excluded is %q", text)
	}
}
