package boot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/mounts"
	"github.com/DaRacci/list-ephemeral/internal/paths"
	"github.com/DaRacci/list-ephemeral/internal/truepath"
)

// thisMachine uses system calls. It opens mount points with O_PATH, which neither triggers an
// automount nor needs permission to read, and checks that the opened file is on the mount of the
// table.
type thisMachine struct {
	table    *mounts.Table
	resolver truepath.Resolver
	devices  map[string]deviceAnswer
}

// ThisMachine returns the machine that the program runs on. The table is that of this
// process. It is for one goroutine.
func ThisMachine(table *mounts.Table) Machine {
	m := &thisMachine{table: table, devices: map[string]deviceAnswer{}}
	m.resolver.Stop = func(path string) bool { return !table.At(path).Answers() }
	return m
}

// answers reports whether a lookup of a path, which has no symlink, is answered by the kernel
// alone: all mounts on the way are.
func answers(table *mounts.Table, path string) bool {
	for dir := range paths.Ancestors(path) {
		if !table.At(dir).Answers() {
			return false
		}
	}
	return table.At(path).Answers()
}

func (m *thisMachine) Top(mount *mounts.Mount) (Top, error) {
	fd, st, err := open(mount)
	if err != nil {
		return Top{}, err
	}
	defer unix.Close(fd)
	return Top{Born: born(st), File: st.Mode&unix.S_IFMT != unix.S_IFDIR}, nil
}

// born returns the birth of a file, zero if the file system does not record it.
func born(st *unix.Statx_t) time.Time {
	if st.Mask&unix.STATX_BTIME == 0 || st.Btime == (unix.StatxTimestamp{}) {
		return time.Time{}
	}
	return time.Unix(st.Btime.Sec, int64(st.Btime.Nsec))
}

// open opens a mount point with O_PATH. If another file system has been mounted over it since the
// table was read, that is an error. The check needs STATX_MNT_ID, Linux 5.8.
func open(mount *mounts.Mount) (int, *unix.Statx_t, error) {
	fd, st, err := openPath(mount.Point)
	if err != nil {
		return -1, nil, err
	}
	if st.Mask&unix.STATX_MNT_ID != 0 && st.Mnt_id != uint64(mount.ID) {
		unix.Close(fd)
		return -1, nil, fmt.Errorf("open %s: mounted over since the mount table was read", mount.Point)
	}
	return fd, st, nil
}

// openPath opens a path that has no symlink, and describes it. A symlink that has been put there
// since is not followed, because it may lead to a file system that does not answer: openat2(2),
// Linux 5.6. Where it is missing, or forbidden by a sandbox, only the last component is checked.
func openPath(path string) (int, *unix.Statx_t, error) {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS}
	var fd int
	err := retried(func() (err error) {
		fd, err = unix.Openat2(unix.AT_FDCWD, path, &how)
		if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
			fd, err = unix.Open(path, int(how.Flags), 0)
		}
		return err
	})
	if err != nil {
		return -1, nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	var st unix.Statx_t
	const flags = unix.AT_EMPTY_PATH | unix.AT_NO_AUTOMOUNT | unix.AT_STATX_DONT_SYNC
	err = retried(func() error {
		return unix.Statx(fd, "", flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME|unix.STATX_MNT_ID, &st)
	})
	if err != nil {
		unix.Close(fd)
		return -1, nil, &fs.PathError{Op: "statx", Path: path, Err: err}
	}
	return fd, &st, nil
}

// subvolumeInfo is struct btrfs_ioctl_get_subvol_info_args of linux/btrfs.h.
type subvolumeInfo struct {
	_          [8 + 256 + 4*8 + 16]byte // treeid, name, parent_id, dirid, generation, flags, uuid
	parentUUID [16]byte
	_          [16 + 4*8 + 16]byte // received_uuid, four transactions, ctime
	otimeSec   uint64
	otimeNsec  uint32
	_          [4 + 2*16 + 8*8]byte // stime, rtime, reserved
}

// getSubvolumeInfo is BTRFS_IOC_GET_SUBVOL_INFO, _IOR(0x94, 60, struct of 504 bytes).
const getSubvolumeInfo = 2<<30 | unsafe.Sizeof(subvolumeInfo{})<<16 | 0x94<<8 | 60

// Subvolume works for ordinary users who may read the mount point. Only a directory or a
// regular file is opened: opening a device or a FIFO has effects.
func (m *thisMachine) Subvolume(mount *mounts.Mount) (Subvolume, error) {
	path, st, err := open(mount)
	if err != nil {
		return Subvolume{}, err
	}
	defer unix.Close(path)
	if kind := st.Mode & unix.S_IFMT; kind != unix.S_IFDIR && kind != unix.S_IFREG {
		return Subvolume{}, nil
	}
	var fd int
	err = retried(func() (err error) {
		fd, err = unix.Open("/proc/self/fd/"+strconv.Itoa(path), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return Subvolume{}, &fs.PathError{Op: "open", Path: mount.Point, Err: err}
	}
	defer unix.Close(fd)
	var info subvolumeInfo
	err = retried(func() error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), getSubvolumeInfo, uintptr(unsafe.Pointer(&info)))
		if errno != 0 {
			return errno
		}
		return nil
	})
	if err != nil {
		return Subvolume{}, &fs.PathError{Op: "describe the subvolume of", Path: mount.Point, Err: err}
	}
	found := Subvolume{Snapshot: info.parentUUID != [16]byte{}}
	if info.otimeSec != 0 {
		found.Born = time.Unix(int64(info.otimeSec), int64(info.otimeNsec))
	}
	return found, nil
}

// otherDirectoryError is for another directory at the path of an upper directory.
type otherDirectoryError struct{}

func (otherDirectoryError) Error() string        { return "another directory is there" }
func (otherDirectoryError) Is(target error) bool { return target == fs.ErrNotExist }

// Upper compares the times of the two directories: an overlay shows those of its upper directory
// (fs/overlayfs/inode.c, ovl_getattr), in nanoseconds. If the mount shows only a part of the
// overlay, the path is the upper directory of that part, and is not compared.
func (m *thisMachine) Upper(overlay *mounts.Mount, path string) (string, error) {
	path = m.resolver.Whole(path)
	if !answers(m.table, path) {
		return "", ErrNotAsked
	}
	if overlay.Root != "/" {
		fd, _, err := openPath(path)
		if err == nil {
			unix.Close(fd)
		}
		return path, err
	}
	const attempts = 3 // a file may be made in the directory between two calls
	for range attempts {
		upper, a, err := openPath(path)
		if err != nil {
			return "", err
		}
		unix.Close(upper)
		merged, b, err := open(overlay)
		if err != nil {
			return "", err
		}
		unix.Close(merged)
		if a.Mode == b.Mode && a.Ctime == b.Ctime && a.Mtime == b.Mtime {
			return path, nil
		}
	}
	return "", &fs.PathError{Op: "open", Path: path, Err: otherDirectoryError{}}
}

// retried repeats a system call that a signal has interrupted.
func retried(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// missing reports whether an error says that there is nothing.
func missing(err error) bool {
	return errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ENOTDIR)
}
