// Package sizes adds up sizes of files. A size is whatever a file system claims:
// any user can make a sparse file of 2⁶³-1 bytes on tmpfs, btrfs or xfs, and a sum
// that wraps around would turn "too much would be lost" into "nothing would". So
// every sum stops at [Max]. Sizes are never negative.
package sizes

import (
	"math"
	"sync/atomic"
)

// Max is the largest size, which also stands for everything beyond it.
const Max = math.MaxInt64

// Add returns a + b, or Max if that is more.
func Add(a, b int64) int64 {
	if a > Max-b {
		return Max
	}
	return a + b
}

// Times returns n units, or Max if that is more: blocks of a file or of a file
// system as bytes.
func Times(n uint64, unit int64) int64 {
	if unit <= 0 {
		return 0
	}
	if n > uint64(Max/unit) {
		return Max
	}
	return int64(n) * unit
}

// Of returns the size that statx(2) and stat(2) give as size and blocks: the space
// that a sparse file takes up, and for other files their length. Blocks are 512
// bytes each, whatever the file system's own are (inode(7)).
func Of(size, blocks uint64) int64 { return min(int64(min(size, Max)), Times(blocks, 512)) }

// mostCompressed is how many times longer than its blocks a compressed file may be. ZFS makes one
// sector of a record of 128 KiB at most, which is 32 times with the usual sectors of 4 KiB.
const mostCompressed = 64

// OfCompressed returns the size on a file system whose blocks may be those of compressed data: the
// length, unless the file is so much longer that it must have holes. No blocks at all mean that
// the file system does not count them.
func OfCompressed(size, blocks uint64) int64 {
	if taken := Times(blocks, 512); taken > 0 && Times(uint64(taken), mostCompressed) < int64(min(size, Max)) {
		return taken
	}
	return int64(min(size, Max))
}

// Counter is a sum that any number of goroutines add to. The zero value is 0.
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
