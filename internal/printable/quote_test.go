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

// FuzzQuoteIsReadBackByTheShell checks that bash evaluates the words to the original bytes.
func FuzzQuoteIsReadBackByTheShell(f *testing.F) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		f.Fatal(err)
	}
	for _, tt := range names {
		f.Add(tt.in)
	}
	for _, s := range []string{"c\nreboot\n", "\x1b[201~reboot\r", "\n0123", "\x011", "'\n'\\", "$(x)\n`x`!!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsRune(s, 0) {
			t.Skip("a path cannot contain NUL")
		}
		word := Quote(s)
		if start, end := FirstUnsafe(word); start != end {
			t.Errorf("Quote(%q) = %q is not safe to paste", s, word)
		}
		if word == s {
			return
		}
		cmd := exec.Command(bash, "-c", "printf %s "+word)
		cmd.Env = []string{"LC_ALL=C.UTF-8"}
		got, err := cmd.Output()
		if err != nil || string(got) != s {
			t.Errorf("bash evaluates %q to %q, %v; want %q", word, got, err, s)
		}
	})
}
