package check_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot/check"
)

func TestConfigurationOfSSHD(t *testing.T) {
	tests := []struct {
		name, text string
		want       [][]string
	}{
		{"nothing", "", nil},
		{"a keyword in any case", "HOSTKEY /a\nHostKey /b", [][]string{{"hostkey", "/a"}, {"hostkey", "/b"}}},
		{"an equals sign", "HostKey=/a\nHostKey = /b\nHostKey\t=\t/c", [][]string{{"hostkey", "/a"}, {"hostkey", "/b"}, {"hostkey", "/c"}}},
		{"blanks in front and behind", "  \tHostKey  /a \t\r\n", [][]string{{"hostkey", "/a"}}},
		{"comments", "#HostKey /a\n  # HostKey /b\nHostKey /c # /d", [][]string{{"hostkey", "/c"}}},
		{"quotes", `HostKey "/a b"` + "\n" + `Include "/x" y`, [][]string{{"hostkey", "/a b"}, {"include", "/x", "y"}}},
		{"a quote that is not closed", `HostKey "/a`, nil},
		{"no argument", "HostKey\nHostKey \nHostKey=\nHostKey \"\"", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, check.SSHDLines(tt.text)); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzConfigurationOfSSHD expects keywords in lower case that are in the text, and arguments that
// are in it as well.
func FuzzConfigurationOfSSHD(f *testing.F) {
	for _, seed := range []string{"", "HostKey /a\n", "hostkey=\"/a b\" c # d", "Include /etc/ssh/*.conf\r\nMatch all", "\"", "=", "a=\"", "x\x00y z", "é ü"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, line := range check.SSHDLines(text) {
			if len(line) < 2 || line[0] == "" || !strings.Contains(strings.ToLower(text), line[0]) {
				t.Errorf("%q: %q", text, line)
			}
			for _, value := range line[1:] {
				if value == "" || !strings.Contains(text, value) {
					t.Errorf("%q: %q", text, line)
				}
			}
		}
	})
}
