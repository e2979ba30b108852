package adopt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// same checks that a source and its copy are equal.
func (g *ground) same(name string) {
	g.t.Helper()
	source, stored := snapshot(g.t, g.at(name)), snapshot(g.t, g.stored(name))
	if name == "." { // the parent directory is not a copy
		_, source, _ = strings.Cut(source, "\n")
		_, stored, _ = strings.Cut(stored, "\n")
	}
	if diff := cmp.Diff(source, stored); diff != "" {
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
	g.expect(g.adopt("app"), "copied app "+g.count("app"))
	g.must(os.Chmod(g.source, 0o755))
	if diff := cmp.Diff(before, snapshot(t, g.source)); diff != "" {
		t.Errorf("the source (-before +after)\n%s", diff)
	}
	g.same("app")
	info, err := os.Stat(g.stored("."))
	g.must(err)
	if info.Mode().Perm() != 0o750 {
		t.Errorf("the parent directory has mode %o", info.Mode())
	}
	g.expect(g.adopt("app"), "present app 0")
	g.same("app")
}

func TestRunEqualsRsync(t *testing.T) {
	g := newGround(t)
	g.menagerie("app")
	g.adopt("app")
	byRsync := g.store + ".rsync"
	tool(t, "rsync", "-aHAXS", g.at("app"), byRsync)
	if diff := cmp.Diff(snapshot(t, filepath.Join(byRsync, "app")), snapshot(t, g.stored("app"))); diff != "" {
		t.Errorf("(-rsync +adopt)\n%s", diff)
	}
	if out := tool(t, "rsync", "-aHAXSnic", g.at("app")+"/", g.stored("app")+"/"); out != "" {
		t.Errorf("rsync would change\n%s", out)
	}
}

func TestRunNeverOverwritesTargets(t *testing.T) {
	g := newGround(t)
	for name, text := range map[string]string{"a/same": "1", "a/other": "22", "a/longer": "333", "a/new": "4", "a/sub/new": "5", "a/kind/x": "6", "lone": "7", "owned": "8"} {
		g.write(name, text)
	}
	g.must(os.Symlink("there", g.at("a/link")))
	g.adopt("a", "lone", "owned")
	g.must(
		os.WriteFile(g.stored("a/other"), []byte("xx"), 0o644), os.WriteFile(g.stored("a/longer"), []byte("3"), 0o644),
		os.Remove(g.stored("a/new")), os.RemoveAll(g.stored("a/sub")), os.RemoveAll(g.stored("a/kind")), os.WriteFile(g.stored("a/kind"), nil, 0o644),
		os.Remove(g.stored("a/link")), os.Symlink("elsewhere", g.stored("a/link")), os.Chmod(g.stored("owned"), 0o600),
		os.WriteFile(g.stored("a/foreign"), []byte("f"), 0o644),
	)
	kept := snapshot(t, g.store)
	results := g.adopt("a", "lone", "owned")
	g.expect(results,
		"partly a 2",
		"  a/kind: already in storage: expected a directory, got a file",
		"  a/link: already in storage: different symlink target",
		"  a/longer: already in storage: expected 3 bytes, got 1",
		"  a/other: already in storage: different contents",
		"present lone 0",
		"failed owned 0",
		"  owned: already in storage: expected mode 0644, got 0600",
	)
	if !errors.Is(results[2].Problems[0].Err, ErrDiffers) {
		t.Error("a different target is not ErrDiffers")
	}
	g.same("a/new")
	g.same("a/sub")
	g.must(os.Remove(g.stored("a/new")), os.RemoveAll(g.stored("a/sub")))
	drop := func(s string) string { return regexp.MustCompile(` mtime \d+\.\d+`).ReplaceAllString(s, "") }
	if diff := cmp.Diff(drop(kept), drop(snapshot(t, g.store))); diff != "" {
		t.Errorf("existing targets (-before +after)\n%s", diff)
	}
}

func TestHardLinksArePreservedAcrossPathsAndRuns(t *testing.T) {
	g := newGround(t)
	g.write("a/x", "x")
	g.write("z/y", "y")
	g.must(os.Mkdir(g.at("b"), 0o755), os.Link(g.at("a/x"), g.at("b/x")), os.Link(g.at("a/x"), g.at("lone")), os.Link(g.at("z/y"), g.at("b/y")))
	g.adopt("z", "a") // a/x and z/y have only one name at first
	g.adopt("a", "b", "lone", "z")
	g.same(".")
}

func TestPrepareLeavesOutPathsBelowSelectedDirectories(t *testing.T) {
	g := newGround(t)
	g.write("a/b/c", "x")
	g.write("a-b", "y")
	g.write("gone/x", "z")
	g.must(os.RemoveAll(g.at("gone")))
	var paths []string
	for _, name := range []string{"a/b/c", "a-b", "a", "a/b", "a", "gone/x"} {
		paths = append(paths, g.at(name))
	}
	plan, err := Prepare(t.Context(), g.store, append(paths, g.store, g.store+"/x"), nothingRefused)
	g.must(err)
	var got []string
	for _, u := range plan.Units {
		line := fmt.Sprintf("%s %s %d %d", u.Action, strings.TrimPrefix(u.Path, filepath.Dir(g.source)), u.Files, u.Bytes)
		if u.Err != nil {
			line += " " + u.Err.Error()
		}
		got = append(got, line)
	}
	want := []string{
		"copy /home/a 1 1", "copy /home/a-b 1 1", "refuse /home/gone/x 0 0 no such file or directory",
		"refuse /persist 0 0 it is in storage", "refuse /persist/x 0 0 it is in storage",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if plan.Files != 2 || plan.Bytes != 2 || plan.Needs == 0 || plan.Free == 0 {
		t.Errorf("plan = %+v", plan)
	}
}

func TestPrepareRefusesInvalidStorage(t *testing.T) {
	g := newGround(t)
	g.write("file", "x")
	g.must(os.Symlink(g.store, g.at("link")))
	for storage, want := range map[string]error{
		g.at("nowhere"): unix.ENOENT, g.at("file"): unix.ENOTDIR, g.at("link"): unix.ENOTDIR, g.at("link/x"): unix.ELOOP, "persist": nil, "/": nil,
	} {
		if _, err := Prepare(t.Context(), storage, nil, nothingRefused); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("Prepare(%s) = %v, want %v", storage, err, want)
		}
	}
}

func TestOnlyOneRunAtATime(t *testing.T) {
	g := newGround(t)
	g.write("a", "x")
	f, err := os.Open(g.store)
	g.must(err, unix.Flock(int(f.Fd()), unix.LOCK_EX))
	if _, err := g.try(t.Context(), "a"); !errors.Is(err, ErrBusy) {
		t.Errorf("a second run: %v", err)
	}
	g.must(f.Close())
	g.expect(g.adopt("a"), "copied a 1")
}

func TestCancelledRunsLeaveNothing(t *testing.T) {
	g := newGround(t)
	for i := range 200 {
		g.write(fmt.Sprintf("app/%d/f", i), "x")
	}
	plan, err := Prepare(t.Context(), g.store, []string{g.at("app"), g.at("app/1")}, nothingRefused)
	g.must(err)
	ctx, cancel := context.WithCancel(t.Context())
	progress := new(Progress)
	go func() {
		for progress.Files.Load() == 0 {
			runtime.Gosched()
		}
		cancel()
	}()
	results, err := plan.Run(ctx, progress)
	if results[0].Outcome == Copied { // the run finished first
		g.same("app")
		return
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
	if entries, err := os.ReadDir(g.store); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestOpenFilesFindsProcesses(t *testing.T) {
	g := newGround(t)
	g.write("app/db", "x")
	g.write("app2/db", "x")
	cmd := exec.Command("sleep", "100")
	f, err := os.Open(g.at("app/db"))
	g.must(err)
	cmd.Stdin = f
	g.must(cmd.Start(), f.Close())
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	want := []Open{{cmd.Process.Pid, "sleep", g.at("app/db")}}
	if diff := cmp.Diff(want, OpenFiles(t.Context(), []string{g.at("app")})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if open := OpenFiles(t.Context(), []string{g.at("app2")}); len(open) > 0 {
		t.Errorf("open: %v", open)
	}
}

// TestCopiesInheritNoDefaultACL sets a default ACL on storage, which new entries in it inherit.
func TestCopiesInheritNoDefaultACL(t *testing.T) {
	g := newGround(t)
	g.menagerie("app")
	g.write("lone", "x")
	g.write("listed", "y")
	g.must(unix.Mkfifo(g.at("pipe"), 0o644))
	tool(t, "setfacl", "-m", "u:nobody:r", g.at("listed"))
	tool(t, "setfacl", "-m", "d:u:daemon:rwx,d:g:daemon:rwx,d:o::rwx", g.store)
	g.expect(g.adopt("app", "lone", "listed", "pipe"), "copied app "+g.count("app"), "copied listed 1", "copied lone 1", "copied pipe 1")
	for _, name := range []string{"app", "listed", "lone", "pipe"} {
		g.same(name)
	}
	if acl := tool(t, "getfacl", "-cp", g.stored(".")); strings.Contains(acl, "daemon") {
		t.Errorf("a parent directory has the ACL\n%s", acl)
	}
}

func TestPrepareCountsLinksOnceAndRefusesPaths(t *testing.T) {
	g := newGround(t)
	g.write("a/file", strings.Repeat("x", 1<<20))
	for _, name := range []string{"a/one", "a/two", "lone"} {
		g.must(os.Link(g.at("a/file"), g.at(name)))
	}
	inner := g.at("a/persist")
	g.must(os.Mkdir(inner, 0o755))
	refuses := func(path string) error {
		if path == "/refused" {
			return ErrMounted
		}
		return nil
	}
	plan, err := Prepare(t.Context(), g.store, []string{g.at("a"), g.at("lone"), "/refused"}, Options{Roots: nothingRefused.Roots, CannotKeep: refuses})
	g.must(err)
	if plan.Needs > 3<<20/2 || plan.Files != 4 {
		t.Errorf("%d names of one file need %d bytes", plan.Files, plan.Needs)
	}
	refused := slices.IndexFunc(plan.Units, func(u Unit) bool { return u.Path == "/refused" })
	if refused < 0 || plan.Units[refused].Action != Refuse || !errors.Is(plan.Units[refused].Err, ErrMounted) {
		t.Errorf("refused units: %+v", plan.Units)
	}
	plan, err = Prepare(t.Context(), inner, []string{g.at("a")}, nothingRefused)
	g.must(err)
	if !errors.Is(plan.Units[0].Err, ErrHoldsStorage) {
		t.Errorf("storage in the source: %+v", plan.Units[0])
	}
}

// TestSourcesMayHaveTheNameOfTheStagingDirectory uses the name of the staging directory in a
// source, and for a directory in storage that another program has made.
func TestSourcesMayHaveTheNameOfTheStagingDirectory(t *testing.T) {
	g := newGround(t)
	g.write("home/"+stagingName+"/7/theirs", "x")
	g.write("home/f", "y")
	g.adopt("home/" + stagingName)
	g.expect(g.adopt("home/f", "home"), "copied home 1") // the file is in the directory
	g.same("home/" + stagingName)
	g.must(os.Mkdir(filepath.Join(g.store, stagingName), 0o700), os.WriteFile(filepath.Join(g.store, stagingName, "theirs"), nil, 0o600))
	results := g.adopt("home/" + stagingName + "/7/theirs")
	if results[0].Outcome != Failed {
		t.Errorf("another directory with the name of the staging directory: %s", g.outcomes(results))
	}
	if _, err := os.Lstat(filepath.Join(g.store, stagingName, "theirs")); err != nil {
		t.Error(err)
	}
}

// TestLeasesAreReported lets another process take a lease, because of which open(2) returns EAGAIN.
func TestLeasesAreReported(t *testing.T) {
	g := newGround(t)
	g.write("a/f", "x")
	f, err := os.OpenFile(g.at("a/f"), os.O_RDWR, 0)
	g.must(err)
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK)
	g.must(err)
	results := g.adopt("a")
	if results[0].Outcome != Failed || !errors.Is(results[0].Problems[0].Err, unix.EAGAIN) {
		t.Errorf("a file with a lease: %s", g.outcomes(results))
	}
	g.must(f.Close())
	g.expect(g.adopt("a"), "copied a 1")
}
