package cli

import (
	"strings"
	"testing"

	"github.com/DaRacci/list-ephemeral/internal/printable"
	"github.com/DaRacci/list-ephemeral/internal/report"
	"github.com/DaRacci/list-ephemeral/scan"
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
		{"an empty NO_COLOR", "NO_COLOR= %", true},
		{"always with NO_COLOR", "NO_COLOR=1 % --color always", true},
		{"a terminal without colours", "TERM=dumb %", false},
		{"a pipe", "% | cat", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, 200, 24, strings.ReplaceAll(tt.shell, "%", binary+" list --root "+root)+"; echo status $?")
			s.waitFor("gamma", "status 0")
			output := s.output()
			if got := strings.Contains(output, report.DirColor+root+"/"+report.NoColor+"gamma"); got != tt.want {
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

// A name must not contain escape sequences or control characters on a terminal.
func TestColouredNamesAreEscaped(t *testing.T) {
	style := report.PathStyle{Safe: true, Color: true}
	for _, name := range append([]string{report.DirColor + report.NoColor}, hostileBytes...) {
		path := "/dir" + name + "/name" + name
		for kind, want := range map[scan.Kind]string{
			scan.KindFile:    report.DirColor + printable.Name("/dir"+name+"/") + report.NoColor + printable.Name("name"+name),
			scan.KindSymlink: report.DirColor + printable.Name("/dir"+name+"/") + report.NoColor + report.LinkColor + printable.Name("name"+name) + report.NoColor,
			scan.KindDir:     report.DirColor + printable.Name(path) + report.NoColor,
		} {
			if strings.Contains(name, "/") {
				continue
			}
			if got := string(style.Append(nil, []byte(path), kind)); got != want {
				t.Errorf("%s %q is %q, want %q", kind, path, got, want)
			}
		}
	}
}
