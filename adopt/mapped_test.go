package adopt

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// mapEnv makes the test program map the file that is its value, and write to it until its input
// ends.
const mapEnv = "ADOPT_TEST_MAP"

// writeMapped maps the file and writes to it. Every page gets the same generation number.
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
	_ = f.Close() // the mapping stays writable after the file is closed
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

// mapping starts a process that writes to a file through a mapping. The returned function stops it.
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

// TestFilesWrittenThroughMappingsAreRefused lets a process write to a file all the time, without
// any change in its times.
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

// TestFilesMappedThroughAnotherMountAreRefused lets a process open a file by a path on another
// mount, before the plan and between Prepare and Run.
func TestFilesMappedThroughAnotherMountAreRefused(t *testing.T) {
	probe.Need(t, probe.Root)
	for name, lay := range map[string]func(t *testing.T, g *ground){
		"bind mount": func(*testing.T, *ground) {},
		"btrfs": func(t *testing.T, g *ground) {
			probe.Need(t, probe.Loop, probe.Btrfs)
			disk := filepath.Join(t.TempDir(), "disk")
			tool(t, "truncate", "-s", "256m", disk)
			tool(t, "mkfs.btrfs", "-q", disk)
			tool(t, "mount", "-o", "loop", disk, g.source)
			t.Cleanup(func() { tool(t, "umount", "-l", g.source) })
			tool(t, "btrfs", "-q", "subvolume", "create", g.at("app"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGround(t)
			lay(t, g)
			g.write("app/dir/db", strings.Repeat("x", 1<<20))
			other := filepath.Join(filepath.Dir(g.source), "other")
			g.must(os.Mkdir(other, 0o755), unix.Mount(g.at("app"), other, "", unix.MS_BIND, ""))
			defer func() { g.must(unix.Unmount(other, unix.MNT_DETACH)) }()
			options := nothingRefused
			options.Roots = append([]Root{{Path: g.source}}, options.Roots...)
			planned := func() *Plan {
				plan, err := Prepare(t.Context(), g.store, []string{g.at("app/dir")}, options)
				g.must(err)
				return plan
			}
			before := planned()
			stop := g.mapping("../other/dir/db")
			defer stop()
			if u := planned().Units[0]; u.Action != Refuse || !errors.Is(u.Err, ErrWritten) {
				t.Errorf("plan: %+v", u)
			}
			results, err := before.Run(t.Context(), new(Progress))
			g.must(err)
			if r := results[0]; r.Outcome != Failed || !errors.Is(r.Problems[0].Err, ErrWritten) {
				t.Errorf("%s", g.outcomes(results))
			}
		})
	}
}

// TestFilesMappedByAnotherNameAreRefused lets a process open another hard link of a file.
func TestFilesMappedByAnotherNameAreRefused(t *testing.T) {
	g := newGround(t)
	g.write("other/db", strings.Repeat("x", 1<<20))
	g.must(os.Mkdir(g.at("app"), 0o755), os.Link(g.at("other/db"), g.at("app/db")))
	stop := g.mapping("other/db")
	defer stop()
	plan, err := Prepare(t.Context(), g.store, []string{g.at("app")}, nothingRefused)
	g.must(err)
	if u := plan.Units[0]; u.Action != Refuse || !errors.Is(u.Err, ErrWritten) {
		t.Errorf("plan: %+v", u)
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
	want := []mapping{
		{Open{Path: "/home/al/db"}, inode{unix.Mkdev(0xfe, 0), 132}, "7f1c2a000000-7f1c2a001000"},
		{Open{Path: "/home/al/a b\nc"}, inode{unix.Mkdev(0xfe, 0), 135}, "7f1c2a004000-7f1c2a005000"},
		{Open{Path: "/memfd:x (deleted)"}, inode{unix.Mkdev(0, 1), 1024}, "7f1c2a005000-7f1c2a006000"},
	}
	if diff := cmp.Diff(want, writableShared([]byte(maps)), cmp.AllowUnexported(mapping{}, inode{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := writableShared([]byte("garbage\n\nx rw-s")); len(got) > 0 {
		t.Errorf("from garbage: %+v", got)
	}
}
