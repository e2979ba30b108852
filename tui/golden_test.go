package tui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/vt"
)

var update = flag.Bool("update", false, "update the golden files")

// A few whole screens, as a terminal emulator shows them. Other tests check single parts of the
// screen, so the golden files change only if the appearance does.
func TestScreensMatchTheGoldenFiles(t *testing.T) {
	hostile := append([]string{
		"/home/me/evil\x1b[2J\nname\xff",
		"/home/me/\u202egpj.exe",
		"/home/me/日本語/とても長い名前のファイル.txt",
		"/srv/" + strings.Repeat("deep/", 40) + "file",
	}, sample...)
	for _, tt := range []struct {
		name          string
		Width, height int
		ascii         bool
		keys          []string
	}{
		{"browse", 80, 24, false, []string{"down", "space", "space"}},
		{"search", 80, 24, false, []string{"/", "text:config", "space"}},
		{"programs", 80, 24, false, []string{"ctrl+p"}},
		{"narrow", 40, 10, true, []string{"space", "/", "text:e"}},
		{"help", 40, 10, true, []string{"?"}},
		{"snippet", 200, 60, false, []string{"ctrl+a", "enter"}},
		{"tree", 120, 30, false, []string{"tab", "tab", "tab", "down", "right", "down", "down", "space"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDriver(t, Options{ASCII: tt.ascii, Programs: []string{"firefox", "_1password-gui", "nothing-cli"}})
			d.add(hostile...)
			d.end(nil)
			d.send(tea.WindowSizeMsg{Width: tt.Width, Height: tt.height})
			d.keys(tt.keys...)
			d.fire(sideDue{})
			got := emulated(d.app.View().Content, tt.Width, tt.height)
			file := filepath.Join("testdata", fmt.Sprintf("%s-%dx%d.golden", tt.name, tt.Width, tt.height))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, file, got, string(want))
		})
	}
}

// emulated returns the text that a terminal of that size shows for a frame.
func emulated(content string, width, height int) string {
	e := vt.NewEmulator(width, height)
	defer e.Close()
	_, _ = e.WriteString(strings.ReplaceAll(content, "\n", "\r\n")) // to memory
	return trimmed(e.String())
}

// trimmed removes trailing spaces from lines.
func trimmed(screen string) string {
	lines := strings.Split(strings.ReplaceAll(screen, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
