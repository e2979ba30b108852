package tui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/tui/table"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/scan"
)

func TestPlacesAreInSectionsByWhatMatters(t *testing.T) {
	d := realScreen(t, Options{})
	equal(t, "rows", d.shown(), []string{
		"/home/me/.ssh", "/home/me/.gnupg", "/home/me/.local/share/keyrings", "/home/me/.mozilla", "/home/me/.local/share/PrismLauncher",
		"/home/me/.config/Code", "/home/me/.config/gh", "/home/me/.bash_history", "/home/me/Projects",
		"/etc/NetworkManager", "/var/lib/bluetooth", "/etc/machine-id", "/var/lib/libvirt", "/var/lib/NetworkManager", "/var/lib/postgresql",
		"/etc/hosts", "folded",
	})
	d.has("home me 1.9M", "largest: ~/.mozilla/ 511K", "system 708K", "probably not 404K", "caches, logs, rewritten at boot")
	d.keys("G")
	d.has("▸ 3 places: ~/.cache/mozilla/  /var/log/journal/")
	d.has("[Places 19]", "will be lost", "me@forge", "/ on btrfs")
}

func TestTheFoldedPlacesOpen(t *testing.T) {
	d := realScreen(t, Options{})
	d.keys("G", "space")
	d.has("Enter opens these places", "0 kept")
	d.keys("enter")
	if d.app.snippet != nil {
		t.Fatal("Enter showed a snippet")
	}
	equal(t, "rows", d.shown()[16:], []string{"/home/me/.cache/mozilla", "/var/log/journal", "/etc/.updated"})
	equal(t, "cursor", d.cursor(), "/home/me/.cache/mozilla")
	d.keys("space")
	equal(t, "selected", d.selected(), []string{"/home/me/.cache/mozilla"})
	d.keys("left")
	equal(t, "rows", len(d.shown()), 17)
}

// TestARowSaysExactlyWhatItKeeps selects each place and each program, also with filters, and compares
// the numbers in the row with what the selection covers.
func TestARowSaysExactlyWhatItKeeps(t *testing.T) {
	for name, keys := range map[string][]string{
		"all": {}, "a query": {"/", "text:fire"}, "a program": {"ctrl+p", "enter"}, "without caches": {"c"},
	} {
		for _, view := range []setting.View{setting.ViewPlaces, setting.ViewPrograms} {
			t.Run(name+" "+view.String(), func(t *testing.T) {
				d := realScreen(t, Options{View: view})
				d.keys(keys...)
				d.app.list.unfolded = true
				d.app.list.fill()
				for row := range d.app.list.nodes {
					if !d.app.list.opensOnly(row) {
						checkRow(t, d, row)
					}
				}
			})
		}
	}
}

func checkRow(t *testing.T, d *driver, row int) {
	t.Helper()
	m, l := d.app, d.app.list.result.From
	drawn := m.painter().row(row)
	m.selection.Clear()
	m.toggle(row)
	files, size := 0, int64(0)
	for _, id := range l.Order() {
		if _, covered := m.selection.CoveredBy(l, id); covered || m.selection.Has(id) {
			_, info, _ := fakeStat(string(l.AppendNode(nil, id)))
			files, size = files+1, size+info.Size
		}
	}
	var stat index.NodeStat
	if of := m.list.programAt(row); of != nil {
		stat = of.Stat
	} else {
		stat = m.list.placeAt(row).Stat
	}
	equal(t, drawn.Text+": files", stat.Files, files)
	equal(t, drawn.Text+": size", drawn.Size, size)
	if m.list.result.Matches != nil && drawn.Hits != printable.Grouped(files) && !strings.HasSuffix(drawn.Hits, " of "+printable.Grouped(files)) {
		t.Errorf("%s: %q matching files of %d", drawn.Text, drawn.Hits, files)
	}
	m.selection.Clear()
}

func TestHitsOfAQueryAreShownApart(t *testing.T) {
	d := realScreen(t, Options{})
	d.keys("/", "text:cookies")
	d.has("~/.mozilla/", "1 of 3", "511K", "1 of 19 places", "matching")
	d.keys("space")
	d.has("kept ~/.mozilla/: ", "1 kept, 511K")
}

func TestHeadlineCountsDownWhatWillBeLost(t *testing.T) {
	d := realScreen(t, Options{})
	total := d.app.overview.totals.Size()
	d.has(printable.Size(total) + " will be lost")
	d.keys("space")
	kept := d.app.selectionSize.size
	d.has(printable.Size(total-kept)+" will be lost", printable.Size(kept)+" kept", "1 of 19 decided")
	d.keys("u")
	d.has(printable.Size(total)+" will be lost", "0 kept")
}

func TestNothingIsSaidToBeLostWithoutEvidence(t *testing.T) {
	d := newScreen(t, Options{})
	d.add(realPaths...)
	d.end(nil)
	d.has("not kept")
	d.hasNot("lost")
}

func TestProgramsKeepAllTheirPlaces(t *testing.T) {
	d := realScreen(t, Options{View: setting.ViewPrograms})
	d.has("[Programs 13]", "keep program", "places", "▸ NetworkManager", "     2 ")
	row := slices.Index(d.shown(), "program NetworkManager")
	d.app.list.moveTo(row)
	d.keys("space")
	equal(t, "selected", d.selected(), []string{"/etc/NetworkManager", "/var/lib/NetworkManager"})
	d.app.list.moveTo(row)
	d.keys("right", "down")
	equal(t, "cursor", d.cursor(), "/etc/NetworkManager")
	d.keys("space")
	d.has("[-]!▾ NetworkManager", "[x]     /var/lib/NetworkManager/")
	d.keys("left")
	equal(t, "cursor on the program", d.app.list.cursor, row)
	d.keys("left")
	d.has("▸ NetworkManager")
}

func TestEnterOnAProgramShowsTheSnippetOfItsPlaces(t *testing.T) {
	d := realScreen(t, Options{View: setting.ViewPrograms})
	d.app.list.moveTo(slices.Index(d.shown(), "program NetworkManager"))
	d.keys("enter")
	equal(t, "asked", d.asked[len(d.asked)-1], []index.Selected{{Path: "/etc/NetworkManager", Kind: scan.KindDir}, {Path: "/var/lib/NetworkManager", Kind: scan.KindDir}})
}

func TestTabGoesThroughTheViewsAndKeepsThePath(t *testing.T) {
	d := realScreen(t, Options{})
	d.app.list.moveTo(slices.Index(d.shown(), "/home/me/.config/Code"))
	d.keys("tab")
	equal(t, "program", d.shown()[d.app.list.cursor], "program vscode")
	d.keys("tab")
	equal(t, "cursor in the tree", d.cursor(), "/home/me/.config/Code")
	d.keys("tab")
	equal(t, "cursor in the files", d.cursor(), "/home/me/.config/Code/Local State")
	d.keys("tab")
	equal(t, "cursor in the places", d.cursor(), "/home/me/.config/Code")
}

// TestOnlyTheSelectionIsShownExactly is about the review before a reboot.
func TestOnlyTheSelectionIsShownExactly(t *testing.T) {
	d := realScreen(t, Options{View: setting.ViewTree})
	d.keys("down", "right", "down", "down", "space") // ~/.cache/mozilla/firefox/abc/cache2/entries
	d.keys("tab", "home", "space", "tab", "home", "space", "v")
	chosen := d.selected()
	slices.Sort(chosen)
	for _, view := range []string{"places", "programs", "tree", "files"} {
		equal(t, "view", d.app.view.String(), view)
		if view == "places" || view == "files" {
			got := d.shown()
			slices.Sort(got)
			equal(t, view, got, chosen)
			d.has("⟨selected v⟩")
		}
		d.keys("tab")
	}
}

func TestSortOrderIsShownAtTheHeads(t *testing.T) {
	d := realScreen(t, Options{})
	d.keys("s")
	d.has("size▾", "⟨sort: size s⟩")
	equal(t, "first", d.shown()[0], "/home/me/.mozilla")
	d.keys("S")
	d.has("size▴")
	equal(t, "first", d.shown()[0], "/etc/hosts")
	d.keys("s")
	d.has("age▾")
	equal(t, "first", d.shown()[0], "/etc/hosts")
	for _, want := range []string{"kept▾", "⟨sort: program s⟩", "keep place▾", "what matters"} {
		d.keys("s")
		if want != "what matters" {
			d.has(want)
		}
	}
	d.hasNot("⟨sort")
}

func TestSortingWhileTheScanRunsKeepsTheRows(t *testing.T) {
	d := newScreen(t, Options{Machine: fakeMachine{place: realFacts, splits: realSplits}})
	d.add(realPaths...)
	before := d.shown()
	d.hold = true
	d.keys("s")
	equal(t, "rows", d.shown(), before)
	d.hasNot("searching", "scanning\n")
	d.release()
	d.add("/home/me/new")
	d.has("/home/me/new")
}

func TestMouseOnTheFrame(t *testing.T) {
	d := realScreen(t, Options{})
	d.send(tea.WindowSizeMsg{Width: 120, Height: 35})
	click := func(text string) {
		t.Helper()
		for y, line := range d.lines() {
			if at := strings.Index(line, text); at >= 0 {
				d.send(tea.MouseClickMsg{Button: tea.MouseLeft, X: len([]rune(line[:at])) + 1, Y: y})
				return
			}
		}
		t.Fatalf("%q is not on the screen", text)
	}
	click("Files 2")
	equal(t, "view", d.app.view, setting.ViewFiles)
	click("Programs")
	equal(t, "view", d.app.view, setting.ViewPrograms)
	click("▸ vscode")
	d.has("▾ vscode", "~/.config/Code/")
	click("▾ vscode")
	d.has("▸ vscode")
	click("Places")
	click("size ")
	d.has("size▾")
	click("size▾")
	d.has("size▴")
	click("age")
	d.has("age▾")
	d.keys("c")
	click("⟨no caches")
	equal(t, "without caches", d.app.noCaches, false)
}

func TestNoWordScanningAfterTheScan(t *testing.T) {
	machine := fakeMachine{annotate: func(string) table.Annotation { return table.Annotation{Short: "read", Groups: 1} }}
	d := newScreen(t, Options{Machine: machine, Groups: []string{"paths that were read", "paths that were executed"}})
	d.add("/a", "/b/c")
	d.end(nil)
	for range 4 {
		for range 3 {
			d.keys("o")
			d.hasNot("scanning")
		}
		d.keys("tab")
	}
	d.keys("o", "o")
	d.has("no paths that were executed", "o shows others")
}

func TestAnEmptyScreenSaysWhy(t *testing.T) {
	d := newScreen(t, Options{Paths: []string{"/home/me/Documents"}, Machine: fakeMachine{notListed: func(string, scan.Kind) table.NotListedReason {
		return table.NotListedReason{Reason: "mount point: bind mount of /persist"}
	}}})
	d.end(nil)
	d.has("no candidates found", "/home/me/Documents: mount point: bind mount of /persist")
}

func TestUnreadPathsAreListed(t *testing.T) {
	d := newScreen(t, Options{})
	d.add("/a")
	d.keys("!")
	d.has("there are no problems")
	d.send(scanEnded{summary: Summary{Errors: 3, Unread: []string{"open /root/\x1b: permission denied"}}})
	d.has("! 3 unread")
	d.keys("!")
	d.has("3 paths could not be read", `open /root/\e: permission denied`, "and 2 more")
}

func TestCardAgreesWithTheRow(t *testing.T) {
	d := realScreen(t, Options{View: setting.ViewTree})
	d.send(tea.WindowSizeMsg{Width: 120, Height: 35})
	for range len(d.shown()) {
		d.fire(sideDue{})
		node, _ := d.app.list.current()
		stat := d.app.overview.totals.Of(node)
		d.has(fmt.Sprintf("%s, %s, newest", printable.Plural(stat.Files, "file", "files"), printable.Size(stat.Size)))
		d.keys("down")
	}
	d.hasNot("too many to add up", "?  ")
}

func TestTheUsersHomeIsATilde(t *testing.T) {
	d := realScreen(t, Options{View: setting.ViewFiles})
	d.has("~/.ssh/config", "/etc/hosts")
	d.hasNot("/home/me/.ssh")
}

func TestExplainNamesThePlaceOfAPath(t *testing.T) {
	d := realScreen(t, Options{View: setting.ViewFiles})
	m := d.app.opts.Machine.(fakeMachine)
	m.explain = func(path string) []string { return []string{path + ": candidate"} }
	d.app.opts.Machine = m
	d.app.list.moveTo(slices.Index(d.shown(), "/home/me/.mozilla/firefox/profiles.ini"))
	d.keys("e")
	d.has("/home/me/.mozilla/firefox/profiles.ini: candidate", "place: ~/.mozilla/, 3 files, 511K")
	d.keys("esc", "tab", "space", "up", "e")
	d.has("place: ~/.mozilla/")
}

func TestUndoSaysWhatItUndid(t *testing.T) {
	d := realScreen(t, Options{})
	d.keys("space", "space", "ctrl+d", "u")
	d.has("undone 2 paths: undecided")
	d.keys("u")
	d.has("undone 1 path: keep")
}

func TestProgramsWithoutFilesAreLastInTheDialog(t *testing.T) {
	d := realScreen(t, Options{})
	d.keys("ctrl+p")
	d.has("> firefox")
	height := strings.Count(strings.Join(d.lines(), "\n"), "│")
	d.keys("text:zzz")
	d.has("no program matches")
	equal(t, "lines of the box", strings.Count(strings.Join(d.lines(), "\n"), "│"), height)
}

func TestListedPathsSayWhatIsGoneAndWhatIsKept(t *testing.T) {
	d := newDriver(t, Options{Listed: true, Machine: fakeMachine{notListed: func(path string, _ scan.Kind) table.NotListedReason {
		return table.NotListedReason{Reason: "persisted", Selectable: !strings.HasSuffix(path, "/dir")}
	}}})
	d.add("/home/me/dir/", "/home/me/file", "/home/me/gone")
	d.end(nil)
	row := func(path string) string {
		at := slices.IndexFunc(d.lines(), func(line string) bool { return strings.Contains(line, path) })
		return strings.TrimSpace(d.lines()[at])
	}
	if line := row("/dir/"); strings.Contains(line, "0B") || !strings.Contains(line, "persisted") {
		t.Errorf("the row of a persisted directory is %q", line)
	}
	if line := row("/gone"); !strings.HasSuffix(line, " gone") {
		t.Errorf("the row of a missing path is %q", line)
	}
	if line := row("/file"); strings.Contains(line, "persisted") {
		t.Errorf("the row of a file that will be lost is %q", line)
	}
}
