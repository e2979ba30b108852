package pattern

import (
	"strings"
	"testing"
	"unicode/utf8"
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

// FuzzExactMatchesOnlyItself checks that the pattern for a path matches it, and no path that differs
// in its last byte or has one more.
func FuzzExactMatchesOnlyItself(f *testing.F) {
	for _, path := range []string{"a", "a/b", `[x]*?{a,b}\`, "bad\xff", "trail ", "trail \\ ", "\t", " ", "a\u3000\n", "#c", "!n", "é日本", "a\u00a0", "**/x", "c:\r"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		for part := range strings.SplitSeq(path, "/") {
			if part == "" || part == "." || part == ".." || strings.Contains(part, "\x00") {
				return
			}
		}
		text, ok := Exact("/" + path)
		if ok != utf8.ValidString(path) {
			t.Fatalf("%q: ok is %v", path, ok)
		}
		if !ok || len(text) >= maxLength {
			return
		}
		set, err := Compile([]Pattern{{Text: text}})
		if err != nil {
			t.Fatalf("%q: %v", path, err)
		}
		if !matches(set, path) {
			t.Errorf("%q does not match %q", text, path)
		}
		for _, other := range []string{path + "x", path + " ", "x/" + path, path[:len(path)-1] + "\x01", path[:len(path)-1]} {
			if other != path && other != "" && !strings.HasSuffix(other, "/") && matches(set, other) {
				t.Errorf("%q, for %q, matches %q", text, path, other)
			}
		}
	})
}

// TestExactAgreesWithFd excludes each of some paths alone: fd leaves out that path, and nothing else.
func TestExactAgreesWithFd(t *testing.T) {
	f := findFd(t)
	dir := t.TempDir()
	names := []string{"a", "a ", "a  ", "b*", "b?", "bx", "[c]", "c", "{d,e}", "d", `f\`, `f\ `, "!g", "g", "#h", " i", "i", "j\tk", "~", "l{", "m}", "é", "n/o", "p/n/o", "**", "-q"}
	if !f.quirks.newline {
		names = append(names, "r\n", "r\t", "s\u3000", "s")
	}
	grow(t, dir, names)
	all, err := f.run(dir)
	if err != nil {
		t.Fatal(err)
	}
	parallel(len(names), func(i int) {
		text, ok := Exact("/" + names[i])
		if !ok {
			t.Errorf("%q has no pattern", names[i])
			return
		}
		kept, err := f.run(dir, text)
		if err != nil {
			t.Errorf("fd with %q: %v", text, err)
		}
		if gone := without(all, kept); len(gone) != 1 || gone[0] != names[i] {
			t.Errorf("%q, for %q, excludes %q", text, names[i], gone)
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
