package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/index"
	"github.com/DaRacci/list-ephemeral/scan"
	"github.com/DaRacci/list-ephemeral/tui/places"
	"github.com/DaRacci/list-ephemeral/tui/table"
)

// nextScreen opens the screen of a machine whose next boot keeps other paths than now. Two mounted paths
// are no longer kept; a scan for non-candidates adds them.
func nextScreen(t *testing.T, opts Options) *driver {
	t.Helper()
	machine := realMachine()
	machine.place = func(path string) Place {
		p := realFacts(path)
		switch path {
		case "/home/me/.mozilla":
			p.Coming = places.ComingMissing
		case "/var/lib/libvirt":
			p.Coming = places.ComingKept
		case "/var/lib/postgresql", "/var/lib/mounted", "/home/me/Documents":
			p.Coming = places.ComingRemoved
		}
		return p
	}
	removed := []string{"/home/me/Documents", "/var/lib/mounted", "/var/log"}
	machine.notListed = func(string, scan.Kind) table.NotListedReason {
		return table.NotListedReason{Reason: "mount point: bind mount of /persist"}
	}
	machine.rescan = func(_ context.Context, into *index.Store, all bool) (Summary, error) {
		for _, path := range realPaths {
			into.AddPath([]byte(path), scan.KindFile)
		}
		if all {
			for _, path := range removed {
				into.AddNonCandidate([]byte(path), scan.KindDir)
			}
		}
		return Summary{NoLongerKept: []string{"/home/me/Documents: removed: fstab:3", "/var/lib/mounted\x1b: removed: unit; its data stays in /persist"}}, nil
	}
	opts.Machine = machine
	d := realScreen(t, opts)
	d.keys("r", "x")
	d.tick()
	return d
}

func TestChangesOfTheNextBootAreMarked(t *testing.T) {
	for _, size := range []struct{ width, height int }{{40, 10}, {120, 35}} {
		name := fmt.Sprintf("next-%dx%d", size.width, size.height)
		t.Run(name, func(t *testing.T) {
			d := nextScreen(t, Options{})
			d.send(tea.WindowSizeMsg{Width: size.width, Height: size.height})
			d.keys("x", "end", "home", "x")
			d.tick()
			d.keys("home")
			d.fire(sideDue{})
			golden(t, name, emulated(d.app.View().Content, size.width, size.height))
		})
	}
}

// TestWhatIsNoLongerKeptIsShownAtAnyWidth looks for the words, not for colours.
func TestWhatIsNoLongerKeptIsShownAtAnyWidth(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		d := nextScreen(t, Options{ASCII: ascii})
		for width := minWidth; width <= 140; width += 5 {
			for _, height := range []int{10, 24, 40} {
				d.send(tea.WindowSizeMsg{Width: width, Height: height})
				for range 4 { // each view
					d.keys("tab")
					if first := d.lines()[0]; !strings.Contains(first, "! 2 no longer kept") {
						t.Fatalf("%dx%d, view of %s: %q", width, height, d.app.view, first)
					}
				}
				d.keys("space", "/", "text:a")
				if first := d.lines()[0]; !strings.Contains(first, "! 2 no longer kept") {
					t.Fatalf("%dx%d, search: %q", width, height, first)
				}
				d.keys("esc", "esc", "space")
			}
		}
	}
}

func TestTheFirstRowsAreThoseThatAreNoLongerKept(t *testing.T) {
	d := nextScreen(t, Options{})
	lines := d.lines()
	line := func(text string) int {
		return slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, text) })
	}
	for _, section := range [][]string{{" home me", "~/Documents/", "~/.ssh/"}, {" system", "/var/lib/postgresql/", "/var/lib/mounted/", "]!/etc/NetworkManager/"}} {
		for i, text := range section {
			if line(text) != line(section[0])+i {
				t.Errorf("%s is on line %d:\n%s", text, line(text), strings.Join(lines, "\n"))
			}
		}
	}
	d.has("NO LONGER KEPT after the next boot", "/var/lib/postgresql/  no longer kept", "~/.mozilla/  not in storage", "/var/lib/libvirt/  kept from next boot")
	d.send(tea.WindowSizeMsg{Width: 120, Height: 35})
	d.keys("x")
	for d.cursor() != "/var/lib/postgresql" {
		d.keys("down")
	}
	d.fire(sideDue{})
	d.has("│ NO LONGER KEPT after the next boot     │", "│ /var/lib/postgresql/16                 │")
	d.keys("tab") // programs
	d.has("postgresql  removed", "firefox  not in storage")
}

func TestTheListOfProblemsNamesWhatIsNoLongerKept(t *testing.T) {
	d := nextScreen(t, Options{})
	d.keys("!")
	d.has("2 paths with data NO LONGER KEPT after the next boot:", "/home/me/Documents: removed: fstab:3", `/var/lib/mounted\e: removed: unit; its data stays in /persist`)
	d.keys("esc")
	d.clickOn("! 2 no longer kept")
	d.has("2 paths with data NO LONGER KEPT")
}
