package probe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/nspawn"
)

func askRoot() error {
	if uid := os.Geteuid(); uid != 0 {
		return fmt.Errorf("the user ID is %d", uid)
	}
	return nil
}

// ran runs a command that does nothing, and returns the error.
func ran(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

func askNamespaces() error {
	if os.Geteuid() == 0 {
		return ran("unshare", "--mount", "true")
	}
	return askUserNS()
}

func askUserNS() error { return ran("unshare", "--map-root-user", "--mount", "true") }

// askLoop requests the number of a free loop device, loop(4).
func askLoop() error {
	fd, err := unix.Open("/dev/loop-control", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open /dev/loop-control: %w", err)
	}
	defer unix.Close(fd)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.LOOP_CTL_GET_FREE, 0); errno != 0 {
		return fmt.Errorf("get a free loop device: %w", errno)
	}
	return nil
}

func askFUSE() error {
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open /dev/fuse: %w", err)
	}
	return unix.Close(fd)
}

// askDisk checks for a file system that survives a reboot.
func askDisk() error {
	err := errors.Join(askRoot(), askLoop(), fileSystem("ext4")())
	if err == nil {
		return nil
	}
	var st unix.Statfs_t
	if err := unix.Statfs(os.TempDir(), &st); err != nil {
		return fmt.Errorf("statfs %s: %w", os.TempDir(), err)
	}
	switch uint32(st.Type) {
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC:
		return fmt.Errorf("%w; %s is on a tmpfs, ramfs or overlay", err, os.TempDir())
	}
	return nil
}

// fileSystem returns a check for a type of file system. fsopen(2), Linux 5.2, loads the module if
// necessary. If it is not permitted, the check uses /proc/filesystems.
func fileSystem(kind string) func() error {
	return func() error {
		fd, err := unix.Fsopen(kind, unix.FSOPEN_CLOEXEC)
		if err == nil {
			return unix.Close(fd)
		}
		if errors.Is(err, unix.ENODEV) {
			return err
		}
		text, err := os.ReadFile("/proc/filesystems")
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			if fields := strings.Fields(line); len(fields) > 0 && fields[len(fields)-1] == kind {
				return nil
			}
		}
		return unix.ENODEV
	}
}

// askNspawn boots a machine once, which takes two seconds.
func askNspawn() error {
	if err := askRoot(); err != nil {
		return err
	}
	return nspawn.Try(context.Background())
}

func askFanotify() error {
	fd, err := unix.FanotifyInit(unix.FAN_CLASS_NOTIF|unix.FAN_CLOEXEC, unix.O_RDONLY)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// askIOURing creates the smallest ring. struct io_uring_params has 120 bytes, io_uring_setup(2).
func askIOURing() error {
	var params [120]byte
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
	if errno != 0 {
		return errno
	}
	return unix.Close(int(fd))
}

// askPackages downloads a small package into a directory of its own.
func askPackages() error {
	dir, err := os.MkdirTemp("", "probe-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	apt, err := exec.LookPath("apt-get")
	if err != nil {
		return err
	}
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		return err
	}
	cmd := exec.Command(apt, "download", "-qq", "hostname")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
