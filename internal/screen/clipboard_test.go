package screen_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/screen"
)

func TestClipboardToolsAreTriedInOrder(t *testing.T) {
	for _, tt := range []struct {
		name             string
		wayland, display string
		tools            map[string]string // name → script
		want, copied     string
	}{
		{"no display", "", "", map[string]string{"wl-copy": "cat > out", "xclip": "cat > out"}, "", ""},
		{"Wayland", "w", ":0", map[string]string{"wl-copy": "cat > out", "xclip": "exit 1"}, "wl-copy", "a\nb"},
		{"X11", "", ":0", map[string]string{"wl-copy": "cat > out", "xclip": `test "$*" = "-selection clipboard" && cat > out`}, "xclip", "a\nb"},
		{"no xclip", "", ":0", map[string]string{"xsel": `test "$*" = "--clipboard --input" && cat > out`}, "xsel", "a\nb"},
		{"the first one fails", "w", ":0", map[string]string{"wl-copy": "exit 1", "xsel": "cat > out"}, "xsel", "a\nb"},
		{"not installed", "w", ":0", nil, "", ""},
		{"a program that starts a server", "w", "", map[string]string{"wl-copy": "cat > out; sleep 60 &"}, "wl-copy", "a\nb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, script := range tt.tools {
				text := "#!/bin/sh\nPATH=/usr/bin:/bin\ncd " + dir + "\n" + script + "\n"
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", dir)
			t.Setenv("WAYLAND_DISPLAY", tt.wayland)
			t.Setenv("DISPLAY", tt.display)
			if got := (screen.Machine{}).Copy(t.Context(), "a\nb"); got != tt.want {
				t.Errorf("copied by %q, want %q", got, tt.want)
			}
			copied, _ := os.ReadFile(filepath.Join(dir, "out")) // does not exist if nothing was copied
			if string(copied) != tt.copied {
				t.Errorf("copied %q, want %q", copied, tt.copied)
			}
		})
	}
}
