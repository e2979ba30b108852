package truepath

import (
	"os"
	"path/filepath"
	"testing"
)

func TestResolve(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.MkdirAll(filepath.Join(dir, "var/home/me"), 0o755),
		os.Symlink("var/home", filepath.Join(dir, "home")),
		os.Symlink("nowhere", filepath.Join(dir, "dangling")),
		os.Symlink("loop", filepath.Join(dir, "loop")),
		os.Symlink("me", filepath.Join(dir, "var/home/link")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ path, whole, parent string }{
		{"home", "var/home", "home"},
		{"home/me", "var/home/me", "var/home/me"},
		{"home/link", "var/home/me", "var/home/link"},
		{"home/me/a/b", "var/home/me/a/b", "var/home/me/a/b"},
		{"home/link/a/b", "var/home/me/a/b", "var/home/me/a/b"},
		{"dangling", "dangling", "dangling"},
		{"dangling/x", "dangling/x", "dangling/x"},
		{"loop/x", "loop/x", "loop/x"},
		{"a/b/c", "a/b/c", "a/b/c"},
	}
	for _, tt := range tests {
		path := filepath.Join(dir, tt.path)
		if got, want := Resolve(path), filepath.Join(dir, tt.whole); got != want {
			t.Errorf("Resolve(%s) is %s, want %s", path, got, want)
		}
		if got, want := ResolveParent(path), filepath.Join(dir, tt.parent); got != want {
			t.Errorf("ResolveParent(%s) is %s, want %s", path, got, want)
		}
	}
	for _, resolve := range []func(string) string{Resolve, ResolveParent} {
		if got := resolve("/"); got != "/" {
			t.Errorf("/ is %s", got)
		}
	}
}
