package scan

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// A file that takes up less than its length is sparse on most file systems. On ZFS it may as well
// be compressed, or so new that ZFS does not know yet what it takes up: until the transaction
// group is written, which is every 5 s (zfs_txg_timeout) or later, st_blocks is 1 or what it was
// before (https://github.com/openzfs/zfs/issues/13991 and 16463; on compression 11532). A guard
// that took such a file for a hole would let a reboot remove it. Asking for the holes instead
// (SEEK_HOLE, lseek(2)) needs the file open, which breaks leases and takes two calls and more for
// each compressed file; on ZFS it also waits for the transaction group.

// settles is how long after its last change a file may take up more than its blocks say: 30 s
// until the kernel writes out what was changed by mmap(2) (dirty_expire_centisecs), and on ZFS
// the transaction group behind that. Users can set any mtime, so ctime counts.
const settles = 2 * time.Minute

// countsExactly reports whether the blocks of files are right at any time on a type of file system,
// statfs(2): also before data is on the disk (delayed allocation), within inodes (inline data) and
// where it is compressed. ext4_file_getattr, btrfs_getattr and xfs_vn_getattr add what is not
// allocated yet; measured on Linux 6.18 right after a write and after sync, ext4 with inline_data
// and btrfs with compress-force=zstd included. An overlay counts as exact because its upper
// directory usually is on one of these.
func countsExactly(fsType int64) bool {
	switch uint32(fsType) {
	case unix.EXT4_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.TMPFS_MAGIC,
		unix.RAMFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, bcachefsMagic:
		return true
	}
	return false
}

// blockCounts knows which devices count blocks exactly. It remembers the last one.
type blockCounts struct {
	major, minor uint32
	known, exact bool
	// settled is the time, in seconds since 1970, before which changes have settled.
	settled int64
}

func newBlockCounts(now time.Time) blockCounts {
	return blockCounts{settled: now.Add(-settles).Unix()}
}

// size is Info.Size. fsType is called where a file seems to have holes, for the type of its file
// system. Only regular files have holes: a symlink of ext4 or tmpfs, for one, takes up no block
// of its own.
func (b *blockCounts) size(stx *unix.Statx_t, fsType func() (int64, error)) int64 {
	length := int64(min(stx.Size, sizes.Max))
	if kindOf(stx.Mode) != KindFile || sizes.Times(stx.Blocks, 512) >= length {
		return length
	}
	if !b.known || b.major != stx.Dev_major || b.minor != stx.Dev_minor {
		kind, err := fsType()
		*b = blockCounts{stx.Dev_major, stx.Dev_minor, true, err == nil && countsExactly(kind), b.settled}
	}
	switch {
	case b.exact:
		return sizes.Of(stx.Size, stx.Blocks)
	case stx.Ctime.Sec >= b.settled:
		return length
	}
	return sizes.OfCompressed(stx.Size, stx.Blocks)
}

// fsTypeOf returns a function for the type of the file system that a directory is on.
func fsTypeOf(dirfd int32) func() (int64, error) {
	return func() (int64, error) {
		var st unix.Statfs_t
		err := unix.Fstatfs(int(dirfd), &st)
		return st.Type, err
	}
}
