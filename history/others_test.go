package history_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

func TestDirectoryOfTheUser(t *testing.T) {
	dir := tempDir(t)
	write(t, dir+"/backup-2026-11-02/etc/f", "x")
	write(t, dir+"/file", "x")
	must.Do(t, os.Symlink("backup-2026-11-02", dir+"/link"))
	found := find(t, history.Options{From: []string{dir + "/backup-2026-11-02/", dir + "/missing", dir + "/file", dir + "/link"}})
	got := strings.ReplaceAll(summary(found), dir, "")
	const want = `directory /backup-2026-11-02/ 2026-11-02 00:00:00 name unknown root=/
problem directory /missing not-found
problem directory /file not-directory
problem directory /link not-directory
`
	if got != want {
		t.Errorf("found\n%s\nexpected\n%s", got, want)
	}
	d, err := found.States[0].Open()
	must.Do(t, err)
	defer d.Close()
	if text, err := os.ReadFile(filepath.Join(d.Path(), "etc/f")); string(text) != "x" {
		t.Errorf("%q, %v", text, err)
	}
	err = unix.Mkdirat(d.FD(), "new", 0o755)
	if d.ReadOnly() != errors.Is(err, unix.EROFS) {
		t.Errorf("read-only: %t, but mkdir: %v", d.ReadOnly(), err)
	}
	if os.Geteuid() == 0 && !d.ReadOnly() {
		t.Error("root got a directory that can be written to")
	}
}

func TestVanishedStateIsAProblem(t *testing.T) {
	dir := tempDir(t)
	must.Do(t, os.Mkdir(dir+"/old", 0o755))
	found := find(t, history.Options{From: []string{dir + "/old"}})
	must.Do(t, os.Remove(dir+"/old"))
	_, err := found.States[0].Open()
	var p *history.ReasonError
	if !errors.As(err, &p) || p.Reason != history.NotFound || p.Kind != history.KindDirectory {
		t.Errorf("%v", err)
	}
}

func TestOldUpperDirectories(t *testing.T) {
	dir := tempDir(t)
	for _, name := range []string{"upper", "upper.1", "upper-2026-11-03", "upper2", "work", "old_uppers/2026-11-04T10:00:00", "old_uppers/latest"} {
		must.Do(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	}
	must.Do(t, os.Symlink("upper", dir+"/upper.link"))
	then := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	must.Do(t, os.Chtimes(dir+"/upper.1", then, then))
	options := history.Options{Uppers: []history.Upper{{Path: dir + "/upper", Point: "/home"}}}
	found := find(t, options)
	got := strings.ReplaceAll(summary(found), dir, "")
	const want = `overlay-upper /old_uppers/2026-11-04T10:00:00 2026-11-04 10:00:00 name unknown root=/home
overlay-upper /upper-2026-11-03 2026-11-03 00:00:00 name unknown root=/home
overlay-upper /upper.1 2026-11-01 00:00:00 modified unknown root=/home
`
	if got != want {
		t.Errorf("found\n%s\nexpected\n%s", got, want)
	}
	d, err := found.States[0].Open()
	must.Do(t, err)
	if !d.Upper() {
		t.Error("the state is not an upper directory")
	}
	d.Close()
	must.Do(t, os.Chmod(dir, 0o777))
	if found = find(t, options); !strings.Contains(summary(found), dir+" foreign\n") || strings.Contains(summary(found), "upper.1") {
		t.Errorf("in a directory of everyone\n%s", summary(found))
	}
}

// TestUpperOfARealOverlay deletes a file in an overlay: its old upper directory has a whiteout.
func TestUpperOfARealOverlay(t *testing.T) {
	probe.Need(t, probe.Root, probe.Overlay)
	dir := tempDir(t)
	must.Run(t, "unshare", "--mount", "sh", "-euc", `
mount -t tmpfs none "$0"; cd "$0"; mkdir lower upper work merged
echo x > lower/deleted; mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged
rm merged/deleted; echo y > merged/new
umount merged; mkdir copy; cp -a upper "$1"`, dir, dir+".copy")
	t.Cleanup(func() { os.RemoveAll(dir + ".copy") })
	must.Do(t, os.Mkdir(dir+"/upper", 0o755), os.Rename(dir+".copy", dir+"/upper.1"))
	found := find(t, history.Options{Uppers: []history.Upper{{Path: dir + "/upper", Point: "/"}}})
	if len(found.States) != 1 {
		t.Fatal(summary(found))
	}
	d, err := found.States[0].Open()
	must.Do(t, err)
	defer d.Close()
	var st unix.Stat_t
	must.Do(t, unix.Fstatat(d.FD(), "deleted", &st, unix.AT_SYMLINK_NOFOLLOW))
	if st.Mode&unix.S_IFMT != unix.S_IFCHR || st.Rdev != 0 {
		t.Errorf("mode %o, device %d; expected a whiteout", st.Mode, st.Rdev)
	}
}

// TestSnapshotsOfZFS uses a mount table with ZFS and ordinary directories, because the machines of
// the tests have no ZFS.
func TestSnapshotsOfZFS(t *testing.T) {
	dir := tempDir(t)
	for _, name := range []string{"zfs-auto-snap_hourly-2026-11-03-0815", "autosnap_2026-11-04_09:00:01_daily", "blank"} {
		must.Do(t, os.MkdirAll(filepath.Join(dir, ".zfs/snapshot", name), 0o755))
	}
	then := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	must.Do(t, os.Chtimes(dir+"/.zfs/snapshot/blank", then, then))
	table, err := mounts.ParseTable(fmt.Sprintf("1 0 0:1 / / rw - tmpfs tmpfs rw\n2 1 0:2 / %s rw - zfs pool/home rw\n3 1 0:3 / /missing rw - zfs pool/x rw\n", dir))
	must.Do(t, err)
	found := find(t, history.Options{Mounts: table})
	got := strings.ReplaceAll(summary(found), dir, "")
	const want = `zfs /.zfs/snapshot/autosnap_2026-11-04_09:00:01_daily 2026-11-04 09:00:01 name unknown root=
zfs /.zfs/snapshot/zfs-auto-snap_hourly-2026-11-03-0815 2026-11-03 08:15:00 name unknown root=
zfs /.zfs/snapshot/blank 2026-10-01 00:00:00 modified unknown root=
problem zfs /missing/.zfs/snapshot not-found
`
	if got != want {
		t.Errorf("found\n%s\nexpected\n%s", got, want)
	}
	d, err := found.States[0].Open()
	must.Do(t, err)
	d.Close()
}

func TestEnumsHaveNames(t *testing.T) {
	for _, tt := range []struct{ zero, last, beyond fmt.Stringer }{
		{history.KindUnknown, history.KindGraveyard, history.Kind(99)},
		{history.AgeUnknown, history.AgeCurrent, history.Age(99)},
		{history.BasisUnknown, history.BasisModified, history.Basis(99)},
		{history.ReasonUnknown, history.Unstable, history.Reason(99)},
		{history.FileUnknown, history.FileChar, history.FileKind(99)},
		{history.ClassUnknown, history.ClassKept, history.Class(99)},
		{history.ChangeUnknown, history.ChangeSame, history.Change(99)},
		{history.RecurrenceUnknown, history.OneOff, history.Recurrence(99)},
	} {
		if tt.zero.String() != "unknown" || tt.beyond.String() != "unknown" || tt.last.String() == "unknown" {
			t.Errorf("%T: %s, %s, %s", tt.zero, tt.zero, tt.last, tt.beyond)
		}
	}
}
