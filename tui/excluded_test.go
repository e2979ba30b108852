package tui

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/DaRacci/list-ephemeral/internal/fixture"
	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/internal/sizes"
	"github.com/DaRacci/list-ephemeral/scan"
)

// excludedIn counts the files of the fixture machine in a directory that a policy excludes or hides.
func excludedIn(m *fixture.Machine, p *scan.Policy, dir string) (sum scan.Extent) {
	for i := range m.Files {
		f := &m.Files[i]
		if f.Kind != fixture.KindRegular || !strings.HasPrefix(f.Path, dir+"/") {
			continue
		}
		if class := p.Judge(f.Path, scan.KindFile).Class; class == scan.ClassExcluded || class == scan.ClassHidden {
			sum.Files++
			sum.Bytes = sizes.Add(sum.Bytes, f.Size)
		}
	}
	return sum
}

// counts is an Options.Excluded that fixtureScreen replaces by the counts of its machine.
func counts(context.Context, string) scan.Extent { return scan.Extent{} }

// On this machine, list --dirs --long prints +60 for ~/.config/Code and +90 for ~/.config/Slack.
func TestExcludedFilesThatAreKeptTooAreShown(t *testing.T) {
	d := fixtureScreen(t, Options{Excluded: counts})
	d.keys("/", "text:config/code")
	d.fire(sideDue{})
	d.has("~/.config/Code/", " +60 excluded ", "288 files, 6.8M", "+60 excluded, 1.2M")
	d.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.has("+60 excluded")
	d.send(tea.WindowSizeMsg{Width: 40, Height: 10})
	d.has("~/.config/Code/")
	d.send(tea.WindowSizeMsg{Width: 120, Height: 35})
	d.keys("space", "ctrl+u", "text:config/slack", "space", "esc", "enter")
	d.has("2 paths, 345 files, 8.0M; +150 excluded, ")
	d.keys("esc", "/", "text:.ssh", "space", "esc", "u", "enter")
	d.has("+150 excluded, ")
}

func TestExcludedFilesOfAProgramAreThoseOfItsPlaces(t *testing.T) {
	d := fixtureScreen(t, Options{Excluded: counts, View: setting.ViewPrograms})
	d.keys("/", "text:vscode")
	d.has("+60 excluded")
	d.keys("esc", "tab", "/", "text:config/code")
	d.fire(sideDue{})
	d.has("+60 excluded, 1.2M")
}
