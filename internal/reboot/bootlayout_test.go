package reboot

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/nspawn"
	"github.com/DaRacci/list-ephemeral/internal/probe"
)

// bootLayout is a way to set up a machine that really boots.
type bootLayout struct {
	name string
	// build makes the disks, and sets the initrd.
	build func(c *computer)
	// tmpfs are the mount points of file systems in memory, which units mount.
	tmpfs []string
	// ordinary means that no boot wipes the root, and that there is no storage.
	ordinary bool
	// wiped are the mount points of all trees that a boot wipes, with "/" first if it does.
	wiped []string
	// overlays are the mount points of overlays whose upper directory can be read. layers are
	// directories of the root that are their layers.
	overlays, layers []string
	// aliases are directories whose files are reported by their path in another directory, which
	// is the value.
	aliases map[string]string
	// hint is what list prints on stderr.
	hint  string
	needs []*probe.Probe
	// slow layouts run only in the thorough tests.
	slow bool
}

// keptHint is a part of what the program prints for a root that no boot wipes.
const keptHint = "does not look ephemeral"

func bootLayouts() []bootLayout {
	loop, btrfs := []*probe.Probe{probe.Loop, probe.Ext4}, []*probe.Probe{probe.Loop, probe.Btrfs}
	overlay := []*probe.Probe{probe.Loop, probe.Ext4, probe.Overlay}
	return []bootLayout{
		{name: "tmpfs root", build: tmpfsRoot, wiped: []string{"/"}, needs: loop},
		{
			name: "tmpfs root, tmpfs on homes and in a persisted directory", build: tmpfsRoot, tmpfs: []string{"/home/bob", "/srv", "/var/log/app"},
			wiped: []string{"/", "/home/bob", "/srv", "/var/log/app"}, needs: loop, slow: true,
			// Mounts propagate from /var/log to the directory that it is a bind mount of.
			aliases: map[string]string{"/persist/var/log/app": "/var/log/app"},
		},
		{
			name: "tmpfs root, a bind of a part of it", build: aliasedRoot, wiped: []string{"/"}, needs: loop, slow: true,
			aliases: map[string]string{"/srv/alias": "/var/lib/app"},
		},
		{name: "overlay root, upper layer out of reach", build: volatileRoot, wiped: []string{"/"}, hint: "upper", needs: overlay},
		{name: "overlay root of a live system", build: liveRoot, wiped: []string{"/"}, overlays: []string{"/"}, needs: overlay},
		{
			name: "overlay on etc, upper layer on the wiped root", build: etcOverlay, wiped: []string{"/", "/etc"}, needs: overlay,
			overlays: []string{"/etc"}, layers: []string{"/.rw-etc/upper", "/.rw-etc/work"},
		},
		{
			name: "overlay on home, upper layer in memory", build: homeOverlay, ordinary: true, wiped: []string{"/home"}, overlays: []string{"/home"},
			hint: keptHint, needs: overlay, slow: true,
		},
		{name: "directories of one file system", build: oneFileSystem, wiped: []string{"/"}, needs: loop, slow: true},
		{name: "ext4 formatted at each boot", build: formattedRoot, wiped: []string{"/"}, needs: loop, slow: true},
		{name: "btrfs root moved to old_roots", build: movedRoot, wiped: []string{"/"}, needs: btrfs},
		{name: "btrfs root and home moved to old_roots", build: movedHome, wiped: []string{"/", "/home"}, needs: btrfs, slow: true},
		{name: "btrfs root reset to a snapshot", build: resetRoot, wiped: []string{"/"}, needs: btrfs, slow: true},
		{name: "ordinary root", build: ordinaryRoot, ordinary: true, hint: keptHint, needs: loop},
		{name: "ordinary btrfs root", build: ordinaryBtrfs, ordinary: true, hint: "nothing shows that a boot wipes /", needs: btrfs, slow: true},
		{name: "ordinary root, tmpfs on var", build: ordinaryRoot, ordinary: true, tmpfs: []string{"/var"}, wiped: []string{"/var"}, hint: keptHint, needs: loop},
		{
			name: "ordinary root, tmpfs on homes", build: ordinaryRoot, ordinary: true, hint: keptHint, needs: loop, slow: true,
			tmpfs: []string{"/root", "/home/bob", "/var/lib/app"}, wiped: []string{"/home/bob", "/root", "/var/lib/app"},
		},
	}
}

// tmpfsRoot has its root in memory, as NixOS with fileSystems."/".fsType = "tmpfs".
func tmpfsRoot(c *computer) {
	c.storageDisk()
	c.initrd = func() nspawn.Options {
		c.mount("none", c.at("root"), "tmpfs", 0, "mode=755")
		c.copyTree(c.at("root"))
		c.attachStorage()
		return c.options(c.at("root"))
	}
}

// installWhole makes a disk with the whole installed system.
func (c *computer) installWhole() {
	c.t.Helper()
	c.whole = true
	c.format("root", c.tree, false)
}

// aliasedRoot has a bind mount that does not come from storage.
func aliasedRoot(c *computer) {
	must(c.t, os.Mkdir(c.tree+"/var/lib/app", 0o755), os.Mkdir(c.tree+"/srv/alias", 0o755),
		nspawn.AddMount(c.tree, nspawn.Mount{What: "/var/lib/app", Where: "/srv/alias", Type: "none", Options: "bind"}))
	tmpfsRoot(c)
}

// volatileRoot has an overlay root as with systemd.volatile=overlay: the upper directory is on a
// tmpfs that no path leads to.
func volatileRoot(c *computer) {
	c.storageDisk()
	c.installWhole()
	c.initrd = func() nspawn.Options {
		c.attach("root", c.at("root"), "")
		c.attachStorage()
		options := c.options(c.at("root"))
		options.Overlay = true
		return options
	}
}

// inInitrd mounts an overlay with the layers at the paths that the initrd has them at, which the
// kernel records. dirs are bind mounts in the initrd, from paths of this computer. All is
// unmounted when the computer is off.
func (c *computer) inInitrd(target, lower, upper string, dirs map[string]string) {
	c.t.Helper()
	root := c.at("initrd")
	_ = os.Mkdir(root, 0o755)
	c.mount("none", root, "tmpfs", 0, "mode=755")
	must(c.t, os.Mkdir(root+"/usr", 0o755))
	c.mount(c.tree+"/usr", root+"/usr", "", unix.MS_BIND, "")
	for _, name := range []string{"lib", "lib64"} {
		must(c.t, os.Symlink("usr/"+name, filepath.Join(root, name)))
	}
	for from, to := range dirs {
		must(c.t, os.MkdirAll(filepath.Join(root, to), 0o755))
		c.mount(from, filepath.Join(root, to), "", unix.MS_BIND|unix.MS_REC, "")
	}
	if !exists(filepath.Join(root, target)) {
		must(c.t, os.Mkdir(filepath.Join(root, target), 0o755))
	}
	layers := "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + filepath.Dir(upper) + "/work"
	cmd := exec.Command("/usr/bin/mount", "-t", "overlay", "-o", layers, "overlay", target)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	cmd.Dir = "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("mount an overlay: %v\n%s", err, out)
	}
	c.mounted = append(c.mounted, filepath.Join(root, target))
}

// memory mounts a tmpfs with an upper and a work directory for an overlay.
func (c *computer) memory(name string) string {
	c.t.Helper()
	dir := c.at(name)
	_ = os.Mkdir(dir, 0o755)
	c.mount("none", dir, "tmpfs", 0, "mode=755")
	must(c.t, os.Mkdir(dir+"/upper", 0o755), os.Mkdir(dir+"/work", 0o755))
	return dir
}

// liveRoot has an overlay root whose upper directory is visible, as live-boot(7) has it.
func liveRoot(c *computer) {
	c.storageDisk()
	c.installWhole()
	c.initrd = func() nspawn.Options {
		c.attach("root", c.at("root"), "ro")
		c.attachStorage()
		memory := c.memory("memory")
		c.inInitrd("/sysroot", "/run/live/rootfs", "/run/live/overlay/upper",
			map[string]string{c.at("root"): "/run/live/rootfs", memory: "/run/live/overlay"})
		options := c.options(c.at("initrd/sysroot"))
		options.Binds = append(options.Binds, nspawn.Bind{From: memory, To: "/run/live/overlay"})
		return options
	}
}

// etcOverlay is NixOS with a mutable system.etc.overlay: the upper directory is /.rw-etc of the
// root in memory, and the lower one an image.
func etcOverlay(c *computer) {
	c.storageDisk()
	c.initrd = func() nspawn.Options {
		c.mount("none", c.at("root"), "tmpfs", 0, "mode=755")
		c.copyTree(c.at("root"))
		tool(c.t, "find", c.at("root/etc"), "-mindepth", "1", "-delete")
		must(c.t, os.Mkdir(c.at("root/.rw-etc"), 0o755), os.Mkdir(c.at("root/.rw-etc/upper"), 0o755), os.Mkdir(c.at("root/.rw-etc/work"), 0o755))
		c.attachStorage()
		c.inInitrd("/sysroot/etc", "/run/etc", "/sysroot/.rw-etc/upper",
			map[string]string{c.at("root"): "/sysroot", filepath.Join(c.tree, "etc"): "/run/etc"})
		return c.options(c.at("initrd/sysroot"))
	}
}

// homeOverlay is a kiosk: an ordinary root whose homes are an overlay with its upper directory in
// memory.
func homeOverlay(c *computer) {
	c.installWhole()
	c.initrd = func() nspawn.Options {
		c.attach("root", c.at("root"), "")
		memory := c.memory("memory")
		c.inInitrd("/sysroot/home", "/sysroot/home", "/run/kiosk/upper", map[string]string{c.at("root"): "/sysroot", memory: "/run/kiosk"})
		options := c.options(c.at("initrd/sysroot"))
		options.Binds = append(options.Binds, nspawn.Bind{From: memory, To: "/run/kiosk"})
		return options
	}
}

// oneFileSystem has root and storage in two directories of one file system; the boot removes the
// first.
func oneFileSystem(c *computer) {
	stored := c.at("stored/persist")
	must(c.t, os.MkdirAll(stored, 0o755), os.Mkdir(c.at("persist"), 0o755))
	c.store(stored)
	c.format("disk", c.at("stored"), false)
	c.initrd = func() nspawn.Options {
		c.attach("disk", c.at("disk"), "")
		must(c.t, os.RemoveAll(c.at("disk/root")), os.Mkdir(c.at("disk/root"), 0o755))
		c.copyTree(c.at("disk/root"))
		c.mount(c.at("disk/persist"), c.at("persist"), "", unix.MS_BIND, "")
		return c.options(c.at("disk/root"))
	}
}

// formattedRoot has a root that mkfs makes at each boot.
func formattedRoot(c *computer) {
	c.storageDisk()
	c.initrd = func() nspawn.Options {
		c.format("root", "", true)
		c.attach("root", c.at("root"), "")
		c.copyTree(c.at("root"))
		c.attachStorage()
		return c.options(c.at("root"))
	}
}

// ordinaryRoot is a system that was installed once.
func ordinaryRoot(c *computer) {
	c.installWhole()
	c.initrd = func() nspawn.Options {
		c.attach("root", c.at("root"), "")
		return c.options(c.at("root"))
	}
}

// ordinaryBtrfs is a system that was installed once in a subvolume, as by the installer of Fedora.
func ordinaryBtrfs(c *computer) {
	c.whole = true
	c.btrfsDisk("root")
	c.attach("btrfs", c.at("btrfs"), "subvol=root")
	tool(c.t, "cp", "--archive", c.tree+"/.", c.at("btrfs"))
	c.off()
	c.initrd = func() nspawn.Options {
		c.attach("btrfs", c.at("root"), "subvol=root")
		return c.options(c.at("root"))
	}
}

// btrfsDisk makes a file system with subvolumes, in which storage is one.
func (c *computer) btrfsDisk(subvolumes ...string) {
	c.t.Helper()
	c.subvolumes = true
	image := c.at("nix/disk/btrfs")
	must(c.t, os.WriteFile(image, nil, 0o600), os.Truncate(image, btrfsSize))
	tool(c.t, "mkfs.btrfs", "--quiet", image)
	c.attach("btrfs", c.at("btrfs"), "subvolid=5")
	for _, name := range append(subvolumes, "persist") {
		btrfs{}.mkdir(c.t, c.at("btrfs/"+name))
	}
	c.store(c.at("btrfs/persist"))
	c.off()
	backdate(c.t, image, installedAt)
}

// subvolume mounts a subvolume of the file system that is mounted.
func (c *computer) subvolume(name, target string) {
	c.t.Helper()
	if _, err := os.Stat(target); err != nil {
		must(c.t, os.Mkdir(target, 0o755))
	}
	device := strings.TrimSpace(tool(c.t, "findmnt", "--noheadings", "--output", "SOURCE", "--nofsroot", c.at("btrfs")))
	c.mount(device, target, "btrfs", 0, "subvol="+name)
}

// moveAway renames a subvolume to old_roots, if it exists, and creates an empty one, as the script
// in the README of impermanence does.
func (c *computer) moveAway(name string) {
	c.t.Helper()
	must(c.t, os.MkdirAll(c.at("btrfs/old_roots"), 0o755))
	old := c.at("btrfs/" + name)
	if _, err := os.Stat(old); err == nil {
		for i := range 100 {
			to := c.at("btrfs/old_roots/" + name + "-" + strconv.Itoa(i))
			if _, err := os.Stat(to); err != nil {
				must(c.t, os.Rename(old, to))
				break
			}
		}
	}
	btrfs{}.mkdir(c.t, old)
}

// movedRoot moves the root of the last boot away.
func movedRoot(c *computer) {
	c.btrfsDisk()
	c.initrd = func() nspawn.Options {
		c.attach("btrfs", c.at("btrfs"), "subvolid=5")
		c.moveAway("root")
		c.copyTree(c.at("btrfs/root"))
		c.subvolume("root", c.at("root"))
		c.subvolume("persist", c.at("persist"))
		return c.options(c.at("root"))
	}
}

// movedHome moves the homes of the last boot away too.
func movedHome(c *computer) {
	movedRoot(c)
	root := c.initrd
	c.initrd = func() nspawn.Options {
		options := root()
		c.moveAway("home")
		tool(c.t, "cp", "--archive", c.tree+"/home/.", c.at("btrfs/home"))
		c.subvolume("home", c.at("root/home"))
		return options
	}
}

// resetRoot makes the root from a snapshot of the installed system; the homes are kept.
func resetRoot(c *computer) {
	c.btrfsDisk("home")
	c.attach("btrfs", c.at("btrfs"), "subvolid=5")
	btrfs{}.mkdir(c.t, c.at("btrfs/blank"))
	c.copyTree(c.at("btrfs/blank"))
	tool(c.t, "cp", "--archive", c.tree+"/home/.", c.at("btrfs/home"))
	c.off()
	backdate(c.t, c.at("nix/disk/btrfs"), installedAt)
	c.initrd = func() nspawn.Options {
		c.attach("btrfs", c.at("btrfs"), "subvolid=5")
		if root := c.at("btrfs/root"); exists(root) {
			btrfs{top: c.at("btrfs")}.remove(c.t, root)
		}
		tool(c.t, "btrfs", "subvolume", "snapshot", c.at("btrfs/blank"), c.at("btrfs/root"))
		c.subvolume("root", c.at("root"))
		c.subvolume("persist", c.at("persist"))
		c.subvolume("home", c.at("root/home"))
		return c.options(c.at("root"))
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
