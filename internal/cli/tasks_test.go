package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// step is a part of a task: keys, and what the screen has to show before the next ones. People wait for
// what they look for, too.
type step struct {
	keys  []string
	until []string
}

// tasks are what people want from the screen. most is the number of keys that it may take.
var tasks = []struct {
	name  string
	most  int
	steps []step
	// nix are the paths in the snippet, one a line; nil if the task ends in the list.
	nix []string
}{
	{"see what is at stake and what is biggest", 0, []step{
		{nil, []string{"269M will be lost", "largest: /var/lib/libvirt/ 89M"}},
	}, nil},
	{"keep Firefox", 9, []step{
		{typed("/firefox"), []string{"/ firefox", "▌[ ] ~/.mozilla/"}},
		{[]string{keyEnter}, []string{`".mozilla"`, "print and leave"}},
	}, []string{".mozilla"}},
	{"keep everything of VS Code, by its program", 8, []step{
		{append([]string{keyCtrlP}, typed("code")...), []string{"vscode"}},
		{[]string{keyEnter}, []string{"⟨vscode ^X⟩", "[Places 2]"}},
		{[]string{keyCtrlA, keyEnter}, []string{`".vscode"`, "print and leave"}},
	}, []string{".config/Code", ".vscode"}},
	{"keep what most people keep", 3, []step{
		{[]string{"m"}, []string{"kept 6 places", "6 of 141 decided"}},
		{[]string{keyEnter}, []string{`"/var/log"`, "print and leave"}},
	}, []string{".ssh", "/etc/NetworkManager/system-connections", "/root/.ssh", "/var/lib/nixos", "/var/log", "/etc/machine-id"}},
	{"keep the most important places", 3, []step{
		{[]string{keySpace, keySpace}, []string{"2 kept"}},
		{[]string{keyEnter}, []string{`".gnupg"`, "print and leave"}},
	}, []string{".gnupg", ".ssh"}},
	{"review what was chosen in three views", 20, []step{
		{[]string{keySpace, "\t"}, []string{"[Programs"}},
		{typed("/vscode"), []string{"/ vscode", "▌[ ] ▸ vscode"}},
		{[]string{keySpace}, []string{"3 kept"}},
		{[]string{keyEscape}, []string{"[Programs"}}, // Esc and a key at once are Alt and the key
		{[]string{"\t", "\t"}, []string{"[Files"}},
		{[]string{"g", keySpace}, []string{"4 kept"}},
		{[]string{"v"}, []string{"⟨selected v⟩", "~/.ssh/", "~/.config/Code/", "~/.vscode/", "/Home.nmconnection"}},
		{[]string{keyEnter}, []string{"print and leave"}},
	}, []string{".config/Code", ".ssh", ".vscode", "/etc/NetworkManager/system-connections/Home.nmconnection"}},
}

// TestTasksTakeFewKeys does each task with the real program on the fixture machine in a
// pseudo-terminal, as the keys of a person, and compares what is printed in the end.
func TestTasksTakeFewKeys(t *testing.T) {
	t.Parallel()
	s := startFixture(t, 120, 35)
	for _, task := range tasks {
		t.Run(task.name, func(t *testing.T) {
			s.t = t // failures belong to the task
			before := len(s.output())
			s.send("\n")
			s.waitFor("places", "▌[ ]!~/.ssh/", "0 kept")
			keys := 0
			for _, step := range task.steps {
				for _, key := range step.keys {
					s.send(key)
					keys++
				}
				s.waitFor(step.until...)
			}
			if keys > task.most {
				t.Errorf("%d keys, want at most %d", keys, task.most)
			}
			s.send("q")
			s.waitForOutput(before, "status ")
			if got := nixPaths(s.output()[before:]); !slices.Equal(got, task.nix) {
				t.Errorf("printed paths (-want +got):\n%s", cmp.Diff(task.nix, got))
			}
		})
	}
}

// waitForOutput waits until the output from a position contains a text.
func (s *ptySession) waitForOutput(from int, text string) {
	s.t.Helper()
	s.becomes("", func() string {
		if strings.Contains(s.output()[from:], text) {
			return ""
		}
		return text
	})
	if !strings.Contains(s.output()[from:], text) {
		s.t.Fatalf("the program did not print %q:\n%s", text, s.screen())
	}
}

// nixString matches a path in a snippet.
var nixString = regexp.MustCompile(`"([^"]+)"`)

// nixPaths returns the paths that were printed after the screen was left.
func nixPaths(output string) (found []string) {
	_, printed, _ := strings.Cut(output, "\x1b[?1049l")
	for line := range strings.Lines(printed) {
		if strings.Contains(line, ": ") { // a note
			continue
		}
		for _, m := range nixString.FindAllStringSubmatch(line, -1) {
			found = append(found, m[1])
		}
	}
	return found
}
