package adopt

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// mapEnv has the test program map a file, which its value names, and write to it until its
// input ends.
const mapEnv = "ADOPT_TEST_MAP"

// writeMapped does that. Every page gets the same generation number.
func writeMapped(name string) int {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return 1
	}
	info, err := f.Stat()
	if err != nil {
		return 1
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return 1
	}
	_ = f.Close() // it has no file open, and writes all the same
	ended := make(chan struct{})
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadByte()
		close(ended)
	}()
	for i := 0; ; i++ {
		for at := 0; at < len(data); at += 4096 {
			data[at] = byte(i)
		}
		if i == 1 {
			_, _ = os.Stdout.WriteString("writing\n")
		}
		select {
		case <-ended:
			return 0
		default:
		}
	}
}

// mapping starts a process that writes to a file through a mapping. The function that it
// returns ends it.
func (g *ground) mapping(name string) (stop func()) {
	g.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), mapEnv+"="+g.at(name))
	in, err := cmd.StdinPipe()
	g.must(err)
	out, err := cmd.StdoutPipe()
	g.must(err, cmd.Start())
	_, err = bufio.NewReader(out).ReadString('\n')
	g.must(err)
	return func() { g.must(in.Close(), cmd.Wait()) }
}

// TestFilesWrittenThroughMappingsAreRefused has a process write to a file all the time, without
// a trace in its times.
func TestFilesWrittenThroughMappingsAreRefused(t *testing.T) {
	g := newGround(t)
	g.write("app/db\n1", strings.Repeat("x", 1<<20))
	g.write("app/other", "y")
	g.write("lone", "z")
	stop := g.mapping("app/db\n1")
	plan, err := Prepare(t.Context(), g.store, []string{g.at("app"), g.at("lone")}, nothingRefused)
	g.must(err)
	if u := plan.Units[0]; u.Action != Refuse || !errors.Is(u.Err, ErrWritten) || !strings.Contains(u.Err.Error(), "/app/db\n1 through") {
		t.Errorf("plan: %+v", u)
	}
	results, err := plan.Run(t.Context(), new(Progress))
	g.must(err)
	if results[0].Outcome != Failed || results[1].Outcome != Copied {
		t.Errorf("%s", g.outcomes(results))
	}
	forced := nothingRefused
	forced.Force = true
	if plan, err = Prepare(t.Context(), g.store, []string{g.at("app")}, forced); err != nil || plan.Units[0].Action != Copy {
		t.Errorf("with force: %+v, %v", plan.Units, err)
	}
	stop()
	g.expect(g.adopt("app"), "copied app 2")
	g.same("app")
}

// TestFilesMappedAfterThePlanAreRefused maps a file between Prepare and Run.
func TestFilesMappedAfterThePlanAreRefused(t *testing.T) {
	g := newGround(t)
	g.write("app/db", strings.Repeat("x", 1<<20))
	plan, err := Prepare(t.Context(), g.store, []string{g.at("app")}, nothingRefused)
	g.must(err)
	stop := g.mapping("app/db")
	results, err := plan.Run(t.Context(), new(Progress))
	g.must(err)
	stop()
	if r := results[0]; r.Outcome != Failed || !errors.Is(r.Problems[0].Err, ErrWritten) && !errors.Is(r.Problems[0].Err, errChanging) {
		t.Errorf("%s", g.outcomes(results))
	}
}

func TestWritableSharedReadsMaps(t *testing.T) {
	const maps = `55d0a0000000-55d0a0001000 r-xp 00000000 fe:00 131                          /usr/bin/app
7f1c2a000000-7f1c2a001000 rw-s 00000000 fe:00 132                        /home/al/db
7f1c2a001000-7f1c2a002000 rw-s 00001000 fe:00 132                        /home/al/db
7f1c2a002000-7f1c2a003000 r--s 00000000 fe:00 133                        /home/al/read
7f1c2a003000-7f1c2a004000 rw-p 00000000 fe:00 134                        /home/al/private
7f1c2a004000-7f1c2a005000 -w-s 00000000 fe:00 135                        /home/al/a b\012c
7f1c2a005000-7f1c2a006000 rw-s 00000000 00:01 1024                       /memfd:x (deleted)
7f1c2a006000-7f1c2a007000 rw-s 00000000 00:0e 1                          anon_inode:[io_uring]
7ffd00000000-7ffd00001000 rw-p 00000000 00:00 0                          [stack]
`
	want := []string{"/home/al/db", "/home/al/a b\nc", "/memfd:x (deleted)"}
	if diff := cmp.Diff(want, writableShared([]byte(maps))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := writableShared([]byte("garbage\n\nx rw-s")); len(got) > 0 {
		t.Errorf("of garbage: %q", got)
	}
}
