package decisions_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/DaRacci/list-ephemeral/internal/decisions"
	"github.com/DaRacci/list-ephemeral/internal/disktest"
	"github.com/DaRacci/list-ephemeral/internal/probe"
	"github.com/DaRacci/list-ephemeral/internal/session"
	"github.com/DaRacci/list-ephemeral/triage"
)

// testSession returns a session of a machine whose root is dir/tree, with the home dir/home and the
// storage path dir/persist, which a reboot does not keep.
func testSession(t *testing.T) (s *session.Session, dir string) {
	t.Helper()
	t.Setenv("SUDO_USER", "")
	t.Setenv("XDG_STATE_HOME", "")
	dir = t.TempDir()
	return sessionIn(t, dir), dir
}

func sessionIn(t *testing.T, dir string) *session.Session {
	t.Helper()
	for _, name := range []string{"home", "tree", "persist"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	config := write(t, filepath.Join(dir, "config.json"), `{"homeDir": "`+dir+`/home", "storagePaths": ["`+dir+`/persist"]}`)
	s, err := session.New(session.Options{Config: config, Roots: []string{dir + "/tree"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileOfTheUser(t *testing.T) {
	const name = "/list-ephemeral/decisions"
	for _, tt := range []struct{ name, state, sudo, want string }{
		{name: "by default", want: "HOME/.local/state" + name},
		{name: "XDG_STATE_HOME", state: "/x/./state", want: "/x/state" + name},
		{name: "a relative XDG_STATE_HOME", state: "state", want: "HOME/.local/state" + name},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, dir := testSession(t)
			t.Setenv("XDG_STATE_HOME", tt.state)
			file, err := decisions.File(s)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := file.Path(), strings.Replace(tt.want, "HOME", dir+"/home", 1); got != want {
				t.Errorf("file %s, want %s", got, want)
			}
		})
	}
}

// TestSudoDoesNotUseTheFileOfTheUser runs without storage: then the file is in root's home.
func TestSudoDoesNotUseTheFileOfTheUser(t *testing.T) {
	probe.Need(t, probe.Root)
	s, dir := testSession(t)
	t.Setenv("SUDO_USER", "alice")
	for _, state := range []string{"", dir + "/home/state"} {
		t.Setenv("XDG_STATE_HOME", state)
		file, err := decisions.File(s)
		if err != nil || strings.HasPrefix(file.Path(), dir) || !strings.HasSuffix(file.Path(), "/.local/state/list-ephemeral/decisions") {
			t.Errorf("XDG_STATE_HOME %q: file %+v, %v", state, file, err)
		}
	}
}

// inDir is the variable with the directory of a test that runs again in a mount namespace.
const inDir = "DECISIONS_TEST_DIR"

// TestRootUsesStorage saves decisions as root on a machine with storage that a reboot keeps.
func TestRootUsesStorage(t *testing.T) {
	if dir := os.Getenv(inDir); dir != "" {
		rootUsesStorage(t, dir)
		return
	}
	probe.Need(t, probe.Root, probe.Namespaces)
	disk, dir := disktest.New(t), t.TempDir()
	sessionIn(t, dir)
	const script = `set -e
if [ -d "$2" ]; then mount --bind "$2" "$1/persist"; else mount -o loop "$2" "$1/persist"; fi
chown 1000 "$1/persist"
mount -t tmpfs tree "$1/tree"
DECISIONS_TEST_DIR=$1 exec "$0" -test.run '^TestRootUsesStorage$'`
	cmd := exec.Command("unshare", "--mount", "sh", "-c", script, os.Args[0], dir, disk)
	cmd.Env = append(os.Environ(), "SUDO_USER=", "XDG_STATE_HOME="+dir+"/home")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func rootUsesStorage(t *testing.T, dir string) {
	s := sessionIn(t, dir)
	file, err := decisions.File(s)
	if err != nil || file.Path() != filepath.Join(dir, "persist", triage.Name, "decisions") {
		t.Fatalf("file %+v, %v", file, err)
	}
	now := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	if _, err := file.Save(t.Context(), []triage.Decision{{Path: "/a", Verdict: triage.Keep, Time: now, Written: now}}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file.Path()); err != nil || info.Mode() != 0o600 {
		t.Errorf("file: %v, %v", info, err)
	}
	if info, err := os.Stat(file.Dir()); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory: %v, %v", info, err)
	}
	if d, err := decisions.Load(t.Context(), s, now); err != nil || d.Active.On("/a") != triage.Keep || decisions.Wiped(s, d.File) {
		t.Errorf("loaded %+v, %v", d, err)
	}
	// The user who owns storage puts another directory there.
	if err := os.Rename(file.Dir(), file.Dir()+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file.Dir()+".away", file.Dir()); err != nil {
		t.Fatal(err)
	}
	if _, err := decisions.Load(t.Context(), s, now); err == nil {
		t.Error("a symlink is followed")
	}
}

// TestNotNowEndsWhenTheSizeDoubles measures a directory, as a listing does.
func TestNotNowEndsWhenTheSizeDoubles(t *testing.T) {
	s, dir := testSession(t)
	now := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	put := filepath.Join(dir, "tree/app")
	if err := os.MkdirAll(put+"/sub", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, put+"/a", strings.Repeat("x", 600))
	write(t, put+"/sub/b", strings.Repeat("x", 400))
	file, err := decisions.File(s)
	if err != nil {
		t.Fatal(err)
	}
	d := triage.Decision{Path: put, Verdict: triage.NotNow, Time: now, Written: now, Bytes: 1000}
	gone := triage.Decision{Path: dir + "/tree/gone", Verdict: triage.NotNow, Time: now, Written: now}
	kept := triage.Decision{Path: dir + "/tree", Verdict: triage.Keep, Time: now.Add(-time.Hour), Written: now}
	if _, err := file.Save(t.Context(), []triage.Decision{d, gone, kept}); err != nil {
		t.Fatal(err)
	}
	check := func(name string, at time.Time, want triage.Verdict) {
		t.Helper()
		loaded, err := decisions.Load(t.Context(), s, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := loaded.Active.On(put); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if got := loaded.Active.On(gone.Path); at.Sub(now) < triage.Patience && got != triage.NotNow {
			t.Errorf("%s: a path that is gone: %v", name, got)
		}
		if got, _ := loaded.Active.Of(put + "/a"); want == triage.Unknown && got.Verdict != triage.Keep {
			t.Errorf("%s: the decision above is %v", name, got.Verdict)
		}
	}
	check("as it was", now, triage.NotNow)
	write(t, put+"/sub/b", strings.Repeat("x", 1399))
	check("one byte less than double", now, triage.NotNow)
	check("after 30 days", now.Add(triage.Patience), triage.Unknown)
	write(t, put+"/sub/b", strings.Repeat("x", 1400))
	check("double", now, triage.Unknown)
}

func TestWipedSaysWhetherARebootLosesTheFile(t *testing.T) {
	s, dir := testSession(t)
	for parent, want := range map[string]bool{"tree/state": true, "home": false, "persist": false} {
		if got := decisions.Wiped(s, triage.InState(filepath.Join(dir, parent))); got != want {
			t.Errorf("%s: %t, want %t", parent, got, want)
		}
	}
	if decisions.Wiped(s, triage.InStorage(filepath.Join(dir, "tree"))) {
		t.Error("a file in storage is wiped")
	}
	// A symlink on the way: what counts is where the data is.
	if err := os.Symlink(filepath.Join(dir, "persist"), filepath.Join(dir, "tree/link")); err != nil {
		t.Fatal(err)
	}
	if decisions.Wiped(s, triage.InState(filepath.Join(dir, "tree/link"))) {
		t.Error("a symlink into storage is wiped")
	}
}

func TestExcludesOfWhatIsIgnored(t *testing.T) {
	now := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	var set triage.Set
	for i, d := range []triage.Decision{
		{Path: "/home/al/[a]*", Verdict: triage.Ignore},
		{Path: "/home/al/[a]*/b", Verdict: triage.Ignore},
		{Path: "/home/al/c", Verdict: triage.Keep},
		{Path: "/home/al/z\xff", Verdict: triage.Ignore},
		{Path: "/home/al/${x}", Verdict: triage.Ignore},
		{Path: "/home/al/[a]*/kept", Verdict: triage.Keep},
	} {
		d.Time = now.Add(time.Duration(i) * time.Second)
		d.Written = d.Time
		set.Add(d)
	}
	active := set.Active(now, nil)
	got := decisions.ExcludesOf(&active)
	want := "programs.list-ephemeral.extraExcludes = [\n  \"/home/al/$\\\\{x\\\\}\"\n  \"/home/al/\\\\[a\\\\]\\\\*\"\n];\n"
	if got.Text != want || got.Ignored != 3 || len(got.NoPattern) != 1 || len(got.Hides) != 1 || got.Hides[0] != "/home/al/[a]*/kept" {
		t.Errorf("got %+v, want %q", got, want)
	}
	if got := decisions.ExcludesOf(&triage.Active{}); got.Text != "" || got.Ignored != 0 {
		t.Errorf("without decisions: %+v", got)
	}
}
