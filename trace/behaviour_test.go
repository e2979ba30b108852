package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/leak"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// These tests check that tracing does not change the behaviour of programs: their output must be
// the same with and without it.

var backends = []Backend{BackendNotify, BackendPtrace}

// result is the output and the report of a command.
type result struct {
	out    string
	report *Report
}

// run runs a command under a back end and returns its output and report.
func run(t *testing.T, opts Options, args ...string) result {
	t.Helper()
	leak.Check(t)
	path, err := exec.LookPath(args[0])
	if err != nil {
		t.Fatal(err)
	}
	opts.Path, opts.Args = path, args
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	opts.Stdout, opts.Stderr = w, w
	out := make(chan string)
	go func() {
		text, _ := io.ReadAll(r)
		out <- string(text)
	}()
	report, err := Run(t.Context(), opts)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-out:
		return result{text, report}
	case <-time.After(20 * time.Second):
		t.Fatal("a process still has the output open")
		panic("unreachable")
	}
}

// paths returns the operations on each path.
func (r result) paths() map[string]Op {
	paths := map[string]Op{}
	for _, p := range r.report.Paths {
		paths[p.Name] = p.Ops
	}
	return paths
}

// eachBackend runs a test with each back end.
func eachBackend(t *testing.T, test func(t *testing.T, b Backend)) {
	for _, b := range backends {
		t.Run(b.String(), func(t *testing.T) { test(t, b) })
	}
}

func TestTracingDoesNotChangeBehaviour(t *testing.T) {
	behave := compileC(t, "behave")
	for _, tt := range []struct {
		args []string
		want string
		exit int
		sees string // a path that must be in the report, or ""
	}{
		{[]string{behave, "threads"}, "executed by a thread\n", 0, "/etc/passwd"},
		{[]string{behave, "timer"}, "0 interrupted\n", 0, "/etc/passwd"},
		{[]string{behave, "stops"}, fmt.Sprintf("stopped 1 by %d\ncontinued 1\nexit 7\n", unix.SIGSTOP), 0, "/etc/hosts"},
		{[]string{behave, "errno"}, fmt.Sprintf("mkdir -1 errno %d\n", unix.EXDEV), 0, "/etc/hosts"},
		{[]string{behave, "kill"}, "", 128 + int(unix.SIGSYS), ""},
		{[]string{behave, "undumpable"}, "fd ok\n", 0, ""},
		{[]string{behave, "ring"}, "io_uring Function not implemented\n", 0, ""},
		{[]string{"sh", "-c", "exit 42"}, "", 42, ""},
		{[]string{"sh", "-c", "kill -TERM $$"}, "", 128 + int(unix.SIGTERM), ""},
		{[]string{"sh", "-c", "kill -SEGV $$"}, "", 128 + int(unix.SIGSEGV), ""},
		{[]string{"sh", "-c", "kill -KILL $$"}, "", 128 + int(unix.SIGKILL), ""},
		{[]string{"sh", "-c", "umask; ulimit -n; ulimit -Hn; echo $0 \"$@\"", "zero", "a b", ""}, "", 0, ""},
		{[]string{"sh", "-c", "ls /proc/self/fd | wc -l; pwd; env | grep -v ^_= | sort"}, "", 0, ""},
		{[]string{"sh", "-c", "grep -E '^(SigBlk|SigIgn|SigCgt|CapEff|NoNewPrivs)' /proc/self/status"}, "", 0, ""},
		{[]string{"sh", "-c", "d=$(mktemp -d); mkfifo $d/f; (sleep 0.1; echo through >$d/f) & cat $d/f; rm -r $d"}, "through\n", 0, ""},
		{[]string{"sh", "-c", "cat </dev/stdin; echo via /dev/fd | cat /dev/fd/0"}, "via /dev/fd\n", 0, ""},
	} {
		t.Run(strings.Join(tt.args[1:], " "), func(t *testing.T) {
			if slices.Contains(tt.args, "ring") {
				probe.Need(t, probe.IOURing) // without io_uring the call fails with a different error
			}
			want := tt.want
			if want == "" {
				cmd := exec.Command(tt.args[0], tt.args[1:]...)
				out, _ := cmd.CombinedOutput() // the status is compared below
				want = string(out)
			}
			eachBackend(t, func(t *testing.T, b Backend) {
				got := run(t, Options{Backend: b}, tt.args...)
				if diff := cmp.Diff(want, got.out); diff != "" {
					t.Errorf("output differs (-untraced +traced):\n%s", diff)
				}
				if got.report.Status != tt.exit {
					t.Errorf("got status %d, want %d", got.report.Status, tt.exit)
				}
				if tt.sees != "" && got.paths()[tt.sees] == 0 {
					t.Errorf("%s is not in the report", tt.sees)
				}
			})
		})
	}
}

func TestUntracedChildrenWorkUnderNotify(t *testing.T) {
	got := run(t, Options{Backend: BackendNotify}, compileC(t, "behave"), "untraced")
	if got.out != "status 0\n" || got.paths()["/etc/hosts"]&Read == 0 {
		t.Errorf("got output %q, /etc/hosts %v", got.out, got.paths()["/etc/hosts"])
	}
}

func TestDaemonsContinueAfterTheTrace(t *testing.T) {
	behave := compileC(t, "behave")
	file := filepath.Join(t.TempDir(), "made")
	got := run(t, Options{Backend: BackendNotify}, behave, "daemon", file)
	if keepers() == 0 && !exists(file) {
		t.Error("the daemon runs without a keeper")
	}
	if got.report.Status != 5 || !got.report.Survivors {
		t.Errorf("got status %d, survivors %v", got.report.Status, got.report.Survivors)
	}
	if got.paths()["/etc/services"] != 0 {
		t.Error("the report contains a later path")
	}
	eventually(t, "the daemon creates its file", func() bool { return exists(file) })
	eventually(t, "the keeper ends", func() bool { return keepers() == 0 })
}

func TestWaitAllTracesDaemons(t *testing.T) {
	behave := compileC(t, "behave")
	eachBackend(t, func(t *testing.T, b Backend) {
		file := filepath.Join(t.TempDir(), "made")
		waited := false
		got := run(t, Options{Backend: b, WaitAll: true, Waiting: func() { waited = true }}, behave, "daemon", file)
		if got.report.Status != 5 || got.report.Survivors || !waited {
			t.Errorf("got status %d, survivors %v, waited %v", got.report.Status, got.report.Survivors, waited)
		}
		if paths := got.paths(); paths["/etc/services"]&Read == 0 || paths[file]&Create == 0 {
			t.Errorf("got /etc/services %v, the file %v", paths["/etc/services"], paths[file])
		}
	})
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// keepers returns the number of running keepers of this test binary.
func keepers() int {
	self, _ := os.Executable()
	names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	n := 0
	for _, name := range names {
		exe, _ := os.Readlink(filepath.Join(filepath.Dir(name), "exe"))
		if text, err := os.ReadFile(name); err == nil && bytes.HasPrefix(text, []byte(keeperName)) && exe == self {
			n++
		}
	}
	return n
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("did not happen: %s", what)
}

func TestStraceWorksUnderATrace(t *testing.T) {
	got := run(t, Options{Backend: BackendNotify}, "strace", "-e", "trace=%file", "cat", "/etc/hostname")
	if !strings.Contains(got.out, `"/etc/hostname"`) || got.paths()["/etc/hostname"]&Read == 0 {
		t.Errorf("%s", got.out)
	}
}

func TestTimeoutStopsTheCommand(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		got := run(t, Options{Backend: b, Timeout: 100 * time.Millisecond}, "sh", "-c", "trap 'echo got SIGTERM; exit 3' TERM; cat /etc/hosts >/dev/null; while :; do sleep 0.05; done")
		if !got.report.TimedOut || !strings.HasSuffix(got.out, "got SIGTERM\n") || got.paths()["/etc/hosts"] == 0 {
			t.Errorf("got TimedOut %v, output %q", got.report.TimedOut, got.out)
		}
	})
}

func TestSignalsAreForwarded(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		ready := filepath.Join(t.TempDir(), "ready")
		signals := make(chan os.Signal)
		go func() {
			eventually(t, "the command has set its traps", func() bool { _, err := os.Lstat(ready); return err == nil })
			// The first signal is one that the terminal sends to the command too.
			for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGHUP} {
				select {
				case signals <- s:
				case <-t.Context().Done():
				}
			}
		}()
		got := run(t, Options{Backend: b, Signals: signals},
			"sh", "-c", "trap 'echo hangup; exit 0' HUP; trap 'echo interrupt; exit 0' INT; : >"+ready+"; while :; do sleep 0.05; done")
		if got.out != "hangup\n" {
			t.Errorf("%q", got.out)
		}
	})
}

func TestFailedExecIsReported(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("\x7fELF nonsense"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(dir, "script")
	if err := os.WriteFile(script, []byte("echo a script without a shell: $1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	eachBackend(t, func(t *testing.T, b Backend) {
		_, err := Run(t.Context(), Options{Backend: b, Path: filepath.Join(dir, "none"), Args: []string{"none"}})
		if !errors.Is(err, ErrExec) || !errors.Is(err, unix.ENOENT) {
			t.Errorf("a missing program: got %v", err)
		}
		_, err = Run(t.Context(), Options{Backend: b, Path: file, Args: []string{"file"}})
		if !errors.Is(err, ErrExec) || !errors.Is(err, unix.ENOEXEC) {
			t.Errorf("a binary that the kernel cannot execute: got %v", err)
		}
		got := run(t, Options{Backend: b}, script, "x")
		if got.out != "a script without a shell: x\n" {
			t.Errorf("%q", got.out)
		}
	})
}

func TestMagicLinksAreResolvedDuringTheCall(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := t.TempDir()
		got := run(t, Options{Backend: b}, "sh", "-c", "cd "+dir+"; echo x >a; exec 5<a; cat /proc/self/fd/5 /dev/fd/5 >/dev/null; echo y >/proc/self/cwd/b; exec 5<&-; cat <a >/dev/null")
		paths := got.paths()
		if paths[dir+"/a"]&Read == 0 || paths[dir+"/b"]&Create == 0 {
			t.Errorf("got a %v, b %v", paths[dir+"/a"], paths[dir+"/b"])
		}
		for path := range paths {
			if strings.HasPrefix(path, "/proc") || strings.HasPrefix(path, "/dev/fd") {
				t.Errorf("%s is in the report", path)
			}
		}
	})
}

// pastTick waits until the clock for the times of files has advanced after a file was created.
// Before that, the file would appear to be created by the next run.
func pastTick(name string) {
	info, err := os.Lstat(name)
	for err == nil && !coarseNow().After(info.ModTime()) {
		time.Sleep(time.Millisecond)
	}
}

func TestSymlinksAreResolved(t *testing.T) {
	dir := t.TempDir()
	sh(t, dir, "mkdir real; ln -s real link; echo x >real/file; ln -s real/file alias")
	pastTick(dir + "/alias")
	eachBackend(t, func(t *testing.T, b Backend) {
		got := run(t, Options{Backend: b}, "sh", "-c", "cd "+dir+"; cat link/../link/file >/dev/null; echo y >>alias")
		paths := got.paths()
		if op := paths[dir+"/real/file"]; op != Read|Write {
			t.Errorf("the file: got %v", op)
		}
		if op := paths[dir+"/alias"]; op != Lookup {
			t.Errorf("the link: got %v", op)
		}
		if paths[dir+"/link/file"] != 0 {
			t.Error("a path with a symlink in it is in the report")
		}
	})
}

func TestInterpretersAreReported(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh -e\ntrue\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	shell, err := filepath.EvalSymlinks("/bin/sh")
	if err != nil {
		t.Fatal(err)
	}
	eachBackend(t, func(t *testing.T, b Backend) {
		got := run(t, Options{Backend: b}, script)
		if got.paths()[shell]&Exec == 0 {
			t.Errorf("%s: %v", shell, got.paths()[shell])
		}
		if !slices.ContainsFunc(got.report.Paths, func(p Path) bool { return strings.Contains(p.Name, "ld-linux") && p.Ops&Exec != 0 }) {
			t.Error("the report has no loader")
		}
	})
}

func TestOnlyWritesReportsOnlyChanges(t *testing.T) {
	calls := compileC(t, "calls")
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := filepath.Join(t.TempDir(), "d")
		makeWork(t, dir)
		all := touched(t, Options{Backend: b}, dir, nil, calls, "work")
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		makeWork(t, dir)
		writes := touched(t, Options{Backend: b, Scope: ScopeChanges}, dir, nil, calls, "work")
		for path, op := range all {
			if got := writes[path]; got&changing != op&changing {
				t.Errorf("%s: got %v, want %v of %v", path, got, op&changing, op)
			}
		}
		for path, op := range writes {
			if op&(changing|Exec) == 0 {
				t.Errorf("%s: %v", path, op)
			}
		}
	})
}

func TestInheritedDescriptorsStayOpen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("inherited\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	eachBackend(t, func(t *testing.T, b Backend) {
		cmd := inside(t, "trace", b.String(), "sh", "-c", "cat <&3; cat <&5")
		for range 3 { // 3, 4, 5
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			cmd.ExtraFiles = append(cmd.ExtraFiles, f)
		}
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Count(string(out), "inherited\n") != 2 {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

func TestTimeoutStopsDescendants(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		got := run(t, Options{Backend: b, Timeout: 200 * time.Millisecond}, "sh", "-c", "sleep 1234; echo never") // run waits until the output is closed
		if !got.report.TimedOut {
			t.Error("TimedOut is not set")
		}
	})
}
