package boot_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot"
	"github.com/DaRacci/list-ephemeral/internal/mounts"
)

// TestMachines judges each machine of testdata, and expects the fate and the evidence of
// every mount, and the default roots.
func TestMachines(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := readFixture(t, name)
			trees := f.judge(t)
			if diff := cmp.Diff(f.trees, linesOf(trees.All())); diff != "" {
				t.Errorf("trees (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(strings.Fields(f.roots), pointsOf(trees.Roots())); diff != "" {
				t.Errorf("roots (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEvidenceNeedsItsFact takes the fact away, or changes it, that each kind of evidence
// rests on: without it the fate is another.
func TestEvidenceNeedsItsFact(t *testing.T) {
	t.Parallel()
	type control struct {
		name, machine string
		changes       []string
		want          []string // lines of the trees
	}
	tests := []control{
		{
			"memory: the same table with a disk at /", "nixos-tmpfs",
			[]string{"20 1 0:20 / / rw,relatime shared:1 - tmpfs none", "20 1 254:9 / / rw,relatime shared:1 - ext4 /dev/vda9"},
			[]string{"/ data unknown no evidence", "/srv/loop data unknown no evidence", "/home/al/Downloads data wiped memory(tmpfs)=wiped"},
		},
		{"RAM disk: a name that only begins alike", "nixos-tmpfs", []string{"device /srv/zram zram0", "device /srv/zram ramdisk"}, []string{"/srv/zram data unknown no evidence"}},
		{"RAM disk: brd", "nixos-tmpfs", []string{"device /srv/zram zram0", "device /srv/zram ram15"}, []string{"/srv/zram data wiped ram-disk(ram15)=wiped"}},
		{"RAM disk: a partition", "nixos-tmpfs", []string{"device /srv/zram zram0", "device /srv/zram zram0p1"}, []string{"/srv/zram data wiped ram-disk(zram0p1)=wiped"}},
		{"loop: the backing file is on a disk", "nixos-tmpfs", []string{"loop1 /home/al/disk.img", "loop1 /persist/disk.img"}, []string{"/srv/loop data unknown no evidence"}},
		{"loop below a mapping: the backing file is on a disk", "nixos-tmpfs", []string{"loop4 /home/al/crypt.img", "loop4 /nix/crypt.img"}, []string{"/srv/crypt data unknown no evidence"}},
		{"loop: a file that is called deleted and is there", "nixos-tmpfs", []string{"/persist/gone(deleted)", "/persist/(deleted)/gone"}, []string{"/srv/loop-deleted data unknown no evidence"}},
		{
			"part: a directory that no other mount shows", "debian",
			[]string{"44 30 254:1 /srv/data", "44 30 254:2 /srv/data"},
			[]string{"/home/al/data data unknown no evidence"},
		},
		{
			"part: of another subvolume", "nixos-btrfs",
			[]string{"/root/srv/a /srv/b rw,relatime shared:1 - btrfs /dev/vda2 rw,compress=zstd:3,ssd,space_cache=v2,subvolid=301", "/root/srv/a /srv/b rw,relatime shared:1 - btrfs /dev/vda2 rw,compress=zstd:3,ssd,space_cache=v2,subvolid=302", "subvolume /srv/b +4s snapshot", "subvolume /srv/b -9000h"},
			[]string{"/srv/b data unknown no evidence"},
		},
		{
			"upper: on a disk", "etc-overlay",
			[]string{"20 1 0:20 / / rw,relatime shared:1 - tmpfs tmpfs", "20 1 254:9 / / rw,relatime shared:1 - ext4 /dev/vda9", "born /nix", "sample / 32/32\nborn /nix"},
			[]string{"/ data kept survivors(32 of 32 older)=kept", "/etc data kept upper(/.rw-etc/upper on /)=kept, upper /.rw-etc/upper"},
		},
		{
			"upper: not there", "etc-overlay",
			[]string{"upper /.rw-etc/upper", "upper /elsewhere"},
			[]string{"/etc data unknown upper-unreachable(/sysroot/.rw-etc/upper)=unknown, no upper: open /.rw-etc/upper: file does not exist"},
		},
		{
			"upper: recorded as a relative path", "etc-overlay",
			[]string{"upperdir=/sysroot/.rw-etc/upper", "upperdir=.rw-etc/upper"},
			[]string{"/etc data unknown upper-unreachable(.rw-etc/upper)=unknown, no upper: the upper directory is recorded as a relative path"},
		},
		{
			"upper: recorded where it still is", "etc-overlay",
			[]string{"upper /.rw-etc/upper", "upper /sysroot/.rw-etc/upper"},
			[]string{"/etc data wiped upper(/sysroot/.rw-etc/upper on /)=wiped, upper /sysroot/.rw-etc/upper"},
		},
		{
			"upper: may not be seen, and the table says where it is", "etc-overlay",
			[]string{"upper /.rw-etc/upper", "upper /.rw-etc/upper denied"},
			[]string{"/etc data wiped upper(/.rw-etc/upper on /)=wiped, no upper: open /.rw-etc/upper: permission denied"},
		},
		{
			"upper: in the overlay itself", "container",
			[]string{"born /data", "upper /var/lib/docker/overlay2/0123/diff denied\nborn /data"},
			[]string{"/ data unknown upper-unreachable(/var/lib/docker/overlay2/0123/diff)=unknown, no upper: open /var/lib/docker/overlay2/0123/diff: permission denied"},
		},
		{
			"volatile upper: another name", "volatile-overlay",
			[]string{"/run/systemd/overlay-sysroot/", "/run/other/"},
			[]string{"/ data unknown upper-unreachable(/run/other/upper)=unknown, no upper: open /run/other/upper: file does not exist"},
		},
		{
			"volatile upper: of systemd-nspawn", "volatile-overlay",
			[]string{"/run/systemd/overlay-sysroot/", "/tmp/nspawn-volatile-a1B2c3/"},
			[]string{"/ data wiped upper-volatile(/tmp/nspawn-volatile-a1B2c3/upper)=wiped, no upper: open /tmp/nspawn-volatile-a1B2c3/upper: file does not exist"},
		},
		{"no upper: an overlay with one", "silverblue", []string{"redirect_dir=on", "upperdir=/u,workdir=/w", "subvolume /etc", "upper /u\nsubvolume /etc"}, []string{"/ data unknown upper-unreachable(/u)=unknown"}},
		{"image: a format that can be written", "etc-overlay", []string{"erofs /dev/loop0 ro", "ext4 /dev/loop0 ro"}, []string{"/run/nixos-etc-metadata.x per-boot unknown no evidence"}},
		{"kernel: a name that only begins alike", "debian", []string{"- sysfs sysfs rw", "- sysfs2 sysfs rw"}, []string{"/sys per-boot unknown no evidence"}},
		{"firmware: a name that only begins alike", "debian", []string{"- efivarfs efivarfs rw", "- efivars efivarfs rw"}, []string{"/sys/firmware/efi/efivars per-boot unknown no evidence"}},
		{"network: a local file system", "fedora", []string{"- nfs4 nas:/export", "- fuse.nfs nas:/export"}, []string{"/mnt/nas data unknown no evidence"}},
		{"subvolume: older than the boot", "nixos-btrfs", []string{"subvolume / +4s snapshot", "subvolume / -24h"}, []string{"/ data kept survivors(20 of 32 older)=kept"}},
		{"subvolume: without the date of its birth", "nixos-btrfs", []string{"subvolume / +4s snapshot", "subvolume / never"}, []string{"/ data unknown no evidence"}},
		{"subvolume: some seconds before the boot", "nixos-btrfs", []string{"subvolume / +4s snapshot", "subvolume / -119s"}, []string{"/ data wiped subvolume(born -1m59s)=wiped"}},
		{"subvolume: more than the tolerance before the boot", "nixos-btrfs", []string{"subvolume / +4s snapshot", "subvolume / -121s"}, []string{"/ data kept survivors(20 of 32 older)=kept"}},
		{"subvolume: in the future", "nixos-btrfs", []string{"subvolume / +4s snapshot", "subvolume / +1000h"}, []string{"/ data unknown no evidence"}},
		{"half done: the subvolume of old roots itself", "nixos-btrfs-home", []string{"0:30 /old_roots/2026-11-29_08:01:02 / ", "0:30 /old_roots / "}, []string{"/ data kept survivors(30 of 32 older)=kept"}},
		{"half done: a snapshot of snapper", "nixos-btrfs-home", []string{"0:30 /old_roots/2026-11-29_08:01:02 / ", "0:30 /@/.snapshots/1/snapshot / "}, []string{"/ data kept survivors(30 of 32 older)=kept"}},
		{"top: older than the boot", "tmpfs-var", []string{"born /srv/made +5s", "born /srv/made -24h"}, []string{"/srv/made data unknown no evidence"}},
		{"top: without a birth", "tmpfs-var", []string{"born /srv/made +5s", "born /srv/made never"}, []string{"/srv/made data unknown no evidence"}},
		{"top: a file system that gives the time of the mount", "tmpfs-var", []string{"f2fs /dev/vdc", "exfat /dev/vdc"}, []string{"/srv/made data unknown no evidence"}},
		{
			"top: a directory of a whole file system that is mounted at /", "directories",
			[]string{"254:1 /root-dir / ", "254:1 / / ", "born / +2s", "born / -9000h"},
			[]string{"/ data unknown no evidence", "/home data unknown part(/home-dir on /)=unknown, alias of /home-dir"},
		},
		{"stated: not stated", "stated", []string{"stated /\n", "", "stated /data/cache\n", ""}, []string{
			"/ data kept survivors(29 of 32 older)=kept", "/etc data kept upper(/u on /)=kept, upper /u",
			"/opt data kept upper(/data/cache/up on /data)=kept, upper /data/cache/up", "/srv/x data kept part(/data/cache/x on /data)=kept, alias of /data/cache/x",
		}},
		{
			"part: a kernel that does not name the subvolume", "nixos-btrfs",
			[]string{",subvolid=301", "", ",subvolid=259", "", ",subvolid=5", ""},
			[]string{"/etc/ssh data unknown no evidence", "/srv/b data wiped subvolume(born 4s snapshot)=wiped"},
		},
		{
			"top: of storage that was formatted since the boot", "nixos-tmpfs",
			[]string{"born /persist -9000h", "born /persist +9s\nstorage /persist", "9/32", "0/32"},
			[]string{"/persist data unknown top(born 9s)=unknown; survivors(0 of 32 older)=unknown"},
		},
		{
			"top: the same disk, not named as storage", "nixos-tmpfs",
			[]string{"born /persist -9000h", "born /persist +9s"},
			[]string{"/persist data wiped top(born 9s)=wiped"},
		},
		{
			"subvolume: of storage, which was created since the boot", "nixos-btrfs",
			[]string{"subvolume /persist -9000h", "subvolume /persist +9s\nstorage /persist/system"},
			[]string{"/persist data unknown subvolume(born 9s)=unknown"},
		},
		{
			"subvolume: storage is a directory of the root", "nixos-btrfs",
			[]string{"subvolume / +4s snapshot", "subvolume / +4s snapshot\nstorage /srv/keep"},
			[]string{"/ data wiped subvolume(born 4s snapshot)=wiped"},
		},
		{"memory: storage in memory", "nixos-tmpfs", []string{"born /persist -9000h", "storage /home/al/Downloads"}, []string{"/home/al/Downloads data wiped memory(tmpfs)=wiped"}},
		{"survivors: none of the files", "debian", []string{"29/32", "0/32"}, []string{"/ data unknown survivors(0 of 32 older)=unknown"}},
		{"survivors: too few", "debian", []string{"29/32", "3/32"}, []string{"/ data unknown survivors(3 of 32 older)=unknown"}},
		{"survivors: just enough", "debian", []string{"29/32", "4/32"}, []string{"/ data kept survivors(4 of 32 older)=kept"}},
		{"survivors: ZFS, which a boot may roll back to a snapshot with files", "debian", []string{"- ext4 /dev/vda1", "- zfs rpool/root"}, []string{"/ data unknown survivors(29 of 32 older)=unknown"}},
		{"survivors: no files", "debian", []string{"sample / 29/32\n", ""}, []string{"/ data unknown no evidence"}},
		{"survivors: on a part of the tree", "debian", []string{"sample / 29/32", "sample /home/al/data 4/4"}, []string{"/ data kept survivors(4 of 4 older)=kept"}},
		{"survivors: the tree is new, and the files are those of an image", "debian", []string{"born / -9000h", "born / +3s"}, []string{"/ data wiped top(born 3s)=wiped; survivors(29 of 32 older)=kept"}},
	}
	subjects := map[boot.Kind]string{ // what the name of a case begins with
		boot.KindRAMDisk: "RAM disk", boot.KindLoopDeleted: "loop: a file that is called deleted", boot.KindUpperVolatile: "volatile upper", boot.KindUpperUnreachable: "upper: not there",
		boot.KindNoUpper: "no upper", boot.KindHalfDone: "half done",
	}
	for kind := boot.KindUnknown + 1; kind.String() != boot.KindUnknown.String(); kind++ {
		subject, named := subjects[kind]
		if !named {
			subject = kind.String()
		}
		if !slices.ContainsFunc(tests, func(tt control) bool { return strings.HasPrefix(tt.name, subject) }) {
			t.Errorf("no case takes the fact of %s away", kind)
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := linesOf(readFixture(t, tt.machine, tt.changes...).judge(t).All())
			for _, want := range tt.want {
				if !strings.Contains("\n"+got, "\n"+want) {
					t.Errorf("expected %s, got\n%s", want, got)
				}
			}
		})
	}
}

// TestTimesShowNothingWhereTheClockWasNotSet judges with a boot in 1970: what is certain
// without times stays.
func TestTimesShowNothingWhereTheClockWasNotSet(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures(t) {
		f := readFixture(t, name)
		f.options.Time = boot.Time{Start: booted.Start.AddDate(-55, 0, 0), Now: booted.Now}
		for _, tree := range f.judge(t).All() {
			for _, e := range tree.Evidence {
				if e.Kind == boot.KindSubvolume || e.Kind == boot.KindTop || e.Kind == boot.KindSurvivors {
					t.Errorf("%s: %s", name, lineOf(tree))
				}
			}
		}
	}
}

// TestAClockThatWasSlowDuringTheBootChangesNothing rolls a root back five hours before the
// boot, by the clock of today.
func TestAClockThatWasSlowDuringTheBootChangesNothing(t *testing.T) {
	t.Parallel()
	f := readFixture(t, "nixos-btrfs", "subvolume / +4s snapshot", "subvolume / -4h59m56s snapshot")
	if tree := f.judge(t).At("/"); tree.Fate != boot.Kept {
		t.Errorf("without the clock of the boot: %s", lineOf(tree))
	}
	f.options.Time.Early = booted.Start.Add(-5 * time.Hour)
	if got, want := lineOf(f.judge(t).At("/")), "/ data wiped subvolume(born 4s snapshot)=wiped"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestOnlyFileSystemsThatAnswerAreAsked puts a server at a mount point: neither it nor what is
// mounted below it may be asked about.
func TestOnlyFileSystemsThatAnswerAreAsked(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"nfs4", "fuse.sshfs", "autofs", "cifs", "unheard-of"} {
		f := readFixture(t, "tmpfs-var", "- exfat /dev/vdd", "- "+kind+" server")
		f.callCheck = func(call, point string) {
			if strings.HasPrefix(point, "/srv/exfat") {
				t.Errorf("%s: %s of %s was asked", kind, call, point)
			}
		}
		tree := f.judge(t).At("/srv/exfat/sub/x")
		if tree.Point != "/srv/exfat/sub" || tree.Fate != boot.Unknown || !errors.Is(tree.Problem, boot.ErrNotAsked) {
			t.Errorf("%s: %s", kind, lineOf(tree))
		}
		if len(f.calls) < 3 {
			t.Errorf("only %q", f.calls)
		}
	}
}

// failing is a machine that answers nothing.
type failing struct{ err error }

func (m failing) Top(*mounts.Mount) (boot.Top, error)             { return boot.Top{}, m.err }
func (m failing) Subvolume(*mounts.Mount) (boot.Subvolume, error) { return boot.Subvolume{}, m.err }
func (m failing) Device(*mounts.Mount) (boot.Device, error)       { return boot.Device{}, m.err }
func (m failing) Upper(*mounts.Mount, string) (string, error)     { return "", m.err }

func TestWhatCannotBeReadIsPartOfTheResult(t *testing.T) {
	t.Parallel()
	f := readFixture(t, "nixos-btrfs")
	failed := errors.New("i/o error")
	f.options.Machine = failing{failed}
	trees := f.judge(t)
	for _, point := range []string{"/", "/persist"} {
		if tree := trees.At(point); !errors.Is(tree.Problem, failed) || tree.Fate != boot.Unknown {
			t.Errorf("%s: the problem is %v", lineOf(tree), tree.Problem)
		}
	}
	if tree := trees.At("/run"); tree.Problem != nil || tree.Fate != boot.Wiped {
		t.Errorf("%s", lineOf(tree))
	}
}

func TestACancelledJudgementEnds(t *testing.T) {
	t.Parallel()
	f := readFixture(t, "debian")
	ctx, cancel := context.WithCancel(context.Background())
	f.callCheck = func(string, string) { cancel() }
	if trees, err := boot.Judge(ctx, f.table, f.options); !errors.Is(err, context.Canceled) || trees != nil {
		t.Errorf("got %v, %v", trees, err)
	}
	if len(f.calls) > 2 {
		t.Errorf("asked after the end: %q", f.calls)
	}
}

// TestALaterSampleChangesTheVerdict hands over what a walk has found, without asking the
// machine again.
func TestALaterSampleChangesTheVerdict(t *testing.T) {
	t.Parallel()
	f := readFixture(t, "debian")
	sample := f.options.Sample
	f.options.Sample = nil
	before := f.judge(t)
	asked := len(f.calls)
	after := before.WithSample(sample)
	if before.At("/").Fate != boot.Unknown || after.At("/").Fate != boot.Kept || len(f.calls) != asked {
		t.Errorf("before: %s\nafter: %s\n%q", lineOf(before.At("/")), lineOf(after.At("/")), f.calls[asked:])
	}
	if diff := cmp.Diff(f.trees, linesOf(after.All())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAPathIsOnItsTree asks for paths below mount points, and in stated directories.
func TestAPathIsOnItsTree(t *testing.T) {
	t.Parallel()
	trees := readFixture(t, "stated").judge(t)
	for path, want := range map[string]string{
		"/": "/", "/x": "/", "/etc/passwd": "/etc", "/data": "/data", "/data/cachet": "/data", "/data/cache": "/data/cache", "/data/cache/a/b": "/data/cache", "/srv/x/y": "/srv/x",
	} {
		if got := trees.At(path).Point; got != want {
			t.Errorf("%s is on %s, expected %s", path, got, want)
		}
	}
}

// TestTheVerdictIsTheSameEachTime judges each machine again and again: maps are iterated in
// another order each time.
func TestTheVerdictIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	for _, name := range fixtures(t) {
		f := readFixture(t, name)
		for range 20 {
			if got := linesOf(f.judge(t).All()); got != f.trees {
				t.Fatalf("%s (-want +got):\n%s", name, cmp.Diff(f.trees, got))
			}
		}
	}
}
