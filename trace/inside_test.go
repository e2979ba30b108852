package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// Some tests need a separate process that traces: as another user, to be killed, or to be traced
// itself. They run this test binary again, with the name of an element of insides in
// insideVariable.

const insideVariable = "TRACE_TEST_INSIDE"

// insides are the functions of such a process; they print what the test checks.
var insides = map[string]func(t *testing.T, args []string){
	"both back ends": func(t *testing.T, _ []string) {
		for _, b := range backends {
			_, err := Run(t.Context(), Options{Backend: b, Path: "/bin/true", Args: []string{"true"}})
			fmt.Println(b, err)
			if !errors.Is(err, ErrUnsupported) {
				t.Errorf("%s: %v", b, err)
			}
		}
	},
	"trace": func(t *testing.T, args []string) {
		b, err := ParseBackend(args[0])
		if err != nil {
			t.Fatal(err)
		}
		path, err := exec.LookPath(args[1])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("tracing")
		r, err := Run(t.Context(), Options{Backend: b, Path: path, Args: args[1:], Stdout: os.Stdout, Stderr: os.Stderr})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Paths {
			fmt.Printf("PATH %s %s\n", p.Name, p.Ops)
		}
		fmt.Printf("STATUS %d UNREADABLE %d PRIVILEGED %v KEPT %v NNP %v PEAK %d\n", r.Status, r.Stats.Unreadable, r.Privileged, r.KeptReadable, r.NoNewPrivs, peak())
	},
}

// peak returns the largest resident set so far, in MiB.
func peak() int {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.Atoi(strings.Fields(size)[0])
			return kib >> 10
		}
	}
	return 0
}

// TestInside is not a test. It is the entry point of these processes.
func TestInside(t *testing.T) {
	what := os.Getenv(insideVariable)
	if what == "" {
		return
	}
	if number, err := strconv.Atoi(os.Getenv(refuseVariable)); err == nil {
		refuseCall(t, uint32(number))
	}
	insides[what](t, strings.Split(os.Getenv(insideVariable+"_ARGS"), "\x1f"))
}

// inside returns a command that runs one of insides.
func inside(t *testing.T, what string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run", "^TestInside$")
	cmd.Env = append(os.Environ(), insideVariable+"="+what, insideVariable+"_ARGS="+strings.Join(args, "\x1f"))
	return cmd
}

// refuseVariable is the number of a call that fails with EPERM in the process, as under the profile of
// a container.
const refuseVariable = "TRACE_TEST_REFUSE"

func refuseCall(t *testing.T, number uint32) {
	t.Helper()
	const load, equal, ret = 0x20, 0x15, 0x06
	filter := []unix.SockFilter{
		{Code: load, K: dataNumber},
		{Code: equal, K: number, Jf: 1},
		{Code: ret, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: ret, K: unix.SECCOMP_RET_ALLOW},
	}
	if !privileged() {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := callSeccomp(unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, unsafe.Pointer(&prog)); err != nil {
		t.Fatal(err)
	}
}

func TestMemoryIsReadAlsoWhereProcessVMReadvIsRefused(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		cmd := inside(t, "trace", b.String(), "cat", "/etc/hostname")
		cmd.Env = append(cmd.Env, refuseVariable+"="+strconv.Itoa(unix.SYS_PROCESS_VM_READV))
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "PATH /etc/hostname read") || !strings.Contains(string(out), "UNREADABLE 0 ") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

func TestRefusedSeccompIsReported(t *testing.T) {
	cmd := inside(t, "both back ends")
	cmd.Env = append(cmd.Env, refuseVariable+"="+strconv.Itoa(unix.SYS_SECCOMP))
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "seccomp(2) is forbidden") != 2 {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestAnotherSupervisorIsReported(t *testing.T) {
	cmd := inside(t, "both back ends")
	got := run(t, Options{Backend: BackendNotify, Env: cmd.Env}, cmd.Args...)
	if strings.Count(got.out, "another seccomp supervisor") != 2 {
		t.Errorf("%s", got.out)
	}
}

// asNobody makes a command run as an unprivileged user, with a copy of its program that this user
// can read.
func asNobody(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "trace-as-nobody")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program, err := os.ReadFile(cmd.Path)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = filepath.Join(dir, "program")
	if err := errors.Join(os.WriteFile(cmd.Path, program, 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd.Dir = "/"
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: 65534}}
	}
}

func TestOrdinaryUsersCanTrace(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		cmd := inside(t, "trace", b.String(), "sh", "-c", "cat /etc/hostname; cat /etc/shadow; su --version; exit 4")
		asNobody(t, cmd)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, want := range []string{"PATH /etc/hostname read", "PATH /etc/shadow ", "STATUS 4", "/usr/bin/su]", " NNP true "} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%q is missing in\n%s", want, out)
			}
		}
	})
}

// TestProgramsOfTheUserCannotHide runs a program that its user may read, and that hides its memory
// (PR_SET_DUMPABLE), as gpg-agent does.
func TestProgramsOfTheUserCannotHide(t *testing.T) {
	probe.Need(t, probe.Root)
	eachBackend(t, func(t *testing.T, b Backend) {
		program := filepath.Join(t.TempDir(), "behave")
		sh(t, filepath.Dir(program), "cp "+compileC(t, "behave")+" "+program+"; chmod 0755 . .. "+program)
		cmd := inside(t, "trace", b.String(), program, "undumpable")
		asNobody(t, cmd)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, want := range []string{"fd ok\n", "UNREADABLE 0 ", "PATH /etc/hosts read"} {
			if !strings.Contains(string(out), want) {
				t.Errorf("%q is missing in\n%s", want, out)
			}
		}
		if kept := strings.Contains(string(out), "KEPT ["+program+"]"); kept != (b == BackendNotify) {
			t.Errorf("the program is named: %v\n%s", kept, out)
		}
	})
}

func TestUnreadableCallsAreCounted(t *testing.T) {
	probe.Need(t, probe.Root)
	eachBackend(t, func(t *testing.T, b Backend) {
		dir, err := os.MkdirTemp("", "trace-unreadable")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		program := filepath.Join(dir, "behave")
		sh(t, dir, "cp "+compileC(t, "behave")+" "+program+"; chmod 0711 "+program+"; chmod 0755 .")
		cmd := inside(t, "trace", b.String(), program, "undumpable")
		asNobody(t, cmd)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if !strings.Contains(string(out), "fd ok") || strings.Contains(string(out), "UNREADABLE 0 ") {
			t.Errorf("%s", out)
		}
	})
}

// TestKilledTracerLeavesNothingHanging kills the tracer. Under ptrace the command is killed too.
// Under notify its calls fail from then on, but none of them hangs.
func TestKilledTracerLeavesNothingHanging(t *testing.T) {
	eachBackend(t, func(t *testing.T, b Backend) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		cmd := inside(t, "trace", b.String(), "sh", "-c", "echo started; i=0; while [ $i -lt 2000 ]; do [ -e /etc/hosts ]; i=$((i+1)); done; sleep 0.2; [ -e /etc/hosts ]; exit 0")
		cmd.Stdout, cmd.Stderr = w, w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		w.Close()
		lines := bufio.NewReader(r)
		for line := ""; line != "started\n"; {
			if line, err = lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		done := make(chan struct{})
		go func() {
			_, _ = io.Copy(io.Discard, lines) // read until no process has the pipe open
			close(done)
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Error("a process is still running")
		}
	})
}

func TestProgressIsReportedForManyPaths(t *testing.T) {
	last, calls, total := 0, 0, 0
	got := run(t, Options{Progress: func(done, all int) {
		if done <= last {
			t.Errorf("got %d after %d", done, last)
		}
		last, total = done, all
		calls++
	}}, compileC(t, "behave"), "many", "10000")
	if calls != 2 || total < 10_000 || len(got.report.Paths) < 10_000 {
		t.Errorf("got %d calls, the last for %d paths", calls, total)
	}
}

func TestManyPathsTakeLittleMemory(t *testing.T) {
	behave := compileC(t, "behave")
	cmd := inside(t, "trace", "notify", behave, "many", "300000")
	cmd.Env = append(cmd.Env, "GOGC=40")
	r, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	paths, last := 0, ""
	for in := bufio.NewScanner(r); in.Scan(); {
		if strings.HasPrefix(in.Text(), "PATH /nowhere/") {
			paths++
		} else if strings.HasPrefix(in.Text(), "STATUS") {
			last = in.Text()
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if paths != 300_000 {
		t.Errorf("got %d paths", paths)
	}
	_, text, _ := strings.Cut(last, "PEAK ")
	peak, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MiB", peak)
	// 92 to 101 MiB on an idle machine, and up to 116 if the garbage collector has to wait for a
	// core.
	if !raceDetector && peak > 140 {
		t.Errorf("got %d MiB for 300,000 paths", peak)
	}
}

func TestOneProcessorIsEnough(t *testing.T) {
	cmd := inside(t, "trace", "notify", "sh", "-c", "cat /etc/hostname; exit 6")
	cmd.Env = append(cmd.Env, "GOMAXPROCS=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "STATUS 6") {
		t.Errorf("%v\n%s", err, out)
	}
	runtime.KeepAlive(cmd)
}

func TestFileSystemsOfTheCommandDoNotHang(t *testing.T) {
	probe.Need(t, probe.FUSE)
	eachBackend(t, func(t *testing.T, b Backend) {
		dir := t.TempDir()
		sh(t, dir, "mkdir from at; echo x >from/file")
		got := run(t, Options{Backend: b, WaitAll: true, Timeout: 15 * time.Second}, "sh", "-c",
			"cd "+dir+"; bindfs -f from at & i=0; while [ ! -e at/file ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done; cat at/file; echo y >at/new; (fusermount3 -u at || fusermount -u at || umount at) 2>/dev/null; wait")
		if got.out != "x\n" || got.report.TimedOut {
			t.Errorf("got TimedOut %v: %s", got.report.TimedOut, got.out)
		}
		if got.paths()[dir+"/from/new"]&Create == 0 {
			t.Error("the paths of the daemon are not in the report")
		}
	})
}

func TestRootTracesAsAnotherUser(t *testing.T) {
	probe.Need(t, probe.Root)
	// A descriptor that the caller has opened without O_CLOEXEC.
	leak, err := unix.Open("/etc/shadow", unix.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(leak)
	eachBackend(t, func(t *testing.T, b Backend) {
		got := run(t, Options{Backend: b, User: &User{UID: 65534, GID: 65534, Groups: []uint32{65534}}},
			"sh", "-c", "id -u; id -g; id -G; grep NoNewPrivs /proc/self/status; cat /etc/shadow 2>/dev/null || echo denied; ls -n /proc/self/exe >/dev/null; [ -e /proc/self/fd/"+strconv.Itoa(leak)+" ] || echo closed")
		if want := "65534\n65534\n65534\nNoNewPrivs:\t0\ndenied\nclosed\n"; got.out != want {
			t.Errorf("got %q, want %q", got.out, want)
		}
		if len(got.report.Privileged) > 0 {
			t.Errorf("got Privileged %v", got.report.Privileged)
		}
	})
}
