package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/probe"
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
			// A stop between vfork(2) and execve(2) in the child would stop the child, but not sh.
			s.send("begin" + keyEnter)
			s.waitFor("begin\nbegin\n")
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

// stopHandler handles SIGTSTP as programs with a screen do: it does something, and then stops itself.
const stopHandler = `
import os, signal, subprocess
def stop(*_):
    open("handled", "w").close()
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, stop)
signal.signal(signal.SIGTSTP, stop)
subprocess.Popen(["sh", "-c", "i=0; while [ ! -e end ] && [ $i -lt 300 ]; do echo >>ticks; sleep 0.1; i=$((i+1)); done"], start_new_session=True)
print("ready", flush=True)
while True: print("got", input(), flush=True)
`

// A program that handles Ctrl-Z is served until it has stopped, and one fg continues it. What it has
// started in another session goes on in the meantime.
func TestStoryTraceStopsWithAHandler(t *testing.T) {
	t.Parallel()
	probe.Tool(t, "python3")
	for _, backend := range []string{"notify", "ptrace"} {
		t.Run(backend, func(t *testing.T) {
			root, binary := storyTree(t)
			s := start(t, 100, 30, "PS1='$ ' exec bash --norc --noprofile -i")
			s.waitFor("$")
			if err := os.WriteFile(filepath.Join(root, "handler.py"), []byte(stopHandler), 0o600); err != nil {
				t.Fatal(err)
			}
			s.send("cd " + root + "; " + binary + " --root " + root + " trace --backend " + backend + " --list -- python3 handler.py" + keyEnter)
			s.waitFor("\nready")
			s.send(keyCtrlZ)
			s.waitFor("Stopped")
			s.send("ls handled && echo is $((40+2)) there" + keyEnter)
			s.waitFor("is 42 there")
			if backend == "notify" {
				s.send("n=$(wc -l <ticks); while [ $(wc -l <ticks) = $n ]; do sleep 0.1; done; echo goes $((40+2)) on" + keyEnter)
				s.waitFor("goes 42 on")
			}
			s.send("echo in the $((40+2)) shell; fg" + keyEnter)
			s.waitFor("in the 42 shell\n" + binary)
			s.send("typed" + keyEnter)
			s.waitFor("got typed")
			if err := os.WriteFile(filepath.Join(root, "end"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			s.send(keyCtrlC)
			s.waitFor("killed by SIGINT", filepath.Join(root, "handled"))
			s.send("exit" + keyEnter)
			s.status()
		})
	}
}

func TestStoryTraceOpensTheScreen(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	s := start(t, 120, 24, "cd "+root+"; "+binary+" --root "+root+" trace --read -- sh -c 'echo x >made; cat alpha >/dev/null'; echo status $?")
	s.waitFor("sort: operation", "▌[ ] ", "made", "created", "alpha", "read", "will be lost")
	s.send("o")
	s.waitFor("paths that were changed o", "[Files 1]")
	s.send(keySpace + keyEnter)
	s.waitFor("snippet for 1 path")
	s.send(keyEnter)
	s.waitFor("status 0", "/made\" ];")
	s.status()
}
