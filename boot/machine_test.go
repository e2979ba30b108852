package boot_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// TestMain runs as a program where the environment says so: a script that has mounted
// something calls it as "judge DIR START [disks]", START being the time of the boot in seconds,
// or as "facts POINT".
func TestMain(m *testing.M) {
	if os.Getenv("LIST_EPHEMERAL_BOOT_TEST") == "" {
		os.Exit(m.Run())
	}
	if err := program(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func program(args []string) error {
	table, err := mounts.Read()
	if err != nil {
		return err
	}
	if args[0] == "facts" {
		return printFacts(table, args[1])
	}
	start, err := strconv.ParseInt(args[2], 10, 64)
	if err != nil {
		return err
	}
	options := boot.Options{Time: boot.Time{Start: time.Unix(start, 0), Now: time.Unix(start, 0).Add(24 * time.Hour)}}
	if len(args) > 3 {
		options.Machine = withoutDevices{boot.ThisMachine(table)}
	}
	trees, err := boot.Judge(context.Background(), table, options)
	if err != nil {
		return err
	}
	for _, tree := range trees.All() {
		if !paths.Below(tree.Point, args[1]) {
			continue
		}
		tree.Role = boot.RoleData      // TMPDIR may be in a place of the running system
		for i := range tree.Evidence { // births differ from run to run
			if e := &tree.Evidence[i]; !e.Born.IsZero() {
				e.Born = e.Boot.Add(e.Born.Sub(e.Boot).Round(time.Hour))
			}
		}
		fmt.Println(strings.ReplaceAll(lineOf(tree), args[1], "D"))
	}
	return nil
}

// withoutDevices is this machine where all file systems are on a disk: TMPDIR may be in
// memory, and then so are the loop devices of a test.
type withoutDevices struct{ boot.Machine }

func (withoutDevices) Device(*mounts.Mount) (boot.Device, error) { return boot.Device{}, nil }

// printFacts prints what the machine says of a mount.
func printFacts(table *mounts.Table, point string) error {
	machine, mount := boot.ThisMachine(table), table.At(point)
	top, err := machine.Top(mount)
	if err != nil {
		return err
	}
	device, err := machine.Device(mount)
	if err != nil {
		return err
	}
	fmt.Printf("born %d\ndevice %s %s\n", seconds(top.Born), device.Name, device.LoopFile)
	if mount.FSType == "btrfs" {
		subvolume, err := machine.Subvolume(mount)
		if err != nil {
			return err
		}
		fmt.Printf("subvolume %d %t\n", seconds(subvolume.Born), subvolume.Snapshot)
	}
	return nil
}

func seconds(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.Unix()
}

// prelude is what scripts begin with: D is an empty directory, judge and facts print what is
// found below it, and of a mount. Nothing that they mount is seen outside.
const prelude = `
D=$1 PROGRAM=$1.program NOW=$(date +%s)
export LIST_EPHEMERAL_BOOT_TEST=1
judge() { "$PROGRAM" judge "$D" "$@"; }
facts() { "$PROGRAM" facts "$1"; }
`

// onMachine runs a script in a mount namespace of its own, and returns what it prints.
func onMachine(t *testing.T, script string) string {
	t.Helper()
	unshare := probe.Unshare(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(dir, "d")
	// Other users run it as well, who may not enter the directory of the test's program.
	if out, err := exec.Command("cp", os.Args[0], work+".program").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, err := range []error{os.Mkdir(work, 0o755), os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755), os.Chmod(work, 0o755)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("unshare", append(unshare, "bash", "-euc", prelude+script, "bash", work)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, &out, &errs)
	}
	return out.String()
}

// TestMemoryAndOverlaysOfThisMachine mounts what an ordinary user can in a namespace.
func TestMemoryAndOverlaysOfThisMachine(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Namespaces, probe.Overlay)
	got := onMachine(t, `
mkdir "$D/root" "$D/gone"
mount -t tmpfs none "$D/root"; mount -t tmpfs none "$D/gone"
cd "$D/root"
mkdir -p lower real alias up "u,p" 'u\p' into work{1,2,3,4,5} m/{plain,comma,backslash,link,other,gone,none,part} "$D/gone/"{up,work}
ln -s up link; mkdir lower/dir; touch file bound
overlay() { mount -t overlay none -o "lowerdir=lower,upperdir=$1,workdir=$2" "m/$3"; }
overlay "$D/root/up" "$D/root/work1" plain; touch m/plain/new m/plain/dir/new
overlay "$D/root/u\\,p" "$D/root/work2" comma
overlay "$D/root/u\\\\p" "$D/root/work3" backslash
mkdir linked; ln -s ../linked into/link; overlay "$D/root/into/link" "$D/root/work4" link
mkdir moved; overlay "$D/root/moved" "$D/root/work5" other; mv moved elsewhere; mkdir moved; touch moved/x
overlay "$D/gone/up" "$D/gone/work" gone; umount -l "$D/gone"
mount -t overlay none -o lowerdir=lower:up m/none
mount --bind m/plain/dir m/part
mount --bind real alias; mount --bind file bound
judge "$NOW"
`)
	want := `D/root data wiped memory(tmpfs)=wiped
D/root/alias data wiped part(D/root/real on D/root)=wiped, alias of D/root/real
D/root/bound data wiped part(D/root/file on D/root)=wiped, alias of D/root/file, file
D/root/m/backslash data wiped upper(D/root/u\p on D/root)=wiped, upper D/root/u\p, work D/root/work3
D/root/m/comma data wiped upper(D/root/u,p on D/root)=wiped, upper D/root/u,p, work D/root/work2
D/root/m/gone data unknown upper-unreachable(D/gone/up)=unknown, no upper: open D/gone/up: no such file or directory
D/root/m/link data wiped upper(D/root/linked on D/root)=wiped, upper D/root/linked
D/root/m/none data kept no-upper()=kept
D/root/m/other data unknown upper-unreachable(D/root/moved)=unknown, no upper: open D/root/moved: another directory is there
D/root/m/part data wiped part(D/root/m/plain/dir on D/root/m/plain)=wiped, alias of D/root/m/plain/dir, upper D/root/up/dir
D/root/m/plain data wiped upper(D/root/up on D/root)=wiped, upper D/root/up, work D/root/work1
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDisksOfThisMachine makes file systems now: with a boot an hour ago they are of this
// boot, with one in an hour they are not. A loop device on a tmpfs is wiped in either case.
func TestDisksOfThisMachine(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind string
		has  *probe.Probe
		mkfs string
		born string
	}{
		{"ext4", probe.Ext4, "truncate -s 16m $1; mkfs.ext4 -q $1", "top(born 1h0m0s)=wiped"},
		{"xfs", probe.XFS, "truncate -s 400m $1; mkfs.xfs -q $1", "top(born 1h0m0s)=wiped"},
		{"btrfs", probe.Btrfs, "truncate -s 128m $1; mkfs.btrfs -q $1 >/dev/null 2>&1", "subvolume(born 1h0m0s)=wiped"},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			needDisk(t, tt.has)
			got := onMachine(t, `
make() { `+tt.mkfs+`; }
trap 'umount "$D/memory/m" "$D/memory" "$D/disk" || true' EXIT
mkdir "$D/memory" "$D/disk"
make "$D.image"; mount -o loop "$D.image" "$D/disk"
mount -t tmpfs none "$D/memory"; mkdir "$D/memory/m"
make "$D/memory/image"; mount -o loop "$D/memory/image" "$D/memory/m"
echo "-- an hour ago"; judge $((NOW - 3600))
echo "-- in an hour"; judge $((NOW + 3600))
`)
			before, after, _ := strings.Cut(got, "-- in an hour\n")
			if want := "D/disk data wiped "; !strings.Contains(before, want) || !strings.Contains(lineWith(before, want), tt.born) {
				t.Errorf("made at this boot: expected %s\n%s", tt.born, got)
			}
			if line := lineWith(after, "D/disk "); line == "" || strings.Contains(line, "born") {
				t.Errorf("made before the boot: %q", line)
			}
			for _, text := range []string{before, after} {
				if line := lineWith(text, "D/memory/m "); !strings.Contains(line, "data wiped loop(") || !strings.Contains(line, " D/memory/image on D/memory)=wiped") {
					t.Errorf("on a tmpfs: %q", line)
				}
			}
		})
	}
}

// needDisk asks for loop devices and a kind of file system.
func needDisk(t *testing.T, kind *probe.Probe) {
	t.Helper()
	probe.Need(t, probe.Root, probe.Namespaces, probe.Loop, kind)
}

// lineWith returns the line that begins with a text.
func lineWith(text, start string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, start) {
			return line
		}
	}
	return ""
}

// TestSubvolumesOfThisMachine rolls a root back as the usual script does, and asks as an
// ordinary user.
func TestSubvolumesOfThisMachine(t *testing.T) {
	t.Parallel()
	needDisk(t, probe.Btrfs)
	got := onMachine(t, `
trap 'cd /; umount "$D/bound" "$D/home" "$D/root" "$D/top" || true' EXIT
mkdir "$D/top" "$D/root" "$D/home" "$D/bound"
truncate -s 128m "$D.image"; mkfs.btrfs -q "$D.image" >/dev/null 2>&1; mount -o loop "$D.image" "$D/top"
LOOP=$(findmnt -no SOURCE "$D/top")
cd "$D/top"
for name in blank root home; do btrfs subvolume create "$name" >/dev/null; done
mkdir old_roots; mv root "old_roots/2026-11-29_08:01:02"; btrfs subvolume snapshot blank root >/dev/null
mkdir root/real
mount -o subvol=root "$LOOP" "$D/root"; mount -o subvol=home "$LOOP" "$D/home"
mount --bind "$D/root/real" "$D/bound"
echo "-- an hour ago"
LC_ALL=C setpriv --reuid 65534 --regid 65534 --clear-groups "$PROGRAM" judge "$D" $((NOW - 3600)) disks
echo "-- in an hour"; judge $((NOW + 3600)) disks
`)
	want := `-- an hour ago
D/bound data wiped part(D/root/real on D/root)=wiped, alias of D/root/real
D/home data wiped subvolume(born 1h0m0s)=wiped
D/root data wiped subvolume(born 1h0m0s snapshot)=wiped
D/top data wiped subvolume(born 1h0m0s)=wiped
-- in an hour
D/bound data unknown part(D/root/real on D/root)=unknown, alias of D/root/real
D/home data unknown no evidence
D/root data unknown no evidence
D/top data unknown no evidence
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFactsAgreeWithOtherPrograms compares what the machine is asked with what stat(1),
// losetup(8) and btrfs-subvolume(8) say.
func TestFactsAgreeWithOtherPrograms(t *testing.T) {
	t.Parallel()
	needDisk(t, probe.Btrfs)
	got := onMachine(t, `
export TZ=UTC
trap 'cd /; umount "$D/root" "$D/top" "$D/ext4" || true' EXIT
mkdir "$D/top" "$D/root" "$D/ext4"
truncate -s 128m "$D.image"; mkfs.btrfs -q "$D.image" >/dev/null 2>&1; mount -o loop "$D.image" "$D/top"
truncate -s 16m "$D.ext4"; mkfs.ext4 -q -E offset=1048576 "$D.ext4" 12m >/dev/null 2>&1; mount -o loop,offset=1048576 "$D.ext4" "$D/ext4"
LOOP=$(findmnt -no SOURCE "$D/top")
btrfs subvolume create "$D/top/blank" >/dev/null; btrfs subvolume snapshot "$D/top/blank" "$D/top/root" >/dev/null
mount -o subvol=root "$LOOP" "$D/root"
otime() { date -d "$(btrfs subvolume show "$1" | sed -n 's/.*Creation time:[[:space:]]*//p')" +%s; }
for point in "$D/top" "$D/root" "$D/ext4"; do
	facts "$point"
	echo "-- $point"
	source=$(findmnt -nvo SOURCE "$point")
	echo "born $(stat -c %W "$point")"
	echo "device ${source#/dev/} $(losetup -nO BACK-FILE "$source" | sed 's/ *$//')"
	case $point in
	*/top) echo "subvolume $(otime "$point") false" ;;
	*/root) echo "subvolume $(otime "$point") true" ;;
	esac
	echo "-- end"
done
`)
	count := 0
	for one := range strings.SplitSeq(strings.TrimSuffix(got, "-- end\n"), "-- end\n") {
		ours, theirs, _ := strings.Cut(one, "-- ")
		point, theirs, _ := strings.Cut(theirs, "\n")
		if diff := cmp.Diff(theirs, ours); diff != "" || !strings.Contains(ours, "/d.") {
			t.Errorf("%s (-others +ours):\n%s", point, diff)
		}
		count++
	}
	if count != 3 {
		t.Errorf("%d mounts:\n%s", count, got)
	}
}

// TestAMountThatHangsIsNotWaitedFor judges while a FUSE file system does not answer, with a
// disk mounted in it and an overlay whose upper directory is there.
func TestAMountThatHangsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root, probe.Namespaces, probe.Loop, probe.Ext4, probe.FUSE, probe.Overlay)
	probe.Tool(t, "bindfs")
	got := onMachine(t, `
mkdir -p "$D/back/disk" "$D/back/tmp" "$D/hung" "$D/merged" "$D/lower"
bindfs -f -o allow_other,entry_timeout=0,attr_timeout=0 "$D/back" "$D/hung" >/dev/null 2>&1 &
fuse=$!
trap 'kill -CONT $fuse; sleep 0.1; umount -l "$D/merged" "$D/hung/disk"; kill -KILL $fuse' EXIT
until [ -e "$D/hung/disk" ]; do kill -0 $fuse; sleep 0.05; done
truncate -s 16m "$D.image"; mkfs.ext4 -q "$D.image"; mount -o loop "$D.image" "$D/hung/disk"
mkdir "$D/hung/disk/"{up,work}
mount -t overlay none -o "lowerdir=$D/lower,upperdir=$D/hung/disk/up,workdir=$D/hung/disk/work" "$D/merged"
mount -t tmpfs none "$D/hung/tmp"
kill -STOP $fuse
timeout -k 60 50 "$PROGRAM" judge "$D" $((NOW - 3600))
`)
	const reason = "not asked: a file system on the way may not answer"
	want := `D/hung data unknown no evidence
D/hung/disk data unknown no evidence, problem: ` + reason + `
D/hung/tmp data wiped memory(tmpfs)=wiped
D/merged data unknown upper(D/hung/disk/up on D/hung/disk)=unknown, no upper: ` + reason + `
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOnlyTheMountOfTheTableIsOpened has a table that is not true any more.
func TestOnlyTheMountOfTheTableIsOpened(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir+"/real/in", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	table, err := mounts.Read()
	if err != nil {
		t.Fatal(err)
	}
	on := table.At(dir)
	for _, tt := range []struct {
		name, point string
		id          int
		want        string
	}{
		{"a directory on the mount", "/real/in", on.ID, ""},
		{"a symlink in place of the mount point, which is not followed", "/link", on.ID, ""},
		{"a symlink in place of a directory above it", "/link/in", on.ID, "too many levels of symbolic links"},
		{"another mount", "/real/in", on.ID + 1_000_000, "mounted over since the mount table was read"},
		{"nothing", "/gone", on.ID, "no such file or directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			top, err := boot.ThisMachine(table).Top(&mounts.Mount{ID: tt.id, Point: dir + tt.point})
			if isLink := tt.point == "/link"; err == nil && top.File != isLink {
				t.Errorf("got %+v", top)
			}
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasSuffix(err.Error(), tt.want)) {
				t.Errorf("got %v", err)
			}
		})
	}
}
