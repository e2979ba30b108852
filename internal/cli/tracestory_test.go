package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// The command has the terminal to itself: Ctrl-Z stops it and us, fg continues both,
// Ctrl-C ends it alone, and what it touched is shown all the same.
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
			s.waitFor("in the 42 shell\n" + binary) // as fg prints it: only then what is typed is the command's
			const typed = "typed\n"                 // the terminal and cat write it once each
			s.send("typed" + keyEnter)
			s.waitFor(typed + typed)
			s.send(keyCtrlC)
			s.waitFor("killed by SIGINT", "\n"+filepath.Join(root, "first"))
			s.send("echo status $?" + keyEnter)
			s.waitFor("status 130")
			if strings.Contains(s.screen(), root+"/second\n") {
				t.Errorf("what never ran is listed:\n%s", s.screen())
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
	s.waitFor("by operation", ">[ ] ", "made", "created", "alpha", "read", "scan complete")
	s.send("o")
	s.waitFor("only what was changed", "1/2 paths")
	s.send(keySpace + keyEnter)
	s.waitFor("snippet for 1 path")
	s.send(keyEnter)
	s.waitFor("status 0", "/made\" ];")
	s.status()
}
