package adopt

import (
	"errors"
	"os"
	"testing"
)

// TestSymlinksToTheirPlaceInStorageAreNoConflict tests paths that a module persists with symlinks:
// a symlink in the source and a file or directory in storage are no conflict.
func TestSymlinksToTheirPlaceInStorageAreNoConflict(t *testing.T) {
	g := newGround(t)
	g.write("dir/x", "x")
	g.write("app/kept", "y")
	g.write("app/other", "z")
	g.adopt("dir", "app/kept")
	g.must(
		os.RemoveAll(g.at("dir")), os.Symlink(g.stored("dir"), g.at("dir")), os.Remove(g.at("app/kept")), os.Symlink(g.stored("app/kept"), g.at("app/kept")),
		os.Symlink(g.stored("nowhere"), g.at("nowhere")), os.Symlink(g.stored("dir"), g.at("elsewhere")),
	)
	results := g.adopt("dir", "app", "nowhere", "elsewhere")
	for i, want := range []error{nil, ErrLinked, nil, ErrLinked} { // sorted: app, dir, elsewhere, nowhere
		switch r := results[i]; {
		case want != nil && (r.More != 1 || !errors.Is(r.Problems[0].Err, want)), want == nil && (r.More != 0 || r.Files != 1):
			t.Errorf("%s: %+v, want %v", r.Path, r, want)
		}
	}
	if text, err := os.ReadFile(g.stored("app/kept")); err != nil || string(text) != "y" {
		t.Errorf("the persisted file contains %q, %v", text, err)
	}
	if _, err := os.Lstat(g.stored("nowhere")); err == nil {
		t.Error("a symlink to itself was made")
	}
}
