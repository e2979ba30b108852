package history

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// subvolumeInfo is struct btrfs_ioctl_get_subvol_info_args of linux/btrfs.h.
type subvolumeInfo struct {
	_         [8 + 256 + 4*8 + 3*16 + 4*8 + 16]byte // up to ctime
	otimeSec  uint64
	otimeNsec uint32
	_         [4 + 2*16 + 8*8]byte // stime, rtime, reserved
}

// getSubvolumeInfo is BTRFS_IOC_GET_SUBVOL_INFO, _IOR(0x94, 60, struct of 504 bytes), Linux 4.18.
const getSubvolumeInfo = 2<<30 | unsafe.Sizeof(subvolumeInfo{})<<16 | 0x94<<8 | 60

// subvolumeInode is the inode number of the top directory of a subvolume
// (BTRFS_FIRST_FREE_OBJECTID).
const subvolumeInode = 256

// birthOfSubvolume returns when the subvolume of an open directory was made, zero if that is not
// known. The times of its top directory do not show it, because snapshots inherit them.
func birthOfSubvolume(fd int) time.Time {
	var info subvolumeInfo
	err := retried(func() error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), getSubvolumeInfo, uintptr(unsafe.Pointer(&info)))
		if errno != 0 {
			return errno
		}
		return nil
	})
	if err != nil || info.otimeSec == 0 {
		return time.Time{}
	}
	return time.Unix(int64(info.otimeSec), int64(info.otimeNsec))
}

// modified returns the mtime of a file.
func modified(st *unix.Stat_t) time.Time { return time.Unix(st.Mtim.Sec, st.Mtim.Nsec) }
