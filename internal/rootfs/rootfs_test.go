package rootfs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/rootfs"
)

// tree makes a directory with files ("path" = content), symlinks ("path -> target") and
// directories ("path/"), and opens it.
func tree(t testing.TB, entries ...string) (*rootfs.FS, string) {
	t.Helper()
	dir := t.TempDir()
	for _, entry := range entries {
		name, target, isLink := strings.Cut(entry, " -> ")
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch {
		case isLink:
			err = os.Symlink(target, at)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(at, 0o755)
		default:
			err = os.WriteFile(at, []byte(name), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := rootfs.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	return files, dir
}

func TestReadStaysBelowTheRoot(t *testing.T) {
	t.Parallel()
	files, dir := tree(t, "etc/passwd", "up -> ../../../../../../etc/passwd", "abs -> /etc/passwd", "dir -> /etc", "magic -> /proc/self/root")
	for _, name := range []string{"/etc/passwd", "etc/passwd", "/up", "/abs", "/dir/passwd", "/../../etc/passwd"} {
		content, err := files.Read(name, 100)
		if err != nil || string(content) != "etc/passwd" {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
	if _, err := files.Read("/magic/etc/passwd", 1e6); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a link to /proc leads out: %v", err)
	}
	self, err := rootfs.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	if _, err := self.Read("/proc/self/root"+dir+"/etc/passwd", 100); !errors.Is(err, unix.ELOOP) {
		t.Errorf("a magic link is followed: %v", err)
	}
}

// TestReadIntoUsesTheBuffer reads files of all sizes around that of the buffer, and one whose size
// stat(2) does not know.
func TestReadIntoUsesTheBuffer(t *testing.T) {
	t.Parallel()
	files, dir := tree(t, "x")
	buffer := make([]byte, 600)
	for _, size := range []int{0, 1, 511, 512, 513, 598, 599, 600, 601, 5000} {
		want := bytes.Repeat([]byte{'a' + byte(size%7)}, size)
		if err := os.WriteFile(filepath.Join(dir, "f"), want, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, into := range [][]byte{nil, buffer} {
			got, err := files.ReadInto("/f", 5000, into)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes: got %d, %v", size, len(got), err)
			}
			if shared := len(got) > 0 && len(into) > 0 && &got[0] == &into[0]; shared != (into != nil && size > 0 && size < len(into)) {
				t.Errorf("%d bytes are in the buffer: %v", size, shared)
			}
		}
	}
	self, err := rootfs.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	want, err := os.ReadFile("/proc/filesystems")
	if got, wrong := self.ReadInto("/proc/filesystems", 1e6, buffer); err != nil || wrong != nil || !bytes.Equal(got, want) {
		t.Errorf("%q, %v, want %q, %v", got, wrong, want, err)
	}
}

func TestFileOpensRegularFilesOnly(t *testing.T) {
	t.Parallel()
	files, dir := tree(t, "f", "dir/", "link -> f")
	if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"/f": nil, "/link": nil, "/dir": rootfs.ErrNotRegular, "/fifo": rootfs.ErrNotRegular, "/nothing": fs.ErrNotExist} {
		file, err := files.File(name)
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
		if err == nil {
			file.Close()
		}
	}
}

// TestListOfManyNames needs several reads of the directory.
func TestListOfManyNames(t *testing.T) {
	t.Parallel()
	files, dir := tree(t, "x")
	for i := range 2000 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d-%s", i, strings.Repeat("n", i%200))), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := files.List("/", 3000)
	want, wrong := os.ReadDir(dir)
	if err != nil || wrong != nil || len(entries) != len(want) {
		t.Fatalf("%d entries, %v; os.ReadDir has %d, %v", len(entries), err, len(want), wrong)
	}
	for i, entry := range want {
		if entries[i].Name != entry.Name() || entries[i].Type != entry.Type() {
			t.Errorf("%d: %+v, want %v", i, entries[i], entry)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	files, dir := tree(t, "large", "dir/", "loop -> loop", "dangling -> nothing")
	if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"/fifo": rootfs.ErrNotRegular, "/dir": rootfs.ErrNotRegular, "/large": rootfs.ErrTooLarge, "/loop": unix.ELOOP,
		"/dangling": fs.ErrNotExist, "/nothing": fs.ErrNotExist, "/a\x00b": unix.EINVAL,
	} {
		if _, err := files.Read(name, 4); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", name, err, want)
		}
	}
	if _, err := rootfs.Open(filepath.Join(dir, "large")); !errors.Is(err, unix.ENOTDIR) {
		t.Errorf("a file as root: %v", err)
	}
}

func TestListAndStat(t *testing.T) {
	t.Parallel()
	files, dir := tree(t, "d/b", "d/a -> /d/b", "d/c/")
	if err := unix.Mkfifo(filepath.Join(dir, "d/f"), 0o644); err != nil {
		t.Fatal(err)
	}
	entries, err := files.List("/d", 10)
	if got := fmt.Sprint(entries); err != nil || got != fmt.Sprint([]rootfs.Entry{{Name: "a", Type: fs.ModeSymlink}, {Name: "b"}, {Name: "c", Type: fs.ModeDir}, {Name: "f", Type: fs.ModeNamedPipe}}) {
		t.Errorf("%s, %v", got, err)
	}
	if entries, err := files.List("/d", 2); len(entries) != 2 || !errors.Is(err, rootfs.ErrTooMany) {
		t.Errorf("a limit of 2: %v, %v", entries, err)
	}
	for name, want := range map[string]fs.FileMode{"/d": fs.ModeDir, "/d/a": 0, "/d/f": fs.ModeNamedPipe} {
		if info, err := files.Stat(name); err != nil || info.Mode != want || info.Ino == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if info, err := files.Lstat("/d/a"); err != nil || info.Mode != fs.ModeSymlink {
		t.Errorf("lstat of a symlink: %v, %v", info, err)
	}
	if target, err := files.Readlink("/d/a"); err != nil || target != "/d/b" {
		t.Errorf("readlink: %q, %v", target, err)
	}
	if _, err := files.Readlink("/d/b"); !errors.Is(err, unix.EINVAL) {
		t.Errorf("readlink of a file: %v", err)
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	chain := []string{"c0"}
	for i := range 41 {
		chain = append(chain, fmt.Sprintf("c%d -> c%d", i+1, i))
	}
	files, _ := tree(t, append(chain, "store/a/f", "store/b -> /store/a", "x -> store/b/f", "out -> store/out", "store/out -> /keep/../keep/f",
		"store/sub/d -> /keep", "deep -> store/sub/d/e/f", "loop -> /loop", "dangling -> store/nothing/x", "up -> ../../store/a")...)
	stop := func(at string) bool { return !strings.HasPrefix(at, "/store/") }
	for name, want := range map[string]string{
		"/store/b/f":  "/store/a/f",
		"/x":          "/store/a/f",
		"/out":        "/keep/f stopped",
		"/deep":       "/keep/e/f stopped",
		"/loop":       "/loop stopped",
		"/up/f":       "/store/a/f",
		"/dangling":   "/store/nothing/x: no such file or directory",
		"/store/a//f": "/store/a/f",
		"/":           "/",
	} {
		at, stopped, err := files.Resolve(name, stop)
		got := at
		if stopped {
			got += " stopped"
		}
		if wrong := (*fs.PathError)(nil); errors.As(err, &wrong) {
			got += ": " + wrong.Err.Error()
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if at, _, err := files.Resolve("/c40", nil); at != "/c0" || err != nil {
		t.Errorf("40 links: %q, %v", at, err)
	}
	for _, name := range []string{"/c41", "/loop"} {
		if _, _, err := files.Resolve(name, nil); !errors.Is(err, unix.ELOOP) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func ExampleFS_Resolve() {
	dir, err := os.MkdirTemp("", "rootfs")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.MkdirAll(filepath.Join(dir, "nix/store"), 0o755)
	os.Symlink("/nix/store/machine-id", filepath.Join(dir, "link"))
	os.Symlink("/keep/machine-id", filepath.Join(dir, "nix/store/machine-id"))
	files, err := rootfs.Open(dir)
	if err != nil {
		panic(err)
	}
	defer files.Close()
	fmt.Println(files.Resolve("/link", func(path string) bool { return !strings.HasPrefix(path, "/nix/store/") }))
	// Output: /keep/machine-id true <nil>
}

func BenchmarkResolve(b *testing.B) {
	files, _ := tree(b, "etc/x -> /nix/store/h-x", "nix/store/h-x")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := files.Resolve("/etc/x", nil); err != nil {
			b.Fatal(err)
		}
	}
}
