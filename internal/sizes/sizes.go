// Package sizes adds up file sizes. A size is whatever the file system reports: any user can create
// a sparse file of 2⁶³-1 bytes on tmpfs, btrfs or xfs. A sum that wraps around would make a large
// loss look like none, so every sum stops at [Max]. Sizes are never negative.
package sizes

import (
	"math"
	"sync/atomic"
)

// Max is the largest size. It also represents all larger sizes.
const Max = math.MaxInt64

// Add returns a + b, or Max if the sum is larger.
func Add(a, b int64) int64 {
	if a > Max-b {
		return Max
	}
	return a + b
}

// Times returns n × unit, or Max if the product is larger. It converts blocks to bytes.
func Times(n uint64, unit int64) int64 {
	if unit <= 0 {
		return 0
	}
	if n > uint64(Max/unit) {
		return Max
	}
	return int64(n) * unit
}

// Of returns the size of a file from the size and blocks of statx(2) or stat(2): the allocated
// space of a sparse file, and the length of any other file. Blocks have 512 bytes, whatever the
// block size of the file system (inode(7)).
func Of(size, blocks uint64) int64 { return min(int64(min(size, Max)), Times(blocks, 512)) }

// mostCompressed is the maximum ratio of the length of a compressed file to its blocks. ZFS
// compresses a record of 128 KiB to at least one sector, which is a ratio of 32 with the usual 4
// KiB sectors.
const mostCompressed = 64

// OfCompressed returns the size of a file on a file system that may report the blocks of compressed
// data. It is the length, unless the file is so much longer than its blocks that it must have
// holes. If blocks is 0, the file system does not count blocks.
func OfCompressed(size, blocks uint64) int64 {
	if taken := Times(blocks, 512); taken > 0 && Times(uint64(taken), mostCompressed) < int64(min(size, Max)) {
		return taken
	}
	return int64(min(size, Max))
}

// Counter is a sum that is safe for concurrent use. The zero value is 0.
type Counter struct{ sum atomic.Int64 }

// Add adds a size.
func (c *Counter) Add(size int64) {
	for {
		sum := c.sum.Load()
		if c.sum.CompareAndSwap(sum, Add(sum, size)) {
			return
		}
	}
}

// Load returns the sum.
func (c *Counter) Load() int64 { return c.sum.Load() }
