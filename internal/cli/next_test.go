package cli

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// nextScript makes a machine with two generations of NixOS in a mount namespace: fstab lines are
// what old versions of impermanence write. The next one has lost /var/lib/removed, moved
// /var/lib/moved, and added /var/lib/added, of which storage has nothing, and /var/lib/stored. In the
// end, the active one has no longer mounted /var/lib/place/unmounted, which the booted one had.
const nextScript = `
D=$1 PROGRAM=$2
for dir in /nix /run /var/lib; do mkdir -p $dir; mount -t tmpfs none $dir; done
mount -t tmpfs none /mnt; mkdir /mnt/keep "$D/keep"; mount --bind "$D/keep" /mnt/keep # on a disk: not wiped
mkdir -p /nix/store/cur/etc /nix/store/next/etc /nix/var/nix/profiles /mnt/keep/var/lib/{removed,moved,same,stored} /mnt/keep/other
mkdir -p /var/lib/{removed,moved,same,added,stored,masked}
for name in removed moved same; do echo x > /mnt/keep/var/lib/$name/x; mount --bind /mnt/keep/var/lib/$name /var/lib/$name; done
echo x > /var/lib/added/x
bind() { echo "$1 $2 none bind 0 0"; }
{ echo "none / tmpfs mode=755 0 0"; echo "/dev/k /mnt/keep ext4 defaults 0 0"; } | tee /nix/store/cur/etc/fstab > /nix/store/next/etc/fstab
for name in removed moved same; do bind /mnt/keep/var/lib/$name /var/lib/$name; done >> /nix/store/cur/etc/fstab
{ bind /mnt/keep/var/lib/same /var/lib/same; bind /mnt/keep/other /var/lib/moved; bind /mnt/keep/var/lib/added /var/lib/added
  bind /mnt/keep/var/lib/stored /var/lib/stored; echo "/mnt/keep/var/lib/masked /var/lib/masked none bind,noauto 0 0"; } >> /nix/store/next/etc/fstab
ln -s /nix/store/cur /run/current-system; ln -s /nix/store/cur /run/booted-system
ln -s /nix/store/next /nix/var/nix/profiles/system
le() { local status=0; "$PROGRAM" "$@" 2> "$D/err" || status=$?; grep -v -e 'no configuration file' "$D/err" || :; echo "status $status"; }
le status --next
le status --next --fail | tail -1
le status --next --fail --json | grep -o '"change":"[a-z]*","path":"[^"]*"'
le explain /var/lib/added/x
le explain /var/lib/removed/x | sed -n 4,5p
echo y > /var/lib/stored/y; echo z > /var/lib/z
"$PROGRAM" list -l /var/lib 2> /dev/null | awk '{ print $(NF-1), $NF }'
"$PROGRAM" list -dl /var/lib 2> /dev/null | awk '{ print $(NF-1), $NF }'
le --root /var/lib list --json | grep -o '"path":"[^"]*"\|"next":"[a-z]*"\|list-ephemeral: .*'
le --root /var/lib status | grep 'next boot'
le --root /var/lib status --brief
le --root /var/lib status --json | grep -o '"next":{[^}]*}'
ln -sfn /nix/store/cur /nix/var/nix/profiles/system
le status --next --fail
ln -sfn /nix/store/next /nix/var/nix/profiles/system
cd "$D"; export NH_FLAKE=$D
printf '{\n  environment.persistence."/mnt/keep".directories = [\n    "/var/lib/added"\n    "/var/lib/same"\n  ];\n}\n' > persist.nix
le status --next | grep -A1 'declared: .*:5' | sed "s,$D,DIR,"
le status --next --json | grep -o '"declaredAt":"[^"]*persist.nix:3"' | sed "s,$D,DIR,"
le explain /var/lib/added/x | grep persist.nix | sed "s,$D,DIR,"
le stray --storage /mnt/keep /mnt/keep/var/lib/same | sed "s,$D,DIR,"
mkdir -p /nix/store/old/etc /var/lib/place/unmounted; cp /nix/store/cur/etc/fstab /nix/store/old/etc/fstab
bind /mnt/keep/var/lib/place/unmounted /var/lib/place/unmounted >> /nix/store/old/etc/fstab
ln -sfn /nix/store/old /run/booted-system
le status --next | grep -A1 unmounted$ | head -2
echo u > /var/lib/place/unmounted/u; echo p > /var/lib/place/p
le status --next | grep warning
le explain /var/lib/place/unmounted/u | sed -n '1p;3,4p'
"$PROGRAM" list -l /var/lib/place 2> /dev/null | awk '{ print $(NF-1), $NF }'
"$PROGRAM" list -dl /var/lib/place 2> /dev/null | awk '{ print $(NF-1), $NF }'
"$PROGRAM" list -d --json /var/lib/place 2> /dev/null | grep -o '"next":"[a-z]*"'
mkdir -p /nix/store/next/etc/tmpfiles.d; mkfifo /nix/store/next/etc/tmpfiles.d/a.conf
le status --next | tail -4
le status --next --json | grep -o '"unread":[^}]*'
mkdir /nix/store/empty; ln -sfn /nix/store/empty /nix/var/nix/profiles/system
le status --next --fail
le list -l /var/lib/place | grep -c removed || :
rm /nix/var/nix/profiles/system
le status --next
`

func TestNextBootIsComparedWithWhatIsKeptNow(t *testing.T) {
	t.Parallel()
	probe.Need(t, probe.Root, probe.Disk)
	dir := t.TempDir()
	cmd := exec.Command("unshare", slices.Concat(probe.Unshare(t), []string{"bash", "-euc", nextScript, "sh", dir, buildStatic(t)})...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, stderr.String())
	}
	want := `NO LONGER KEPT after the next boot
  /var/lib/removed
      removed: /nix/store/cur/etc/fstab:3; its data stays in /mnt/keep/var/lib/removed
kept elsewhere after the next boot; the old data stays behind
  /var/lib/moved
      from /mnt/keep/var/lib/moved to /mnt/keep/other: /nix/store/next/etc/fstab:4
kept from the next boot on
  /var/lib/added
      declared: /nix/store/next/etc/fstab:5
      storage has nothing there: run list-ephemeral adopt /var/lib/added
  /var/lib/stored
      declared: /nix/store/next/etc/fstab:6
declared, but without effect
  /var/lib/masked: not mounted at boot (/nix/store/next/etc/fstab:7)
list-ephemeral: warning: 1 path with data will no longer be kept after the next boot
status 0
status 1
"change":"kept","path":"/var/lib/added"
"change":"moved","path":"/var/lib/moved"
"change":"lost","path":"/var/lib/removed"
"change":"kept","path":"/var/lib/stored"
/var/lib/added/x: candidate
  the next reboot wipes /var/lib (tmpfs none): tmpfs is in memory; nothing keeps this path
  declared by /nix/store/next/etc/fstab:5, but not in storage: adopt copies it to /mnt/keep/var/lib/added
  it is a file of 2B
  kind: state (location: in /var/lib)
status 0
  NO LONGER KEPT after the next boot
  removed: /nix/store/cur/etc/fstab:3; its data stays in /mnt/keep/var/lib/removed
missing /var/lib/added/x
kept /var/lib/stored/y
- /var/lib/z
missing /var/lib/added/
kept /var/lib/stored/
- /var/lib/z
"path":"/var/lib/added/x"
"next":"missing"
"path":"/var/lib/stored/y"
"next":"kept"
"path":"/var/lib/z"
"next":""
list-ephemeral: hint: 1 candidate declared and in storage, but not mounted: the next boot shows what storage has there
list-ephemeral: hint: 1 candidate declared, but storage has nothing there: adopt copies the data
list-ephemeral: warning: 1 path with data will no longer be kept after the next boot; status --next names them
next boot      NO LONGER KEPT: 1 path with data; status --next names them
next boot      1 path declared and in storage, but not mounted: the next boot shows what storage has there
next boot      1 path declared, but storage has nothing there: adopt copies the data
3 files, 6B would be lost at the next reboot (most of it: /var/lib/added/, 2B); 1 path with data will no longer be kept after the next boot
status 0
"next":{"kept":1,"removed":1,"missing":1}
the next boot keeps what is kept now
status 0
      declared: /nix/store/next/etc/fstab:5
      in the Nix code: DIR/persist.nix:3
"declaredAt":"DIR/persist.nix:3"
  declared in DIR/persist.nix:3
list-ephemeral: error: /mnt/keep/var/lib/same: it is declared by the mount at /var/lib/same; DIR/persist.nix:4
0 files with 0B not declared
status 1
  /var/lib/place/unmounted
      removed: /nix/store/old/etc/fstab:6; it is no longer mounted, so what is there now is not in /mnt/keep/var/lib/place/unmounted
list-ephemeral: warning: 2 paths with data will no longer be kept after the next boot
/var/lib/place/unmounted/u: candidate
  NO LONGER KEPT after the next boot
  removed: /nix/store/old/etc/fstab:6; it is no longer mounted, so what is there now is not in /mnt/keep/var/lib/place/unmounted
- /var/lib/place/p
removed /var/lib/place/unmounted/u
removed /var/lib/place/
"next":"removed"
list-ephemeral: warning: 2 paths with data will no longer be kept after the next boot
list-ephemeral: error: read /nix/store/next/etc/tmpfiles.d/a.conf: not a regular file
list-ephemeral: hint: what these files declare is not known, so some of the changes may be wrong
status 1
"unread":["read /nix/store/next/etc/tmpfiles.d/a.conf: not a regular file"]
list-ephemeral: error: read generation /nix/var/nix/profiles/system: stat /nix/store/empty/etc: no such file or directory
status 1
0
list-ephemeral: error: no built NixOS system at /nix/var/nix/profiles/system, or none at /run/current-system to compare it with
list-ephemeral: hint: status --next reads the generations of NixOS
status 1
`
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}
