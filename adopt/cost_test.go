package adopt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// lease takes a write lease on a file, as file servers do.
func (g *ground) lease(name string) *os.File {
	g.t.Helper()
	f, err := os.OpenFile(g.at(name), os.O_RDWR, 0)
	g.must(err)
	_, err = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK)
	g.must(err)
	return f
}

// TestWaitingForLeasesIsLimitedForTheWholeRun lets a process keep leases on many files.
func TestWaitingForLeasesIsLimitedForTheWholeRun(t *testing.T) {
	g := newGround(t)
	const files = 30
	for i := range files {
		g.write("a/"+strconv.Itoa(i), "x")
		defer g.lease("a/" + strconv.Itoa(i)).Close()
	}
	file := g.store + ".trace"
	out, err := g.child([]string{"strace", "-f", "-qq", "-o", file, "-e", "trace=openat2", "-e", "signal=none"}, "a").CombinedOutput()
	if err == nil || strings.Count(string(out), "has a lease") != files {
		t.Errorf("%v\n%s", err, out)
	}
	trace, err := os.ReadFile(file)
	g.must(err)
	// The pauses of each worker double until there are 500 of the first.
	if refused := strings.Count(string(trace), "EAGAIN"); refused < files || refused > files+9*workers {
		t.Errorf("%d files with leases were opened %d times", files, refused)
	}
}

// TestReleasedLeasesDoNotUseUpTheWaitingTime lets a process release each lease when it is asked to.
func TestReleasedLeasesDoNotUseUpTheWaitingTime(t *testing.T) {
	g := newGround(t)
	asked := make(chan os.Signal, 1000)
	signal.Notify(asked, unix.SIGIO)
	defer signal.Stop(asked)
	const files = 30
	var held []*os.File
	for i := range files {
		g.write("a/"+strconv.Itoa(i), "x")
		held = append(held, g.lease("a/"+strconv.Itoa(i)))
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-quit:
				return
			case <-asked: // for one lease or several
				for _, f := range held {
					if kind, err := unix.FcntlInt(f.Fd(), unix.F_GETLEASE, 0); err == nil && kind != unix.F_WRLCK { // a pending break shows the requested type
						_, _ = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
					}
				}
			}
		}
	}()
	g.expect(g.adopt("a"), fmt.Sprintf("copied a %d", files))
	close(quit)
	<-ended
	for _, f := range held {
		g.must(f.Close())
	}
}

func TestWaitingForALeaseIsInterrupted(t *testing.T) {
	g := newGround(t)
	g.write("f", "x")
	defer g.lease("f").Close()
	root, err := rootDir()
	g.must(err)
	defer root.close()
	d, err := root.below(g.source)
	g.must(err)
	defer d.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var c content
	if _, err := c.open(ctx, d, "f"); !errors.Is(err, context.Canceled) {
		t.Errorf("open = %v", err)
	}
}

// TestHolesAreNotCompared compares a sparse file of the maximum size.
func TestHolesAreNotCompared(t *testing.T) {
	probe.Need(t, probe.Namespaces)
	g := newGround(t)
	out := g.onMachine(`
mount -t tmpfs none "$SOURCE"; mount -t tmpfs none "$STORE"
truncate -s 9223372036854775807 "$SOURCE/huge"
printf data | dd of="$SOURCE/huge" bs=1 seek=1000000000000000000 conv=notrunc status=none
adopt "$SOURCE/huge"; adopt "$SOURCE/huge"
printf DATA | dd of="$TARGET/huge" bs=1 seek=1000000000000000000 conv=notrunc status=none
adopt "$SOURCE/huge"
`)
	g.says(out, "copied "+g.at("huge"), "present "+g.at("huge"), "different contents")
}

// TestSameContentEqualsReadingEverything compares files with all kinds of holes, and with zeros
// that are not holes.
func TestSameContentEqualsReadingEverything(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	const block, blocks = 4096, 12
	dir := t.TempDir()
	layout := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	a, b := layout("a"), layout("b")
	const compared = 300
	equal := 0
	for range compared {
		size := int64(1 + r.IntN(block*blocks))
		for _, f := range []*os.File{a, b} {
			if err := errors.Join(f.Truncate(0), f.Truncate(size)); err != nil {
				t.Fatal(err)
			}
			for i := range int64(blocks) {
				if r.IntN(2) == 0 { // the rest are holes
					fill := byte(r.IntN(20) / 19)
					if length := min(block, size-i*block); length > 0 {
						if _, err := f.WriteAt(bytes.Repeat([]byte{fill}, int(length)), i*block); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		}
		inA, errA := os.ReadFile(a.Name())
		inB, errB := os.ReadFile(b.Name())
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		c := content{progress: new(Progress)}
		same, err := c.sameContent(t.Context(), int(a.Fd()), int(b.Fd()), size)
		if err != nil || same != bytes.Equal(inA, inB) {
			t.Fatalf("sameContent = %t, %v, want %t", same, err, bytes.Equal(inA, inB))
		}
		if same {
			equal++
			if done := c.progress.Bytes.Load(); done != size {
				t.Fatalf("counted %d of %d bytes", done, size)
			}
		}
	}
	if equal < compared/20 || equal > compared-compared/20 {
		t.Errorf("%d of %d were equal", equal, compared)
	}
}

// deep makes a file below many nested directories, and one at the top. rm(1) removes the tree.
func (g *ground) deep(name string, levels int) {
	g.t.Helper()
	g.write(name+"/top", "top")
	fd, err := unix.Open(g.at(name), unix.O_RDONLY|unix.O_DIRECTORY, 0)
	g.must(err)
	for range levels {
		g.must(unix.Mkdirat(fd, "d", 0o755))
		sub, err := unix.Openat(fd, "d", unix.O_RDONLY|unix.O_DIRECTORY, 0)
		g.must(err, unix.Close(fd))
		fd = sub
	}
	f, err := unix.Openat(fd, "bottom", unix.O_CREAT|unix.O_WRONLY, 0o644)
	g.must(err, unix.Close(f), unix.Close(fd))
	g.t.Cleanup(func() { tool(g.t, "rm", "-rf", g.at(name), filepath.Join(g.store, "tmp"), g.store) })
}

// bottom returns the depth of the nested directories in storage, and the deepest one, open. find(1)
// would take time that grows with the square of the depth.
func (g *ground) bottom(name string) (levels int, last *os.File) {
	g.t.Helper()
	fd, err := unix.Open(g.stored(name), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	g.must(err)
	for ; ; levels++ {
		sub, err := unix.Openat(fd, "d", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return levels, os.NewFile(uintptr(fd), "last")
		}
		g.must(unix.Close(fd))
		fd = sub
	}
}

// TestDepthNeedsNoDescriptors copies, compares, extends and removes a tree that has more levels
// than descriptors are available and whose paths exceed PATH_MAX.
func TestDepthNeedsNoDescriptors(t *testing.T) {
	probe.Need(t, probe.Namespaces)
	levels := probe.Cases(2_500, 80_000)
	g := newGround(t)
	g.deep("app", levels)
	const script = `ulimit -n 64; adopt "$SOURCE/app"; adopt "$SOURCE/app"; ls -A "$STORE"`
	g.says(g.onMachine(script), "copied "+g.at("app")+"\nstatus 0\npresent "+g.at("app")+"\nstatus 0\n", "!"+stagingName)
	stored, last := g.bottom("app")
	g.must(unix.Unlinkat(int(last.Fd()), "bottom", 0), last.Close())
	g.says(g.onMachine(script), "copied "+g.at("app")+"\nstatus 0\npresent "+g.at("app")+"\nstatus 0\n", "!"+stagingName)
	again, last := g.bottom("app")
	var st unix.Stat_t
	g.must(unix.Fstatat(int(last.Fd()), "bottom", &st, 0), last.Close())
	if stored != levels || again != levels {
		t.Errorf("%d and %d levels, want %d", stored, again, levels)
	}
}

// TestMergeMemoryGrowsLinearlyWithDepth compares the memory that merging two trees takes, one of
// which is eight times as deep.
func TestMergeMemoryGrowsLinearlyWithDepth(t *testing.T) {
	allocated := func(levels int) uint64 {
		g := newGround(t)
		g.deep("app", levels)
		g.expect(g.adopt("app"), "copied app 2")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		g.expect(g.adopt("app"), "present app 0")
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	shallow, deep := allocated(500), allocated(4_000)
	if most := 10 * shallow; deep > most {
		t.Errorf("%d bytes for 500 levels, %d for 4,000, want %d at most", shallow, deep, most)
	}
}

// TestDeepTreesThatFailAreRemoved checks that nothing is left of the copy of a deep tree with an
// unreadable file.
func TestDeepTreesThatFailAreRemoved(t *testing.T) {
	g := newGround(t)
	g.deep("app", 600)
	defer g.lease("app/top").Close()
	if results := g.adopt("app"); results[0].Outcome != Failed {
		t.Errorf("%s", g.outcomes(results))
	}
	if _, err := os.Lstat(g.stored("app")); err == nil {
		t.Error("an incomplete copy exists")
	}
	if _, err := os.Lstat(filepath.Join(g.store, stagingName)); err == nil {
		t.Error("the staging directory was not removed")
	}
}

// TestMovedDirectoriesAreDetected moves a directory while a walk is below it.
func TestMovedDirectoriesAreDetected(t *testing.T) {
	g := newGround(t)
	g.write("a/b/c/d/e/f", "x")
	root, err := rootDir()
	g.must(err)
	defer root.close()
	top, err := root.below(g.source)
	g.must(err)
	defer top.close()
	err = descend(top, "a", func(in dir, name string) (dir, []string, error) {
		if name == "f" {
			return notEntered, nil, os.Rename(g.at("a/b/c"), g.at("moved"))
		}
		sub, err := in.sourceDir(name)
		g.must(err)
		names, err := sub.names()
		return sub, names, err
	}, func(dir, string) error { return nil })
	if !errors.Is(err, errChanging) {
		t.Errorf("descend = %v, want %v", err, errChanging)
	}
}

// TestFailureToRemoveTheStagingDirectoryIsReported makes the removal of the staging directory fail.
func TestFailureToRemoveTheStagingDirectoryIsReported(t *testing.T) {
	g := newGround(t)
	g.write("f", "x")
	last := g.callsOf("unlinkat", "f")
	g.must(os.RemoveAll(g.store), os.Mkdir(g.store, 0o755))
	status, said := g.injected("unlinkat", "error=EIO", last, "f")
	if status != 1 || !strings.Contains(said, "remove ") || !strings.Contains(said, stagingName) || !strings.Contains(said, unix.EIO.Error()) {
		t.Errorf("status %d\n%s", status, said)
	}
	g.same("f")
	g.expect(g.adopt("f"), "present f 0")
	if _, err := os.Lstat(filepath.Join(g.store, stagingName)); err == nil {
		t.Error("the next run has not removed it")
	}
}
