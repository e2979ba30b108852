package pane_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/setting"
	"github.com/DaRacci/list-ephemeral/tui/draw"
	"github.com/DaRacci/list-ephemeral/tui/pane"
)

var migrates = pane.SnippetOptions{
	Job:      pane.Job{Result: "snippet for", Help: "copy the data into storage now"},
	Migrates: true, Dialects: []string{"plain", "paths"}, Dialect: 1,
}

// shown returns the lines of a pane of a size.
func shown(p *pane.Snippet, width, height int) []string {
	styles := draw.NewStyles(setting.ThemeAuto, false)
	p.Resize(width, height)
	return strings.Split(ansi.Strip(strings.Join(p.View(nil, &styles), "\n")), "\n")
}

func TestSnippetHasItsSize(t *testing.T) {
	p := pane.NewSnippet(newKeys(), migrates)
	p.Fill(pane.SnippetText{Text: strings.Repeat("\"日本\x1b\";\n", 50), Notes: []string{strings.Repeat("a long note ", 40)}},
		pane.Summary{Paths: 3, Files: 1200, Size: 5 << 20, Sized: true, Offer: "2 files fill 1 directory"})
	for width := 30; width < 140; width += 7 {
		for height := 2; height < 60; height += 5 {
			lines := shown(p, width, height)
			if len(lines) > height {
				t.Errorf("%dx%d: %d lines", width, height, len(lines))
			}
			for _, line := range lines {
				if w := ansi.StringWidth(line); w > width {
					t.Errorf("%dx%d: %d cells in %q", width, height, w, line)
				}
			}
		}
	}
}

func TestSnippetSaysWhatIsNext(t *testing.T) {
	for _, tt := range []struct {
		name  string
		opts  pane.SnippetOptions
		text  string
		about pane.Summary
		want  []string
	}{
		{"data is copied", migrates, "x\n", pane.Summary{Paths: 1, Files: 1, Storage: "/persist", Free: 1 << 30}, []string{
			"1 path", "1 paste it: copied with wl-copy; or i inserts it into your Nix file", "2 a: copy the data into /persist, 1.0G free", "3 rebuild, then reboot",
		}},
		{"nothing is written", migrates, "", pane.Summary{Paths: 2, Files: 9, Sized: true}, []string{"2 paths, 9 files, 0B", "1 a: copy the data into storage", "2 rebuild, then reboot"}},
		{"another job", pane.SnippetOptions{Job: pane.Job{Help: "move to the trash"}}, "x\n", pane.Summary{Paths: 1, Files: 1}, []string{"1 path", "1 paste it: copied with wl-copy", "2 a: move to the trash"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := pane.NewSnippet(newKeys(), tt.opts)
			p.Fill(pane.SnippetText{Text: tt.text}, tt.about)
			p.Copied("copied with wl-copy")
			var got []string
			for _, line := range shown(p, 90, 30) {
				if text := strings.TrimSpace(strings.Trim(line, "│")); strings.HasPrefix(line, "│") && text != "" {
					got = append(got, text)
				}
			}
			if diff := cmp.Diff(tt.want, got[1:]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSnippetSaysWhatIsKeptToo(t *testing.T) {
	p := pane.NewSnippet(newKeys(), migrates)
	p.Fill(pane.SnippetText{Text: "x\n"}, pane.Summary{Paths: 1, Files: 367, Size: 71 << 20, Sized: true})
	p.Along(402, 2<<20)
	if text := strings.Join(shown(p, 90, 30), "\n"); !strings.Contains(text, "1 path, 367 files, 71M; +402 excluded, 2.0M") {
		t.Error(text)
	}
	p.Along(0, 0)
	if text := strings.Join(shown(p, 90, 30), "\n"); strings.Contains(text, "excluded") {
		t.Error(text)
	}
}

func ExampleSnippet() {
	keys := pane.NewKeys(pane.Bind("quit", "ctrl+c"))
	p := pane.NewSnippet(&keys, migrates)
	p.Fill(pane.SnippetText{Text: "/etc/machine-id\n"}, pane.Summary{Paths: 1, Files: 1})
	styles := draw.NewStyles(setting.ThemeAuto, true)
	p.Resize(40, 12)
	for _, line := range p.View(nil, &styles) {
		fmt.Println(ansi.Strip(line))
	}
	// Output:
	// +- paths 2 of 2 - f -------------------+
	// | 1 /etc/machine-id                    |
	// |                                      |
	// |                                      |
	// +--------------------------------------+
	// +- what happens -----------------------+
	// | 1 path                               |
	// | 1 paste it; or i inserts it into     |
	// |   your Nix file                      |
	// | 2 a: copy the data into storage      |
	// | 3 rebuild, then reboot               |
	// +--------------------------------------+
}
