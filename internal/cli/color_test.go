package cli

import (
	"strings"
	"testing"
)

func TestListingsHaveColoursOnATerminal(t *testing.T) {
	t.Parallel()
	root, binary := storyTree(t)
	for _, tt := range []struct {
		name, shell string
		want        bool
	}{
		{"auto", "%", true},
		{"always", "% --color always", true},
		{"never", "% --color never", false},
		{"NO_COLOR", "NO_COLOR=no %", false},
		{"NO_COLOR that is empty", "NO_COLOR= %", true},
		{"always with NO_COLOR", "NO_COLOR=1 % --color always", true},
		{"a terminal without colours", "TERM=dumb %", false},
		{"a pipe", "% | cat", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, 200, 24, strings.ReplaceAll(tt.shell, "%", binary+" list --root "+root)+"; echo status $?")
			s.waitFor("gamma", "status 0")
			output := s.output()
			if got := strings.Contains(output, dirColor+root+"/"+noColor+"gamma"); got != tt.want {
				t.Errorf("colours: %v, want %v: %q", got, tt.want, output)
			}
			if !tt.want && strings.Contains(output, "\x1b[") {
				t.Errorf("the output has escape sequences: %q", output)
			}
			if !strings.Contains(tt.shell, "cat") && strings.Contains(output, "\x1b]0;") {
				t.Errorf("a file name reached the terminal raw: %q", output)
			}
		})
	}
}
