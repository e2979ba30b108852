package nspawn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Vendor is the directory of a tree that a boot does not change. A machine can have it as a
// read-only bind mount, like the store of NixOS, and all else on another file system. It is one
// mount: at shutdown systemd unmounts all except "/" and "/usr", and needs its own files to the end.
const Vendor = "/usr"

// omitted are files of packages that a tree does not have: documentation, and configuration
// that the administrator of this machine may have changed.
var omitted = []string{"/usr/share/", "/usr/include/", "/usr/games", "/etc/systemd/", "/etc/tmpfiles.d/", "/etc/sysctl.d/", "/etc/modules-load.d/", "/var/cache/", "/boot"}

// masked are units that write files at each boot or shutdown, or wait for what a container does
// not have.
var masked = []string{
	"systemd-firstboot.service", "systemd-journal-flush.service", "systemd-machine-id-commit.service", "systemd-random-seed.service",
	"systemd-tmpfiles-clean.timer", "systemd-update-utmp.service", "systemd-update-done.service",
}

// target is the state to which the machine boots: the basic system, and no logins.
const target = `[Unit]
Description=The machine of a test
Requires=basic.target
After=basic.target
`

// Tree makes a root file system in a new directory, from the packages with systemd and a shell
// that are installed on this machine and all that they depend on: about 1,200 files with 55 MB
// on Debian 12. It requires root, and a distribution with dpkg and a merged /usr.
func Tree(ctx context.Context, dir string) error {
	paths, err := files(ctx, wanted)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := link(dir, name); err != nil {
			return err
		}
	}
	for _, path := range paths {
		if err := add(dir, path); err != nil {
			return fmt.Errorf("copy a file of an installed package: %w", err)
		}
	}
	if err := configure(dir); err != nil {
		return err
	}
	ldconfig := exec.CommandContext(ctx, "/sbin/ldconfig")
	ldconfig.SysProcAttr = &syscall.SysProcAttr{Chroot: dir}
	ldconfig.Dir, ldconfig.Env = "/", []string{}
	_, err = output(ldconfig)
	return err
}

// link makes the link of a merged /usr, as /bin to usr/bin, if this machine has it.
func link(dir, name string) error {
	to, err := os.Readlink("/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("expected /%s to be a symlink into a merged /usr: %w", name, err)
	}
	return os.Symlink(to, filepath.Join(dir, name))
}

// add copies one path of a package. Paths without a file on this machine, which were deleted
// or diverted, are left out.
func add(dir, path string) error {
	for _, prefix := range omitted {
		if strings.HasPrefix(path, prefix) {
			return nil
		}
	}
	parent, err := filepath.EvalSymlinks(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	from := filepath.Join(parent, filepath.Base(path))
	to := filepath.Join(dir, from)
	var st unix.Stat_t
	if err := unix.Lstat(from, &st); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return &fs.PathError{Op: "lstat", Path: from, Err: err}
	}
	if _, err := os.Lstat(to); err == nil {
		return nil // a directory of several packages
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return copyFile(from, to, &st)
}

// copyFile copies a directory without its contents, a symlink or a file, with owner, mode and
// time. Other kinds are left out.
func copyFile(from, to string, st *unix.Stat_t) error {
	var err error
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		err = os.Mkdir(to, 0o755)
	case unix.S_IFLNK:
		var text string
		if text, err = os.Readlink(from); err == nil {
			err = os.Symlink(text, to)
		}
	case unix.S_IFREG:
		err = copyData(from, to)
	default:
		return nil
	}
	if err == nil {
		err = os.Lchown(to, int(st.Uid), int(st.Gid))
	}
	if err == nil && st.Mode&unix.S_IFMT != unix.S_IFLNK {
		err = unix.Chmod(to, st.Mode&0o7777)
	}
	if err == nil && st.Mode&unix.S_IFMT == unix.S_IFREG {
		err = unix.UtimesNanoAt(unix.AT_FDCWD, to, []unix.Timespec{st.Atim, st.Mtim}, unix.AT_SYMLINK_NOFOLLOW)
	}
	return err
}

func copyData(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// configure adds what the scripts of packages would write, and the state to boot to.
func configure(dir string) error {
	units := filepath.Join(dir, UnitDir)
	if err := os.MkdirAll(units, 0o755); err != nil {
		return err
	}
	for _, path := range []string{"/dev", "/home", "/nix", "/persist", "/proc", "/root", "/run", "/srv", "/sys", "/tmp", "/usr/local/bin", "/var/lib"} {
		if err := os.MkdirAll(filepath.Join(dir, path), 0o755); err != nil {
			return err
		}
	}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return err
	}
	_ = os.Remove(filepath.Join(dir, "etc/os-release")) // a symlink into /usr, which may be a mount of the machine
	for name, text := range map[string]string{
		"etc/machine-id": "", "etc/os-release": string(release), UnitDir + "/test.target": target,
		"etc/passwd": "root:x:0:0::/root:/bin/bash\nnobody:x:65534:65534::/nonexistent:/bin/false\n",
		"etc/group":  "root:x:0:\nusers:x:100:\nnogroup:x:65534:\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := os.Symlink("test.target", filepath.Join(units, "default.target")); err != nil {
		return err
	}
	for _, name := range masked {
		if err := os.Symlink("/dev/null", filepath.Join(units, name)); err != nil {
			return err
		}
	}
	return nil
}
