package guide_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/guide"
)

func equal[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var filters = []guide.Filter{
	{Alone: "only caches here", Text: "no caches", Key: "c shows them"},
	{Alone: "nothing belongs to git", Text: "git", Key: "Ctrl-X shows all"},
}

func TestAnEmptyListSaysWhyAndWhichKeyHelps(t *testing.T) {
	for name, tt := range map[string]struct {
		of   guide.Empty
		want []string
	}{
		"hidden writes":    {guide.Empty{Scanning: true, Live: true, Hidden: 1}, []string{"watching: nothing was written yet", "1 write to caches, /tmp and excluded paths: --all shows them"}},
		"programs write":   {guide.Empty{Scanning: true, Live: true}, []string{"watching: nothing was written yet"}},
		"the scan runs":    {guide.Empty{Scanning: true}, []string{"scanning: nothing found yet"}},
		"rows are made":    {guide.Empty{Reading: true, Found: true}, []string{"reading"}},
		"one filter":       {guide.Empty{Found: true, Filters: filters[:1]}, []string{"only caches here", "c shows them"}},
		"several filters":  {guide.Empty{Found: true, Filters: filters}, []string{"nothing is left by 2 filters together:", "- no caches: c shows them", "- git: Ctrl-X shows all"}},
		"filter, no paths": {guide.Empty{Filters: filters, Refused: "x"}, []string{"no candidates found: everything is kept, excluded, or made again at boot", "x shows excluded and kept paths, with the reason"}},
		"while it filters": {guide.Empty{Scanning: true, Found: true, Filters: filters[:1]}, []string{"only caches here", "c shows them"}},
		"the scan stopped": {guide.Empty{Stopped: "read pipe: EIO", Again: "r"}, []string{"the scan stopped before it found anything: read pipe: EIO", "r scans again"}},
		"a pipe stopped":   {guide.Empty{Stopped: "read pipe: EIO"}, []string{"the scan stopped before it found anything: read pipe: EIO"}},
		"no permission":    {guide.Empty{Unread: 2, Errors: "!", Refused: "x"}, []string{"no candidates found, but 2 paths could not be read", "! lists them with the reason", "x shows excluded and kept paths, with the reason"}},
		"paths were given": {guide.Empty{Asked: []string{"/nope: it does not exist"}, Refused: "x"}, []string{"no candidates found", "/nope: it does not exist"}},
	} {
		t.Run(name, func(t *testing.T) { equal(t, "lines", tt.of.Lines(), tt.want) })
	}
}

func TestTheMostImportantProblemIsOnTheFirstLine(t *testing.T) {
	all := guide.Problems{NoLongerKept: []string{"/a\x1b: removed"}, NotSaved: "disk full", Stopped: "EIO", Errors: 1002, Unread: []string{"open /b: EACCES", "open /c: EACCES"}}
	p := all
	equal(t, "lines", p.Lines(), []string{
		"1 path with data NO LONGER KEPT after the next boot:", "", `/a\e: removed`, "", "decisions are not saved: disk full", "", "the scan stopped: EIO", "",
		"1,002 paths could not be read:", "", "open /b: EACCES", "open /c: EACCES", "and 1,000 more: list-ephemeral list --verbose prints them",
	})
	for _, tt := range []struct {
		chip string
		next func()
	}{
		{"! 1 no longer kept", func() { p.NoLongerKept = nil }},
		{"! not saved", func() { p.NotSaved = "" }},
		{"! 1,002 unread", func() { p.Errors = 0 }},
		{"! stopped", func() { p.Stopped = "" }},
		{"", func() {}},
	} {
		equal(t, "chip", p.Chip(), tt.chip)
		tt.next()
	}
}

func firstRun(usual int) guide.FirstRun {
	return guide.FirstRun{
		Places: 133, Size: 2 << 30, Loss: true, Usual: usual, Configurations: 230,
		Keep: "Space", Ignore: "i", Show: "Enter", Mark: "m", Close: "Esc",
	}
}

func TestFirstRunSaysWhatTheKeyMarks(t *testing.T) {
	for usual, want := range map[int]string{
		-1: "m keeps what half of 230 public configurations keep.",
		0:  "No place here is kept by half of 230 public configurations.",
		1:  "m keeps the one that half of 230 public configurations keep.",
		9:  "m keeps the 9 that half of 230 public configurations keep.",
	} {
		of := firstRun(usual)
		if text := strings.Join(of.Lines(100, 9), "\n"); !strings.Contains(text, want) {
			t.Errorf("%d: no %q in\n%s", usual, want, text)
		}
	}
	of := firstRun(9)
	of.Loss = false
	if text := strings.Join(of.Lines(100, 9), "\n"); !strings.Contains(text, "133 places with 2.0G are not kept yet.") {
		t.Errorf("it claims a loss: %s", text)
	}
}

func TestFirstRunFitsIntoItsCard(t *testing.T) {
	of := firstRun(9)
	for width := 1; width < 130; width += 3 {
		for height := range 9 {
			lines := of.Lines(width, height)
			if len(lines) > height {
				t.Fatalf("%d lines, want at most %d", len(lines), height)
			}
			for _, line := range lines {
				if ansi.StringWidth(line) > width {
					t.Fatalf("%q is wider than %d", line, width)
				}
			}
		}
	}
	equal(t, "one line", of.Lines(60, 1), []string{"m keeps what most keep; Esc closes"})
}

func groups(counts ...int) (all []guide.Group) {
	for i, count := range counts {
		g := guide.Group{Title: fmt.Sprintf("group %d", i)}
		for k := range count {
			g.Keys = append(g.Keys, guide.Key{Keys: string(rune('a' + k)), Action: strings.Repeat("does this ", 4)})
		}
		all = append(all, g)
	}
	return all
}

func TestHelpHasColumnsByWidth(t *testing.T) {
	st := draw.NewStyles(setting.ThemeAuto, false)
	for _, tt := range []struct {
		width int
		want  []string // groups on the first line
	}{
		{40, []string{"group 0"}},
		{76, []string{"group 0"}},
		{116, []string{"group 0", "group 2"}},
		{196, []string{"group 0", "group 1", "group 2", "group 3"}},
	} {
		lines := guide.Help(groups(8, 8, 8, 0, 8), &st, tt.width)
		first := strings.Fields(strings.ReplaceAll(ansi.Strip(lines[0]), "group ", "group_"))
		var want []string
		for _, name := range tt.want {
			want = append(want, strings.ReplaceAll(name, " ", "_"))
		}
		if len(want) == 4 {
			want[3] = "group_4" // group 3 has no keys
		}
		equal(t, fmt.Sprintf("first line of %d", tt.width), first, want)
	}
}

func TestHelpHasEveryKeyAndFits(t *testing.T) {
	st := draw.NewStyles(setting.ThemeAuto, true)
	for width := 1; width < 250; width++ {
		all := groups(3, 12, 7, 1)
		lines := guide.Help(all, &st, width)
		keys := 0
		for _, line := range lines {
			if got := ansi.StringWidth(line); got > width {
				t.Fatalf("width %d: %q has %d cells", width, line, got)
			}
			keys += strings.Count(ansi.Strip(line), "does")
		}
		if width > 20 && keys == 0 {
			t.Fatalf("width %d: no keys", width)
		}
		if width > 60 && keys < 23 {
			t.Fatalf("width %d: %d keys, want 23", width, keys)
		}
	}
	if lines := guide.Help(groups(0, 0), &st, 80); lines != nil {
		t.Errorf("without keys: %q", lines)
	}
}

func ExampleEmpty_Lines() {
	e := guide.Empty{Found: true, Filters: []guide.Filter{{Alone: "only caches here", Key: "c shows them"}}}
	fmt.Println(strings.Join(e.Lines(), "; "))
	// Output: only caches here; c shows them
}
