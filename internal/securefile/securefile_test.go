package securefile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// nobody is the owner of foreign files in these tests.
const nobody = 65534

func put(path, text string, opts Options) error {
	f, err := Create(path, opts)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := io.WriteString(f, text); err != nil {
		return err
	}
	return f.Commit()
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// holds checks the content of a file, and that its directory contains nothing else except beside.
func holds(t *testing.T, path, want string, beside ...string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil || string(text) != want {
		t.Errorf("%s contains %q, %v; want %q", path, text, err, want)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	beside = append(beside, filepath.Base(path))
	for _, e := range entries {
		if !slices.Contains(beside, e.Name()) {
			t.Errorf("left behind: %q", e.Name())
		}
	}
}

// openDir returns a directory that every user may enter.
func openDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755))
	return dir
}

func TestCommitReplacesTheFileAtomically(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	must(t, put(file, "one", Options{}))
	holds(t, file, "one")
	must(t, put(file, "two", Options{}))
	holds(t, file, "two")
	f, err := Create(file, Options{})
	must(t, err)
	_, _ = io.WriteString(f, "three")
	f.Discard()
	holds(t, file, "two")

	if err := put(file, "", Options{New: true}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a new file in place of another: %v", err)
	}
	dangling := file + ".link"
	must(t, os.Symlink(file+".none", dangling))
	if err := put(dangling, "", Options{New: true}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a new file in place of a symlink: %v", err)
	}
	must(t, os.Remove(dangling), put(file+"2", "new", Options{New: true}))
	holds(t, file+"2", "new", "file")
	for path, want := range map[string]error{
		filepath.Dir(file): unix.EISDIR, file + "/x": unix.ENOTDIR, filepath.Join(file, "../none/x"): unix.ENOENT, "/": unix.EISDIR,
	} {
		if err := put(path, "", Options{}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}

func TestNewDoesNotReplaceAFileCreatedDuringTheWrite(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	f, err := Create(file, Options{New: true})
	must(t, err, os.WriteFile(file, []byte("first"), 0o644))
	if err := f.Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("it was replaced: %v", err)
	}
	holds(t, file, "first")
}

// acl is user::rw-, user:65534:r--, group::---, mask::r--, other::--- (acl(5), in the format of the
// kernel's posix_acl_xattr.h).
var acl = []byte{
	2, 0, 0, 0,
	1, 0, 6, 0, 255, 255, 255, 255,
	2, 0, 4, 0, 254, 255, 0, 0,
	4, 0, 0, 0, 255, 255, 255, 255,
	16, 0, 4, 0, 255, 255, 255, 255,
	32, 0, 0, 0, 255, 255, 255, 255,
}

func TestReplacedFileKeepsOwnerModeAndACL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, plain := filepath.Join(dir, "file"), filepath.Join(dir, "plain")
	must(t, os.WriteFile(file, nil, 0o600), os.WriteFile(plain, nil, 0o600), os.Chmod(plain, 0o640))
	if os.Geteuid() == 0 {
		must(t, os.Chown(file, nobody, 123), os.Chown(plain, nobody, 123))
	}
	must(t, unix.Setxattr(file, "user.note", []byte("mine"), 0), unix.Setxattr(file, aclName, acl, 0))
	// New files in the directory inherit this ACL. The replaced file must not keep it.
	must(t, unix.Setxattr(dir, "system.posix_acl_default", acl, 0))
	before := []unix.Stat_t{stat(t, file), stat(t, plain)}
	must(t, put(file, "new", Options{}), put(plain, "new", Options{}))
	for i, path := range []string{file, plain} {
		now := stat(t, path)
		if now.Uid != before[i].Uid || now.Gid != before[i].Gid || now.Mode != before[i].Mode {
			t.Errorf("%s: %d:%d %o, want %d:%d %o", path, now.Uid, now.Gid, now.Mode, before[i].Uid, before[i].Gid, before[i].Mode)
		}
		if now.Ino == before[i].Ino {
			t.Errorf("%s was written in place", path)
		}
	}
	if got := attribute(file, aclName); !bytes.Equal(got, acl) {
		t.Errorf("the ACL is %v", got)
	}
	if got := attribute(plain, aclName); got != nil {
		t.Errorf("a file without an ACL got one: %v", got)
	}
	if got := attribute(file, "user.note"); string(got) != "mine" {
		t.Errorf("user.note is %q", got)
	}
}

func stat(t *testing.T, path string) (st unix.Stat_t) {
	t.Helper()
	must(t, unix.Stat(path, &st))
	return st
}

func attribute(path, name string) []byte {
	value := make([]byte, 1<<10)
	n, err := unix.Getxattr(path, name, value)
	if err != nil {
		return nil
	}
	return value[:n]
}

func TestDevicesAndPipesAreWrittenInPlace(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	must(t, unix.Mkfifo(pipe, 0o600))
	got := make(chan string)
	go func() {
		text, _ := os.ReadFile(pipe)
		got <- string(text)
	}()
	must(t, put(pipe, "x", Options{}))
	if text := <-got; text != "x" {
		t.Errorf("read %q from the pipe", text)
	}
	must(t, put("/dev/null", "x", Options{}))
	if err := put("/dev/null", "x", Options{Regular: true}); !errors.Is(err, errNotRegular) {
		t.Errorf("/dev/null as a regular file: %v", err)
	}
	// The kernel follows magic links. /dev/stderr leads to one in /proc.
	to, err := os.Create(filepath.Join(t.TempDir(), "open"))
	must(t, err)
	defer to.Close()
	must(t, put(self(int(to.Fd())), "magic", Options{}))
	holds(t, to.Name(), "magic")
}

func TestRootDoesNotFollowSymlinksOfOtherUsers(t *testing.T) {
	probe.Need(t, probe.Root)
	dir := openDir(t)
	secret := filepath.Join(dir, "secret")
	home := filepath.Join(dir, "home")
	must(t, os.WriteFile(secret, []byte("root's"), 0o644), os.Mkdir(home, 0o755), os.Mkdir(filepath.Join(home, "real"), 0o755))
	must(t, os.Symlink(secret, filepath.Join(home, "file")), os.Symlink("real", filepath.Join(home, "dir")), os.Symlink(secret, filepath.Join(dir, "mine")))
	must(t, os.Lchown(filepath.Join(home, "file"), nobody, nobody), os.Lchown(filepath.Join(home, "dir"), nobody, nobody))
	for _, path := range []string{"file", "dir/new", "dir/../real/new"} {
		path = home + "/" + path
		t.Setenv("SUDO_UID", "")
		if err := put(filepath.Clean(path), "x", Options{}); path != home+"/dir/../real/new" && !errors.Is(err, ErrForeignLink) {
			t.Errorf("%s: %v", path, err)
		}
		if _, err := Open(path, nil); path == home+"/file" && !errors.Is(err, ErrForeignLink) {
			t.Errorf("read %s: %v", path, err)
		}
	}
	holds(t, secret, "root's", "home", "mine")
	must(t, put(filepath.Join(dir, "mine"), "by root's own link", Options{}))
	holds(t, secret, "by root's own link", "home", "mine")
	t.Setenv("SUDO_UID", "65534")
	must(t, put(filepath.Join(home, "dir/new"), "the invoker's link", Options{}))
	holds(t, filepath.Join(home, "real/new"), "the invoker's link")
}

func TestUserPermissionsApply(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	dir := openDir(t)
	as := &User{UID: nobody, GID: nobody, Groups: []uint32{123}}
	home, secret := filepath.Join(dir, "home"), filepath.Join(dir, "secret")
	must(t, os.Mkdir(home, 0o700), os.Chown(home, nobody, nobody), os.WriteFile(secret, []byte("root's"), 0o600))
	must(t, os.Symlink(secret, filepath.Join(home, "link")))
	for _, path := range []string{secret, filepath.Join(home, "link"), filepath.Join(dir, "new")} {
		if err := put(path, "x", Options{As: as}); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("write %s: %v", path, err)
		}
	}
	if _, err := Open(filepath.Join(home, "link"), as); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("read through the link: %v", err)
	}
	holds(t, secret, "root's", "home")
	file := filepath.Join(home, "file")
	must(t, put(file, "user's", Options{As: as}), put(file, "again", Options{As: as}))
	holds(t, file, "again", "link")
	if st := stat(t, file); st.Uid != nobody || st.Gid != nobody {
		t.Errorf("the file belongs to %d:%d", st.Uid, st.Gid)
	}
	shared := filepath.Join(dir, "shared") // tests that the group is kept
	must(t, os.Mkdir(shared, 0o770), os.Chown(shared, 0, 123), os.Chmod(shared, 0o770), put(filepath.Join(shared, "x"), "x", Options{As: as}))
	if _, err := os.ReadFile(secret); err != nil {
		t.Errorf("root's permissions are gone: %v", err)
	}
}

func TestOpenReadsRegularFilesOfTheUserOrRoot(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	dir := openDir(t)
	as := &User{UID: nobody, GID: nobody}
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, []byte("x"), 0o644), unix.Mkfifo(filepath.Join(dir, "pipe"), 0o666), os.Chmod(filepath.Join(dir, "pipe"), 0o666))
	for owner, ok := range map[int]bool{0: true, nobody: true, 123: false} {
		must(t, os.Chown(file, owner, 0))
		f, err := Open(file, as)
		if (err == nil) != ok {
			t.Errorf("a file of user %d: %v", owner, err)
		}
		f.Close()
	}
	if _, err := Open(filepath.Join(dir, "pipe"), as); !errors.Is(err, errNotRegular) {
		t.Errorf("a pipe: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none"), as); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// TestSwappedParentDoesNotRedirectTheWrite replaces the directory with a symlink between Create and
// Commit.
func TestSwappedParentDoesNotRedirectTheWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	home, etc := filepath.Join(dir, "home"), filepath.Join(dir, "etc")
	must(t, os.Mkdir(home, 0o755), os.Mkdir(etc, 0o755), os.WriteFile(filepath.Join(etc, "file"), []byte("etc"), 0o644))
	f, err := Create(filepath.Join(home, "file"), Options{})
	must(t, err, os.Rename(home, home+"2"), os.Symlink(etc, home))
	_, _ = io.WriteString(f, "new")
	must(t, f.Commit())
	holds(t, filepath.Join(etc, "file"), "etc")
	holds(t, filepath.Join(home+"2", "file"), "new")
}

func TestSymlinkLoopsAreAnError(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink("link", link))
	if err := put(link, "", Options{}); !errors.Is(err, unix.ELOOP) {
		t.Errorf("%v", err)
	}
}

func TestAtomicReplacesOnlyTheFileThatWasRead(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(path string) error // after the file was read
		during func(path string) error // after Create
		want   error
		text   string
	}{
		{name: "unchanged", text: "new"},
		{name: "written again", before: func(path string) error { return os.WriteFile(path, []byte("OLD"), 0o644) }, want: ErrChanged, text: "OLD"},
		{name: "appended while the new text is written", during: func(path string) error { return os.WriteFile(path, []byte("more"), 0o644) }, want: ErrChanged, text: "more"},
		{name: "another file with the same text", during: func(path string) error {
			return errors.Join(os.WriteFile(path+"~", []byte("old"), 0o644), os.Rename(path+"~", path))
		}, want: ErrChanged, text: "old"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			must(t, os.WriteFile(path, []byte("old"), 0o640))
			must(t, os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)))
			file, err := Open(path, nil)
			must(t, err)
			info, err := file.Stat()
			must(t, err, file.Close())
			if tt.before != nil {
				must(t, tt.before(path))
			}
			f, err := Create(path, Options{Regular: true, Atomic: true, Replaces: info})
			if err == nil {
				if tt.during != nil {
					must(t, tt.during(path))
				}
				_, err = io.WriteString(f, "new")
				must(t, err)
				holdsText(t, path, tt.during == nil)
				err = f.Commit()
			}
			if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			holds(t, path, tt.text)
		})
	}
}

// holdsText checks that the target has its old text before Commit.
func holdsText(t *testing.T, path string, unchanged bool) {
	t.Helper()
	if text, err := os.ReadFile(path); unchanged && (err != nil || string(text) != "old") {
		t.Errorf("%q, %v before Commit", text, err)
	}
}

func TestAtomicRefusesAMountPoint(t *testing.T) {
	probe.Need(t, probe.Root, probe.Namespaces)
	path := filepath.Join(t.TempDir(), "f")
	must(t, os.WriteFile(path, []byte("old"), 0o644))
	must(t, unix.Mount(path, path, "", unix.MS_BIND, ""))
	t.Cleanup(func() { must(t, unix.Unmount(path, 0)) })
	if err := put(path, "new", Options{Atomic: true}); !errors.Is(err, ErrInPlace) {
		t.Errorf("got %v, want %v", err, ErrInPlace)
	}
	holds(t, path, "old")
}
