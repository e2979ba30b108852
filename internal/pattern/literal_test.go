package pattern

import (
	"strings"
	"testing"
)

// FuzzLiteralMatchesItself checks that an anchored literal matches its own path, and not a longer
// one.
func FuzzLiteralMatchesItself(f *testing.F) {
	for _, path := range []string{"a", "a/b", `[x]*?{a,b}\`, "bad\xff", " lead", "trail ", "#c", "!n", "é日本", "a\nb", `\`} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		for part := range strings.SplitSeq(path, "/") {
			if part == "" || part == "." || part == ".." || strings.Contains(part, "\x00") {
				return
			}
		}
		set, err := Compile([]Pattern{{Text: "/" + Literal(path) + "/"}})
		if err != nil {
			t.Fatalf("%q: %v", path, err)
		}
		if !matches(set, path) {
			t.Errorf("the literal of %q does not match it", path)
		}
		if matches(set, path+"x") || matches(set, "x/"+path) {
			t.Errorf("the literal of %q matches another path", path)
		}
	})
}

func matches(set *Set, path string) bool {
	at, parts := Start, strings.Split(path, "/")
	for _, dir := range parts[:len(parts)-1] {
		at = set.Enter(at, []byte(dir))
	}
	return set.Match(at, []byte(parts[len(parts)-1]), true)
}
