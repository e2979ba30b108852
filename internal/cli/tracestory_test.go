package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// Ctrl-Z stops the command and list-ephemeral, fg continues both, and Ctrl-C ends only the command:
// the paths that it touched are still listed.
func TestStoryTraceInAShell(t *testing.T) {
	t.Parallel()
	for _, backend := range []string{"notify", "ptrace"} {
		t.Run(backend, func(t *testing.T) {
			root, binary := storyTree(t)
			s := start(t, 100, 30, "PS1='$ ' exec bash --norc --noprofile -i")
			s.waitFor("$")
			s.send("cd " + root + "; " + binary + " --root " + root + " trace --backend " + backend +
				" --list -- sh -c 'echo x >first; echo ready; cat; echo y >second'" + keyEnter)
			s.waitFor("\nready")
			s.send(keyCtrlZ)
			s.waitFor("Stopped")
			s.send("echo in the $((40+2)) shell; fg" + keyEnter)
			s.waitFor("in the 42 shell\n" + binary) // printed by fg; from then on the command reads the input
			const typed = "typed\n"                 // printed once by the terminal and once by cat
			s.send("typed" + keyEnter)
			s.waitFor(typed + typed)
			s.send(keyCtrlC)
			s.waitFor("killed by SIGINT", "\n"+filepath.Join(root, "first"))
			s.send("echo status $?" + keyEnter)
			s.waitFor("status 130")
			if strings.Contains(s.screen(), root+"/second\n") {
				t.Errorf("a file that was never written is listed:\n%s", s.screen())
			}
			s.send("exit" + keyEnter)
			s.status()
		})
	}
}

func TestStoryTraceOpensTheScreen(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	s := start(t, 120, 24, "cd "+root+"; "+binary+" --root "+root+" trace -- sh -c 'echo x >made; cat alpha >/dev/null'; echo status $?")
	s.waitFor("sort: operation", "▌[ ] ", "made", "created", "alpha", "read", "will be lost")
	s.send("o")
	s.waitFor("paths that were changed o", "[Files 1]")
	s.send(keySpace + keyEnter)
	s.waitFor("snippet for 1 path")
	s.send(keyEnter)
	s.waitFor("status 0", "/made\" ];")
	s.status()
}
