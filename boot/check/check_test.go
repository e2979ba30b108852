package check_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot/check"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// loopNumber is the end of the name of a loop device.
var loopNumber = regexp.MustCompile(`/dev/loop[0-9]+\)`)

// btrfsRoot mounts the subvolume root of a new file system at ".".
const btrfsRoot = `truncate -s 300m "$DISK.btrfs"; mkfs.btrfs -q "$DISK.btrfs" >/dev/null 2>&1; mkdir "$DISK.top"; mount -o loop "$DISK.btrfs" "$DISK.top"
mkdir "$DISK.top/old_roots"; btrfs -q subvolume create "$DISK.top/root" >/dev/null
device=$(findmnt -no SOURCE "$DISK.top"); mount -o subvol=root "$device" .; chmod 755 .;`

// TestEachFaultIsNamed plants one fault and expects the check that names it, and no other.
func TestEachFaultIsNamed(t *testing.T) {
	type fault struct {
		name string
		machine
		want string
		need []*probe.Probe
	}
	tests := []fault{
		{name: "a healthy machine"},
		{
			name: "the root is an ordinary disk with old files", want: "root-wiped warning:tree-kept(/)\n",
			machine: machine{root: `truncate -s 100m "$DISK.root"; mkfs.ext4 -q "$DISK.root"; mount -o loop "$DISK.root" .`, env: []string{"SURVIVORS=1"}},
		},
		{
			name: "nothing shows that the root is wiped", want: "root-wiped note:tree-unknown(/)\n",
			machine: machine{root: `truncate -s 100m "$DISK.root"; mkfs.ext4 -q "$DISK.root"; mount -o loop "$DISK.root" .`},
		},
		{
			name: "a rollback that made no new root", want: "rollback-done failure:half-done(/)\n", need: []*probe.Probe{probe.Btrfs},
			machine: machine{root: btrfsRoot + `mv "$DISK.top/root" "$DISK.top/old_roots/$(date +%Y-%m-%d_%H:%M:%S)"`},
		},
		{
			name: "an old root is mounted", want: "rollback-done warning:old-root-mounted(/srv)\n", need: []*probe.Probe{probe.Btrfs},
			machine: machine{
				root: btrfsRoot, env: []string{"STATED=1"},
				plant: `old="old_roots/$(date +%Y-%m-%d_%H:%M:%S)"; btrfs -q subvolume create "$DISK.top/$old" >/dev/null; mount -o "subvol=$old" "$device" srv`,
			},
		},
		{
			name: "an old root that no rollback deletes", want: "old-roots note:old-roots-found(/dev/loop)\n", need: []*probe.Probe{probe.Btrfs},
			machine: machine{root: btrfsRoot, env: []string{"STATED=1"}, plant: `btrfs -q subvolume create "$DISK.top/old_roots/2020-02-3_04:05:06" >/dev/null`},
		},
		{
			name: "an old root with data, a file with two names and a subvolume in it", want: "old-roots note:old-roots-found(/dev/loop) 7M\n", need: []*probe.Probe{probe.Btrfs},
			machine: machine{root: btrfsRoot, env: []string{"STATED=1"}, plant: `cd "$DISK.top/old_roots"; old=2020-02-3_04:05:06
				btrfs -q subvolume create $old >/dev/null; mkdir $old/a; head -c 5M /dev/urandom > $old/a/f; ln $old/a/f $old/a/g
				btrfs -q subvolume create $old/a/in >/dev/null; head -c 2M /dev/urandom > $old/a/in/f; truncate -s 1G $old/hole; sync; cd "$DIR"`},
		},
		{
			name: "a storage path in memory", want: "storage-kept failure:storage-wiped(/scratch)\n",
			machine: machine{plant: `mkdir scratch; mount -t tmpfs scratch scratch`, env: []string{"STORAGE=/persist /scratch"}},
		},
		{
			name: "no storage", want: "storage-kept failure:storage-missing(/nowhere)\n",
			machine: machine{env: []string{"STORAGE=/nowhere", "DECLARED=/var/lib/app"}},
		},
		{
			name: "a bind mount made before storage was mounted", want: "storage-order failure:mounted-too-early(/var/lib/early)\n",
			machine: machine{early: `mkdir -p persist/var/lib/early var/lib/early; mount --bind persist/var/lib/early var/lib/early`},
		},
		{
			name: "storage that the initrd does not mount", want: "storage-order failure:mounted-late(/var/lib/nixos)\npassword-files failure:mounted-late(/persist/passwords/alice)\n",
			machine: machine{plant: `sed -i s/defaults,x-initrd.mount/defaults/ $system/etc/fstab`},
		},
		{
			name:    "a system that does not mark what the initrd mounts",
			machine: machine{plant: `sed -i s/,x-initrd.mount// $system/etc/fstab`},
		},
		{
			name: "a directory in storage with another mode", want: "storage-parents warning:access-differs(/home/alice)\n",
			machine: machine{plant: `chmod 700 home/alice`},
		},
		{
			name: "/var/lib/private that others may enter", want: "private-mode failure:private-open(/var/lib/private)\n",
			machine: machine{plant: `chmod 755 var/lib/private`},
		},
		{
			name: "/var/lib/private in storage that others may enter", want: "private-mode failure:private-open(/persist/var/lib/private)\n",
			machine: machine{plant: `chmod 755 persist/var/lib/private`},
		},
		{
			name: "numbers of users that are lost", want: "nixos-ids warning:lost(/var/lib/nixos)\n",
			machine: machine{plant: `umount var/lib/nixos; undeclare var-lib-nixos`},
		},
		{
			name: "a machine ID that is lost", want: "machine-id warning:lost(/etc/machine-id)\n",
			machine: machine{plant: `umount etc/machine-id; undeclare 'etc-machine\x2did'; echo id > etc/machine-id`},
		},
		{
			name: "a random seed that is lost", want: "random-seed note:lost(/var/lib/systemd/random-seed)\n",
			machine: machine{plant: `umount var/lib/systemd; undeclare var-lib-systemd; echo seed > var/lib/systemd/random-seed`},
		},
		{
			name: "decisions that are lost", want: "decisions note:lost(/home/alice/.local/state/list-ephemeral)\n",
			machine: machine{plant: `mkdir -p home/alice/.local/state/list-ephemeral`},
		},
		{
			name:    "decisions in a persisted directory",
			machine: machine{plant: `ln -s /home/alice/Documents home/alice/.local; mkdir -p home/alice/Documents/state/list-ephemeral`},
		},
		{
			name: "a host key that is lost, in an included file", want: "ssh-host-keys failure:lost(/etc/ssh/key)\n",
			machine: machine{plant: `echo key > etc/ssh/key; mkdir etc/ssh/d; echo 'hostkey=/etc/ssh/key' > etc/ssh/d/a.conf; echo 'Include d/*.conf' >> etc/ssh/sshd_config`},
		},
		{
			name: "the usual host keys are lost", want: "ssh-host-keys failure:lost(/etc/ssh/ssh_host_rsa_key)\n",
			machine: machine{plant: `echo key > etc/ssh/ssh_host_rsa_key; echo '#HostKey /x' > etc/ssh/sshd_config`},
		},
		{
			name: "a password file that does not exist", want: "password-files failure:missing(/persist/passwords/alice)\n",
			machine: machine{plant: `rm persist/passwords/alice`},
		},
		{
			name: "a password file on the root", want: "password-files failure:lost(/etc/password)\n",
			machine: machine{plant: `echo x > etc/password; sed -i s,/persist/passwords/alice,/etc/password, nix/store/h-users-groups.json`},
		},
		{
			name: "a directory below a mount has a file", want: "hidden-data warning:hidden(/var/lib/app)\n",
			machine: machine{plant: `umount var/lib/app; mkdir var/lib/app/sub; echo x > var/lib/app/sub/f; mount --bind persist/var/lib/app var/lib/app`},
		},
		{
			name: "a mount hides a file on a kept root", want: "root-wiped warning:tree-kept(/)\nhidden-data note:hidden(/var/lib/app)\n",
			machine: machine{
				root: `truncate -s 100m "$DISK.root"; mkfs.ext4 -q "$DISK.root"; mount -o loop "$DISK.root" .`, env: []string{"SURVIVORS=1"},
				plant: `umount var/lib/app; echo x > var/lib/app/f; mount --bind persist/var/lib/app var/lib/app`,
			},
		},
		{
			name: "storage covers a file", want: "hidden-data warning:hidden-by-storage(/persist)\n",
			machine: machine{early: `mkdir -p persist/etc; echo x > persist/etc/x`},
		},
		{
			name: "a file below a mount is not empty", want: "hidden-data warning:hidden(/etc/machine-id)\n",
			machine: machine{plant: `umount etc/machine-id; echo other > etc/machine-id; mount --bind persist/etc/machine-id etc/machine-id`},
		},
		{
			name: "directories, empty files, links into the store and copies below a mount are no data",
			machine: machine{plant: `umount var/lib/app; mkdir -p var/lib/app/sub/dir; : > var/lib/app/empty; ln -s /nix/store/h-pkg var/lib/app/link
				echo same > var/lib/app/same; cp -p var/lib/app/same persist/var/lib/app/same; mount --bind persist/var/lib/app var/lib/app
				mkdir -p srv/self; echo x > srv/self/f; mount --bind srv/self srv/self`},
		},
		{
			name: "a declared path that is not mounted", want: "declared-not-mounted failure:not-mounted(/var/lib/app)\n",
			machine: machine{plant: `umount var/lib/app`},
		},
		{
			name: "a path of the configuration that is not mounted", want: "declared-not-mounted failure:not-mounted(/srv/data)\n",
			machine: machine{plant: `mkdir -p srv/data persist/srv/data`, env: []string{"DECLARED=/srv/data /var/lib/app"}},
		},
		{
			name: "a declared path that storage does not have", want: "declared-not-stored failure:not-stored(/srv/data)\n",
			machine: machine{plant: `mkdir srv/data; declare_unit srv-data /srv/data`},
		},
		{
			name: "a path of the configuration that storage does not have", want: "declared-not-stored failure:not-stored(/srv/data)\n",
			machine: machine{plant: `mkdir srv/data`, env: []string{"DECLARED=/srv/data /srv/unused /home/alice/Documents/x"}},
		},
		{
			name: "a link into storage that leads nowhere", want: "dangling-links warning:dangling(/home/alice/.link)\n",
			machine: machine{plant: `ln -s /persist/home/alice/gone nix/store/h-link; ln -s /nix/store/h-link home/alice/.link; ln -s /persist/passwords/alice etc/good; ln -s /gone etc/other`},
		},
		{
			name: "a mount of a file that programs replace", want: "saved-by-rename warning:renamed-file(/home/alice/.bash_history)\n",
			machine: machine{plant: `: > home/alice/.bash_history; : > persist/home/alice/.bash_history; mount --bind persist/home/alice/.bash_history home/alice/.bash_history`},
		},
		{
			name: "links into the store in a persisted directory", want: "store-links note:store-link(/home/alice/Documents/a) warning:store-dangling(/home/alice/Documents/b)\n",
			machine: machine{plant: `cd home/alice/Documents; ln -s /nix/store/h-pkg a; ln -s /nix/store/h-gone b; ln -s /nix/store/h-gone result; ln -s /tmp c; cd "$DIR"`},
		},
		{
			name: "a tree in memory that is nearly full", want: "memory-fill warning:memory-used(/srv) warning:memory-directory(/srv/a/b)\n",
			machine: machine{plant: `mount -t tmpfs -o size=1m ram srv; mkdir -p srv/a/b; head -c 900k /dev/zero > srv/a/b/f`},
		},
		{
			name: "a tree in memory that is full of inodes", want: "memory-fill failure:memory-used(/srv) failure:memory-directory(/srv)\n",
			machine: machine{plant: `mount -t tmpfs -o size=1m,nr_inodes=20 ram srv; cd srv; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do : > $i; done; cd ..`},
		},
	}
	for _, id := range check.IDs() {
		if !slices.ContainsFunc(tests, func(tt fault) bool { return strings.HasPrefix(tt.want, id.String()+" ") }) {
			t.Errorf("no fault is planted for %v", id)
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			probe.Need(t, tt.need...)
			got := loopNumber.ReplaceAllString(tt.check(t), "/dev/loop)")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUsersSeeWhatIsNotChecked runs as an ordinary user.
func TestUsersSeeWhatIsNotChecked(t *testing.T) {
	got := machine{plant: `chmod 700 persist/passwords`, env: []string{"USERSPEC=1000:1000"}}.check(t)
	if diff := cmp.Diff("password-files [needs root]\nhidden-data [needs root]\n", got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}
