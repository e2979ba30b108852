package octal

import (
	"strings"
	"testing"
)

// FuzzUnescape escapes text in the same way as the mount table and reverses it.
func FuzzUnescape(f *testing.F) {
	for _, seed := range []string{`/a\040b`, `\`, `\1`, `\777`, `\134`, "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		escaped := strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`, "\n", `\012`).Replace(text)
		if got := Unescape(escaped); got != text {
			t.Errorf("%q: %q", text, got)
		}
	})
}
