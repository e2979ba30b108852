package pattern

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzMatch compares patterns with the regular expressions to which globset translates them, on any
// path.
func FuzzMatch(f *testing.F) {
	for _, r := range rows() {
		for _, path := range append(append([]string{"a"}, r.excluded...), r.kept...) {
			f.Add(r.pattern, path)
		}
	}
	for _, w := range wrongPatterns() {
		if len(w.pattern) < 100 {
			f.Add(w.pattern, "a/b")
		}
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		path, isDir := strings.CutSuffix(path, "/")
		if path == "" || strings.Contains("/"+path+"/", "//") || strings.Contains(path, "\x00") {
			t.Skip("not a path")
		}
		s, err := Compile([]Pattern{{Text: text}})
		if err != nil {
			if message := err.Error(); !utf8.ValidString(message) || strings.ContainsAny(message, "\x1b\n\r") {
				t.Errorf("the message is not safe for a terminal: %q", message)
			}
			return
		}
		r, err := newReference(text, "s")
		if err != nil {
			t.Skip("too large for a regular expression")
		}
		at, name := enter(s, path)
		want := r.match(path, isDir)
		if got := s.Match(at, name, isDir); got != want {
			t.Errorf("%q on %q (directory: %t): %t, want %t", text, path, isDir, got, want)
		}
		if p, got := s.Find(at, name, isDir); got != want || got && p.Text != text {
			t.Errorf("%q on %q (directory: %t): Find %q, %t, want %t", text, path, isDir, p.Text, got, want)
		}
	})
}

// FuzzSet compares a set of patterns, one per line, with each pattern alone.
func FuzzSet(f *testing.F) {
	f.Add("a/b\n**/b/\n*.o\n{a,b}/**/c", "a/b/c.o")
	f.Add("**/a/**/b\n**/b/*\na/*/b\n/a/**", "a/a/b/b")
	f.Add("*\n!x\n[!a]b", "x/b/")
	f.Fuzz(func(t *testing.T, lines, path string) {
		path, isDir := strings.CutSuffix(path, "/")
		if path == "" || strings.Contains("/"+path+"/", "//") {
			t.Skip("not a path")
		}
		var patterns []Pattern
		want := ""
		for line := range strings.SplitSeq(lines, "\n") {
			p := Pattern{Text: line, Source: line}
			single, err := Compile([]Pattern{p})
			if err != nil {
				continue
			}
			patterns = append(patterns, p)
			if at, name := enter(single, path); want == "" && single.Match(at, name, isDir) {
				want = "pattern " + line
			}
		}
		s, err := Compile(patterns)
		if err != nil {
			t.Fatal(err)
		}
		at, name := enter(s, path)
		p, found := s.Find(at, name, isDir)
		got := ""
		if found {
			got = "pattern " + p.Text
		}
		if got != want || found != s.Match(at, name, isDir) {
			t.Errorf("%q on %q (directory: %t): %q, want %q", lines, path, isDir, got, want)
		}
	})
}
