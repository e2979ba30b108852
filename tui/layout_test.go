package tui

import (
	"image/color"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/draw"
)

// TestThemesUseReadableColours draws the screen in each theme and checks the colours that are
// sent to the terminal.
func TestThemesUseReadableColours(t *testing.T) {
	const yellow, white, brightest = "33", "37", "9" // prefix of the bright colours
	for theme, tt := range map[setting.Theme]struct {
		never []string // colours that are unreadable on the theme's background
		some  string
	}{
		setting.ThemeAuto:  {[]string{yellow, white, brightest}, "32"},
		setting.ThemeLight: {[]string{yellow, white, "36", "92", "93"}, "32"},
		setting.ThemeDark:  {[]string{"30", "34", "90"}, "92"},
	} {
		d := newDriver(t, Options{Theme: theme})
		d.add(sample...)
		d.keys("space")
		used := foregrounds(d.app.View().Content)
		d.keys("?")
		used = append(used, foregrounds(d.app.View().Content)...)
		if !slices.Contains(used, tt.some) {
			t.Errorf("%s: the mark is not drawn in colour %s: %q", theme, tt.some, used)
		}
		for _, colour := range used {
			for _, never := range tt.never {
				if colour == never || never == brightest && strings.HasPrefix(colour, brightest) {
					t.Errorf("%s: colour %s is unreadable", theme, colour)
				}
			}
		}
	}
}

func TestThemeFollowsTheBackgroundOfTheTerminal(t *testing.T) {
	for _, tt := range []struct {
		name  string
		theme setting.Theme
		back  color.Color
		want  setting.Theme
	}{
		{"dark", setting.ThemeAuto, color.Black, setting.ThemeDark},
		{"light", setting.ThemeAuto, color.White, setting.ThemeLight},
		{"configured", setting.ThemeDark, color.White, setting.ThemeDark},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDriver(t, Options{Theme: tt.theme})
			equal(t, "before", d.app.styles, draw.NewStyles(tt.theme, false))
			d.send(tea.BackgroundColorMsg{Color: tt.back})
			equal(t, "after", d.app.styles, draw.NewStyles(tt.want, false))
		})
	}
}

// foregrounds returns the parameters in a frame that set the text colour: 30 to 37 (ECMA-48,
// 8.3.117), and 90 to 97 for the bright colours.
func foregrounds(frame string) []string {
	var all []string
	for _, sequence := range strings.Split(frame, "\x1b[")[1:] {
		parameters, _, isStyle := strings.Cut(sequence, "m")
		if !isStyle {
			continue
		}
		for p := range strings.SplitSeq(parameters, ";") {
			if len(p) == 2 && (p[0] == '3' || p[0] == '9') && p != "39" && p != "38" {
				all = append(all, p)
			}
		}
	}
	return all
}

func TestStatusShowsTheSizeOfTheSelection(t *testing.T) {
	d := newDriver(t, Options{})
	d.app.statCache.Stat = func(path string) (scan.Kind, scan.Info, error) {
		return scan.KindFile, scan.Info{Size: int64(len(path)) << 20}, nil
	}
	d.add("/a/1", "/a/22", "/b")
	d.keys("space")
	d.has(" 1 kept, 4.0M")
	d.keys("ctrl+a")
	d.has(" 3 kept, 11M")
	d.keys("ctrl+d")
	d.hasNot("selected, ")

	d.keys("tab", "home", "space")
	d.has(" 1 kept, 9.0M")
	d.add("/a/333")
	d.end(nil)
	d.has(" 1 kept, 15M")
}

func TestSizeIsOfTheNewestSelection(t *testing.T) {
	d := browse(t, "/1", "/22")
	d.hold = true
	d.keys("space", "space")
	d.app.selectionSize.take(sizeSummed{d.app.selectionSize.gen - 1, selectionSums{size: 4096}})
	d.hasNot("4.0K")
	d.app.selectionSize.take(sizeSummed{d.app.selectionSize.gen, selectionSums{size: 8192}})
	equal(t, "size", d.app.selectionSize.size, 8192)
}

func TestLateLiveSnippetDoesNotReplaceTheSnippetPane(t *testing.T) {
	d := newDriver(t, Options{})
	d.send(tea.WindowSizeMsg{Width: 120, Height: 24})
	d.add(sample...)
	d.end(nil)
	d.keys("down")
	d.hold = true
	d.keys("enter")
	held := d.held
	d.held = nil
	d.fire(sideDue{})
	d.hold = false
	for _, cmd := range append(held, d.held...) {
		d.run(cmd)
	}
	d.has("snippet for 1 path")
}

func TestDirectoriesThatAreNotKeptAsAWholeSayWhy(t *testing.T) {
	d := newDriver(t, Options{
		View: setting.ViewTree,
		Machine: fakeMachine{
			splits: func(dir string) bool { return dir == "/home/me" || dir == "/home/me/.config" },
			cannotKeep: func(dir string) string {
				return map[string]string{"/home/me": "it is the whole home directory"}[dir]
			},
			wholeDoubt: func(dir string) (string, bool) {
				switch dir {
				case "/home/me/.config":
					return "it belongs to several programs", true
				case "/home/me/.config/a":
					return "it contains the mount point /m", false
				}
				return "", false
			},
		},
	})
	d.add("/home/me/.config/a/b", "/home/me/.config/c", "/home/me/x")
	d.end(nil)
	d.keys("space")
	d.has("not kept: it is the whole home directory: Right opens it", "0 kept")
	d.keys("space", "c", "c")
	d.has("it is the whole home directory", "0 kept")
	d.keys("home", "enter")
	if d.app.snippet != nil {
		t.Error("Enter showed a snippet of the home directory")
	}
	d.keys("home", "right", "down", "space")
	equal(t, "selected after one key", d.selected(), []string{})
	d.has("it belongs to several programs: Right opens it, Space keeps it all")
	d.keys("down", "up", "s", "space")
	equal(t, "selected after two keys", d.selected(), []string{"/home/me/.config"})
	d.has("kept as a whole, but it belongs to several programs")
	d.keys("u", "right", "down", "space")
	equal(t, "selected", d.selected(), []string{"/home/me/.config/a"})
	d.has("kept as a whole, but it contains the mount point /m")
	d.keys("down")
	d.hasNot("mount point")
}

func TestQuitAsksWhenSomethingIsSelected(t *testing.T) {
	d := browse(t, sample...)
	d.keys("space", "q")
	d.has("q again quits without the selection")
	if d.app.shutdown.leaving {
		t.Fatal("the first q quit")
	}
	d.keys("q")
	if !d.app.shutdown.leaving {
		t.Error("the second q did not quit")
	}
}

func TestPreviewIsBelowTheListOnANarrowTerminal(t *testing.T) {
	d := browse(t, sample...)
	d.hasNot("this place")
	d.keys("p")
	d.fire(sideDue{})
	d.has("this place", `file "/etc/hosts"`)
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 1, Y: 17})
	equal(t, "a click on the pane", d.cursor(), "/etc/hosts")
	d.keys("p")
	d.hasNot("this place")
	d.send(tea.WindowSizeMsg{Width: 80, Height: 10})
	d.keys("p")
	d.has("no room for the preview")
	d.send(tea.WindowSizeMsg{Width: 140, Height: 14})
	d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: 120, Y: 4})
	equal(t, "a click beside the list", d.cursor(), "/etc/hosts")
}

func TestHeaderAlwaysShowsTheModes(t *testing.T) {
	d := browse(t, sample...)
	d.app.scannedRefused = true
	d.keys("tab", "tab", "tab", "x", "c", "s")
	for _, width := range []int{200, 100, 80, 60, 40} {
		d.send(tea.WindowSizeMsg{Width: width, Height: 24})
		header := d.lines()[1]
		if !strings.Contains(header, "[Tree]") {
			t.Errorf("%d columns: %q", width, header)
		}
		if width >= 60 && !strings.Contains(header, "caches") {
			t.Errorf("%d columns: %q", width, header)
		}
	}
}

func TestLongTextsAreWrapped(t *testing.T) {
	why := "it is a candidate because it is on the root at / and no rule of any kind keeps it, END"
	d := newDriver(t, Options{
		Machine: fakeMachine{
			explain: func(string) []string { return []string{why} },
			snippet: func([]index.Selected, int) SnippetText {
				return SnippetText{Text: "x\n", Notes: []string{why}, Commented: []string{"x"}}
			},
		},
	})
	d.add("/a")
	d.end(nil)
	d.send(tea.WindowSizeMsg{Width: 40, Height: 20})
	d.keys("e")
	d.has("END")
	d.keys("esc", "enter")
	d.has("END", "! it is")
	d.hasNot("! x")
	d.send(tea.WindowSizeMsg{Width: 60, Height: 20})
	d.has("END")
}

// Screen readers and braille displays follow the cursor of the terminal.
func TestTheCursorIsOnTheMarkOfTheRow(t *testing.T) {
	d := fixtureScreen(t, Options{})
	for _, keys := range [][]string{nil, {"down"}, {"pgdown"}, {"G"}, {"g"}, {"tab", "down"}, {"tab", "right", "down"}} {
		d.keys(keys...)
		cursor := d.app.View().Cursor
		if cursor == nil {
			t.Fatalf("after %v, there is no cursor", keys)
		}
		if line := d.lines()[cursor.Y]; !strings.HasPrefix(line, "▌[ ]") || cursor.X != 2 {
			t.Errorf("after %v, the cursor is in column %d of %q", keys, cursor.X, line)
		}
	}
	d.keys("/")
	if cursor := d.app.View().Cursor; cursor == nil || cursor.Y != d.app.layout.search {
		t.Errorf("in a search, the cursor is at %v", cursor)
	}
	d.keys("esc", "?")
	if cursor := d.app.View().Cursor; cursor != nil {
		t.Errorf("under a dialog, the cursor is at %v", cursor)
	}
}
