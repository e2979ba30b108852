package scan

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/sizes"
)

// On most file systems, a file that occupies less than its length is sparse. On ZFS, it may instead
// be compressed, or so new that its blocks are not counted yet: until the transaction group is
// written, which is every 5 s (zfs_txg_timeout) or later, st_blocks is 1 or its previous value
// (https://github.com/openzfs/zfs/issues/13991 and 16463; on compression 11532). If status
// --fail-above counted such a file as a hole, a reboot could remove it. SEEK_HOLE (lseek(2)) is no
// alternative: it requires opening the file, which breaks leases, and at least two calls for each
// compressed file; on ZFS, it also waits for the transaction group.

// settles is how long after its last change a file may occupy more than its block count shows: 30 s
// until the kernel writes out changes made through mmap(2) (dirty_expire_centisecs), and on ZFS the
// transaction group after that. The time of the change is ctime, because users can set any mtime.
const settles = 2 * time.Minute

// countsExactly reports whether block counts are always correct on a type of file system
// (statfs(2)): also before data is on the disk (delayed allocation), for data in inodes (inline
// data) and for compressed data. ext4_file_getattr, btrfs_getattr and xfs_vn_getattr add the blocks
// that are not allocated yet. This was measured on Linux 6.18 right after a write and after sync,
// also for ext4 with inline_data and for btrfs with compress-force=zstd. An overlay counts as exact
// because its upper directory is usually on one of these file systems.
func countsExactly(fsType int64) bool {
	switch uint32(fsType) {
	case unix.EXT4_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.TMPFS_MAGIC,
		unix.RAMFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, bcachefsMagic:
		return true
	}
	return false
}

// blockCounts caches, for the last device, whether it counts blocks exactly.
type blockCounts struct {
	major, minor uint32
	known, exact bool
	// settled is a time in seconds since 1970. Changes before it have settled.
	settled int64
}

func newBlockCounts(now time.Time) blockCounts {
	return blockCounts{settled: now.Add(-settles).Unix()}
}

// size returns Info.Size. It calls fsType for the type of the file system if a file seems to have
// holes. Only regular files have holes: a symlink on ext4 or tmpfs, for example, may occupy no
// blocks.
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

// fsTypeOf returns a function that returns the type of a directory's file system.
func fsTypeOf(dirfd int32) func() (int64, error) {
	return func() (int64, error) {
		var st unix.Statfs_t
		err := unix.Fstatfs(int(dirfd), &st)
		return st.Type, err
	}
}
