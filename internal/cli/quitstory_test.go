package cli

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestStorySIGQUITRestoresTheTerminal checks that the terminal is restored before the goroutines
// are printed, and that nothing is drawn after them.
func TestStorySIGQUITRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(root+"/alpha", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, 80, 24, "exec list-ephemeral --root "+root)
	s.waitFor("alpha")
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	if status := s.status(); status != 2 {
		t.Errorf("status %d, want that of the Go runtime", status)
	}
	_, tail, left := strings.Cut(s.output(), "\x1b[?1049l")
	tail, _, _ = strings.Cut(tail, "\x1b[0m<end>")
	if !left || strings.Contains(tail, "\x1b") || !strings.Contains(tail, "SIGQUIT: quit") || !strings.Contains(tail, "goroutine ") {
		t.Errorf("after the screen: %q", tail)
	}
	out := s.output()
	for mode, reset := range map[string]string{"\x1b[?25l": "\x1b[?25h", "\x1b[?1002h": "\x1b[?1002l", "\x1b[?2004h": "\x1b[?2004l"} {
		if strings.LastIndex(out, mode) > strings.LastIndex(out, reset) {
			t.Errorf("the mode %q was not reset", mode)
		}
	}
}

// TestStoryKilledCommandRestoresTheTerminal kills a command that has set the raw mode. A shell also
// restores the terminal then.
func TestStoryKilledCommandRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	s := start(t, 80, 24, "exec list-ephemeral trace --list -- sh -c 'stty raw -echo; echo is raw; kill -9 $$'")
	if status := s.status(); status != 128+9 {
		t.Errorf("status %d, want 137", status)
	}
	if out := s.output(); !strings.Contains(out, "is raw") {
		t.Errorf("the command did not set the raw mode: %q", out)
	}
}
