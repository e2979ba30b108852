package adopt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// disturb calls do repeatedly until the returned function is called.
func disturb(do func(i int)) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for i := 0; ; i++ {
			select {
			case <-quit:
				return
			default:
				do(i)
			}
		}
	}()
	return func() { close(quit); <-ended }
}

// TestSourcesThatChangeAreReported changes files and directories all the time.
func TestSourcesThatChangeAreReported(t *testing.T) {
	tests := []struct {
		name string
		do   func(g *ground, i int)
	}{
		{"a file that grows", func(g *ground, _ int) {
			f, err := os.OpenFile(g.at("app/large"), os.O_WRONLY|os.O_APPEND, 0)
			if err == nil {
				_, _ = f.WriteString("more")
				_ = f.Close()
			}
		}},
		{"a file whose mode changes", func(g *ground, i int) { _ = os.Chmod(g.at("app/large"), os.FileMode(0o600+i%2)) }},
		{"files that come and go", func(g *ground, _ int) {
			_ = os.WriteFile(g.at("app/wal"), nil, 0o600)
			_ = os.Remove(g.at("app/wal"))
		}},
		{"a file that is replaced", func(g *ground, _ int) {
			_ = os.WriteFile(g.at("tmp"), []byte("x"), 0o600)
			_ = os.Rename(g.at("tmp"), g.at("app/small"))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGround(t)
			g.write("app/large", strings.Repeat("x", 1<<20))
			g.write("app/small", "x")
			for i := range 200 { // makes a run take longer than a change
				g.write(fmt.Sprintf("app/many/%d", i), "x")
			}
			results := g.disturbed(func(i int) { tt.do(g, i) }, "app")
			if results[0].Outcome != Failed || !errors.Is(results[0].Problems[0].Err, errChanging) && !errors.Is(results[0].Problems[0].Err, unix.ENOENT) {
				t.Errorf("%s", g.outcomes(results))
			}
			if _, err := os.Lstat(g.stored("app")); err == nil {
				t.Error("the changing source was put in place")
			}
			if left, _ := os.ReadDir(g.store); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			g.expect(g.adopt("app"), fmt.Sprintf("copied app %d", strings.Count(tool(t, "find", g.at("app"), "!", "-type", "d"), "\n")))
			g.same("app")
		})
	}
}

// disturbed copies, while do changes files all the time, until a run detects a change. A run may
// correctly copy everything and is then repeated: if the machine was too busy to change anything,
// or if a file came back with the same inode within a clock tick.
func (g *ground) disturbed(do func(i int), names ...string) []*Result {
	g.t.Helper()
	for range 50 {
		stop := disturb(do)
		results, err := g.try(context.Background(), names...)
		stop()
		g.must(err)
		if results[0].Outcome == Failed {
			return results
		}
		g.must(os.RemoveAll(g.store), os.Mkdir(g.store, 0o755))
	}
	g.t.Fatal("changes were not detected in 50 runs")
	return nil
}

// TestSourceThatChangesOnceIsCopiedAgain changes the source after it was copied and before it is
// put in place, while the run waits in syncfs.
func TestSourceThatChangesOnceIsCopiedAgain(t *testing.T) {
	for name, change := range map[string]func(g *ground) error{
		"a file":    func(g *ground) error { return os.WriteFile(g.at("app/f"), []byte("new"), 0o600) },
		"a new one": func(g *ground) error { return os.WriteFile(g.at("app/new"), nil, 0o600) },
		"one gone":  func(g *ground) error { return os.Remove(g.at("app/f")) },
		"a mode":    func(g *ground) error { return os.Chmod(g.at("app"), 0o711) },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGround(t)
			g.write("app/f", "old")
			g.write("app/g", "g")
			g.meanwhile(func() { g.must(change(g)) }, "app")
			g.same("app")
		})
	}
}

// meanwhile runs a child that waits for half a second after everything is copied and before
// anything is put in place. It calls do at that moment and returns the child's output.
func (g *ground) meanwhile(do func(), names ...string) string {
	g.t.Helper()
	cmd := g.child([]string{
		"strace", "-f", "-qq", "-o", g.store + ".trace", "-e", "trace=syncfs", "-e", "signal=none",
		"-e", "inject=syncfs:delay_enter=500000:when=1",
	}, names...)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	g.must(cmd.Start())
	staged := filepath.Join(g.store, stagingName, "*")
	for deadline := time.Now().Add(20 * time.Second); ; {
		found, _ := filepath.Glob(staged)
		if trace, _ := os.ReadFile(g.store + ".trace"); len(found) > 0 && strings.Contains(string(trace), "syncfs(") {
			break
		}
		if time.Now().After(deadline) {
			g.t.Fatalf("nothing was staged: %s", said.String())
		}
		time.Sleep(time.Millisecond)
	}
	do()
	_ = cmd.Wait()
	return said.String()
}

func TestTargetsThatAppearDuringARunAreKept(t *testing.T) {
	g := newGround(t)
	g.write("app/f", "mine")
	g.write("lone", "mine")
	said := g.meanwhile(func() {
		g.must(os.WriteFile(g.stored("lone"), []byte("yours"), 0o600), os.Mkdir(g.stored("app"), 0o700), os.WriteFile(g.stored("app/f"), []byte("yours"), 0o600))
	}, "app", "lone")
	if strings.Count(said, "its target appeared during the copy") != 2 {
		t.Error(said)
	}
	for _, name := range []string{"lone", "app/f"} {
		if data, err := os.ReadFile(g.stored(name)); err != nil || string(data) != "yours" {
			t.Errorf("%s has %q, %v", name, data, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(g.store, stagingName)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestSymlinksDoNotRedirectCopies replaces directories with symlinks, before a run and repeatedly
// during runs.
func TestSymlinksDoNotRedirectCopies(t *testing.T) {
	g := newGround(t)
	g.write("p/app/f", "mine")
	g.write("victim/app/f", "secret")
	plan, err := Prepare(t.Context(), g.store, []string{g.at("p/app")}, nothingRefused)
	g.must(err)
	g.must(os.Rename(g.at("p"), g.at("real")), os.Symlink("victim", g.at("p")))
	results, err := plan.Run(t.Context(), new(Progress))
	g.must(err)
	if results[0].Outcome != Failed || !errors.Is(results[0].Problems[0].Err, unix.ELOOP) && !errors.Is(results[0].Problems[0].Err, unix.ENOTDIR) {
		t.Errorf("a parent that is a symlink: %s", g.outcomes(results))
	}

	g.must(os.Remove(g.at("p")), os.Rename(g.at("real"), g.at("p")))
	g.must(os.MkdirAll(filepath.Dir(g.stored("p")), 0o755), os.Symlink(g.at("victim"), g.stored("p")))
	victim := snapshot(t, g.at("victim"))
	results = g.adopt("p/app")
	if results[0].Outcome != Failed {
		t.Errorf("a parent in storage that is a symlink: %s", g.outcomes(results))
	}
	g.must(os.Remove(g.stored("p")), os.Mkdir(g.stored("p"), 0o755))

	// The directory and a symlink to the victim are swapped all the time, in the source and in
	// storage.
	g.must(os.Symlink("victim", g.at("q")), os.Symlink(g.at("victim"), g.stored("q")))
	copied, refused, swaps, r := 0, 0, 0, rand.New(rand.NewPCG(1, 1))
	least := probe.Cases(2000, 50_000)
	for round := 0; round < 1_000_000 && (swaps < least || copied == 0 || refused == 0); round++ {
		pause := time.Duration(r.IntN(300)) * time.Microsecond // lets some runs happen between two swaps
		stop := disturb(func(int) {
			_ = unix.Renameat2(unix.AT_FDCWD, g.at("p"), unix.AT_FDCWD, g.at("q"), unix.RENAME_EXCHANGE)
			_ = unix.Renameat2(unix.AT_FDCWD, g.stored("p"), unix.AT_FDCWD, g.stored("q"), unix.RENAME_EXCHANGE)
			swaps += 2
			time.Sleep(pause)
		})
		results, err := plan.Run(t.Context(), new(Progress))
		stop()
		g.must(err)
		if results[0].Outcome == Copied {
			copied++
		} else {
			refused++
		}
		for _, name := range []string{"p", "q"} {
			if info, err := os.Lstat(g.stored(name)); err != nil || !info.IsDir() {
				continue
			}
			if data, err := os.ReadFile(g.stored(name + "/app/f")); err == nil && string(data) != "mine" {
				t.Fatalf("%q was copied", data)
			}
			g.must(os.RemoveAll(g.stored(name + "/app")))
		}
	}
	if diff := cmp.Diff(victim, snapshot(t, g.at("victim"))); diff != "" {
		t.Errorf("the victim (-before +after)\n%s", diff)
	}
	t.Logf("%d runs copied and %d did not, during %d swaps", copied, refused, swaps)
	if copied == 0 || refused == 0 || swaps < least {
		t.Error("no run was made")
	}
}
