package adopt

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// child returns the command for a run in a separate process.
func (g *ground) child(before []string, names ...string) *exec.Cmd {
	if len(before) > 0 {
		before[0] = probe.Tool(g.t, before[0])
	}
	args := append(before, os.Args[0])
	for _, name := range names {
		args = append(args, g.at(name))
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), runEnv+"="+g.store)
	return cmd
}

// injected runs a child whose nth call of a system call fails or kills it. It returns the child's
// exit status and output. A child that makes fewer calls is not affected.
func (g *ground) injected(calls, what string, nth int, names ...string) (status int, said string) {
	g.t.Helper()
	tracer := []string{
		"strace", "-f", "-qq", "-o", g.store + ".trace", "-e", "trace=" + calls, "-e", "signal=none",
		"-e", fmt.Sprintf("inject=%s:%s:when=%d", calls, what, nth),
	}
	out, err := g.child(tracer, names...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		g.t.Fatalf("strace: %v\n%s", err, out)
	}
	if exit != nil {
		return exit.ExitCode(), string(out)
	}
	return 0, string(out)
}

// callsOf counts how often a run makes a system call.
func (g *ground) callsOf(calls string, names ...string) int {
	g.t.Helper()
	g.must(os.RemoveAll(g.store), os.Mkdir(g.store, 0o755))
	file := g.store + ".trace"
	out, err := g.child([]string{"strace", "-f", "-qq", "-o", file, "-e", "trace=" + calls, "-e", "signal=none"}, names...).CombinedOutput()
	if err != nil {
		g.t.Fatalf("strace: %v\n%s", err, out)
	}
	trace, err := os.ReadFile(file)
	g.must(err)
	return strings.Count(string(trace), "\n")
}

// whole checks that a target exists completely or not at all, and reports whether it exists.
func (g *ground) whole(name, source, after string) bool {
	g.t.Helper()
	if _, err := os.Lstat(g.stored(name)); errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if diff := cmp.Diff(source, snapshot(g.t, g.stored(name))); diff != "" {
		g.t.Fatalf("%s: the copy of %s is incomplete (-source +copy)\n%s", after, name, diff)
	}
	return true
}

// unharmed checks the guarantees after a fault: the source is unchanged, targets are complete or
// missing, and a second run completes the copy and leaves nothing else behind.
func (g *ground) unharmed(before, after string, names ...string) {
	g.t.Helper()
	if diff := cmp.Diff(before, snapshot(g.t, g.source)); diff != "" {
		g.t.Fatalf("%s: the source (-before +after)\n%s", after, diff)
	}
	for _, name := range names {
		g.whole(name, snapshot(g.t, g.at(name)), after)
	}
	for _, r := range g.adopt(names...) {
		if r.More > 0 {
			g.t.Fatalf("%s: the second run leaves out %+v", after, r.Problems)
		}
	}
	g.same(".")
	_ = filepath.WalkDir(g.store, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) == stagingName {
			g.t.Fatalf("%s: left behind: %s, %v", after, path, err)
		}
		return nil
	})
}

// some returns up to n numbers from 1 to most. If n is greater than 1, both ends are among them.
func some(r *rand.Rand, n, most int) []int {
	n, most = min(n, max(most, 1)), max(most, 1)
	picked := []int{1, most}
	if n == 1 {
		picked = []int{1 + r.IntN(most)}
	}
	for len(picked) < n {
		picked = append(picked, 1+r.IntN(most))
	}
	return picked[:n]
}

// TestFailingCallsDoNoHarm makes each relevant system call fail, with errors that a disk or the
// kernel may return, at its first call, its last call and some others.
func TestFailingCallsDoNoHarm(t *testing.T) {
	g := newGround(t)
	g.menagerie("app")
	g.write("single", "alone")
	g.must(os.Link(g.at("single"), g.at("app/deep/single too")))
	before := snapshot(t, g.source)
	r := rand.New(rand.NewPCG(3, 4))
	faults := []struct{ calls, errors string }{
		{"openat2", "EIO EACCES EMFILE ELOOP"},
		{"mkdirat", "EIO ENOSPC"},
		{"copy_file_range", "EIO ENOSPC EDQUOT"},
		{"linkat", "EIO"},
		{"symlinkat", "ENOSPC"},
		{"mknodat", "EPERM"},
		{"fchownat", "EPERM EIO"},
		{"fchmod", "EPERM"},
		{"setxattr", "EOPNOTSUPP ENOSPC"},
		{"flistxattr", "EIO"},
		{"utimensat", "EIO"},
		{"syncfs", "EIO"},
		{"fsync", "EIO"},
		{"renameat2", "EIO EEXIST"},
		{"getdents64", "EIO"},
	}
	failed := 0
	for _, fault := range faults {
		most := g.callsOf(fault.calls, "app", "single")
		if most == 0 {
			t.Errorf("%s is never called", fault.calls)
		}
		for _, errno := range strings.Fields(fault.errors) {
			for _, nth := range some(r, probe.Cases(1, 4), most/2) {
				g.must(os.RemoveAll(g.store), os.Mkdir(g.store, 0o755))
				status, said := g.injected(fault.calls, "error="+errno, nth, "app", "single")
				after := fmt.Sprintf("%s %s at call %d: status %d\n%s", fault.calls, errno, nth, status, said)
				missing := 0
				for _, name := range []string{"app", "single"} {
					if !g.whole(name, snapshot(t, g.at(name)), after) {
						missing++
					}
				}
				if status == 0 && missing > 0 || status > 1 {
					t.Fatal(after)
				}
				failed += status
				g.unharmed(before, after, "app", "single")
			}
		}
	}
	if failed < probe.Cases(10, 40) {
		t.Errorf("only %d runs failed", failed)
	}
}

// TestKillsAtEveryKindOfCallDoNoHarm kills a run at its system calls, and thereby at every step of
// its work.
func TestKillsAtEveryKindOfCallDoNoHarm(t *testing.T) {
	g := newGround(t)
	g.menagerie("app")
	g.write("single", "alone")
	before := snapshot(t, g.source)
	const calls = "openat2,mkdirat,copy_file_range,linkat,symlinkat,mknodat,fchownat,fchmod,setxattr,utimensat,syncfs,fsync,renameat2,unlinkat"
	most := g.callsOf(calls, "app", "single")
	killed := 0
	// strace counts the calls of each thread.
	for _, nth := range some(rand.New(rand.NewPCG(5, 6)), probe.Cases(8, 60), most/4) {
		g.must(os.RemoveAll(g.store), os.Mkdir(g.store, 0o755))
		status, said := g.injected(calls, "signal=KILL", nth, "app", "single")
		if status != 0 && status != 1 {
			killed++
		}
		g.unharmed(before, fmt.Sprintf("killed at call %d of %d\n%s", nth, most, said), "app", "single")
	}
	if killed < probe.Cases(4, 30) {
		t.Errorf("only %d runs were killed", killed)
	}
}

// TestKillsAtRandomTimesDoNoHarm kills runs at random times. Each run starts with the leftovers of
// the one before.
func TestKillsAtRandomTimesDoNoHarm(t *testing.T) {
	g := newGround(t)
	for i := range 400 {
		g.write("app/"+strconv.Itoa(i%20)+"/"+strconv.Itoa(i), strings.Repeat("text ", i))
	}
	g.write("single", "alone")
	before := snapshot(t, g.source)
	app, single := snapshot(t, g.at("app")), snapshot(t, g.at("single"))
	started := time.Now()
	g.must(g.child(nil, "app", "single").Run())
	took := time.Since(started)
	r := rand.New(rand.NewPCG(7, 8))
	killed, done := 0, 0
	runs := probe.Cases(16, 300)
	for i := range runs {
		if i%2 == 0 { // start again
			g.must(os.RemoveAll(g.store), os.Mkdir(g.store, 0o755))
		}
		cmd := g.child(nil, "app", "single")
		started := time.Now()
		g.must(cmd.Start())
		kill := time.AfterFunc(time.Duration(r.Int64N(int64(took)*5/4+1)), func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		if cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			killed++
		} else if i%2 == 0 { // the run finished: this is how long it now takes on this machine
			took = time.Since(started)
		}
		after := fmt.Sprintf("killed run %d", i)
		if g.whole("app", app, after) {
			done++
		}
		g.whole("single", single, after)
	}
	t.Logf("killed %d runs; the directory was in storage after %d of them", killed, done)
	if killed < probe.Cases(3, 30) {
		t.Errorf("only %d runs were killed", killed)
	}
	g.unharmed(before, fmt.Sprintf("killed %d times", runs), "app", "single")
}
