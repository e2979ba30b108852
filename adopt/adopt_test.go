package adopt

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// same holds that a source and its copy are equal.
func (g *ground) same(name string) {
	g.t.Helper()
	if diff := cmp.Diff(snapshot(g.t, g.at(name)), snapshot(g.t, g.stored(name))); diff != "" {
		g.t.Errorf("%s (-source +copy)\n%s", name, diff)
	}
}

// expect compares the outcomes.
func (g *ground) expect(results []*Result, want ...string) {
	g.t.Helper()
	if diff := cmp.Diff(strings.Join(want, "\n")+"\n", g.outcomes(results)); diff != "" {
		g.t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRunCopiesEverything(t *testing.T) {
	g := newGround(t)
	g.menagerie("app")
	before := snapshot(t, g.source)
	g.must(os.Chmod(g.source, 0o750))
	g.expect(g.adopt("app"), "copied app 16")
	g.must(os.Chmod(g.source, 0o755))
	if diff := cmp.Diff(before, snapshot(t, g.source)); diff != "" {
		t.Errorf("the source (-before +after)\n%s", diff)
	}
	g.same("app")
	info, err := os.Stat(g.stored("."))
	g.must(err)
	if info.Mode().Perm() != 0o750 {
		t.Errorf("the directory above has mode %o", info.Mode())
	}
	g.expect(g.adopt("app"), "present app 0")
	g.same("app")
}
