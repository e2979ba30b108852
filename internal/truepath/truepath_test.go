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
	var r Resolver
	for range 2 { // the second time from the cache
		for _, tt := range tests {
			if got, _ := r.Parent(filepath.Join(dir, tt.path)); got != filepath.Join(dir, tt.parent) {
				t.Errorf("Parent(%s) is %s, want %s", tt.path, got, filepath.Join(dir, tt.parent))
			}
		}
	}
	for _, tt := range []struct {
		path    string
		missing bool
	}{{"home/x", false}, {"home/me/x", false}, {"a/b", true}, {"a/b/c/d", true}, {"dangling/x", true}} {
		if _, missing := r.Parent(filepath.Join(dir, tt.path)); missing != tt.missing {
			t.Errorf("Parent(%s): missing is %t, want %t", tt.path, missing, tt.missing)
		}
	}
	if got, missing := r.Parent("/"); got != "/" || missing {
		t.Errorf("Parent(/) is %s, missing: %t", got, missing)
	}
	if got, _ := r.Parent("/etc"); got != "/etc" {
		t.Errorf("Parent(/etc) is %s", got)
	}
	for _, resolve := range []func(string) string{Resolve, ResolveParent} {
		if got := resolve("/"); got != "/" {
			t.Errorf("/ resolves to %s", got)
		}
	}
}
