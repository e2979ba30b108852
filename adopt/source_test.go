package adopt

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// earlier is a Source for tests: a directory that contains what was in another one.
type earlier struct {
	fd    int
	root  string
	upper bool
}

func (e earlier) FD() int      { return e.fd }
func (e earlier) Root() string { return e.root }
func (e earlier) Upper() bool  { return e.upper }

// past moves everything in the source to another directory, and returns it as an earlier state.
func (g *ground) past() (state earlier, old string) {
	g.t.Helper()
	old = g.source + ".old"
	g.must(os.Rename(g.source, old), os.Mkdir(g.source, 0o755))
	return g.earlier(old), old
}

func (g *ground) earlier(old string) earlier {
	g.t.Helper()
	fd, err := unix.Open(old, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	g.must(err)
	g.t.Cleanup(func() { unix.Close(fd) })
	return earlier{fd: fd, root: g.source}
}

// restore copies paths from an earlier state to a storage path, "/" for their own place.
func (g *ground) restore(state Source, storage string, names ...string) []*Result {
	g.t.Helper()
	var paths []string
	for _, name := range names {
		paths = append(paths, g.at(name))
	}
	plan, err := Prepare(context.Background(), storage, paths, Options{Source: state})
	g.must(err)
	results, err := plan.Run(context.Background(), new(Progress))
	g.must(err)
	return results
}

func TestEarlierStateIsRestoredInPlace(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	g.menagerie("zoo")
	g.write("kept/new", "now")
	g.write("kept/old", "then")
	state, old := g.past()
	g.write("kept/new", "different now")
	before := snapshot(t, old)
	results := g.restore(state, "/", "zoo", "kept/old", "kept/new")
	if got, want := snapshot(t, g.at("zoo")), snapshot(t, filepath.Join(old, "zoo")); got != want {
		t.Errorf("restored\n%s\nexpected\n%s", got, want)
	}
	for _, r := range results {
		want := Copied
		if r.Path == g.at("kept/new") {
			want = Failed
		}
		if r.Outcome != want || r.Target != r.Path {
			t.Errorf("%v, expected %v\n%s", r.Target, want, g.outcomes(results))
		}
		if want == Failed && !errors.Is(r.Problems[0].Err, ErrDiffers) {
			t.Error(r.Problems)
		}
	}
	if text, _ := os.ReadFile(g.at("kept/new")); string(text) != "different now" {
		t.Errorf("overwritten: %q", text)
	}
	if snapshot(t, old) != before {
		t.Error("the earlier state has changed")
	}
	if r := g.restore(state, "/", "zoo"); r[0].Outcome != Present {
		t.Errorf("again: %s", g.outcomes(r))
	}
	if _, err := os.Lstat("/" + stagingName); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the staging directory: %v", err)
	}
}

func TestEarlierStateFillsExistingDirectories(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	g.write("app/a/lost", "1")
	g.write("app/b/f", "2")
	g.write("app/link", "3")
	state, _ := g.past()
	g.write("app/a/here", "4")
	g.must(os.Symlink(g.at("app/link"), g.at("app/link"))) // a loop is not a symlink into storage
	results := g.restore(state, "/", "app")
	if text := g.outcomes(results); results[0].Outcome != Partly || !strings.Contains(text, "app/link: already there") || results[0].More != 1 {
		t.Error(text)
	}
	for name, want := range map[string]string{"app/a/lost": "1", "app/b/f": "2", "app/a/here": "4"} {
		if got, err := os.ReadFile(g.at(name)); string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestEarlierStateIsCopiedIntoStorage(t *testing.T) {
	g := newGround(t)
	g.write("app/f", "then")
	state, _ := g.past()
	g.write("app/f", "now")
	g.restore(state, g.store, "app")
	if got, err := os.ReadFile(g.stored("app/f")); string(got) != "then" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestEarlierStateRefusesOtherPaths(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	g.write("f", "x")
	state, _ := g.past()
	for _, name := range []string{"/", "/etc/hostname", filepath.Dir(g.source), g.source + "-not"} {
		plan, err := Prepare(t.Context(), "/", []string{name}, Options{Source: state})
		if err != nil || !errors.Is(plan.Units[0].Err, ErrNotInSource) {
			t.Errorf("%s: %v, %+v", name, err, plan.Units)
		}
	}
	if _, err := Prepare(t.Context(), "/", []string{g.at("f")}, Options{}); err == nil {
		t.Error("/ is accepted as a storage path without an earlier state")
	}
}

// TestRestoredCopiesCannotBeReplaced makes the directory of a lost file belong to another user.
func TestRestoredCopiesCannotBeReplaced(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	g.write("d/secret", "x")
	state, _ := g.past()
	g.must(os.Mkdir(g.at("d"), 0o755), os.Chown(g.at("d"), 1234, 1234))
	results := g.restore(state, "/", "d/secret")
	if !errors.Is(results[0].Problems[0].Err, ErrReplaceable) {
		t.Error(g.outcomes(results))
	}
}

// TestSymlinksInAnEarlierStateAreNotFollowed leads out of the state by a symlink.
func TestSymlinksInAnEarlierStateAreNotFollowed(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	g.must(os.Symlink("/etc", g.at("d")))
	state, _ := g.past()
	results := g.restore(state, "/", "d/hostname")
	if results[0].Outcome != Failed || !errors.Is(results[0].Problems[0].Err, unix.ENOTDIR) {
		t.Error(g.outcomes(results))
	}
	if results = g.restore(state, "/", "d"); results[0].Outcome != Copied {
		t.Error(g.outcomes(results))
	}
}

func TestUpperDirectoryIsRestoredWithoutTheOverlay(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	g.write("d/f", "x")
	g.write("d/meta", "")
	g.must(
		unix.Mknod(g.at("d/gone"), unix.S_IFCHR, 0),
		unix.Setxattr(g.at("d"), "trusted.overlay.opaque", []byte("y"), 0),
		unix.Setxattr(g.at("d/f"), "trusted.overlay.origin", []byte("o"), 0),
		unix.Setxattr(g.at("d/f"), "trusted.mine", []byte("m"), 0),
		unix.Setxattr(g.at("d/meta"), "trusted.overlay.metacopy", nil, 0),
	)
	state, old := g.past()
	state.upper = true
	results := g.restore(state, "/", "d")
	if len(results[0].Problems) != 1 || !errors.Is(results[0].Problems[0].Err, errMetacopy) {
		t.Error(g.outcomes(results))
	}
	g.must(os.Remove(filepath.Join(old, "d/meta")))
	results = g.restore(state, "/", "d")
	got := snapshot(t, g.at("d"))
	if results[0].Outcome != Copied || strings.Contains(got, "overlay") || strings.Contains(got, "gone") || !strings.Contains(got, "trusted.mine") {
		t.Errorf("%s\n%s", g.outcomes(results), got)
	}
}

// TestKilledRestoreLeavesNothingIncomplete kills runs at random times. A path is there with
// everything in it or not at all, and the last run completes all of them.
func TestKilledRestoreLeavesNothingIncomplete(t *testing.T) {
	probe.Need(t, probe.Root)
	g := newGround(t)
	names := []string{"a", "b", "c"}
	for _, name := range names {
		g.menagerie(name)
	}
	_, old := g.past()
	g.must(os.Mkdir(g.at("b"), 0o755)) // an existing directory is filled
	want := map[string]string{}
	for _, name := range names {
		want[name] = snapshot(t, filepath.Join(old, name))
	}
	r := rand.New(rand.NewPCG(3, 4))
	killed := 0 // in the middle of a run
	for range probe.Cases(12, 100) {
		cmd := exec.Command(os.Args[0], g.at("a"), g.at("b"), g.at("c"))
		cmd.Env = append(os.Environ(), runEnv+"=/", earlierEnv+"="+old, "SOURCE="+g.source)
		g.must(cmd.Start())
		time.Sleep(time.Duration(r.IntN(250)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if _, err := os.Lstat("/" + stagingName); err == nil {
			killed++
		}
		for _, name := range []string{"a", "c"} {
			if _, err := os.Lstat(g.at(name)); err == nil && snapshot(t, g.at(name)) != want[name] {
				t.Fatalf("%s is incomplete", name)
			}
		}
		if r.IntN(3) == 0 {
			g.must(os.RemoveAll(g.at("a")), os.RemoveAll(g.at("c")))
		}
	}
	t.Logf("%d runs were killed while they copied", killed)
	results := g.restore(g.earlier(old), "/", names...)
	for _, r := range results {
		name := filepath.Base(r.Path)
		if name != "b" && snapshot(t, r.Path) != want[name] {
			t.Errorf("%s\n%s", name, g.outcomes(results))
		}
	}
	if got, all := strings.Count(snapshot(t, g.at("b")), "\n"), strings.Count(want["b"], "\n"); got != all {
		t.Errorf("b has %d entries, expected %d\n%s", got, all, g.outcomes(results))
	}
}
