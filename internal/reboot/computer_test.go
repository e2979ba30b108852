package reboot

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/nspawn"
)

// computer has the disks of a machine that really boots, and does what its firmware and its
// initrd do.
type computer struct {
	t *testing.T
	// dir is a directory on a disk. The machine sees dir/nix at /nix.
	dir string
	// tree is the installed system, with the units of the layout.
	tree string
	// initrd mounts the root before each boot, and returns what the machine consists of.
	initrd func() nspawn.Options
	// subvolumes means that users can create subvolumes.
	subvolumes bool
	// whole means that /usr is a part of the root, and not a bind mount that is read-only.
	whole bool
	// mounted are the mount points that the initrd has used, to be unmounted after power-off.
	mounted []string
	keeps   []keep
}

// stored are the paths that the configuration of a machine with storage persists.
var stored = []keep{
	{path: "/var/lib/bluetooth", dir: true},
	{path: "/var/lib/svc/state.key"},
	{path: "/var/log", dir: true},
	{path: "/etc/machine.key"},
	{path: aliceHome + "/Documents", dir: true},
	{path: aliceHome + "/.bash_history"},
}

// newComputer returns a computer with an installed system, and without disks.
func newComputer(t *testing.T, l *bootLayout) *computer {
	t.Helper()
	dir, err := os.MkdirTemp(onDisk(), "reboot")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	c := &computer{t: t, dir: dir, tree: filepath.Join(dir, "tree")}
	must(t, os.MkdirAll(c.at("nix/bin"), 0o755), os.Mkdir(c.at("nix/etc"), 0o755), os.WriteFile(c.at("nix/etc/config.json"), []byte(`{"excludes": []}`), 0o644), os.Mkdir(c.at("nix/disk"), 0o755), os.Mkdir(c.at("root"), 0o755), os.Mkdir(c.at("via"), 0o755))
	t.Cleanup(c.off)
	tool(t, "cp", "--archive", "--link", installedSystem(t), c.tree)
	for _, path := range l.tmpfs {
		must(t, nspawn.AddMount(c.tree, nspawn.Mount{What: "tmpfs", Where: path, Type: "tmpfs", Options: "mode=755"}))
	}
	if !l.ordinary {
		c.keeps = slices.Clone(stored)
		for _, k := range c.keeps {
			must(t, c.unit(k))
		}
	}
	l.build(c)
	return c
}

// at returns the path of a file of the computer.
func (c *computer) at(name string) string { return filepath.Join(c.dir, name) }

// base is the installed system of all computers, and the error of making it. It is made once, in
// a directory that TestMain removes.
var base struct {
	once sync.Once
	dir  string
	err  error
}

// onDisk returns a directory for temporary files that is on a disk, which /tmp often is not.
func onDisk() string {
	inMemory := []uint32{unix.TMPFS_MAGIC, unix.RAMFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC}
	var st unix.Statfs_t
	if unix.Statfs(os.TempDir(), &st) == nil && !slices.Contains(inMemory, uint32(st.Type)) {
		return os.TempDir()
	}
	return "/var/tmp"
}

// installedSystem returns the directory with an installed system. Computers have hard links of
// its files, which they do not change.
func installedSystem(t *testing.T) string {
	t.Helper()
	base.once.Do(func() {
		base.dir, base.err = os.MkdirTemp(onDisk(), "reboot")
		if base.err == nil {
			base.err = nspawn.Tree(t.Context(), filepath.Join(base.dir, "tree"))
		}
		if base.err == nil {
			addUsers(t, filepath.Join(base.dir, "tree"))
		}
	})
	must(t, base.err)
	return filepath.Join(base.dir, "tree")
}

// addUsers adds the users to an installed system.
func addUsers(t *testing.T, tree string) {
	t.Helper()
	for name, text := range map[string]string{
		"etc/passwd": "alice:x:1000:100::/home/alice:/bin/bash\nbob:x:1001:100::/home/bob:/bin/bash\nsvc:x:990:990::/var/empty:/bin/false\n",
		"etc/group":  "svc:x:990:\n",
	} {
		file, err := os.OpenFile(filepath.Join(tree, name), os.O_WRONLY|os.O_APPEND, 0)
		must(t, err)
		_, err = file.WriteString(text)
		must(t, err, file.Close())
	}
	for name, id := range map[string]int{"alice": alice, "bob": bob} {
		home := filepath.Join(tree, "home", name)
		must(t, os.Mkdir(home, 0o700), os.Chown(home, id, 100))
	}
	must(t, os.Chmod(filepath.Join(tree, "root"), 0o700))
}

// unit writes the unit that keeps a path: a mount unit for a directory, and a service that makes
// the mount point for a file, as impermanence does.
func (c *computer) unit(k keep) error {
	if k.dir {
		return nspawn.AddMount(c.tree, nspawn.Mount{What: "/persist" + k.path, Where: k.path, Type: "none", Options: "bind", Needs: "/persist"})
	}
	text := "[Unit]\nDefaultDependencies=no\nBefore=local-fs.target\nRequiresMountsFor=/persist " + filepath.Dir(k.path) +
		"\n\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/bash -c 'mkdir -p " + filepath.Dir(k.path) + " && touch " + k.path +
		" && mount --bind /persist" + k.path + " " + k.path + "'\nExecStop=/bin/umount " + k.path + "\n"
	return nspawn.AddUnit(c.tree, "persist"+nspawn.Escape(k.path)+".service", text, "local-fs.target")
}

// options returns a machine with a root.
func (c *computer) options(root string) nspawn.Options {
	binds := []nspawn.Bind{{From: c.at("nix"), To: "/nix", ReadOnly: true}, {From: program, To: "/nix/bin", ReadOnly: true}}
	if !c.whole {
		binds = append(binds, nspawn.Bind{From: c.tree + nspawn.Vendor, To: nspawn.Vendor, ReadOnly: true})
	}
	if len(c.keeps) > 0 {
		binds = append(binds, nspawn.Bind{From: c.at("persist"), To: "/persist"})
	}
	return nspawn.Options{Root: root, Binds: binds}
}

// copyTree copies the installed system to a directory, without the contents of /usr.
func (c *computer) copyTree(to string) {
	c.t.Helper()
	args := []string{"--recursive", "--links", "--perms", "--times", "--owner", "--group"}
	tool(c.t, "rsync", append(args, "--exclude", nspawn.Vendor+"/*", c.tree+"/", to+"/")...)
}

// mount mounts a file system until the computer is off.
func (c *computer) mount(source, target, kind string, flags uintptr, options string) {
	c.t.Helper()
	must(c.t, mount(c.t, source, target, kind, flags, options))
	c.mounted = append(c.mounted, target)
}

// off unmounts what the initrd has mounted.
func (c *computer) off() {
	for _, target := range slices.Backward(c.mounted) {
		if err := unix.Unmount(target, 0); err != nil && err != unix.EINVAL { // EINVAL: not mounted any more
			c.t.Fatalf("unmount %s: %v", target, err)
		}
	}
	c.mounted = nil
}

// installedAt is when a disk was formatted and its files were created, unless it is formatted
// at each boot.
var installedAt = time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)

// format makes an image with ext4, and in it the files of a directory, or nothing. All files are
// created at installedAt (e2fsprogs, E2FSPROGS_FAKE_TIME).
func (c *computer) format(name, dir string, now bool) {
	c.t.Helper()
	image := c.at("nix/disk/" + name)
	must(c.t, os.WriteFile(image, nil, 0o600), os.Truncate(image, 256<<20))
	args := []string{"-q", "-F", "-O", "^has_journal"}
	if dir != "" {
		args = append(args, "-d", dir)
	}
	cmd := exec.Command("mkfs.ext4", append(args, image)...)
	if !now {
		cmd.Env = append(os.Environ(), "E2FSPROGS_FAKE_TIME="+strconv.FormatInt(installedAt.Unix(), 10))
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("mkfs.ext4: %v\n%s", err, out)
	}
}

// attach mounts an image by a loop device until the computer is off. The kernel records the path
// of the image as the machine would see it, /nix/disk/NAME: it is opened by a mount that is
// detached afterwards, and paths are recorded from the top of that.
func (c *computer) attach(name, target, options string) {
	c.t.Helper()
	if _, err := os.Stat(target); err != nil {
		must(c.t, os.Mkdir(target, 0o755))
	}
	must(c.t, unix.Mount(c.dir, c.at("via"), "", unix.MS_BIND, ""))
	tool(c.t, "mount", "-o", strings.TrimSuffix("loop,"+options, ","), c.at("via/nix/disk/"+name), target)
	must(c.t, unix.Unmount(c.at("via"), unix.MNT_DETACH))
	c.mounted = append(c.mounted, target)
	_ = os.Remove(filepath.Join(target, "lost+found"))
}

// store makes the storage of a machine, with what it persists, in a directory.
func (c *computer) store(dir string) {
	c.t.Helper()
	m := &machine{t: c.t, top: dir}
	for _, k := range c.keeps {
		path := k.path
		if k.dir {
			path += "/data"
		}
		m.dirs(filepath.Dir(path), 0)
		must(c.t, os.WriteFile(m.at(path), []byte(path), 0o640))
	}
}

// storageDisk makes a disk for storage, which attachStorage mounts.
func (c *computer) storageDisk() {
	c.t.Helper()
	dir := c.at("stored")
	must(c.t, os.Mkdir(dir, 0o755))
	c.store(dir)
	c.format("persist", dir, false)
}

func (c *computer) attachStorage() {
	c.t.Helper()
	c.attach("persist", c.at("persist"), "")
}

// installed returns the files of the installed system.
func (c *computer) installed() tree { return walkExcept(c.t, c.tree, []string{nspawn.Vendor}) }

// mkdir creates a directory or a subvolume of a user.
func (c *computer) mkdir(t *testing.T, dir string) {
	t.Helper()
	if c.subvolumes {
		btrfs{}.mkdir(t, dir)
		return
	}
	plainDirs{}.mkdir(t, dir)
}

// start boots the computer.
func (c *computer) start() *machine {
	t := c.t
	t.Helper()
	options := c.initrd()
	booted, err := nspawn.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(booted.Kill)
	return &machine{t: t, top: booted.Root(), inner: c, keeps: c.keeps, booted: booted, vendor: !c.whole}
}

// stop powers the computer off.
func (c *computer) stop(m *machine) {
	c.t.Helper()
	must(c.t, m.booted.PowerOff())
	c.off()
}
