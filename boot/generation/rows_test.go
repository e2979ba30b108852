package generation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot/generation"
)

const (
	local = "local-fs.target"
	mf    = "/nix/store/h-persistence-mount-file"
)

// TestRead is a table of all forms that declare a path.
func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		make func(m *machine)
		want []string
	}{
		{"impermanence: a directory", func(m *machine) {
			m.dir("/keep/var/log")
			m.mount("/keep/var/log", "/var/log", "bind,x-gvfs-hide", local)
		}, []string{"/var/log: bind mount directory < /keep/var/log: kept"}},
		{"a path with blanks", func(m *machine) {
			m.dir("/keep/home/ann/My Docs")
			m.mount("/keep/home/ann/My Docs", "/home/ann/My Docs", "bind", local)
		}, []string{"/home/ann/My Docs: bind mount directory < /keep/home/ann/My Docs: kept"}},
		{"a percent sign is a specifier", func(m *machine) {
			m.unit("var-5%.mount", "", local) // not a valid name
			m.mount("/keep/x/%%", "/x", "bind", local)
			m.mount("/keep/y/%q", "/y", "bind", local)
		}, []string{"/x: bind mount unknown < /keep/x/%: kept", "/y: bind mount unknown < /keep/y/%q: inactive (broken argument)"}},
		{"a mount of the initrd", func(m *machine) {
			m.file("/keep/etc/machine-id", "x")
			m.mount("/sysroot/keep/etc/machine-id", "/sysroot/etc/machine-id", "bind,x-initrd.mount", "initrd-preservation.target")
		}, []string{"/etc/machine-id: bind mount file < /keep/etc/machine-id: kept in the initrd"}},
		{"a file system of its own", func(m *machine) {
			m.unit("srv.mount", "[Mount]\nWhat=/dev/disk/by-label/data\nWhere=/srv\nType=ext4\n", local)
		}, []string{"/srv: own file system directory: kept"}},
		{"no target wants the mount", func(m *machine) {
			m.mount("/keep/var/log", "/var/log", "bind")
		}, []string{"/var/log: bind mount unknown < /keep/var/log: inactive (not started by any target)"}},
		{"the mount is masked", func(m *machine) {
			m.mount("/keep/var/log", "/var/log", "bind", local)
			m.link(units+"/var-log.mount", "/dev/null")
		}, []string{"/var/log: unknown unknown: inactive (masked)"}},
		{"a drop-in changes the source", func(m *machine) {
			m.mount("/keep/var/log", "/var/log", "bind", local)
			m.dir("/other/var/log")
			m.file(units+"/var-log.mount.d/overrides.conf", "[Mount]\nWhat=/other/var/log\n")
		}, []string{"/var/log: bind mount directory < /other/var/log: kept"}},
		{"the source is on the wiped root", func(m *machine) {
			m.dir("/var/real")
			m.mount("/var/real", "/srv/web", "bind", local)
		}, []string{"/srv/web: bind mount directory < /var/real: storage is wiped (storage is in the same tree)"}},
		{"fstab: a bind mount of a boot path", func(m *machine) {
			m.dir("/keep/var/lib/nixos")
			m.fstab("/keep/var/lib/nixos /var/lib/nixos auto bind,X-fstrim.notrim,x-initrd.mount 0 0")
		}, []string{"/var/lib/nixos: bind mount directory < /keep/var/lib/nixos: kept in the initrd"}},
		{"fstab: escapes", func(m *machine) {
			m.dir("/keep/a b")
			m.fstab(`/keep/a\040b /a\040b none rbind,nofail 0 0`, `/keep/t\011\012\134 /t\011\012\134 none bind`)
		}, []string{"/a b: bind mount directory < /keep/a b: kept", "/t\t\n\\: bind mount unknown < /keep/t\t\n\\: kept"}},
		{"fstab: noauto", func(m *machine) {
			m.fstab("/keep/x /x none bind,noauto 0 0")
		}, []string{"/x: bind mount unknown < /keep/x: inactive (not mounted at boot)"}},
		{"fstab: an automount", func(m *machine) {
			m.dir("/keep/x")
			m.fstab("/keep/x /x none bind,noauto,x-systemd.automount 0 0")
		}, []string{"/x: bind mount directory < /keep/x: kept on access"}},
		{"fstab: a subvolume and a dataset", func(m *machine) {
			m.fstab("/dev/mapper/c /var/log btrfs subvol=log 0 0", "tank/safe/home /home zfs zfsutil 0 0")
		}, []string{"/home: own file system directory: kept", "/var/log: own file system directory: kept"}},
		{"fstab: tmpfs, swap and file systems of the kernel", func(m *machine) {
			m.fstab("tmpfs /home/ann/.cache tmpfs - 0 0", "/dev/sda2 none swap sw", "/swapfile none swap defaults 0 0", "proc /proc proc - 0 0", "x /run/x ramfs")
		}, []string{"/home/ann/.cache: tmpfs directory: wiped"}},
		{"impermanence: a file", func(m *machine) {
			m.file("/keep/etc/machine-id", "x")
			m.persist("keep-etc-machine\\x2did", "Bind mount or link /keep/etc/machine-id to /etc/machine-id", mf+" /etc/machine-id /keep/etc/machine-id auto ''")
		}, []string{"/etc/machine-id: bind mount or symlink file < /keep/etc/machine-id: kept"}},
		{"impermanence: a file with a blank, as a symlink", func(m *machine) {
			m.persist("keep-etc-my\\x20key", "Bind mount or link /keep/etc/my key to '/etc/my key'", mf+" '/etc/my key' '/keep/etc/my key' symlink ''")
		}, []string{"/etc/my key: symlink file < /keep/etc/my key: kept"}},
		{"impermanence 2022 to 2025: a file", func(m *machine) {
			m.persist("-keep-home-ann-zsh_history", "Bind mount or link '/keep/home/ann/.zsh_history' to '/home/ann/.zsh_history'", "/nix/store/h-impermanence-mount-file /home/ann/.zsh_history /keep/home/ann/.zsh_history ''")
		}, []string{"/home/ann/.zsh_history: bind mount or symlink file < /keep/home/ann/.zsh_history: kept"}},
		{"impermanence 2021: a script", func(m *machine) {
			m.persist("-keep-etc-f-", "Bind mount or link '/keep/etc/f' to '/etc/f'", "/nix/store/h-bindOrLink--keep-etc-f-")
		}, []string{"/etc/f: bind mount or symlink file < /keep/etc/f: kept"}},
		{"a service of another origin", func(m *machine) {
			m.persist("backup", "Back up", "/nix/store/h-restic/bin/restic backup /x")
		}, nil},
		{"/etc leads to storage", func(m *machine) {
			m.file("/keep/etc/machine-id", "x")
			m.link("/nix/store/h-etc-machine-id", "/keep/etc/machine-id")
			m.link(etc+"/machine-id", "/nix/store/h-etc-machine-id")
		}, []string{"/etc/machine-id: symlink file < /keep/etc/machine-id: kept"}},
		{"userborn: kept with /var/lib/nixos", func(m *machine) {
			m.dir("/keep/var/lib/nixos")
			m.link(etc+"/passwd", "/var/lib/nixos/passwd")
			m.file(etc+"/passwd.mode", "direct-symlink\n")
			m.mount("/keep/var/lib/nixos", "/var/lib/nixos", "bind", local)
		}, []string{"/etc/passwd: symlink unknown < /var/lib/nixos/passwd: kept", "/var/lib/nixos: bind mount directory < /keep/var/lib/nixos: kept"}},
		{"userborn: not kept without", func(m *machine) {
			m.link(etc+"/passwd", "/var/lib/nixos/passwd")
		}, []string{"/etc/passwd: symlink unknown < /var/lib/nixos/passwd: storage is wiped (storage is in the same tree)"}},
		{"tmpfiles: L+", func(m *machine) {
			m.dir("/keep/var/lib/bluetooth")
			m.tmpfiles("00-nixos.conf", "L+ /var/lib/bluetooth - - - - /keep/var/lib/bluetooth")
		}, []string{"/var/lib/bluetooth: symlink directory < /keep/var/lib/bluetooth: kept"}},
		{"preservation: a symlink", func(m *machine) {
			m.file("/keep/etc/ssh/k", "x")
			m.tmpfiles("preservation.conf", "'L' '/etc/ssh/k' '0644' 'root' 'root' '-' /keep/etc/ssh/k")
		}, []string{"/etc/ssh/k: symlink file < /keep/etc/ssh/k: kept"}},
		{"preservation: an escaped argument", func(m *machine) {
			m.file("/keep/a b", "x")
			m.tmpfiles("preservation.conf", `'L' '/a' '-' '-' '-' '-' /keep/a\x20b`)
		}, []string{"/a: symlink file < /keep/a b: kept"}},
		{"tmpfiles: quotes in the argument", func(m *machine) {
			m.tmpfiles("00-nixos.conf", `L /srv/app - - - - "/keep/app"`)
		}, []string{`/srv/app: symlink unknown < "/keep/app": inactive (broken argument)`}},
		{"tmpfiles: d declares nothing", func(m *machine) {
			m.tmpfiles("preservation.conf", "'d' '/keep/var/lib/x' '0755' 'root' 'root' '-' ", "'d' '/var/lib/x' '0755' 'root' 'root' '-' ")
		}, nil},
		{"links that are no state", func(m *machine) {
			m.tmpfiles("00-nixos.conf", "L /var/lock - - - - ../run/lock", "L+ /x - - - - /run/booted-system", "L /y", "L+ /z - - - - /nix/store/h-z", "L+ /run/w - - - - /keep/w", "L /etc/o - - - - ../usr/lib/os-release")
			m.link(etc+"/mtab", "/proc/mounts")
			m.etcFile("hosts", "127.0.0.1 localhost\n")
			m.link(etc+"/zoneinfo", "/nix/store/h-tzdata")
			m.file("/nix/store/h-tzdata/Europe/Rome", "x")
			m.link(etc+"/localtime", "/etc/zoneinfo/Europe/Rome")
		}, nil},
		{"Home Manager: mkOutOfStoreSymlink", func(m *machine) {
			m.dir("/keep/home/ann/.config/app")
			m.homeLink(m.home("ann", "/home/ann"), ".config/app", "/keep/home/ann/.config/app")
		}, []string{"/home/ann/.config/app: symlink directory < /keep/home/ann/.config/app: kept"}},
		{"Home Manager: a managed file", func(m *machine) {
			files := m.home("ann", "/home/ann")
			m.file("/nix/store/h-home-manager-files/.bashrc", "x")
			m.link(files+"/.bashrc", "/nix/store/h-home-manager-files/.bashrc")
		}, nil},
		{"Home Manager: impermanence's old module", func(m *machine) {
			m.dir("/keep/home/ann/.mail")
			files := m.home("ann", "/home/ann")
			m.file("/nix/store/h-bindMount-x.service", "[Install]\nWantedBy=paths.target\n\n[Unit]\nDescription=Bind mount '/keep/home/ann/.mail' at '/home/ann/.mail'\n")
			m.link(files+"/.config/systemd/user/bindMount-x.service", "/nix/store/h-bindMount-x.service")
		}, []string{"/home/ann/.mail: bindfs directory < /keep/home/ann/.mail: kept"}},
		{"a tmpfs below a kept home", func(m *machine) {
			m.dir("/keep/home/ann")
			m.mount("/keep/home/ann", "/home/ann", "bind", local)
			m.fstab("none /home/ann/.cache tmpfs size=1G 0 0")
		}, []string{"/home/ann: bind mount directory < /keep/home/ann: kept", "/home/ann/.cache: tmpfs directory: wiped"}},

		// What the table above does not have.
		{"a unit replaces the line of fstab", func(m *machine) {
			m.fstab("/keep/x /x none bind 0 0")
			m.mount("/other/x", "/x", "bind") // wanted because of the line
		}, []string{"/x: bind mount unknown < /other/x: kept"}},
		{"a mask counts for the line of fstab", func(m *machine) {
			m.fstab("/keep/x /x none bind 0 0")
			m.link(units+"/x.mount", "/dev/null")
		}, []string{"/x: unknown unknown: inactive (masked)"}},
		{"a drop-in counts for the line of fstab", func(m *machine) {
			m.fstab("/keep/x /x none bind 0 0")
			m.file(units+"/x.mount.d/overrides.conf", "[Mount]\nWhat=/other/x\n")
		}, []string{"/x: bind mount unknown < /other/x: kept"}},
		{"the name does not match Where=", func(m *machine) {
			m.unit("wrong.mount", "[Mount]\nWhat=/keep/x\nWhere=/x\nOptions=bind\n", local)
		}, []string{"/x: bind mount unknown < /keep/x: inactive (unit name does not match Where=)"}},
		{"the name escaped by NixOS has bytes that systemd refuses", func(m *machine) {
			m.unit("home-é.mount", "[Mount]\nWhat=/keep/é\nWhere=/home/é\nOptions=bind\n", local)
		}, nil},
		{"Where= is missing and comes from the name", func(m *machine) {
			m.unit("x-y.mount", "[Mount]\nWhat=/keep/y\nOptions=bind\n", local)
		}, []string{"/x/y: bind mount unknown < /keep/y: kept"}},
		{"a mount unit on access", func(m *machine) {
			m.mount("/keep/x", "/x", "bind")
			m.unit("x.automount", "[Automount]\nWhere=/x\n", local)
		}, []string{"/x: bind mount unknown < /keep/x: kept on access"}},
		{"a mount that another one needs", func(m *machine) {
			m.fstab("/dev/sdb /data ext4 noauto 0 0")
			m.dir("/data/x")
			m.mount("/data/x", "/x", "bind", local)
		}, []string{"/data: own file system directory: kept", "/x: bind mount directory < /data/x: kept"}},
		{"a relative source", func(m *machine) {
			m.mount("keep/x", "/x", "bind", local)
			m.mount("/keep/../y", "/y", "bind", local)
		}, []string{"/x: bind mount unknown < keep/x: inactive (path is relative or contains \"..\")", "/y: bind mount unknown < /keep/../y: inactive (path is relative or contains \"..\")"}},
		{"an overlay is what its upper directory is", func(m *machine) {
			m.dir("/keep/up", "/var/up")
			m.fstab("overlay /a overlay lowerdir=/sysroot/nix/l,upperdir=/sysroot/keep/up,workdir=/sysroot/keep/w,x-initrd.mount 0 0", "overlay /b overlay lowerdir=/l,upperdir=/var/up,workdir=/w 0 0", "overlay /c overlay lowerdir=/l 0 0")
		}, []string{"/a: overlay directory < /keep/up: kept in the initrd", "/b: overlay directory < /var/up: storage is wiped", "/c: overlay directory: unknown"}},
		{"a file system in a file", func(m *machine) {
			m.file("/keep/img", "x")
			m.file("/var/img", "x")
			m.fstab("/keep/img /a ext4 loop 0 0", "/var/img /b ext4 loop 0 0")
		}, []string{"/a: own file system directory < /keep/img: kept", "/b: own file system directory < /var/img: storage is wiped"}},
		{"a file system in memory", func(m *machine) {
			m.fstab("/dev/zram1 /scratch ext4 defaults 0 0", "/scratch/x /x none bind 0 0")
		}, []string{"/scratch: own file system directory: wiped", "/x: bind mount unknown < /scratch/x: storage is wiped"}},
		{"bindfs", func(m *machine) {
			m.fstab("/keep/a /a fuse.bindfs force-user=ann 0 0", "bindfs#/keep/b /b fuse - 0 0")
		}, []string{"/a: bindfs directory < /keep/a: kept", "/b: bindfs directory < /keep/b: kept"}},
		{"a bind mount of a bind mount", func(m *machine) {
			m.dir("/keep/data/x")
			m.mount("/keep/data", "/data", "bind", local)
			m.mount("/data/x", "/x", "bind", local)
		}, []string{"/data: bind mount directory < /keep/data: kept", "/x: bind mount directory < /data/x: kept"}},
		{"a directory mounted over itself", func(m *machine) {
			m.mount("/keep/in", "/keep/in", "bind", local)
			m.mount("/var/in", "/var/in", "bind", local)
		}, []string{"/keep/in: bind mount unknown < /keep/in: kept", "/var/in: bind mount unknown < /var/in: storage is wiped (storage is in the same tree)"}},
		{"storage on a tmpfs", func(m *machine) {
			m.fstab("none /ram tmpfs 0 0")
			m.mount("/ram/x", "/x", "bind", local)
		}, []string{"/ram: tmpfs directory: wiped", "/x: bind mount unknown < /ram/x: storage is wiped"}},
		{"links that lead to each other", func(m *machine) {
			m.tmpfiles("00-nixos.conf", "L+ /a - - - - /b", "L+ /b - - - - /a", "L+ /c - - - - /c", "L+ /d - - - - /d/e")
		}, []string{"/a: symlink unknown < /b: inactive (links form a loop)", "/b: symlink unknown < /a: inactive (links form a loop)", "/c: symlink unknown < /c: inactive (links form a loop)", "/d: symlink unknown < /d/e: inactive (links form a loop)"}},
		{"a later mount hides an entry of the initrd", func(m *machine) {
			m.fstab("/keep/h/ann /home/ann none bind,x-initrd.mount 0 0", "/keep/h /home none bind 0 0")
		}, []string{"/home: bind mount unknown < /keep/h: kept", "/home/ann: bind mount unknown < /keep/h/ann: inactive in the initrd (hidden by a later mount)"}},
		{"a boot path does not hide an entry of the initrd", func(m *machine) {
			m.fstab("/keep/n /var/lib/nixos none bind,x-initrd.mount 0 0")
			m.mount("/keep/lib", "/var/lib", "bind", local)
		}, []string{"/var/lib: bind mount unknown < /keep/lib: kept", "/var/lib/nixos: bind mount unknown < /keep/n: kept in the initrd"}},
		{"storage that is not marked for the initrd", func(m *machine) {
			m.fstab("/dev/sdb /data ext4 defaults 0 0", "/data/log /var/log none bind,x-initrd.mount 0 0")
		}, []string{"/data: own file system directory: kept", "/var/log: bind mount unknown < /data/log: kept in the initrd"}},
		{"a mount unit without a source", func(m *machine) {
			m.unit("x.mount", "[Mount]\nWhere=/x\nType=ext4\n", local)
		}, []string{"/x: unknown unknown: inactive (unit refused by systemd)"}},
		{"tmpfiles: a line that comes too late", func(m *machine) {
			m.tmpfiles("00-nixos.conf", "d /var/lib/a", "L+ /var/lib/a - - - - /keep/a")
		}, []string{"! another entry for this path counts"}},
		{"tmpfiles: a relative target", func(m *machine) {
			m.tmpfiles("00-nixos.conf", "L /var/lib/a - - - - ../../keep/a")
		}, []string{"/var/lib/a: symlink unknown < /keep/a: kept"}},
		{"tmpfiles: an unknown escape", func(m *machine) {
			m.tmpfiles("00-nixos.conf", `L /a - - - - /keep/\q`, `w /b - - - - \q`)
		}, []string{"! malformed"}},
		{"/etc: modes", func(m *machine) {
			m.link(etc+"/copied", "/keep/copied")
			m.file(etc+"/copied.mode", "0600\n")
			m.link(etc+"/direct", "/keep/direct")
			m.file(etc+"/direct.mode", "direct-symlink\n")
		}, []string{"/etc/direct: symlink unknown < /keep/direct: kept"}},
		{"/etc: a dangling link and a loop", func(m *machine) {
			m.link(etc+"/dangling", "/nix/store/h-nothing")
			m.link(etc+"/loop", "/nix/store/h-loop")
			m.link("/nix/store/h-loop", "/nix/store/h-loop")
		}, []string{"! dangling link: /etc/dangling", "! too many links: /etc/loop"}},
		{"/etc: below a directory", func(m *machine) {
			m.link(etc+"/NetworkManager/system-connections", "/keep/nm")
		}, []string{"/etc/NetworkManager/system-connections: symlink unknown < /keep/nm: kept"}},
		{"a mount is stronger than a link", func(m *machine) {
			m.link(etc+"/machine-id", "/other/machine-id")
			m.mount("/keep/machine-id", "/etc/machine-id", "bind", local)
		}, []string{"/etc/machine-id: bind mount unknown < /keep/machine-id: kept", "/etc/machine-id: symlink unknown < /other/machine-id: inactive (another entry for this path counts)"}},
		{"a description and a command that differ", func(m *machine) {
			m.persist("x", "Bind mount or link /keep/x to /x", mf+" /y /keep/y auto ''")
		}, []string{"/y: bind mount or symlink file < /keep/y: kept (description and command differ)"}},
		{"a description that cannot be read", func(m *machine) {
			m.persist("x", "Bind mount or link 'x", "/nix/store/h-bindOrLink-x")
		}, []string{"! broken argument"}},
		{"a separator in a path", func(m *machine) {
			m.persist("x", "Bind mount or link '/keep/a to b' to '/a to b'", "/nix/store/h-bindOrLink-x")
			m.persist("y", "Bind mount or link /keep/c to d to /c to d", "/nix/store/h-bindOrLink-y")
		}, []string{"/a to b: bind mount or symlink file < /keep/a to b: kept", "/c to d: bind mount or symlink file < /keep/c to d: kept"}},
		{"a quote in a path", func(m *machine) {
			m.persist("x", `Bind mount or link /keep/it's to '/it'\''s'`, mf+` '/it'\''s' '/keep/it'\''s' auto ''`)
		}, []string{"/it's: bind mount or symlink file < /keep/it's: kept"}},
		{"a service that nothing wants", func(m *machine) {
			m.unit("persist-x.service", "[Service]\nExecStart="+mf+" /x /keep/x auto ''\n")
		}, []string{"/x: bind mount or symlink file < /keep/x: inactive (not started by any target)"}},
		{"a masked service", func(m *machine) {
			m.link(units+"/persist-x.service", "/dev/null")
		}, []string{"! masked"}},
		{"a bindfs unit outside of the home", func(m *machine) {
			files := m.home("ann", "/home/ann")
			m.file(files+"/.config/systemd/user/bindMount-x.service", "[Unit]\nDescription=Bind mount /keep/etc at /etc\n")
			m.file(files+"/.config/systemd/user/bindMount-y.service", "[Unit]\nDescription=Bind mount /keep/home/ann/dots/.y at /home/ann/.y\n")
		}, []string{"/etc: bindfs directory < /keep/etc: inactive (outside the home directory)", "/home/ann/.y: bindfs directory < /keep/home/ann/dots/.y: kept"}},
		{"a home of unknown place", func(m *machine) {
			m.home("bob", "")
		}, []string{"! home directory unknown"}},
		{"a home that is no generation", func(m *machine) {
			m.unit("home-manager-bob.service", "[Service]\nUser=bob\nExecStart=/nix/store/h-hm-setup-env /tmp/evil\n", local)
			m.dir("/tmp/evil")
		}, []string{"! not in the store: /tmp/evil"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			tt.make(m)
			if diff := cmp.Diff(tt.want, showAll(m.read(generation.Options{}))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
