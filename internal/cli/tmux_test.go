package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestStoryInTmux runs a short session in tmux, as an independent terminal emulator.
func TestStoryInTmux(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	dir := t.TempDir()
	tmux := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(probe.Tool(t, "tmux"), append([]string{"-S", filepath.Join(dir, "socket"), "-f", "/dev/null"}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME=", "LIST_EPHEMERAL_CONFIG=", "SUDO_USER=", "TMUX=", "LC_ALL=C.UTF-8")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	tmux("new-session", "-d", "-x", "100", "-y", "24", "sh")
	t.Cleanup(func() { tmux("kill-server") })
	waitFor := func(texts ...string) {
		t.Helper()
		deadline := time.Now().Add(20 * time.Second)
		for {
			screen, missing := tmux("capture-pane", "-p", "-J"), ""
			for _, text := range texts {
				if !strings.Contains(screen, text) {
					missing = text
				}
			}
			if missing == "" {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("tmux never showed %q:\n%s", missing, screen)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	tmux("send-keys", binary+" --root "+root+"; echo status $?", "Enter")
	waitFor("will be lost", "alpha", `evil\e]0;x\x07\nname`)
	tmux("send-keys", "/")
	tmux("send-keys", "-l", "bet")
	waitFor("1 of 5 places")
	tmux("send-keys", "Space", "Enter")
	waitFor("host.persistence = {", "snippet for 1 path")
	tmux("send-keys", "Enter")
	waitFor("status 0", `files = [ "`+root+`/beta" ];`)
}
