package reboot

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// mountLayout is a way to mount trees that a boot wipes. With kept, they survive, and all else is
// equal: the negative control.
type mountLayout struct {
	name  string
	needs []*probe.Probe
	// laterBoot is for controls of file systems that have to be older than the boot.
	laterBoot bool
	build     func(s *stage) // once
	boot      func(s *stage, kept bool)
	// files are written while the machine runs. A boot wipes them, or keeps them in the control.
	files []string
	// wiped are written too, and wiped in the control as well; survivors are kept in both.
	wiped, survivors []string
	// aliases are the mount points of bind mounts, and what of the machine they show.
	aliases map[string]string
	// doubt says that nothing shows that "/" is wiped in the control.
	doubt bool
}

func mountLayouts() []mountLayout {
	return append(overlayLayouts(), []mountLayout{
		{
			name: "tmpfs below the root",
			boot: func(s *stage, kept bool) {
				s.memoryRoot()
				s.base()
				for _, path := range []string{"/var", "/root", "/home/bob", "/root/.cache", "/home/alice/Downloads", "/srv/scratch", "/var/lib/x"} {
					s.either(kept, path)
				}
			},
			files: []string{
				"/var/spool/a", "/root/.bashrc", "/root/.cache/x/y", "/home/bob/notes", "/home/bob/.config/app/x", "/home/alice/Downloads/file", "/srv/scratch/new\nline",
				"/var/lib/x/state",
			},
			wiped: []string{"/etc/hostname", "/home/alice/x", "/srv/other"},
		},
		{
			name: "binds of the wiped root",
			boot: func(s *stage, kept bool) {
				s.memoryRoot()
				s.base()
				if kept {
					s.bind("alias", "/home/alice/alias")
					s.bind("onto", "/srv/onto")
					return
				}
				for _, alias := range [][2]string{{"/home/alice/real", "/home/alice/alias"}, {"/var/lib/src", "/srv/onto"}} {
					must(s.t, os.MkdirAll(s.at(alias[0]), 0o755), os.MkdirAll(s.at(alias[1]), 0o755),
						mount(s.t, s.at(alias[0]), s.at(alias[1]), "", unix.MS_BIND, ""))
				}
				s.write("/etc/source", "/etc/bound")
				must(s.t, mount(s.t, s.at("/etc/source"), s.at("/etc/bound"), "", unix.MS_BIND, ""))
			},
			files:   []string{"/home/alice/alias/x", "/srv/onto/deep/y"},
			wiped:   []string{"/etc/passwd"},
			aliases: map[string]string{"/home/alice/alias": "/home/alice/real", "/srv/onto": "/var/lib/src", "/etc/bound": "/etc/source"},
		},
		{
			name: "mounts over mounts",
			boot: func(s *stage, kept bool) {
				s.memoryRoot()
				s.base()
				s.bind("over", "/opt/over")
				s.either(kept, "/opt/over") // hides the one below
				s.either(kept, "/opt/h")
				s.bind("inner", "/opt/h/kept")
				s.either(kept, "/home/alice/tm")
			},
			files:     []string{"/opt/over/lost", "/opt/h/lost", "/home/alice/tm/lost"},
			wiped:     []string{"/opt/beside"},
			survivors: []string{"/opt/h/kept/a/b"},
		},
		{
			name: "/home on btrfs is rolled back", needs: []*probe.Probe{probe.Root, probe.Loop, probe.Btrfs}, laterBoot: true,
			build: func(s *stage) { btrfsDisk(s, "@home-blank") },
			boot: func(s *stage, kept bool) {
				s.memoryRoot()
				s.base()
				top := filepath.Join(s.disk, "btrfs")
				home := filepath.Join(top, "@home")
				if _, err := os.Lstat(home); err == nil && !kept {
					tool(s.t, "btrfs", "subvolume", "delete", home)
				}
				if _, err := os.Lstat(home); err != nil {
					tool(s.t, "btrfs", "subvolume", "snapshot", filepath.Join(top, "@home-blank"), home)
				}
				must(s.t, mount(s.t, deviceOf(s, "image"), s.at("/home"), "btrfs", 0, "subvol=@home"))
			},
			files: []string{"/home/alice/x", "/home/bob/.config/chat/y", "/home/.snapshots/1/info"},
			wiped: []string{"/etc/passwd", "/root/a"},
		},
		{
			name: "/home is formatted at boot", needs: []*probe.Probe{probe.Root, probe.Loop, probe.Disk}, laterBoot: true,
			build: func(s *stage) { image(s, 16<<20) },
			boot: func(s *stage, kept bool) {
				s.memoryRoot()
				s.base()
				disk := filepath.Join(s.disk, "image")
				if _, err := os.Lstat(disk + ".made"); err != nil || !kept {
					tool(s.t, "mkfs.ext4", "-q", "-F", disk)
					must(s.t, os.WriteFile(disk+".made", nil, 0o600))
				}
				tool(s.t, "mount", "-o", "loop", disk, s.at("/home"))
				s.t.Cleanup(func() { _ = unix.Unmount(s.at("/home"), unix.MNT_DETACH) })
			},
			files: []string{"/home/alice/x", "/home/bob/y"},
			wiped: []string{"/etc/passwd"},
		},
	}...)
}

// overlayLayouts are those with overlays.
func overlayLayouts() []mountLayout {
	needs := []*probe.Probe{probe.Root, probe.Overlay}
	return []mountLayout{
		{
			name: "/etc is an overlay", needs: needs,
			build: func(s *stage) { shipped(s, filepath.Join(s.nix, "etc-lower"), "hosts", "ssl/certs", "changed") },
			boot: func(s *stage, kept bool) {
				s.memoryRoot()
				s.base()
				s.either(kept, "/.rw-etc")
				s.overlay("/etc", "/nix/etc-lower", "/.rw-etc")
			},
			files:   []string{"/etc/passwd", "/etc/wifi/a.conf", "/etc/changed"},
			wiped:   []string{"/srv/x"},
			aliases: map[string]string{"/.rw-etc/upper": "/etc"},
		},
		{
			name: "/home is an overlay with its upper directory in /run", needs: needs,
			build: func(s *stage) { shipped(s, filepath.Join(s.nix, "home-lower"), "alice/shipped", "alice/.bashrc") },
			boot: func(s *stage, kept bool) {
				s.memoryRoot()
				s.base()
				s.either(kept, "/run/rw")
				s.overlay("/home", "/nix/home-lower", "/run/rw")
			},
			files: []string{"/home/alice/new", "/home/alice/.bashrc", "/home/carol/deep/x"},
			wiped: []string{"/etc/x"},
		},
		{
			name: "the root is an overlay", needs: needs, doubt: true,
			build: func(s *stage) { shipped(s, s.onDisk("image"), "etc/shipped", "etc/changed", "usr/bin/tool") },
			boot:  bootOverlayRoot,
			files: []string{"/etc/changed", "/etc/new", "/home/alice/x", "/usr/local/y"},
		},
	}
}

// bootOverlayRoot does what an initrd of a live system does: it mounts the writable layer in its
// /run, which the new root gets, and the overlay at /sysroot.
func bootOverlayRoot(s *stage, kept bool) {
	t := s.t
	initrd := filepath.Join(filepath.Dir(s.top), "initrd")
	_ = unix.Unmount(initrd, unix.MNT_DETACH)
	must(t, os.MkdirAll(initrd, 0o755), mount(t, "none", initrd, "tmpfs", 0, ""))
	for _, dir := range []string{"/run/rw", "/run/image", "/sysroot"} {
		must(t, os.MkdirAll(initrd+dir, 0o755))
	}
	must(t, mount(t, s.onDisk("image"), initrd+"/run/image", "", unix.MS_BIND, ""))
	if kept {
		must(t, mount(t, s.onDisk("rw"), initrd+"/run/rw", "", unix.MS_BIND, ""))
	} else {
		must(t, mount(t, "rw", initrd+"/run/rw", "tmpfs", 0, ""))
	}
	must(t, os.MkdirAll(initrd+"/run/rw/upper", 0o755), os.MkdirAll(initrd+"/run/rw/work", 0o755))
	s.inside(initrd, func() error {
		return unix.Mount("overlay", "/sysroot", "overlay", 0, "lowerdir=/run/image,upperdir=/run/rw/upper,workdir=/run/rw/work")
	})
	must(t, unix.Mount(initrd+"/sysroot", s.top, "", unix.MS_MOVE, ""))
	s.base()
	for _, dir := range []string{"/run/rw", "/run/image"} {
		must(t, os.MkdirAll(s.at(dir), 0o755), mount(t, initrd+dir, s.at(dir), "", unix.MS_BIND, ""))
	}
}

// shipped writes the files of a lower layer.
func shipped(s *stage, dir string, names ...string) {
	for _, name := range names {
		path := filepath.Join(dir, name)
		must(s.t, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("shipped"), 0o644))
	}
}

// image creates an image of a disk, nearly all of which is a hole.
func image(s *stage, size int64) string {
	name := filepath.Join(s.disk, "image")
	file, err := os.Create(name)
	must(s.t, err, file.Truncate(size), file.Close())
	return name
}

// btrfsDisk makes a btrfs with subvolumes.
func btrfsDisk(s *stage, subvolumes ...string) {
	t := s.t
	name, top := image(s, btrfsSize), s.onDisk("btrfs")
	tool(t, "mkfs.btrfs", "--quiet", name)
	tool(t, "mount", "-t", "btrfs", "-o", "loop,subvolid=5", name, top)
	t.Cleanup(func() { must(t, unix.Unmount(top, unix.MNT_DETACH)) })
	for _, subvolume := range subvolumes {
		tool(t, "btrfs", "subvolume", "create", filepath.Join(top, subvolume))
	}
}

// deviceOf returns the loop device of an image.
func deviceOf(s *stage, name string) string {
	return strings.TrimSpace(tool(s.t, "losetup", "--associated", filepath.Join(s.disk, name), "--output", "NAME", "--noheadings"))
}

// TestListFindsWhatEachLayoutWipes has no configuration: the mounts alone show what is wiped. What
// is listed is exactly what a reboot removes, or in an overlay restores.
func TestListFindsWhatEachLayoutWipes(t *testing.T) {
	for _, l := range mountLayouts() {
		for _, kept := range []bool{false, true} {
			name := l.name
			if kept {
				name += ", control"
			}
			t.Run(name, func(t *testing.T) {
				probe.Need(t, l.needs...)
				s := newStage(t)
				s.laterBoot = l.laterBoot && kept
				if l.build != nil {
					l.build(s)
				}
				s.rebootLayout(l, kept)
			})
		}
	}
}

// rebootLayout boots, uses, lists, and boots again.
func (s *stage) rebootLayout(l mountLayout, kept bool) {
	t := s.t
	t.Helper()
	t.Cleanup(s.halt)
	l.boot(s, kept)
	s.write(slices.Concat(l.files, l.wiped, l.survivors)...)
	before := walk(t, s.top)
	listed := s.listed()
	_, stderr, _ := s.run("list", "--count")
	explained, _, _ := s.run(append([]string{"explain"}, l.files...)...)
	s.halt()
	l.boot(s, kept)
	gone := sources(lost(before, walk(t, s.top)), l.aliases)
	for _, path := range l.files {
		if removed := slices.Contains(gone, sources([]string{path}, l.aliases)[0]); removed == kept {
			t.Fatalf("the test is wrong: %q is removed: %t", path, removed)
		}
	}
	if doubt := strings.Contains(stderr, "nothing shows that a boot wipes") || strings.Contains(stderr, "does not look ephemeral"); doubt != (kept && l.doubt) {
		t.Errorf("doubt about the root: %t\n%s", doubt, stderr)
	}
	if kept && l.doubt {
		return // what is written is listed, with that doubt
	}
	if diff := cmp.Diff(gone, listed); diff != "" {
		t.Errorf("removed and listed (-removed +listed):\n%s", diff)
	}
	if wipes := strings.Contains(explained, "the next reboot wipes"); wipes == kept {
		t.Errorf("explain says that the reboot wipes the files: %t\n%s", wipes, explained)
	}
}
