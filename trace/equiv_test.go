package trace

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/leak"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// touched runs a command under a back end and returns the paths that it touches, as in its calls.
func touched(t *testing.T, opts Options, dir string, env []string, args ...string) touchSet {
	t.Helper()
	leak.Check(t)
	path, err := exec.LookPath(args[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	opts.Path, opts.Args, opts.Env, opts.WaitAll = path, args, env, true
	opts.Drop = func([]byte) bool { return false }
	s, err := start(opts)
	if err != nil {
		t.Fatal(err)
	}
	var r Report
	s.wait(t.Context(), &r)
	<-s.tracer.ended()
	if _, err := s.tracer.leave(); err != nil {
		t.Fatal(err)
	}
	s.close()
	set := touchSet{}
	for _, views := range append(s.record.former, s.record.views) {
		if len(views) == 0 {
			continue
		}
		for name, rec := range views[0] {
			set.add(name, rec.tried&^internal)
		}
	}
	return set
}

// compileC compiles a program of testdata with additional flags.
func compileC(t *testing.T, name string, flags ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), name)
	args := append([]string{"-w", "-O1", "-pthread", "-o", out, filepath.Join("testdata", name+".c")}, flags...)
	if text, err := exec.Command(probe.Tool(t, "gcc"), args...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %v: %v\n%s", args, err, text)
	}
	return out
}

func TestMatchesStrace(t *testing.T) {
	for _, tt := range []struct {
		name  string
		flags []string
		needs []*probe.Probe
		int80 bool // makes a 32-bit call from 64-bit code
	}{
		{"64-bit", nil, nil, false},
		{"64-bit, static", []string{"-static"}, nil, false},
		{"64-bit, with a 32-bit call", []string{"-DINT80"}, []*probe.Probe{probe.IA32}, true},
		{"32-bit", []string{"-m32"}, []*probe.Probe{probe.IA32}, false},
		{"32-bit, LFS", []string{"-m32", "-D_FILE_OFFSET_BITS=64"}, []*probe.Probe{probe.IA32}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			probe.Need(t, tt.needs...)
			set := compare(t, makeWork, compileC(t, "calls", tt.flags...), "work")
			for _, path := range []string{"work/across-two-pages", "work/end-of-memory", "work/sub/after-fchdir", "work/new\nline", "work/not \xff utf-8"} {
				if set[path] != Lookup {
					t.Errorf("%q: got %v", path, set[path])
				}
			}
			if _, seen := set["work/sub/int-0x80"]; seen != tt.int80 {
				t.Errorf("the call with int 0x80 was traced: %v", seen)
			}
		})
	}
}

// TestWithoutIA32 runs the test above as on a machine without 32-bit programs: the 64-bit half
// runs, and the other half reports what is missing.
func TestWithoutIA32(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run", "^TestMatchesStrace$", "-test.v")
	cmd.Env = append(os.Environ(), probe.WithoutVariable+"=ia32", probe.MustVariable+"=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for text, want := range map[string]int{
		"--- PASS: TestMatchesStrace/": 2, "--- SKIP: TestMatchesStrace/": 3, "ia32: needs a kernel with IA32 emulation": 3,
	} {
		if got := strings.Count(string(out), text); got != want {
			t.Errorf("got %d × %q, want %d\n%s", got, text, want, out)
		}
	}
}

func TestMatchesStraceOnRealPrograms(t *testing.T) {
	// The file is older than the index, and the changed file has another size. git then never
	// rewrites the index, whenever it runs.
	repository := func(t *testing.T, dir string) {
		makeWork(t, dir)
		sh(t, dir, "cd work && export GIT_AUTHOR_DATE=@1700000000+0000 GIT_COMMITTER_DATE=@1700000000+0000 && git init -q . && git config user.email a@b && git config user.name a && mkdir a && echo x >a/b && touch -d @1600000000 a/b && git add . && git commit -q -m x && echo changed >a/b")
	}
	module := func(t *testing.T, dir string) {
		makeWork(t, dir)
		sh(t, dir, "cd work && printf 'module m\n' >go.mod && printf 'package main\nfunc main() {}\n' >main.go")
	}
	for _, tt := range []struct {
		name  string
		setup func(*testing.T, string)
		args  []string
	}{
		{"find", makeWork, []string{"find", "/usr/share/doc", "-newer", "/etc/passwd"}},
		{"ls", makeWork, []string{"ls", "-lR", "/usr/share/perl", "/usr/lib/python3"}},
		{"git status", repository, []string{"git", "-C", "work", "status"}},
		{"git log", repository, []string{"git", "-C", "work", "log", "--stat"}},
		{"python", makeWork, []string{"python3", "-c", "import json, email, http.client, unittest"}},
		{"shell", makeWork, []string{"sh", "-c", "cd work; for i in 1 2 3 4 5 6 7 8 9; do echo $i >f$i; cat f$i none >/dev/null 2>&1; mv f$i g$i; done; (cd ..; ls work); ln -s g1 l; rm g*"}},
		{"go build", module, []string{"go", "build", "-C", "work", "-p", "1", "-o", "out", "."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "go build" { // this compiles the standard library three times
				probe.NeedThorough(t)
			}
			compare(t, tt.setup, tt.args...)
		})
	}
}

func makeWork(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "work"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func sh(t *testing.T, dir, script string) {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// compare runs a command under strace and under each back end, each time in the same newly created
// directory, and compares the paths.
func compare(t *testing.T, setup func(*testing.T, string), args ...string) touchSet {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "d")
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C", "PYTHONDONTWRITEBYTECODE=1", "GIT_CONFIG_NOSYSTEM=1",
		"GOCACHE=" + dir + "/cache", "GOTMPDIR=" + dir, "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local", "GOTELEMETRY=off", "CGO_ENABLED=0",
	}
	fresh := func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		setup(t, dir)
	}
	fresh()
	want := relativeTo(dir, strace(t, dir, env, args...))
	var got touchSet
	for _, backend := range []Backend{BackendNotify, BackendPtrace} {
		fresh()
		got = relativeTo(dir, touched(t, Options{Backend: backend}, dir, env, args...))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-strace +ours):\n%s", backend, diff)
		}
	}
	if len(want) < 5 {
		t.Errorf("strace reports only %d paths", len(want))
	}
	t.Logf("%d paths", len(want))
	return got
}

// random matches the parts of names that differ between runs.
var random = regexp.MustCompile(`go-build\d+|/tmp_obj_\w+|tmp[-_.][A-Za-z0-9]+`)

// relativeTo makes the paths below a directory relative to it.
func relativeTo(dir string, set touchSet) touchSet {
	relative := touchSet{}
	for path, op := range set {
		if rel, err := filepath.Rel(dir, path); err == nil && filepath.IsLocal(rel) {
			path = rel
		}
		relative[random.ReplaceAllString(path, "RANDOM")] |= op
	}
	return relative
}
