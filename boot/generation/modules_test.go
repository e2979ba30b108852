package generation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/DaRacci/list-ephemeral/boot/generation"
	"github.com/DaRacci/list-ephemeral/internal/unitfile"
)

// showOwners writes entries with owner and mode.
func showOwners(g *generation.Generation) []string {
	var out []string
	for _, line := range showAll(g) {
		if !strings.HasPrefix(line, "!") {
			for _, e := range g.Entries {
				if show(e) == line && e.Mode+e.Owner+e.Group != "" {
					line += fmt.Sprintf(" %s %s:%s", e.Mode, e.Owner, e.Group)
				}
			}
		}
		out = append(out, line)
	}
	return out
}

// createScript is the activation snippet of impermanence that makes directories: parents first.
func createScript(name string, lines ...string) string {
	var out strings.Builder
	out.WriteString("#!/nix/store/h-bash/bin/bash\n_status=0\ntrap \"_status=1\" ERR\n")
	for _, line := range lines {
		out.WriteString("/nix/store/h-" + name + "-create-directories " + line + "\n\n")
	}
	return out.String() + "exit $_status\n"
}

// impermanenceNow is what impermanence makes since the end of 2025.
func impermanenceNow(m *machine) {
	m.dir("/keep/var/log", "/keep/home/ann/.ssh", "/keep/var/lib/colord")
	m.file("/keep/etc/machine-id", "x")
	m.mount("/keep/var/log", "/var/log", "bind,x-gvfs-hide", local)
	m.mount("/keep/var/lib/colord", "/var/lib/colord", "bind", local)
	m.mount("/keep/home/ann/.ssh", "/home/ann/.ssh", "bind,x-gvfs-hide,x-gvfs-trash", local)
	m.persist("keep-etc-machine\\x2did", "Bind mount or link /keep/etc/machine-id to /etc/machine-id", mf+" /etc/machine-id /keep/etc/machine-id auto ''")
	m.file("/nix/store/h-persistence-run-create-directories", createScript("persistence",
		"'' /keep root root 0755 ''", "/keep /var root root 0755 ''", "/keep /var/log root root 0755 ''",
		"/keep /var/lib/colord root root 0755 ''", "/keep /var/lib/colord colord colord u=rwx,g=rx,o= ''",
		"/keep /home/ann ann users 0700 ''", "/keep /home/ann/.ssh ann users 0700 ''", "/keep /home/ann/$x a b c ''"))
	m.file(sys+"/activate", "#!/nix/store/h-bash/bin/bash\n#### Activation script snippet createPersistentStorageDirs:\n/nix/store/h-persistence-run-create-directories\n")
	m.file(sys+"/initrd", "x")
}

// impermanenceBefore is what it made from 2022 to 2025, for the same options.
func impermanenceBefore(m *machine) {
	m.dir("/keep/var/log", "/keep/home/ann/.ssh", "/keep/var/lib/colord")
	options := " auto bind,X-fstrim.notrim,x-gvfs-hide,x-systemd.requires-mounts-for=/keep 0 0"
	m.fstab("/keep/home/ann/.ssh /home/ann/.ssh"+options, "/keep/var/lib/colord /var/lib/colord"+options,
		"/keep/var/log /var/log auto bind,X-fstrim.notrim,x-initrd.mount,x-systemd.requires-mounts-for=/sysroot/keep 0 0")
	m.persist("keep-etc-machine\\x2did", "Bind mount or link '/keep/etc/machine-id' to '/etc/machine-id'", "/nix/store/h-impermanence-mount-file '/etc/machine-id' '/keep/etc/machine-id' ''")
	m.file("/nix/store/h-impermanence-run-create-directories", createScript("impermanence", "'/keep' '/var/lib/colord' 'colord' 'colord' 'u=rwx,g=rx,o=' ''", "'/keep' '/home/ann/.ssh' 'ann' 'users' '0700' ''"))
	m.file(sys+"/activate", "/nix/store/h-impermanence-run-create-directories\n")
	m.file(sys+"/initrd", "x")
}

// preservationUnit makes a mount unit as preservation does: without a type.
func preservationUnit(m *machine, what, where, options, condition string) {
	name, err := unitfile.EscapePath(where)
	m.check(err)
	m.unit(name+".mount", "[Unit]\nBefore=systemd-tmpfiles-setup.service preservation.target\n"+condition+"Conflicts=umount.target\nDefaultDependencies=no\n\n[Mount]\nOptions="+options+"\nWhat="+what+"\nWhere="+where+"\n", "preservation.target")
}

// preservation is what preservation makes: mount units, and owners in tmpfiles.d.
func preservation(m *machine) {
	m.dir("/keep/var/lib/x", "/keep/etc/ssh")
	m.file("/keep/etc/f", "x")
	m.file("/keep/etc/ssh/k", "x")
	m.unit("preservation.target", "[Unit]\nBefore=sysinit.target\nDescription=Preservation Mounts\n", "sysinit.target")
	preservationUnit(m, "/keep/var/lib/x", "/var/lib/x", "bind,X-fstrim.notrim", "")
	preservationUnit(m, "/keep/etc/f", "/etc/f", "bind", "ConditionPathExists=/keep/etc/f\n")
	m.tmpfiles("preservation.conf",
		"'d' '/home/ann' '0755' 'root' 'root' '-' ", "'d' '/keep/var/lib' '0755' 'root' 'root' '-' ",
		"'d' '/keep/var/lib/x' '0750' 'x' 'x' '-' ", "'d' '/var/lib/x' '0750' 'x' 'x' '-' ",
		"'f' '/keep/etc/f' '0600' 'root' 'wheel' '-' ", "'f' '/etc/f' '0600' 'root' 'wheel' '-' ",
		"'L' '/etc/ssh/k' '0644' 'root' 'root' '-' /keep/etc/ssh/k")
	m.file(sys+"/initrd", "x")
}

// handMade is a configuration without a module.
func handMade(m *machine) {
	m.dir("/keep/var/lib/nixos", "/keep/var/lib/bluetooth", "/keep/home/ann/dots/nvim")
	m.file("/keep/etc/machine-id", "x")
	m.fstab("/keep/var/lib/nixos /var/lib/nixos none bind,x-initrd.mount 0 0", "/dev/disk/by-label/keep /home btrfs subvol=/home 0 0", "tank/srv /srv zfs zfsutil 0 0")
	m.tmpfiles("00-nixos.conf", "L+ /var/lib/bluetooth - - - - /keep/var/lib/bluetooth", "d /var/lib/bluetooth 0700")
	m.link("/nix/store/h-etc-machine-id", "/keep/etc/machine-id")
	m.link(etc+"/machine-id", "/nix/store/h-etc-machine-id")
	m.link(etc+"/ssh/ssh_host_ed25519_key", "/keep/etc/ssh/ssh_host_ed25519_key")
	m.homeLink(m.home("ann", "/home/ann"), ".config/nvim", "/keep/home/ann/dots/nvim")
}

// TestDatasetsNeedNoLineInFstab has binds from datasets of ZFS: one in fstab, one that
// zfs-mount.service mounts, and one that is not mounted.
func TestDatasetsNeedNoLineInFstab(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.dir("/listed/a", "/tank/home/b", "/nowhere/c")
	m.fstab("rpool/local/root / zfs x-initrd.mount,zfsutil 0 0", "rpool/safe/listed /listed zfs zfsutil 0 0", `rpool/a\040name /with zfs defaults 0 0`,
		"/listed/a /a none bind", "/tank/home/b /b none bind", "/nowhere/c /c none bind", "/with/d /d none bind")
	g := m.read(generation.Options{
		Wiped:    func(e generation.Entry) bool { return e.Device == "rpool/local/root" },
		Unlisted: func(path string) bool { return path == "/tank" || strings.HasPrefix(path, "/tank/") },
	})
	want := map[string]generation.Verdict{
		"/": generation.Wiped, "/listed": generation.Kept, "/with": generation.Kept, "/a": generation.Kept, "/b": generation.Kept, "/c": generation.StorageWiped, "/d": generation.Kept,
	}
	for i := range g.Entries {
		if e := &g.Entries[i]; want[e.Path] != generation.VerdictUnknown && e.Verdict != want[e.Path] {
			t.Errorf("%s is %s, want %s", e.Path, e.Verdict, want[e.Path])
		}
		delete(want, g.Entries[i].Path)
	}
	for path := range want {
		t.Errorf("%s is missing", path)
	}
	for path, kept := range map[string]bool{"/b/file": true, "/c/file": false, "/tank/home/x": true} {
		if _, got := g.Keeps(path); got != kept {
			t.Errorf("Keeps(%s) is %t", path, got)
		}
	}
}

func TestModules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		make   func(m *machine)
		initrd generation.InitrdState
		want   []string
	}{
		{"impermanence now", impermanenceNow, generation.InitrdRepeats, []string{
			"/etc/machine-id: bind mount or symlink file < /keep/etc/machine-id: kept",
			"/home/ann/.ssh: bind mount directory < /keep/home/ann/.ssh: kept 0700 ann:users",
			"/var/lib/colord: bind mount directory < /keep/var/lib/colord: kept u=rwx,g=rx,o= colord:colord",
			"/var/log: bind mount directory < /keep/var/log: kept 0755 root:root",
			"! malformed",
		}},
		{"impermanence from 2022 to 2025", impermanenceBefore, generation.InitrdRepeats, []string{
			"/etc/machine-id: bind mount or symlink file < /keep/etc/machine-id: kept",
			"/home/ann/.ssh: bind mount directory < /keep/home/ann/.ssh: kept 0700 ann:users",
			"/var/lib/colord: bind mount directory < /keep/var/lib/colord: kept u=rwx,g=rx,o= colord:colord",
			"/var/log: bind mount directory < /keep/var/log: kept in the initrd",
		}},
		{"impermanence in the beginning of 2022", func(m *machine) {
			m.fstab("/keep/var/log /var/log auto bind,x-gvfs-hide 0 0")
			m.persist("-keep-etc-f-", "Bind mount or link '/keep/etc/f' to '/etc/f'", "/nix/store/h-bindOrLink--keep-etc-f-")
			m.file(sys+"/activate", "#### Activation script snippet createDirsIn--keep:\n/nix/store/h-impermanence-create-directories '/keep' '/var/log' 'u' 'g' '0750'\n")
		}, generation.NoInitrd, []string{
			"/etc/f: bind mount or symlink file < /keep/etc/f: kept",
			"/var/log: bind mount unknown < /keep/var/log: kept 0750 u:g",
		}},
		{"impermanence in 2020", func(m *machine) {
			m.fstab("/keep/var/log /var/log none bind 0 0")
			m.link("/nix/store/h-etc-passwd", "/keep/etc/passwd")
			m.link(etc+"/passwd", "/nix/store/h-etc-passwd")
		}, generation.NoInitrd, []string{
			"/etc/passwd: symlink unknown < /keep/etc/passwd: kept",
			"/var/log: bind mount unknown < /keep/var/log: kept",
		}},
		{"preservation", preservation, generation.InitrdNotVisible, []string{
			"/etc/f: bind mount file < /keep/etc/f: kept 0600 root:wheel",
			"/etc/ssh/k: symlink file < /keep/etc/ssh/k: kept",
			"/var/lib/x: bind mount directory < /keep/var/lib/x: kept 0750 x:x",
		}},
		{"by hand", handMade, generation.NoInitrd, []string{
			"/etc/machine-id: symlink file < /keep/etc/machine-id: kept",
			"/etc/ssh/ssh_host_ed25519_key: symlink unknown < /keep/etc/ssh/ssh_host_ed25519_key: kept",
			"/home: own file system directory: kept",
			"/home/ann/.config/nvim: symlink directory < /keep/home/ann/dots/nvim: kept",
			"/srv: own file system directory: kept",
			"/var/lib/bluetooth: symlink directory < /keep/var/lib/bluetooth: kept",
			"/var/lib/nixos: bind mount directory < /keep/var/lib/nixos: kept in the initrd",
		}},
		{"no module", func(m *machine) { m.file(sys+"/initrd", "x") }, generation.InitrdUnused, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			tt.make(m)
			g := m.read(generation.Options{})
			if diff := cmp.Diff(tt.want, showOwners(g)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if g.Initrd != tt.initrd || g.System != sys {
				t.Errorf("%s: initrd: %s, want %s", g.System, g.Initrd, tt.initrd)
			}
		})
	}
}

// TestPasswordFilesAreFound reads them by both names of the option.
func TestPasswordFilesAreFound(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.file(sys+"/activate", "/nix/store/h-users-groups.json")
	m.file("/nix/store/h-users-groups.json", `{"users":[{"name":"ann","hashedPasswordFile":"/keep/ann"},{"name":"bob","passwordFile":"/keep/bob"},{"name":"eve","hashedPasswordFile":null}]}`)
	want := []generation.PasswordFile{{User: "ann", Path: "/keep/ann"}, {User: "bob", Path: "/keep/bob"}}
	if got := m.read(generation.Options{}).PasswordFiles; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestTheHomeOfAUserIsFound reads it from each of the places that may have it.
func TestTheHomeOfAUserIsFound(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		make func(m *machine)
		opts generation.Options
		want string
	}{
		{"the list of users", func(m *machine) {
			m.file(sys+"/activate", "... /nix/store/h-perl/bin/perl -w /nix/store/h-update-users-groups.pl /nix/store/h-users-groups.json\n")
			m.file("/nix/store/h-users-groups.json", `{"groups":[],"mutableUsers":true,"users":[{"name":"ann","uid":1000,"home":"/home/list"}]}`)
		}, generation.Options{}, "/home/list/.x"},
		{"userborn", func(m *machine) {
			m.unit("userborn.service", "[Service]\nExecStart=/nix/store/h-userborn/bin/userborn /nix/store/h-userborn.json /etc\n", local)
			m.file("/nix/store/h-userborn.json", `{"users":[{"name":"ann","home":"/home/born"}]}`)
		}, generation.Options{}, "/home/born/.x"},
		{"the caller", func(*machine) {}, generation.Options{Homes: map[string]string{"ann": "/home/caller"}}, "/home/caller/.x"},
		{"the script of the home", func(m *machine) {
			m.file("/nix/store/h-home-manager-generation-ann/activate", "#!/bin/sh\ncheckUsername 'ann'\ncheckHomeDirectory '/home/an n'\n")
		}, generation.Options{}, "/home/an n/.x"},
		{"the script of the home, in double quotes", func(m *machine) {
			m.file("/nix/store/h-home-manager-generation-ann/activate", "  checkHomeDirectory \"/home/quoted\"\n")
		}, generation.Options{}, "/home/quoted/.x"},
		{"a list that is no JSON", func(m *machine) {
			m.file(sys+"/activate", "/nix/store/h-users-groups.json")
			m.file("/nix/store/h-users-groups.json", "{")
		}, generation.Options{Homes: map[string]string{"ann": "/home/caller"}}, "/home/caller/.x ! malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.homeLink(m.home("ann", ""), ".x", "/keep/x")
			tt.make(m)
			g := m.read(tt.opts)
			var got []string
			for _, line := range showAll(g) {
				at, _, _ := strings.Cut(line, ": ")
				got = append(got, at)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestProfilesOfUsersAreReadInTheStoreOnly has users put other things in place of their profile.
func TestProfilesOfUsersAreReadInTheStoreOnly(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	files := m.home("ann", "/home/ann")
	m.homeLink(files, ".x", "/keep/x")
	m.link(units+"/home-manager-ann.service", "/dev/null")
	m.link("/home/ann/good", "good-3-link")
	m.link("/home/ann/good-3-link", "/nix/store/h-home-manager-generation-ann")
	m.link("/home/ann/evil", "/home/ann/tree")
	m.link("/home/ann/tree/home-files/.y", "/etc/shadow")
	m.fifo("/home/ann/tree/activate")
	m.link("/home/ann/loop", "loop")
	m.link("/home/ann/inner", "/nix/store/h-inner")
	m.link("/nix/store/h-inner/home-files", "/home/ann/tree/home-files")
	m.fifo("/home/ann/fifo")
	var opts generation.Options
	for _, name := range []string{"good", "evil", "loop", "inner", "fifo", "missing"} {
		opts.Profiles = append(opts.Profiles, generation.Profile{User: "ann", Home: "/home/ann", Path: "/home/ann/" + name})
	}
	want := []string{
		"/home/ann/.x: symlink unknown < /keep/x: kept",
		"! masked", "! not in the store: /home/ann/tree", "! too many links", "! not in the store: /home/ann/tree/home-files",
		"! not in the store: /home/ann/fifo", "! dangling link",
	}
	if diff := cmp.Diff(want, showAll(m.read(opts))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
