package paths_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/paths"
)

func TestBelowComparesComponents(t *testing.T) {
	tests := []struct {
		name, path, dir  string
		below, atOrBelow bool
		rel              string
	}{
		{"a child", "/home/al", "/home", true, true, "al"},
		{"several levels below", "/home/al/.config/x", "/home", true, true, "al/.config/x"},
		{"itself", "/home", "/home", false, true, "."},
		{"the directory above", "/home", "/home/al", false, false, ""},
		{"a name that begins like it", "/homes", "/home", false, false, ""},
		{"a path in a name that begins like it", "/homes/al", "/home", false, false, ""},
		{"another directory of the same length", "/host/al", "/home", false, false, ""},
		{"below the root", "/home", "/", true, true, "home"},
		{"two below the root", "/home/al", "/", true, true, "home/al"},
		{"the root is not below itself", "/", "/", false, true, "."},
		{"the root is not below a directory", "/", "/home", false, false, ""},
		{"a name of one byte", "/a/b", "/a", true, true, "b"},
		{"a name of one byte that differs", "/b/b", "/a", false, false, ""},
		{"no path is below the empty path", "/home", "", false, false, ""},
		{"the root is not below the empty path", "/", "", false, false, ""},
		{"the empty path is not below itself", "", "", false, false, ""},
		{"a relative path is not below the root", "pipe:[123]", "/", false, false, ""},
		{"bytes that are not UTF-8", "/a\xff/b", "/a\xff", true, true, "b"},
		{"a newline in the name", "/a\nb/c", "/a\nb", true, true, "c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := paths.Below(tt.path, tt.dir); got != tt.below {
				t.Errorf("Below(%q, %q) = %t", tt.path, tt.dir, got)
			}
			if got := paths.AtOrBelow(tt.path, tt.dir); got != tt.atOrBelow {
				t.Errorf("AtOrBelow(%q, %q) = %t", tt.path, tt.dir, got)
			}
			if got := paths.AtOrBelow([]byte(tt.path), tt.dir); got != tt.atOrBelow {
				t.Errorf("AtOrBelow of the bytes of %q and %q = %t", tt.path, tt.dir, got)
			}
			if rel, ok := paths.Rel(tt.path, tt.dir); rel != tt.rel || ok != tt.atOrBelow {
				t.Errorf("Rel(%q, %q) = %q, %t, expected %q", tt.path, tt.dir, rel, ok, tt.rel)
			}
		})
	}
}

func TestAncestorsEndAtTheRoot(t *testing.T) {
	for path, want := range map[string][]string{
		"/":          nil,
		"/home":      {"/"},
		"/home/al/x": {"/home/al", "/home", "/"},
		"":           nil,
		"a/b":        {"a"},
	} {
		if diff := cmp.Diff(want, slices.Collect(paths.Ancestors(path))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", path, diff)
		}
	}
}

func TestAncestorsStopWhenTheCallerStops(t *testing.T) {
	for range paths.Ancestors("/a") {
		break
	}
	for dir := range paths.Ancestors("/a/b/c") {
		if dir != "/a/b" {
			t.Errorf("%s after the first one", dir)
		}
		break
	}
}

func TestFromTopGoesDownWithoutTheRoot(t *testing.T) {
	for path, want := range map[string][]string{"/": nil, "/home": nil, "/home/al/x": {"/home", "/home/al"}, "": nil} {
		if diff := cmp.Diff(want, slices.Collect(paths.FromTop(path))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", path, diff)
		}
	}
	for dir := range paths.FromTop("/a/b/c") {
		if dir != "/a" {
			t.Errorf("%s after the first one", dir)
		}
		break
	}
}

// The tracer checks every path that a program names, directly in a buffer.
func TestBytesAreNotCopied(t *testing.T) {
	path := []byte("/home/al/.local/share/applications/mimeapps.list")
	if n := testing.AllocsPerRun(100, func() {
		if !paths.AtOrBelow(path, "/home/al") || paths.Below(path, "/proc") {
			t.Error("wrong answer")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
