package adopt

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// stick makes a file system as a user may make one: with a setuid program that belongs to root, a
// program with capabilities, a setgid program, and devices. $1 is the image, $2 the mount point, $3
// the mount options.
const stick = `
stick() {
	truncate -s 16m "$1"; mkfs.ext4 -q -F "$1"; mkdir -p "$2"
	mount -o loop "$1" "$2"
	mkdir "$2/foo"; for name in suid sgid caps plain; do cp /bin/true "$2/foo/$name"; done
	chmod 4755 "$2/foo/suid"; chmod 2755 "$2/foo/sgid"; chmod 2775 "$2/foo"
	setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 "$2/foo/caps"
	mknod "$2/foo/disk" b 7 0; mknod "$2/foo/mem" c 1 1; mkfifo "$2/foo/pipe"; chmod 666 "$2/foo/disk" "$2/foo/mem"
	umount "$2"; mount -o loop,"$3" "$1" "$2"
}
`

// gained lists the files in storage with privileges that a copy must not have.
const gained = `
echo "--- gained"; find "$STORE" ! -type d \( -perm /6000 -o -type b -o -type c \) -printf "%P\n"; getfattr -R -h -m security.capability "$STORE" 2>/dev/null
echo "--- end"
`

// TestForeignMountsAreNotCopiedFrom lets users mount file systems with programs that belong to
// root: one by FUSE and one on a disk. They are mounted above the adopted path, at it, and below
// it.
func TestForeignMountsAreNotCopiedFrom(t *testing.T) {
	probe.Need(t, probe.Root, probe.Loop, probe.Ext4, probe.FUSE, probe.Namespaces)
	g := newGround(t)
	g.write("proj/back/x", "x")
	g.must(os.Mkdir(g.at("proj/mnt"), 0o755), os.Chown(g.at("proj/back/x"), 65534, 65534), os.Chmod(g.at("proj/back/x"), os.ModeSetuid|0o755))
	out := g.onMachine(stick + `
bindfs --force-user=root --force-group=root "$SOURCE/proj/back" "$SOURCE/proj/mnt"
trap 'umount -l "$SOURCE/proj/mnt"' EXIT
stat -c "%u %a" "$SOURCE/proj/mnt/x"
adopt "$SOURCE/proj/mnt/x"; adopt "$SOURCE/proj/mnt"
stick "$STORE.disk" "$SOURCE/usb" nosuid,nodev
adopt "$SOURCE/usb/foo/suid" "$SOURCE/usb/foo/disk"; adopt "$SOURCE/usb/foo"; adopt "$SOURCE/usb"
rm "$SOURCE/proj/back/x"; adopt "$SOURCE/proj"` + gained)
	g.says(out, "0 4755\n", g.at("proj/mnt/x")+" "+mountedError(g.at("proj/mnt")).Error(), g.at("usb/foo")+" "+mountedError(g.at("usb")).Error(),
		"copied "+g.at("proj"), "!copied "+g.at("proj/mnt"), "!copied "+g.at("usb"), "--- gained\n--- end\n")
	if left, err := os.ReadDir(g.stored("proj/mnt")); err == nil {
		t.Errorf("storage contains files from the mounts: %v", left)
	}
}

// TestRootsThatAreMountsAreCopiedFrom adopts a root that is a mount, and paths in it. Attributes
// that have no effect on its mount are not copied, and a warning reports that.
func TestRootsThatAreMountsAreCopiedFrom(t *testing.T) {
	probe.Need(t, probe.Root, probe.Loop, probe.Ext4, probe.Namespaces)
	g := newGround(t)
	const script = `
stick "$STORE.disk" "$SOURCE" "$OPTIONS"; [ ! -e "$SOURCE/lost+found" ] || rmdir "$SOURCE/lost+found"
adopt "$SOURCE/foo/suid" "$SOURCE/foo/mem"
rm -r "$STORE"/*
adopt "$SOURCE"
adopt "$SOURCE"
find "$TARGET/foo" -printf "%f %M\n"` + gained
	out := g.onMachine("OPTIONS=nosuid,nodev" + stick + script)
	g.says(out, "copied "+g.at("foo/suid"), g.at("foo/suid")+" "+errSetID.Error(), "failed "+g.at("foo/mem"), g.at("foo/mem")+" "+errDevice.Error(),
		"copied "+g.source, g.at("foo/sgid")+" "+errSetID.Error(), g.at("foo/caps")+" "+errSetID.Error(), g.at("foo/disk")+" "+errDevice.Error(),
		"!"+g.at("foo/plain")+" ", "present "+g.source, "foo drwxrwsr-x", "suid -rwxr-xr-x", "plain -rwxr-xr-x", "pipe prw", "--- gained\n--- end\n")
	g = newGround(t)
	out = g.onMachine("OPTIONS=rw" + stick + script)
	g.says(out, "copied "+g.source, "present "+g.source, "foo/suid\n", "foo/sgid\n", "foo/disk\n", "foo/mem\n", "security.capability", "!"+errSetID.Error(), "!"+errDevice.Error())
}

// TestMountsMadeAfterThePlanAreNotCopiedFrom mounts a file system between Prepare and Run: above a
// path, on it, and on a root.
func TestMountsMadeAfterThePlanAreNotCopiedFrom(t *testing.T) {
	probe.Need(t, probe.Root)
	for _, at := range []string{"app/dir", "app", "."} {
		t.Run(at, func(t *testing.T) {
			g := newGround(t)
			g.write("app/dir/f", "mine")
			g.write("evil/app/dir/f", "theirs")
			roots := append([]Root{{Path: g.source}}, nothingRefused.Roots...)
			plan, err := Prepare(t.Context(), g.store, []string{g.at("app/dir/f")}, Options{Roots: roots})
			g.must(err)
			if plan.Units[0].Action != Copy {
				t.Fatalf("%+v", plan.Units)
			}
			from := filepath.Join(g.at("evil"), at)
			g.must(unix.Mount(from, g.at(at), "", unix.MS_BIND, ""))
			defer func() { g.must(unix.Unmount(g.at(at), unix.MNT_DETACH)) }()
			results, err := plan.Run(t.Context(), new(Progress))
			g.must(err)
			if r := results[0]; r.Outcome != Failed || !errors.Is(r.Problems[0].Err, ErrMounted) || !strings.Contains(r.Problems[0].Err.Error(), filepath.Clean(g.at(at))+",") {
				t.Errorf("%s", g.outcomes(results))
			}
			if data, err := os.ReadFile(g.stored("app/dir/f")); err == nil {
				t.Errorf("%q is in storage", data)
			}
		})
	}
}

// TestMountsThatComeAndGoAreNotCopied mounts and unmounts a user's FUSE file system repeatedly
// while its directory is adopted.
func TestMountsThatComeAndGoAreNotCopied(t *testing.T) {
	probe.Need(t, probe.Root, probe.FUSE, probe.Namespaces)
	g := newGround(t)
	g.write("back/x", "theirs")
	g.write("proj/dir/x", "mine")
	g.must(os.Chown(g.at("back/x"), 65534, 65534), os.Chmod(g.at("back/x"), os.ModeSetuid|0o755))
	times := "15"
	if probe.Thorough() {
		times = "300"
	}
	out := g.onMachine(`
( trap 'exit 0' TERM; while :; do bindfs --force-user=root --force-group=root "$SOURCE/back" "$SOURCE/proj/dir" || :; umount "$SOURCE/proj/dir" || :; done ) 2>/dev/null &
mounter=$!
for i in $(seq ` + times + `); do
	adopt "$SOURCE/proj/dir/x" | sed "s/^status .*/done/"
	grep -l theirs -r "$STORE" || :
	find "$STORE" -perm /6000 ! -type d
	rm -rf "$STORE"/*
done
kill $mounter; wait $mounter || :
umount -l "$SOURCE/proj/dir" 2>/dev/null || :
`)
	g.says(out, "done", "!"+g.store+"/")
}

// TestUsersDoNotGetRootsPrograms lets an ordinary user try to run a program that was adopted from a
// FUSE mount. It reproduces the attack as it was found.
func TestUsersDoNotGetRootsPrograms(t *testing.T) {
	probe.Need(t, probe.Root, probe.FUSE, probe.Namespaces)
	g := newGround(t)
	g.must(os.MkdirAll(g.at("back"), 0o755), os.MkdirAll(g.at("proj"), 0o755))
	program, err := exec.LookPath("id")
	g.must(err)
	tool(t, "cp", program, g.at("back/id"))
	g.must(os.Chown(g.at("back/id"), 65534, 65534), os.Chmod(g.at("back/id"), os.ModeSetuid|0o755))
	for dir := g.source; dir != "/"; dir = filepath.Dir(dir) {
		if dir != "/tmp" {
			g.must(os.Chmod(dir, 0o755))
		}
	}
	g.onMachine(`
bindfs --force-user=root --force-group=root -o allow_other "$SOURCE/back" "$SOURCE/proj"
trap 'umount -l "$SOURCE/proj"' EXIT
adopt "$SOURCE/proj/id" "$SOURCE/proj"
`)
	cmd := exec.Command(g.stored("proj/id"), "-u")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.Output(); err == nil && bytes.HasPrefix(out, []byte("0")) {
		t.Errorf("user 65534 is %s", out)
	}
}
