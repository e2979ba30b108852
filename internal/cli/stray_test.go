package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/trash"
)

// strayGround is a storage path with declared paths and strays, and a configuration. The storage
// path is an ordinary directory.
type strayGround struct {
	t               *testing.T
	program, config string
	storage, live   string
}

func newStrayGround(t *testing.T) *strayGround {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	g := &strayGround{t: t, program: buildStatic(t), config: filepath.Join(top, "config.json"), storage: filepath.Join(top, "persist"), live: filepath.Join(top, "live")}
	for _, name := range []string{"etc/kept/k", "home/kept/k", "etc/stray", "home/old/deep/x", "home/old/y", "lost+found/x", g.live, ".list-ephemeral-adopt/1/f"} {
		g.write(filepath.Join(g.storage, name))
	}
	g.write(g.live)
	text := `{"storagePaths": ["` + g.storage + `"], "persistedDirs": ["/etc/kept", "/home/kept"], "homeDir": "/nowhere"}`
	if err := os.WriteFile(g.config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *strayGround) write(name string) {
	g.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(name), 0o644); err != nil {
		g.t.Fatal(err)
	}
}

// stray runs the command. In the returned output, "P" replaces the storage path.
func (g *strayGround) stray(args ...string) (stdout, stderr string, status int) {
	g.t.Helper()
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "P/", g.storage+"/")
	}
	cmd := exec.Command(g.program, append([]string{"--config", g.config, "stray"}, args...)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		g.t.Fatal(err)
	}
	first, _, _ := strings.Cut(g.live[1:], "/")
	short := strings.NewReplacer(g.storage+"/"+first+"/\n", "P/tmp/\n", g.storage+"/"+first+"\n", "P/tmp\n", g.storage+g.live, "P/live", g.live, "LIVE", g.storage, "P")
	return short.Replace(out.String()), short.Replace(errs.String()), cmd.ProcessState.ExitCode()
}

// expect runs the command, and checks its stdout and status. Stderr has to contain each of the
// given texts.
func (g *strayGround) expect(status int, stdout string, stderr []string, args ...string) {
	g.t.Helper()
	out, errs, got := g.stray(args...)
	if diff := cmp.Diff(stdout, out); diff != "" || got != status {
		g.t.Errorf("%q: status %d (-want +got)\n%s\nstderr: %s", args, got, diff, errs)
	}
	for _, text := range stderr {
		if !strings.Contains(errs, text) {
			g.t.Errorf("%q: stderr lacks %q:\n%s", args, text, errs)
		}
	}
}

func TestStrayTrashAndRestore(t *testing.T) {
	g := newStrayGround(t)
	const before = "P/.list-ephemeral-adopt/\nP/etc/stray\nP/home/old/\nP/lost+found/\nP/tmp/\n"
	g.expect(0, before, nil)
	g.expect(0, "P/home/old/\n", nil, "P/home")
	g.expect(1, "", []string{"error: P/etc/kept: it is declared by ", "error: /etc/passwd: it is not in P", "error: P/none: no such file or directory"}, "P/etc/kept", "/etc/passwd", "P/none")

	out, errs, status := g.stray("--trash")
	for _, want := range []string{"moved    P/etc/stray\n", "moved    P/home/old\n", "left     P/lost+found\n", "left     P/tmp\n"} {
		if !strings.Contains(out, want) || status != 0 {
			t.Errorf("status %d, stdout lacks %q:\n%s%s", status, want, out, errs)
		}
	}
	if strings.Contains(out, ".list-ephemeral-adopt") {
		t.Errorf("too much was moved:\n%s", out)
	}
	for _, want := range []string{"moved 2 paths to the trash; list-ephemeral stray --restore 20", "exists, so it may have been adopted", "hint: to move a path that was left"} {
		if !strings.Contains(errs, want) {
			t.Errorf("stderr lacks %q:\n%s", want, errs)
		}
	}
	if after, errs, _ := g.stray(); strings.Contains(after, ".trash") || strings.Contains(after, "old") || !strings.Contains(errs, "2 paths with ") {
		t.Errorf("after --trash:\n%s%s", after, errs)
	}
	g.expect(0, "restored P/etc/stray\nrestored P/home/old\n", []string{"2 paths restored"}, "--restore")
	if after, _, _ := g.stray(); after != before {
		t.Errorf("after --restore (-before +after)\n%s", cmp.Diff(before, after))
	}
	g.expect(1, "", []string{"error: the trash is empty"}, "--restore")
}

func TestStrayTrashOfNamedPaths(t *testing.T) {
	g := newStrayGround(t)
	g.expect(0, "moved    P/home/old/deep\n", nil, "--trash", "P/home/old/deep")
	g.expect(0, "moved    P/home/old\n", nil, "--trash", "P/home")
	out, errs, status := g.stray("--trash", g.storage+g.live)
	if out != "moved    P/live\n" || status != 0 {
		t.Errorf("a stray that exists elsewhere, named: status %d\n%s%s", status, out, errs)
	}
	g.expect(1, "", []string{"error: 1999: nothing in the trash has this date or path"}, "--restore", "1999")
	g.expect(1, "failed   P/home/old/deep\n", []string{"error: P/home/old/deep: open its parent directory: no such file or directory"}, "--restore", "P/home/old/deep")
	g.expect(0, "restored P/home/old\nrestored P/home/old/deep\n", nil, "--restore", "P/home/old")
	out, _, _ = g.stray("--trash", "--json", "P/home/old/y")
	if !strings.Contains(out, `{"path":"P/home/old/y","trash":"P/.trash/20`) || !strings.Contains(out, `/1","date":"20`) || !strings.Contains(out, `"outcome":"moved"}`) {
		t.Errorf("JSON: %s", out)
	}
	g.write(filepath.Join(g.storage, "etc/stray"))
	g.expect(0, "moved    P/etc/stray\n", nil, "--trash", "P/etc/stray")
	g.write(filepath.Join(g.storage, "etc/stray"))
	g.expect(1, "failed   P/etc/stray\n", []string{"error: P/etc/stray: another file is in its place and is not replaced: file exists"}, "--restore", "P/etc/stray")
}

func TestStrayEmpty(t *testing.T) {
	g := newStrayGround(t)
	g.expect(0, "", []string{"nothing to remove"}, "--empty")
	g.expect(0, "moved    P/home/old\n", nil, "--trash", "P/home/old")
	g.expect(2, "", []string{"error: --empty requires --yes without a terminal"}, "--empty")
	g.expect(0, "", []string{"nothing to remove"}, "--empty", "--older-than", "1d")
	batches, err := trash.List(g.storage)
	if err != nil || len(batches) != 1 {
		t.Fatalf("List = %+v, %v", batches, err)
	}
	old := filepath.Join(g.storage, trash.Name, "2001-01-01T000000Z")
	if err := os.Rename(filepath.Join(g.storage, trash.Name, batches[0].Name), old); err != nil {
		t.Fatal(err)
	}
	g.expect(0, "moved    P/etc/stray\n", nil, "--trash", "P/etc/stray")
	g.expect(0, "removed  P/home/old\n", []string{"1 path removed"}, "--empty", "--older-than", "52weeks", "--yes")
	g.expect(0, "removed  P/etc/stray\n", []string{"1 path removed"}, "--empty", "--yes")
	if left, _ := os.ReadDir(filepath.Join(g.storage, trash.Name)); len(left) > 0 {
		t.Errorf("left in the trash: %v", left)
	}
}

func TestStrayRejectsConflictingFlags(t *testing.T) {
	for _, tt := range []struct {
		flags strayFlags
		args  []string
	}{
		{flags: strayFlags{yes: true}},
		{flags: strayFlags{trash: true, before: time.Now()}},
		{flags: strayFlags{empty: true}, args: []string{"/persist/x"}},
	} {
		if err := tt.flags.check(tt.args); err == nil {
			t.Errorf("%+v %q is allowed", tt.flags, tt.args)
		}
	}
	for _, flags := range []strayFlags{{}, {trash: true, json: true}, {empty: true, yes: true, before: time.Now()}, {long: true}} {
		if err := flags.check(nil); err != nil {
			t.Errorf("%+v: %v", flags, err)
		}
	}
}

// TestLeftoversAreNotTrash checks that paths which adopt removes itself are not moved.
func TestLeftoversAreNotTrash(t *testing.T) {
	for name, want := range map[string]bool{"/persist/.list-ephemeral-adopt": true, "/persist/home/.list-ephemeral-adopt/": true, "/persist/.list-ephemeral-adopt-1": false, "/persist": false} {
		if got := adopt.IsLeftover(name); got != want {
			t.Errorf("IsLeftover(%s) = %t", name, got)
		}
	}
}
