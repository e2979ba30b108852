package pattern

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// compile returns the set of some patterns, which must be valid.
func compile(t testing.TB, texts ...string) *Set {
	t.Helper()
	patterns := make([]Pattern, len(texts))
	for i, text := range texts {
		patterns[i] = Pattern{Text: text, Source: "test"}
	}
	s, err := Compile(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// enter returns the state of the parent directory of a path, and the last component of the path.
func enter(s *Set, path string) (State, []byte) {
	at := Start
	for {
		name, rest, more := strings.Cut(path, "/")
		if !more {
			return at, []byte(name)
		}
		at = s.Enter(at, []byte(name))
		path = rest
	}
}

// excludes reports whether s excludes a path itself, not a directory above it. A trailing slash
// means that the path is a directory.
func excludes(s *Set, path string) bool {
	path, isDir := strings.CutSuffix(path, "/")
	at, name := enter(s, path)
	return s.Match(at, name, isDir)
}

func TestMatchHasTheMeaningOfFdExclude(t *testing.T) {
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			s := compile(t, r.pattern)
			for _, path := range r.excluded {
				if !excludes(s, path) {
					t.Errorf("%q does not exclude %q", r.pattern, path)
				}
			}
			for _, path := range r.kept {
				if excludes(s, path) {
					t.Errorf("%q excludes %q", r.pattern, path)
				}
			}
		})
	}
}

func TestCompileRejectsInvalidPatterns(t *testing.T) {
	for _, tt := range wrongPatterns() {
		t.Run(tt.name, func(t *testing.T) {
			s, err := Compile([]Pattern{{Text: tt.pattern, Source: "--exclude"}})
			var wrong *Error
			if !errors.As(err, &wrong) {
				t.Fatalf("Compile(%q) = %v, want an *Error", tt.pattern, err)
			}
			if s != nil {
				t.Error("Compile also returned a Set")
			}
			if wrong.Reason != tt.reason {
				t.Errorf("reason %q, want %q", wrong.Reason, tt.reason)
			}
		})
	}
}

func TestCompileReportsEveryInvalidPattern(t *testing.T) {
	_, err := Compile([]Pattern{
		{Text: "fine", Source: "config.json: excludes[0]"},
		{Text: "foo[", Source: "config.json: excludes[1]"},
		{Text: "\x1b[2J{\u202e", Source: "--exclude"},
		{Text: `\`, Source: ""},
	})
	want := strings.Join([]string{
		`config.json: excludes[1]: exclude pattern 'foo[': a '[' has no ']'`,
		`--exclude: exclude pattern '\e[2J{\u{202e}': a '[' has no ']'`,
		`exclude pattern '\': it ends in a '\' that escapes nothing`,
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestNestingUpToTheLimitIsAccepted(t *testing.T) {
	s := compile(t, strings.Repeat("{", maxNesting)+"a"+strings.Repeat("}", maxNesting))
	if !excludes(s, "a") || excludes(s, "b") {
		t.Error("nested braces do not match their content")
	}
}

func TestAlternativesUpToTheLimitAreAccepted(t *testing.T) {
	s := compile(t, "/"+strings.Repeat("{a,b,c,d}", 6)) // 4096
	for path, want := range map[string]bool{"abcdab": true, "dddddd": true, "abcda": false, "abcdax": false} {
		if got := excludes(s, path); got != want {
			t.Errorf("%s: excluded %t, want %t", path, got, want)
		}
	}
}

func TestFindReturnsTheFirstPattern(t *testing.T) {
	s := compile(t, "d/*/c", "**/*.log", "d/", "var/d", "d", "*.log", "**/x/y", "var/**", "e/")
	tests := []struct{ path, want string }{
		{"d", "d"},
		{"d/", "d/"},
		{"var/d", "var/d"},
		{"var/d/", "d/"},
		{"var/c", "var/**"},
		{"d/b/c", "d/*/c"},
		{"a.log", "**/*.log"},
		{"d/b.log/c", "d/*/c"},
		{"a/x/y", "**/x/y"},
		{"var/x/y", "**/x/y"},
		{"e/", "e/"},
		{"e", ""},
		{"var", ""},
	}
	for _, tt := range tests {
		path, isDir := strings.CutSuffix(tt.path, "/")
		at, name := enter(s, path)
		p, ok := s.Find(at, name, isDir)
		if p.Text != tt.want || ok != (tt.want != "") {
			t.Errorf("Find(%q) = %q, %t, want %q", tt.path, p.Text, ok, tt.want)
		}
		if ok && p.Source != "test" {
			t.Errorf("Find(%q): source %q", tt.path, p.Source)
		}
	}
}

func TestEmptySetExcludesNothing(t *testing.T) {
	s := compile(t)
	at, name := enter(s, "a/b/c")
	if s.Match(at, name, true) || s.Match(Start, []byte("a"), false) {
		t.Error("a path is excluded")
	}
	if p, ok := s.Find(at, name, true); ok {
		t.Errorf("Find returned %v", p)
	}
}

func TestCompileCopiesItsArgument(t *testing.T) {
	patterns := []Pattern{{Text: "foo", Source: "a"}}
	s, err := Compile(patterns)
	if err != nil {
		t.Fatal(err)
	}
	patterns[0] = Pattern{Text: "bar", Source: "b"}
	if p, _ := s.Find(Start, []byte("foo"), false); p != (Pattern{Text: "foo", Source: "a"}) {
		t.Errorf("Find returned %v", p)
	}
}

func TestDirectoriesWithoutLivePatternsShareOneState(t *testing.T) {
	s := compile(t, "home/bob/.cache", "tmp", "**/*log")
	for _, path := range []string{"usr/x", "usr/lib/x", "home/carol/x", "home/bob/src/x", "home/bob/.cache/x"} {
		if at, _ := enter(s, path); at != resting {
			t.Errorf("the directory of %s has state %d", path, at)
		}
	}
	for _, path := range []string{"home/x", "home/bob/x"} {
		if at, _ := enter(s, path); at == resting {
			t.Errorf("the directory of %s is in the resting state", path)
		}
	}
}

func TestPositionsBeforeAMatchedTreeMakeNoStates(t *testing.T) {
	// Otherwise directories would have different states depending on the positions of earlier a
	// components.
	s := compile(t, "**/a/*/*/*/**/b")
	want, _ := enter(s, "a/1/2/3/x")
	for _, path := range []string{"a/1/2/3/a/x", "a/1/2/3/a/a/x", "a/a/a/a/1/a/x", "4/a/1/2/3/4/5/6/x"} {
		if at, _ := enter(s, path); at != want {
			t.Errorf("the directory of %s has state %d, want %d", path, at, want)
		}
	}
}

func TestEqualStatesAreReused(t *testing.T) {
	s := compile(t, "**/a/*/b", "x/*y/z", "x/**/y*/z", "d/{a,b}/c")
	g := newGenerator(1)
	for range 20_000 {
		at := Start
		for range 8 {
			at = s.Enter(at, []byte(g.pick("a", "b", "c", "d", "x", "y", "z", "xy", "yy")))
		}
	}
	if n := len(*s.paths.states.Load()); n > 20 {
		t.Errorf("%d states", n)
	}
}

func TestMatchAgreesWithRegularExpressions(t *testing.T) {
	g := newGenerator(3)
	paths := make([]string, 200)
	for i := range paths {
		paths[i] = g.path()
	}
	valid := 0
	for range 2500 {
		text := g.pattern()
		r, err := newReference(text, "s")
		if err != nil {
			continue
		}
		valid++
		s := compile(t, text)
		for _, path := range paths {
			for _, isDir := range []bool{false, true} {
				at, name := enter(s, path)
				want := r.match(path, isDir)
				if got := s.Match(at, name, isDir); got != want {
					t.Errorf("%q on %q (directory: %t): %t, want %t", text, path, isDir, got, want)
				}
				if _, got := s.Find(at, name, isDir); got != want {
					t.Errorf("%q on %q (directory: %t): Find %t, want %t", text, path, isDir, got, want)
				}
			}
		}
	}
	if valid < 1800 {
		t.Errorf("only %d of 2500 patterns were valid", valid)
	}
}

func TestSetEqualsItsPatternsOneByOne(t *testing.T) {
	g := newGenerator(4)
	for range 300 {
		var texts []string
		for len(texts) < 8 {
			text := g.pattern()
			if _, err := Compile([]Pattern{{Text: text}}); err == nil {
				texts = append(texts, text)
			}
		}
		s := compile(t, texts...)
		singles := make([]*Set, len(texts))
		for i, text := range texts {
			singles[i] = compile(t, text)
		}
		for range 100 {
			path := g.path() + g.pick("", "/")
			want := ""
			for i, single := range singles {
				if excludes(single, path) {
					want = texts[i]
					break
				}
			}
			trimmed, isDir := strings.CutSuffix(path, "/")
			at, name := enter(s, trimmed)
			p, found := s.Find(at, name, isDir)
			if p.Text != want || found != s.Match(at, name, isDir) {
				t.Errorf("%q on %q: first is %q (match: %t), want %q", texts, path, p.Text, !found, want)
			}
		}
	}
}

func TestConcurrentGoroutinesGetEqualResults(t *testing.T) {
	texts := []string{"home/*/.c*/**/x", "**/a/b", "d/{a,b}/*log/c", "*.o", "home/a*/b", "a/?/c/"}
	g := newGenerator(5)
	paths := make([]string, 2000)
	want := make([]bool, len(paths))
	quiet := compile(t, texts...)
	for i := range paths {
		for n := 1 + g.IntN(5); n > 0; n-- {
			paths[i] += g.pick("home", "a", "b", "c", "d", ".cache", "xlog", "x", "a.o", "ab") + "/"
		}
		paths[i] = strings.TrimSuffix(paths[i], "/")
		want[i] = excludes(quiet, paths[i])
	}
	s := compile(t, texts...)
	var group sync.WaitGroup
	results := make([][]bool, 16)
	for worker := range results {
		group.Go(func() {
			got := make([]bool, len(paths))
			for i := range paths {
				at := (i + worker*125) % len(paths)
				got[at] = excludes(s, paths[at])
			}
			results[worker] = got
		})
	}
	group.Wait()
	for worker, got := range results {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("worker %d:\n%s", worker, diff)
		}
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	s := compile(t, "tmp", "*log", "a/b*c", "**/x/y?", "*[0-9]", "home/*/a", "foo*")
	names := [][]byte{[]byte("tmp"), []byte("catalog"), []byte("bc"), []byte("y1"), []byte("a"), []byte("foo.txt")}
	for _, path := range []string{"x", "a/x", "a/x/x", "home/x/x", "usr/x"} {
		at, _ := enter(s, path)
		n := testing.AllocsPerRun(100, func() {
			for _, name := range names {
				s.Match(at, name, true)
			}
		})
		if n != 0 {
			t.Errorf("in the directory of %s: %v allocations", path, n)
		}
	}
}
