package nixfile_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/nixfile"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// put writes a file, and the directories above it.
func put(t *testing.T, text string, names ...string) string {
	t.Helper()
	path := filepath.Join(names...)
	must(t, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
	return path
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) *nixfile.File {
	t.Helper()
	f, err := nixfile.Read(path)
	must(t, err)
	return f
}

func TestReadRefusesWhatCannotBeReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	large := put(t, "", dir, "large")
	must(t, syscall.Mkfifo(pipe, 0o600), os.Truncate(large, nixfile.MaxSize+1), os.Symlink("/nix/store/x-source/a.nix", filepath.Join(dir, "link")))
	for _, tt := range []struct{ name, path, want string }{
		{"a missing file", filepath.Join(dir, "none"), "no such file"},
		{"a directory", dir, "not a regular file"},
		{"a pipe", pipe, "not a regular file"},
		{"a large file", large, "more than"},
		{"a symlink into the store", filepath.Join(dir, "link"), "Nix store"},
		{"a path in the store", "/nix/store/none", "Nix store"},
		{"a device", "/dev/null", "not a regular file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := nixfile.Read(tt.path); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.path) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestWriteReplacesTheFileThatWasRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(path string) error
		want   error
		text   string
	}{
		{"unchanged", func(string) error { return nil }, nil, "new"},
		{"changed at once", func(path string) error { return os.WriteFile(path, []byte("OLD"), 0o644) }, nixfile.ErrChanged, "OLD"},
		{"replaced by the same text", func(path string) error {
			return errors.Join(os.WriteFile(path+"~", []byte("old"), 0o644), os.Rename(path+"~", path))
		}, nixfile.ErrChanged, "old"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := put(t, "old", dir, "sub", "a.nix")
			must(t, os.Chmod(path, 0o604), os.Symlink("sub/a.nix", filepath.Join(dir, "link.nix")))
			f := read(t, filepath.Join(dir, "link.nix"))
			if f.Path != path {
				t.Errorf("path %s, want %s", f.Path, path)
			}
			must(t, tt.change(path))
			if err := f.Write("new"); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			text, err := os.ReadFile(path)
			must(t, err)
			if string(text) != tt.text {
				t.Errorf("contains %q, want %q", text, tt.text)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			must(t, err)
			info, err := os.Stat(path)
			must(t, err)
			if len(entries) != 1 || tt.want == nil && info.Mode() != 0o604 {
				t.Errorf("%d entries, mode %v", len(entries), info.Mode())
			}
		})
	}
}

// TestWriteKeepsTheOwner is what root does with the file of a user.
func TestWriteKeepsTheOwner(t *testing.T) {
	probe.Need(t, probe.Root)
	path := put(t, "old", t.TempDir(), "a.nix")
	must(t, os.Chown(path, 1234, 4321))
	must(t, read(t, path).Write("new"))
	info, err := os.Stat(path)
	must(t, err)
	if st := info.Sys().(*syscall.Stat_t); st.Uid != 1234 || st.Gid != 4321 {
		t.Errorf("owner %d:%d", st.Uid, st.Gid)
	}
}

func TestLinksCountsNames(t *testing.T) {
	t.Parallel()
	path := put(t, "old", t.TempDir(), "a.nix")
	if got := read(t, path).Links(); got != 1 {
		t.Errorf("%d names, want 1", got)
	}
	must(t, os.Link(path, path+"2"))
	if got := read(t, path).Links(); got != 2 {
		t.Errorf("%d names, want 2", got)
	}
}

func TestFindReadsNixFilesWithAWord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"a.nix", "hosts/x/b.nix", "hosts/c.nix"} {
		put(t, "{ persistence = 1; }", dir, name)
	}
	for _, name := range []string{".git/x.nix", "node_modules/x.nix", "x.txt"} {
		put(t, "{ persistence = 1; }", dir, name)
	}
	put(t, "{ other = 1; }", dir, "other.nix")
	must(t, os.Symlink("a.nix", filepath.Join(dir, "link.nix")), os.Symlink("hosts", filepath.Join(dir, "linked")))
	for _, tt := range []struct {
		name     string
		words    []string
		limits   nixfile.Limits
		want     []string
		complete bool
	}{
		{"one word", []string{"persistence"}, nixfile.Limits{}, []string{"a.nix", "hosts/c.nix", "hosts/x/b.nix"}, true},
		{"several words", []string{"none", "other"}, nixfile.Limits{}, []string{"other.nix"}, true},
		{"a limit of entries", []string{"persistence"}, nixfile.Limits{Entries: 2}, nil, false},
		{"a limit of files", []string{"persistence"}, nixfile.Limits{Files: 1}, []string{"a.nix"}, false},
		{"a limit of bytes", []string{"persistence"}, nixfile.Limits{Bytes: 30}, []string{"a.nix"}, false},
		{"a limit of the size", []string{"persistence"}, nixfile.Limits{Size: 10}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			files, complete := nixfile.Find(t.Context(), dir, tt.words, tt.limits)
			for _, f := range files {
				got = append(got, strings.TrimPrefix(f.Path, dir+"/"))
			}
			if tt.name == "a limit of entries" { // the order of a directory is sorted: .git, a.nix
				tt.want = []string{"a.nix"}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || complete != tt.complete {
				t.Errorf("complete %v\n%s", complete, diff)
			}
		})
	}
}

func TestDirsAreOfTheFlakeAndTheEnvironment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, "{ }", dir, "flake", "flake.nix")
	below := filepath.Join(dir, "flake", "a", "b")
	named := filepath.Join(dir, "named")
	must(t, os.MkdirAll(below, 0o755), os.Mkdir(named, 0o755), os.Symlink("named", filepath.Join(dir, "link")))
	for _, tt := range []struct {
		name, dir, flake string
		want             []string
	}{
		{"the flake above", below, "", []string{dir + "/flake"}},
		{"no flake", dir, "", nil},
		{"$FLAKE", dir, named, []string{named}},
		{"both, a symlink", below, dir + "/link", []string{dir + "/flake", named}},
		{"a reference with an attribute", dir, "path:" + named + "#host", []string{named}},
		{"a reference with a query", dir, "git+file://" + named + "?ref=x", []string{named}},
		{"a reference that is not local", dir, "github:a/b", nil},
		{"a missing directory", dir, dir + "/none", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := nixfile.Dirs(tt.dir, func(name string) string { return map[string]string{"FLAKE": tt.flake}[name] })
			if len(got) > 0 && got[len(got)-1] == "/etc/nixos" {
				got = got[:len(got)-1]
			}
			if diff := cmp.Diff(tt.want, got, cmp.Transformer("empty", func(all []string) string { return strings.Join(all, "\n") })); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// repository makes a repository with a committed file.
func repository(t *testing.T) (dir string, git func(args ...string)) {
	t.Helper()
	tool := probe.Tool(t, "git")
	dir = t.TempDir()
	git = func(args ...string) {
		t.Helper()
		cmd := exec.Command(tool, append([]string{"-c", "user.name=x", "-c", "user.email=x"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	put(t, "{ }", dir, "sub", "a.nix")
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "x")
	return dir, git
}

func TestUncommittedIsWhatGitSays(t *testing.T) {
	t.Parallel()
	dir, git := repository(t)
	put(t, "[*].nix\n", dir, ".gitignore")
	for _, tt := range []struct {
		name, file string
		do         func()
		want       nixfile.Git
	}{
		{"committed", "sub/a.nix", func() {}, nixfile.GitClean},
		{"changed", "sub/a.nix", func() { put(t, "{ b = 1; }", dir, "sub", "a.nix") }, nixfile.GitModified},
		{"staged", "sub/a.nix", func() { git("add", "sub/a.nix") }, nixfile.GitModified},
		{"a new file", "sub/b.nix", func() { put(t, "{ }", dir, "sub", "b.nix") }, nixfile.GitUntracked},
		{"a name like a pattern", "*.nix", func() { put(t, "{ }", dir, "*.nix") }, nixfile.GitUntracked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.do()
			if got := read(t, filepath.Join(dir, tt.file)).Uncommitted(t.Context()); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
	if got := read(t, put(t, "{ }", t.TempDir(), "a.nix")).Uncommitted(t.Context()); got != nixfile.GitNone {
		t.Errorf("%v outside of a repository", got)
	}
}

// TestUncommittedRunsNothingOfTheRepository has a monitor and hooks that would write a file.
func TestUncommittedRunsNothingOfTheRepository(t *testing.T) {
	t.Parallel()
	dir, git := repository(t)
	ran := filepath.Join(dir, "ran")
	script := put(t, "#!/bin/sh\ntouch "+ran+"\n", dir, "hook")
	must(t, os.Chmod(script, 0o755))
	git("config", "core.fsmonitor", script)
	git("config", "core.hooksPath", dir)
	must(t, os.Chtimes(filepath.Join(dir, "sub/a.nix"), time.Unix(1, 0), time.Unix(1, 0)))
	if got := read(t, filepath.Join(dir, "sub/a.nix")).Uncommitted(t.Context()); got != nixfile.GitClean {
		t.Errorf("%v", got)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program of the repository ran")
	}
}

// TestUncommittedRunsAsTheOwner: a filter of a user's repository does not run as root.
func TestUncommittedRunsAsTheOwner(t *testing.T) {
	probe.Need(t, probe.Root)
	dir, git := repository(t)
	for up := dir; up != os.TempDir() && up != "/"; up = filepath.Dir(up) {
		must(t, os.Chmod(up, 0o755))
	}
	put(t, "*.nix filter=x\n", dir, ".gitattributes")
	git("config", "filter.x.clean", "{ id -u; id -G; echo $SECRET; (: < /dev/tty) 2>&- && echo tty; } > "+dir+"/who; cat")
	t.Setenv("SECRET", "of root")
	path := put(t, "{c}", dir, "sub", "a.nix") // of the same size: git reads it
	must(t, filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
		return errors.Join(err, os.Lchown(path, 65534, 65534))
	}))
	if got := read(t, path).Uncommitted(t.Context()); got != nixfile.GitModified {
		t.Errorf("%v, want %v", got, nixfile.GitModified)
	}
	who, err := os.ReadFile(filepath.Join(dir, "who"))
	must(t, err)
	if got := strings.Fields(string(who)); !cmp.Equal(got, []string{"65534", "65534"}) {
		t.Errorf("the filter has the user, the groups, the secret and the terminal %q", got)
	}
}

func TestParseIsWhatNixSays(t *testing.T) {
	probe.Tool(t, "nix-instantiate")
	f := read(t, put(t, "{ a = [ ]; }", t.TempDir(), "a.nix"))
	if got, err := f.Parse(t.Context(), "{ a = [ 1 ]; }"); got != nixfile.ParsedOK || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := f.Parse(t.Context(), "{ a = [ 1 ; }"); err == nil || !strings.Contains(err.Error(), "syntax error") {
		t.Errorf("%v, want a syntax error", err)
	}
	old := read(t, put(t, "{ a = [ ;", t.TempDir(), "a.nix"))
	if got, err := old.Parse(t.Context(), "{ a = [ ; }"); got != nixfile.OldNix || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	t.Setenv("PATH", t.TempDir())
	if got, err := f.Parse(t.Context(), "{ }"); got != nixfile.NoNix || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

// FuzzDirs reads any flake reference.
func FuzzDirs(f *testing.F) {
	for _, flake := range []string{"", "/a#b", "path:/a?dir=b", "git+file:///a", "github:a/b", "~/a", "path:../a", "/\x00"} {
		f.Add(flake)
	}
	f.Fuzz(func(t *testing.T, flake string) {
		for _, dir := range nixfile.Dirs("/", func(string) string { return flake }) {
			if !filepath.IsAbs(dir) || filepath.Clean(dir) != dir || nixfile.InStore(dir) {
				t.Errorf("%q becomes %q", flake, dir)
			}
		}
	})
}
