package printable

import (
	"os/exec"
	"strings"
	"testing"
)

func TestQuoteDoesNotChangeSafeText(t *testing.T) {
	for _, s := range []string{"", "/home/me/My App", "it's", `back\slash`, "日本é", "👩\u200d🚀", "$HOME"} {
		if got := Quote(s); got != s {
			t.Errorf("Quote(%q) = %q", s, got)
		}
	}
	if got, want := Quote("it's\n\x1b[201~\u202e\xff"), `$'it\'s\012\033[201~\342\200\256\377'`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestShellWordIsDataForTheShell(t *testing.T) {
	for in, want := range map[string]string{
		"/var/lib/a-b_1.2": "/var/lib/a-b_1.2", "": "''", "My App": "'My App'", "it's": `'it'\''s'`, "$(reboot)": "'$(reboot)'", "~": "'~'",
		"a;b": "'a;b'", "a\nb": `$'a\012b'`,
	} {
		if got := ShellWord(in); got != want {
			t.Errorf("ShellWord(%q) = %s, want %s", in, got, want)
		}
	}
}

// FuzzQuoteIsReadBackByTheShell checks that bash evaluates the words to the original bytes.
func FuzzQuoteIsReadBackByTheShell(f *testing.F) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		f.Fatal(err)
	}
	for _, tt := range names {
		f.Add(tt.in)
	}
	for _, s := range []string{"c\nreboot\n", "\x1b[201~reboot\r", "\n0123", "\x011", "'\n'\\", "$(x)\n`x`!!", "$HOME/a b*", "{a,b};c&", "it's"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsRune(s, 0) {
			t.Skip("a path cannot contain NUL")
		}
		quoted := Quote(s)
		if quoted == s {
			quoted = "" // for the eyes only
		}
		for _, word := range []string{quoted, ShellWord(s)} {
			if start, end := FirstUnsafe(word); start != end {
				t.Errorf("%q = %q is not safe to paste", s, word)
			}
			if word == "" {
				continue
			}
			cmd := exec.Command(bash, "-c", "printf %s "+word)
			cmd.Env = []string{"LC_ALL=C.UTF-8"}
			got, err := cmd.Output()
			if err != nil || string(got) != s {
				t.Errorf("bash evaluates %q to %q, %v; want %q", word, got, err, s)
			}
		}
	})
}
