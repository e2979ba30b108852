package adopt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/leak"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// ground is a test directory with a source and a storage path in it.
type ground struct {
	t             testing.TB
	source, store string
}

func newGround(t testing.TB) *ground {
	t.Helper()
	leak.Check(t)
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	g := &ground{t, filepath.Join(top, "home"), filepath.Join(top, "persist")}
	g.must(os.Mkdir(g.source, 0o755), os.Mkdir(g.store, 0o755))
	return g
}

func (g *ground) must(errs ...error) {
	g.t.Helper()
	for _, err := range errs {
		if err != nil {
			g.t.Fatal(err)
		}
	}
}

// at returns a path in the source, and stored the path of its copy in storage.
func (g *ground) at(name string) string     { return filepath.Join(g.source, name) }
func (g *ground) stored(name string) string { return filepath.Join(g.store, g.source, name) }

func (g *ground) write(name, text string) {
	g.t.Helper()
	g.must(os.MkdirAll(filepath.Dir(g.at(name)), 0o755), os.WriteFile(g.at(name), []byte(text), 0o644))
}

// tool runs a program that the tests need and returns its output.
func tool(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(probe.Tool(t, name), args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// menagerie makes a directory in the source with one entry of every kind.
func (g *ground) menagerie(name string) {
	g.t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 300_000)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	g.write(name+"/empty", "")
	g.write(name+"/small", "text\n")
	g.write(name+"/large", string(data))
	g.write(name+"/deep/er/and/deep est/f", "x")
	g.write(name+"/bytes/caf\xe9\n\x1b[2J", "y")
	g.write(name+"/secret/key", "k")
	g.must(
		os.Mkdir(g.at(name+"/hollow"), 0o700),
		os.Chmod(g.at(name+"/secret/key"), 0o600), os.Chmod(g.at(name+"/small"), 0o4751), os.Chmod(g.at(name+"/bytes"), os.ModeSticky|0o777),
		os.Symlink("small", g.at(name+"/link")), os.Symlink("/nowhere/at all", g.at(name+"/dangling")),
		os.Symlink(strings.Repeat("long/", 200)+"end", g.at(name+"/longlink")),
		os.Link(g.at(name+"/large"), g.at(name+"/deep/large too")), os.Link(g.at(name+"/large"), g.at(name+"/zz")),
		os.Link(g.at(name+"/link"), g.at(name+"/bytes/link too")),
		unix.Mkfifo(g.at(name+"/pipe"), 0o620),
		unix.Mknod(g.at(name+"/socket"), unix.S_IFSOCK|0o755, 0),
		unix.Setxattr(g.at(name+"/small"), "user.mime", []byte("a\x00b"), 0),
		unix.Setxattr(g.at(name+"/hollow"), "user.x", bytes.Repeat([]byte("v"), 900), 0),
	)
	g.sparse(name + "/sparse")
	if os.Geteuid() == 0 {
		g.must(
			os.Lchown(g.at(name+"/secret/key"), 1234, 2345), os.Lchown(g.at(name+"/link"), 7, 8), os.Lchown(g.at(name+"/secret"), 1234, 99),
			unix.Mknod(g.at(name+"/null"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))),
			unix.Lsetxattr(g.at(name+"/dangling"), "trusted.t", []byte("t"), 0),
			os.Lchown(g.at(name+"/small"), 1234, 99), os.Chmod(g.at(name+"/small"), os.ModeSetuid|0o751),
		)
	}
	tool(g.t, "setfacl", "-m", "u:daemon:rw", g.at(name+"/secret/key"))
	tool(g.t, "setfacl", "-m", "d:g:daemon:r-x", g.at(name+"/secret"))
	g.must(os.Chmod(g.at(name+"/deep/er"), 0o500))
	when := time.Unix(1_000_000_000, 123_456_789)
	_ = filepath.WalkDir(g.at(name), func(path string, _ fs.DirEntry, _ error) error {
		when = when.Add(time.Hour + time.Nanosecond)
		stamps := []unix.Timespec{{Sec: when.Unix(), Nsec: int64(when.Nanosecond())}, {Sec: when.Unix() + 5, Nsec: 987_654_321}}
		return unix.UtimesNanoAt(unix.AT_FDCWD, path, stamps, unix.AT_SYMLINK_NOFOLLOW)
	})
}

// sparse makes a file of 8 MiB with 64 KiB in the middle and a byte near the end.
func (g *ground) sparse(name string) {
	g.t.Helper()
	f, err := os.Create(g.at(name))
	g.must(err)
	_, err = f.WriteAt(bytes.Repeat([]byte("s"), 64<<10), 3<<20)
	g.must(err)
	_, err = f.WriteAt([]byte("e"), 7<<20)
	g.must(err, f.Truncate(8<<20), f.Close())
}

// adopt copies paths and fails the test if Run returns an error.
func (g *ground) adopt(names ...string) []*Result {
	g.t.Helper()
	results, err := g.try(context.Background(), names...)
	g.must(err)
	return results
}

func (g *ground) try(ctx context.Context, names ...string) ([]*Result, error) {
	var paths []string
	for _, name := range names {
		paths = append(paths, g.at(name))
	}
	plan, err := Prepare(ctx, g.store, paths, nothingRefused)
	if err != nil {
		return nil, err
	}
	return plan.Run(ctx, new(Progress))
}

// outcomes formats results, one per line, with paths relative to the source.
func (g *ground) outcomes(results []*Result) string {
	var b strings.Builder
	for _, r := range results {
		fmt.Fprintf(&b, "%s %s %d\n", r.Outcome, strings.TrimPrefix(r.Path, g.source+"/"), r.Files)
		for _, p := range r.Problems {
			fmt.Fprintf(&b, "  %s: %s\n", strings.TrimPrefix(p.Path, g.source+"/"), p.Err)
		}
	}
	return b.String()
}

// snapshot describes a tree: everything except access times and the blocks of directories.
func snapshot(t testing.TB, top string) string {
	t.Helper()
	var lines []string
	first := map[uint64]string{}
	err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		rel := strings.TrimPrefix(path, top)
		line := fmt.Sprintf("%q mode %o owner %d:%d mtime %d.%09d", rel, st.Mode, st.Uid, st.Gid, st.Mtim.Sec, st.Mtim.Nsec)
		switch st.Mode & unix.S_IFMT {
		case unix.S_IFREG:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" size %d hash %x holes %v", st.Size, sha256.Sum256(data), st.Blocks*512 < st.Size)
		case unix.S_IFLNK:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" to %q", target)
		case unix.S_IFCHR, unix.S_IFBLK:
			line += fmt.Sprintf(" device %d", st.Rdev)
		}
		if st.Mode&unix.S_IFMT != unix.S_IFDIR && st.Nlink > 1 {
			if other := first[st.Ino]; other != "" {
				line += fmt.Sprintf(" linked to %q", other)
			} else {
				first[st.Ino] = rel
			}
		}
		lines = append(lines, line+attributesOf(t, path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func attributesOf(t testing.TB, path string) string {
	t.Helper()
	buf := make([]byte, 4096)
	n, err := unix.Llistxattr(path, buf)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for name := range strings.SplitSeq(string(buf[:n]), "\x00") {
		if name == "" {
			continue
		}
		value := make([]byte, 4096)
		n, err := unix.Lgetxattr(path, name, value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf(" %s=%q", name, value[:n]))
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

// count counts all entries except directories.
func (g *ground) count(name string) string {
	g.t.Helper()
	return strconv.Itoa(strings.Count(tool(g.t, "find", g.at(name), "!", "-type", "d", "-printf", "x\n"), "\n"))
}
