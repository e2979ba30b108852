package cli

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// bootScript runs a script in a mount namespace: $1 is an empty directory, $2 the program. le runs
// it and prints its messages after its output, without the hint about the configuration.
func bootScript(t *testing.T, script string) string {
	t.Helper()
	const le = `D=$1 PROGRAM=$2; le() { "$PROGRAM" "$@" 2> "$D/err" || echo "status $?"; grep -v -e 'no configuration file' "$D/err" || :; }; `
	cmd := exec.Command("unshare", slices.Concat(probe.Unshare(t), []string{"bash", "-euc", le + script, "sh", t.TempDir(), buildStatic(t)})...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, stderr.String())
	}
	return string(out)
}

// TestStatusCountsWhatListCounts compares "listed" of status with list --count, where classes hide
// files, where exclude patterns do, and where nothing shows that a boot wipes the root.
func TestStatusCountsWhatListCounts(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	out := bootScript(t, `
mount -t tmpfs none /mnt; export HOME=/mnt/home; unset XDG_CACHE_HOME; cd /mnt
mkdir -p home/{.cache/zz,.config/app,.config/Code/GPUCache,.cargo/registry,tagged,proj/{__pycache__,node_modules/x}}
for f in .cache/zz/b .config/app/c proj/__pycache__/d proj/node_modules/x/e tagged/f .config/Code/GPUCache/g .cargo/registry/h .cargo/credentials proj/plain; do echo hi > home/$f; done
printf 'Signature: 8a477f597d28d172789f06886806bc55' > home/tagged/CACHEDIR.TAG
count() { echo "$1: list $("$PROGRAM" "${@:2}" list --count 2> /dev/null), status $("$PROGRAM" "${@:2}" status --json 2> /dev/null | grep -o '"listed":{"files":[0-9]*' | grep -o '[0-9]*$')"; }
echo '{"excludes": []}' > "$D/none.json"; echo '{"excludes": ["**/proj"], "extraIncludes": ["/mnt/home/proj/plain"]}' > "$D/some.json"
count 'no configuration' --root /mnt
count 'no excludes' --config "$D/none.json" --root /mnt
count 'excludes' --config "$D/some.json" --root /mnt
`)
	want := "no configuration: list 5, status 5\nno excludes: list 10, status 10\nexcludes: list 8, status 8\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// TestDirectoriesOfManagedLinksAreHidden makes a home of Home Manager's NixOS module: directories
// that contain only its links are managed too.
func TestDirectoriesOfManagedLinksAreHidden(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	out := bootScript(t, `
for dir in /mnt /nix /etc; do mkdir -p $dir; mount -t tmpfs none $dir; done; export HOME=/mnt/home; cd /mnt
mkdir -p /nix/store/abc-home-manager-files /etc/systemd/system home/.config/{git,nvim/lua,mixed,empty,sub/a,sub/b}
touch /etc/NIXOS /etc/systemd/system/home-manager-u.service; echo x > /nix/store/abc-home-manager-files/f
for link in git/ignore nvim/init.lua nvim/lua/a.lua mixed/a sub/a/x; do ln -s /nix/store/abc-home-manager-files/f home/.config/$link; done
echo x > home/.config/mixed/b; echo x > home/.config/sub/b/y
le --root /mnt list --type d /mnt/home/.config
le --root /mnt list --type f,d --dirs /mnt/home/.config 
le --root /mnt list --type d --all --count
le --root /mnt explain /mnt/home/.config/git /mnt/home/.config/sub | grep -e : | head -2
echo '{"excludes": []}' > /etc/c.json
le --config /etc/c.json --root /mnt list --type d --count
`)
	want := `/mnt/home/.config
/mnt/home/.config/empty
/mnt/home/.config/mixed
/mnt/home/.config/sub
/mnt/home/.config/sub/b
list-ephemeral: hint: 4 paths hidden: 4 managed; --all lists them
/mnt/home/.config/empty/
/mnt/home/.config/mixed/
/mnt/home/.config/sub/
list-ephemeral: hint: 4 paths hidden: 4 managed; --all lists them
10
/mnt/home/.config/git: hidden
  it is managed data (only links): It contains only symlinks into the store or storage, which a boot makes again.
10
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// TestAnUpperDirectoryOutOfReachIsSaid mounts an overlay whose upper directory is on a tmpfs that is
// not mounted any more: the files of both layers are listed, and every surface says so.
func TestAnUpperDirectoryOutOfReachIsSaid(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	out := bootScript(t, `
mount -t tmpfs none /srv; mkdir -p /srv/{lower,up,at}; echo lower > /srv/lower/image; mount -t tmpfs none /srv/up; mkdir /srv/up/{u,w}
mount -t overlay overlay -o lowerdir=/srv/lower,upperdir=/srv/up/u,workdir=/srv/up/w /srv/at; umount -l /srv/up
echo new > /srv/at/new; export HOME=/nowhere; at="--root /srv/at"
le $at list
le $at status | grep -e ^root -e ^lost\  -e ^listed
le $at status --brief
le $at status --fail-above 1 | tail -2
le $at status --json | grep -o '"lowerLayersListed":[a-z]*' | head -1
le $at explain /srv/at/image | grep lower
`)
	lower := "files of its lower layers, which a boot brings back, are listed too\n"
	want := `/srv/at/image
/srv/at/new
list-ephemeral: hint: the upper directory of /srv/at (overlay overlay) cannot be read from here: ` + lower +
		`root           /srv/at on overlay overlay: wiped (stated by --root or the configuration); ` + lower +
		`listed                 2 files    10B  by list
lost                   2 files    10B  at the next reboot, at most: files of lower layers, which a boot brings back, are counted too
at most 2 files, 10B would be lost at the next reboot (most of it: /srv/at/image, 6B)
status 1
list-ephemeral: error: at most 2 files would be lost, more than 1
"lowerLayersListed":true
  the overlay's upper directory cannot be read from here: if a lower layer has the path, a boot brings that version back
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// TestDeletionsOfAnOverlayAreCountedAndExplained deletes a file of the lower layer, which the next boot
// brings back. The upper directory is beside the mount point, as those of container engines are; only
// those of container engines are listed by their own path, unless the mount point is a stated root.
func TestDeletionsOfAnOverlayAreCountedAndExplained(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	out := bootScript(t, `
mount -t tmpfs none /srv; mkdir -p /srv/{lower,at}; echo lower | tee /srv/lower/kept > /srv/lower/gone; mkdir /srv/u /srv/w
mount -t overlay overlay -o lowerdir=/srv/lower,upperdir=/srv/u,workdir=/srv/w /srv/at
rm /srv/at/gone; echo new > /srv/at/new; export HOME=/nowhere; at="--root /srv/at"
le $at list
le $at list --type w
le $at status | grep -e ^lost\  -e ^deleted
le $at status --json | grep -o '"deleted":[0-9]*'
le $at explain /srv/at/gone /srv/at/kept /srv/at/new /srv/at/never | grep -v -e wipes -e kind:
le list --no-cache /srv | grep -v '^list-ephemeral'
mkdir -p /srv/overlay/1/{diff,merged,work}; echo c > /srv/overlay/1/diff/c
mount -t overlay overlay -o lowerdir=/srv/lower,upperdir=/srv/overlay/1/diff,workdir=/srv/overlay/1/work /srv/overlay/1/merged
le list /srv/overlay | grep -v '^list-ephemeral'
le --root /srv/overlay/1/merged list
`)
	want := `/srv/at/new
/srv/at/gone
lost                   1 files     4B  at the next reboot
deleted                1 paths         of lower layers of overlays; a boot brings them back, list --type w lists them
"deleted":1
/srv/at/gone: does not exist; a file here would be lost
  the overlay deletes it, with /srv/u/gone; a boot brings back that of the lower layer
/srv/at/kept: lower
  a boot brings it back: it is in a lower layer of the overlay at /srv/at, and the upper directory does not have it
  it is a file of 6B
/srv/at/new: candidate
  the upper directory of the overlay has it: /srv/u/new
  it is a file of 4B
/srv/at/never: does not exist; a file here would be lost
status 1
/srv/at/new
/srv/lower/gone
/srv/lower/kept
/srv/overlay/1/diff/c
/srv/overlay/1/merged/c
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

// TestBindMountsOfAWipedTreeNameIt explains, writes and adopts paths below a bind mount of a part of
// a wiped tree: they name the part that list has.
func TestBindMountsOfAWipedTreeNameIt(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root)
	out := bootScript(t, `
mount -t tmpfs none /srv; mkdir -p /srv/{real/in,alias,store}; echo x > /srv/real/in/file; mount --bind /srv/real /srv/alias
mount -t tmpfs none /mnt; mkdir /mnt/other; export HOME=/nowhere; at="--root /srv"
le $at list
le $at explain /srv/alias/in/file | sed -n 1,4p
le $at snippet --dialect plain /srv/alias/in
le $at adopt --dry-run --storage "$D" /srv/alias/in /mnt/other | head -4
`)
	want := `/srv/real/in/file
/srv/alias/in/file: mounted
  /srv/alias is a mount point: it shows /real of tmpfs none
  the next reboot wipes /srv/alias (tmpfs none): it shows a part of what is mounted at /srv
  it is the same as /srv/real/in/file, where it is listed
# not written, it is a bind mount of "/srv/real/in", which the next reboot wipes: "/srv/alias/in"; persist "/srv/real/in" instead
status 1
list-ephemeral: warning: not written, it is a bind mount of "/srv/real/in", which the next reboot wipes: "/srv/alias/in"; persist "/srv/real/in" instead
refuse      0B   0 files  /mnt/other
        it is on /mnt, which the next reboot wipes, but which is not a root: name that with --root
refuse      0B   0 files  /srv/alias/in
        it is a bind mount of /srv/real/in, which the next reboot wipes: name that path
`
	if diff := cmp.Diff(want, out); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}
