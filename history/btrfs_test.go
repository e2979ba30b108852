package history_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/adopt"
	"github.com/DaRacci/list-ephemeral/history"
	"github.com/DaRacci/list-ephemeral/internal/must"
	"github.com/DaRacci/list-ephemeral/internal/timeform"
)

// listed lists a directory that is open at a descriptor with find(1).
func listed(t *testing.T, fd int) string {
	t.Helper()
	dup, err := unix.Dup(fd)
	must.Do(t, err)
	f := os.NewFile(uintptr(dup), "dir")
	defer f.Close()
	cmd := exec.Command("find", "/proc/self/fd/3/", "-mindepth", "1", "-printf", `%P %y %s %T@ %m %u\n`)
	cmd.ExtraFiles = []*os.File{f}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("find: %v\n%s", err, out)
	}
	lines := strings.Split(string(out), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestOldRootsOfThreeBoots runs the usual rollback script, and uses the machine in between.
func TestOldRootsOfThreeBoots(t *testing.T) {
	d := newDisk(t)
	begin := time.Now().Add(-72 * time.Hour)
	want := map[string]string{}
	var names []string
	for boot := range 4 {
		d.boot()
		if boot == 3 {
			break
		}
		write(t, d.at("root/home/al/notes"), fmt.Sprint("boot ", boot))
		write(t, d.at(fmt.Sprint("root/only/", boot)), "x")
		d.subvolume("root/srv")
		write(t, d.at("root/srv/nested"), "y")
		at := begin.Add(time.Duration(boot) * 24 * time.Hour)
		must.Do(t, os.Chtimes(d.at("root"), at, at))
		name := "old_roots/" + at.Local().Format("2006-01-2_15:04:05")
		names = append(names, name)
		top, err := os.Open(d.at("root"))
		must.Do(t, err)
		want[name] = listed(t, int(top.Fd()))
		top.Close()
	}
	before := must.Run(t, "findmnt", "--raw", "--noheadings", "--output", "TARGET,SOURCE")
	found := find(t, history.Options{Mounts: d.table("root", "/", "persist", "/persist"), Clock: clock(time.Now().Add(-20 * time.Minute)), Zone: time.Local})
	if len(found.States) != 3 || len(found.Problems) > 0 {
		t.Fatalf("found\n%s", summary(found))
	}
	for i, s := range found.States {
		name := names[2-i]
		if s.Name != name || s.Kind != history.KindOldRoot || s.Root != "/" || s.Age != history.AgeEarlier || s.Basis != history.BasisName {
			t.Errorf("expected %s:\n%s", name, summary(found))
		}
		dir, err := s.Open()
		must.Do(t, err)
		if got := listed(t, dir.FD()); got != want[name] {
			t.Errorf("%s\n%s\nexpected\n%s", name, got, want[name])
		}
		err = unix.Mkdirat(dir.FD(), "new", 0o755)
		if !errors.Is(err, unix.EROFS) || !dir.ReadOnly() || dir.Root() != "/" {
			t.Errorf("%s is writable: %v", name, err)
		}
		var fs unix.Statfs_t
		must.Do(t, unix.Fstatfs(dir.FD(), &fs))
		if flags := int64(unix.ST_RDONLY | unix.ST_NOSUID | unix.ST_NODEV | unix.ST_NOEXEC); fs.Flags&flags != flags {
			t.Errorf("%s: the flags of the mount are %#x", name, fs.Flags)
		}
		dir.Close()
	}
	if after := must.Run(t, "findmnt", "--raw", "--noheadings", "--output", "TARGET,SOURCE"); after != before {
		t.Errorf("the mounts have changed:\n%s", after)
	}
	found.Close()
	if _, err := found.States[0].Open(); err == nil {
		t.Error("a state can be opened after Close")
	}
}

// TestOldRootOfASnapshotIsEarlier has a rollback that takes a snapshot of the old root in this boot.
func TestOldRootOfASnapshotIsEarlier(t *testing.T) {
	d := newDisk(t)
	d.subvolume("root")
	d.snapshot("root", "old_roots/a name without a time")
	d.snapshot("root", "old_roots/also")
	must.Run(t, "btrfs", "-q", "subvolume", "delete", d.at("root"))
	time.Sleep(10 * time.Millisecond) // the times of the kernel have a granularity
	d.subvolume("root")
	time.Sleep(10 * time.Millisecond)
	d.snapshot("root", "old_roots/later")
	found := find(t, history.Options{Mounts: d.table("root", "/"), Clock: clock(time.Now().Add(-time.Hour))})
	ages := map[string]history.Age{}
	for _, s := range found.States {
		ages[filepath.Base(s.Name)] = s.Age
		if s.Basis != history.BasisBirth {
			t.Errorf("%s: the time is from %s", s.Name, s.Basis)
		}
	}
	if ages["also"] != history.AgeEarlier || ages["a name without a time"] != history.AgeEarlier || ages["later"] != history.AgeCurrent || len(ages) != 3 {
		t.Errorf("found\n%s", summary(found))
	}
}

// info is snapper's info.xml.
const info = `<?xml version="1.0"?>
<snapshot>
  <type>single</type>
  <num>%d</num>
  <date>%s</date>
  <description>timeline</description>
  <cleanup>timeline</cleanup>
</snapshot>
`

func TestLayoutsOfSnapperAndBtrbk(t *testing.T) {
	d := newDisk(t)
	d.subvolume("@", "@home", "@persist", "@home/.snapshots", "@snapshots")
	for _, n := range []int{1, 12} {
		d.snapshot("@home", fmt.Sprintf("@home/.snapshots/%d/snapshot", n))
		write(t, d.at(fmt.Sprintf("@home/.snapshots/%d/info.xml", n)), fmt.Sprintf(info, n, fmt.Sprintf("2026-11-%02d 09:15:02", n)))
	}
	d.snapshot("@", "@snapshots/3/snapshot")
	write(t, d.at("@snapshots/3/info.xml"), "<snapshot><date>yesterday</date></snapshot>")
	must.Do(t, os.Mkdir(d.at("@snapshots/4"), 0o755)) // removed by snapper, or not finished
	for _, name := range []string{"@home.20261105", "@.20261106T0815", "home.20261107T081530+0200_2", "persist.20261108T0815_1", "elsewhere.20261109"} {
		d.snapshot("@", "btrbk_snapshots/"+name)
	}
	d.snapshot("@", "btrbk_snapshots/not a snapshot of btrbk")
	found := find(t, history.Options{Mounts: d.table("@", "/", "@home", "/home", "@persist", "/persist", "@snapshots", "/.snapshots"), Clock: clock(time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC))})
	const want = `snapper @home/.snapshots/12 2026-11-12 09:15:02 record this-boot root=/home
btrbk btrbk_snapshots/elsewhere.20261109 2026-11-09 00:00:00 name earlier-boot root=
btrbk btrbk_snapshots/persist.20261108T0815_1 2026-11-08 08:15:00 name earlier-boot root=/persist
btrbk btrbk_snapshots/home.20261107T081530+0200_2 2026-11-07 06:15:30 name earlier-boot root=/home
btrbk btrbk_snapshots/@.20261106T0815 2026-11-06 08:15:00 name earlier-boot root=/
btrbk btrbk_snapshots/@home.20261105 2026-11-05 00:00:00 name earlier-boot root=/home
snapper @home/.snapshots/1 2026-11-01 09:15:02 record earlier-boot root=/home
`
	got := summary(found)
	first, rest, _ := strings.Cut(got, "\n") // the snapshot without a time was made now
	if !strings.HasPrefix(first, "snapper @snapshots/3 ") || !strings.HasSuffix(first, " birth this-boot root=/") {
		t.Error(first)
	}
	if problem := "problem snapper " + d.device + ": @snapshots/3/info.xml malformed\n"; rest != want+problem {
		t.Errorf("found\n%s\nexpected\n%s%s", rest, want, problem)
	}
}

// TestStatesOfOtherUsersAreNotTrusted lets a user forge old roots and snapshots.
func TestStatesOfOtherUsersAreNotTrusted(t *testing.T) {
	d := newDisk(t)
	d.subvolume("root", "home", "home/snapshots", "history")
	d.snapshot("root", "home/snapshots/root.20261101")
	d.snapshot("root", "history/2026-11-1_08:00:00")
	must.Do(t, os.Chown(d.at("home/snapshots"), 1234, 1234), os.Chmod(d.at("history"), 0o777))
	must.Do(t, os.Symlink("home/snapshots", d.at("old_roots")))
	found := find(t, history.Options{Mounts: d.table("root", "/", "home", "/home")})
	if len(found.States) > 0 || len(found.Problems) != 2 {
		t.Fatalf("found\n%s", summary(found))
	}
	for _, p := range found.Problems {
		if p.Reason != history.Foreign {
			t.Errorf("%v: %s", p, p.Reason)
		}
	}
}

func TestConfiguredOldRoots(t *testing.T) {
	d := newDisk(t)
	d.subvolume("root", "archive/roots/02.01.2026 10h", "archive/roots/other", "root.old")
	form, err := timeform.Parse("%d.%m.%Y %Hh")
	must.Do(t, err)
	options := history.Options{Mounts: d.table("root", "/"), OldRoots: []history.OldRoots{
		{Dir: "archive/roots", Root: "/mnt", Names: form}, {Dir: "missing"}, {Dir: "../x"},
	}}
	found := find(t, options)
	got := summary(found)
	for _, want := range []string{
		"old-root archive/roots/02.01.2026 10h 2026-01-02 10:00:00 name unknown root=/mnt\n",
		"old-root archive/roots/other ", "old-root root.old ",
		"missing not-found\n", "../x ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	d.subvolume("sys/root", "sys/old-roots/x")
	options.Mounts = d.table("sys/root", "/")
	if got = summary(find(t, options)); !strings.Contains(got, "old-root sys/old-roots/x ") {
		t.Errorf("beside the root\n%s", got)
	}
	options.Mounts = nil
	if found = find(t, options); len(found.States)+len(found.Problems) != 0 {
		t.Errorf("without a mount table\n%s", summary(found))
	}
}

// TestOrdinaryUserNeedsRoot finds the old roots as another user.
func TestOrdinaryUserNeedsRoot(t *testing.T) {
	d := newDisk(t)
	d.subvolume("root", "old_roots/2026-11-1_08:00:00")
	table := d.table("root", "/")
	done := make(chan string)
	go func() { // the thread ends with the goroutine, because it stays locked
		done <- asUser(func() string {
			found, err := history.Find(t.Context(), history.Options{Mounts: table})
			if err != nil {
				return err.Error()
			}
			defer found.Close()
			return summary(found)
		})
	}()
	if got := <-done; !strings.Contains(got, "needs-root") || strings.Contains(got, "2026") {
		t.Error(got)
	}
}

// TestOldRootIsRestored restores a tree of an old root with adopt, after the states were closed. The
// detached mount is nosuid, so setuid bits are not part of the tree.
func TestOldRootIsRestored(t *testing.T) {
	d := newDisk(t)
	live := filepath.Join(filepath.Dir(d.top), "live")
	d.subvolume("root", "root/nested")
	old := d.at("root" + live)
	write(t, old+"/a/f", "text")
	write(t, old+"/secret", "s")
	must.Do(t, os.Mkdir(live, 0o755), os.Link(old+"/a/f", old+"/a/g"), os.Symlink("f", old+"/a/link"), os.Chmod(old+"/secret", 0o600), os.Chown(old+"/secret", 1234, 5))
	must.Do(t, unix.Setxattr(old+"/a/f", "user.x", []byte("y"), 0), os.Mkdir(old+"/a/empty", 0o750))
	must.Run(t, "setfacl", "-m", "u:daemon:rw", old+"/secret")
	d.subvolume("root" + live + "/a/inner")
	write(t, old+"/a/inner/deep", "in a nested subvolume")
	want := tree(t, old)
	d.boot()
	found := find(t, history.Options{Mounts: d.table("root", "/")})
	state, err := found.States[0].Open()
	must.Do(t, err)
	defer state.Close()
	found.Close()
	plan, err := adopt.Prepare(t.Context(), "/", []string{live + "/a", live + "/secret"}, adopt.Options{Source: state})
	must.Do(t, err)
	results, err := plan.Run(t.Context(), new(adopt.Progress))
	must.Do(t, err)
	for _, r := range results {
		if r.Outcome != adopt.Copied {
			t.Errorf("%+v", r)
		}
	}
	if diff := cmp.Diff(want[1:], tree(t, live)[1:]); diff != "" { // except the top directory itself
		t.Error(diff)
	}
	var f, g unix.Stat_t
	must.Do(t, unix.Stat(live+"/a/f", &f), unix.Stat(live+"/a/g", &g))
	if f.Ino != g.Ino {
		t.Error("the hard link became a file")
	}
}
