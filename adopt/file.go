package adopt

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

func itoa(n int) string { return strconv.Itoa(n) }

const (
	// chunk is how much is copied between two checks for cancellation: 16 MiB take 40 ms on a disk
	// that writes 400 MB/s.
	chunk = 16 << 20
	// bufferSize is the buffer size for data that the kernel does not copy itself. According to
	// cp(1), larger buffers than 256 KiB are not faster.
	bufferSize = 256 << 10
	// blockSize is the unit of st_blocks, stat(2).
	blockSize = 512
)

// errShort reports that a file had less content than its size.
var errShort = errors.New("the file got shorter while it was copied")

// content copies the content of files in the fastest way that the file systems support.
type content struct {
	// noClone is set once sharing blocks has failed as unsupported, and noRange once
	// copy_file_range(2) has.
	noClone, noRange atomic.Bool
	progress         *Progress
	leases           patience
}

// unable reports whether an error means that an operation is not supported, and not that it failed.
func unable(err error) bool {
	for _, known := range []error{unix.EOPNOTSUPP, unix.EXDEV, unix.ENOTTY, unix.ENOSYS, unix.EINVAL, unix.EPERM, unix.ETXTBSY} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// copy copies the content of a file of st.Size bytes. It shares the blocks if possible, and
// otherwise copies the data and skips the holes.
func (c *content) copy(ctx context.Context, to, from int, st *unix.Stat_t) error {
	if st.Size == 0 {
		return nil
	}
	if !c.noClone.Load() {
		err := retried(func() error { return unix.IoctlFileClone(to, from) })
		switch {
		case err == nil:
			c.progress.add(st.Size)
			return nil
		case !unable(err):
			return err
		}
		c.noClone.Store(!errors.Is(err, unix.EINVAL)) // this can also be about a single file
	}
	if st.Blocks*blockSize >= st.Size {
		return c.span(ctx, to, from, 0, st.Size)
	}
	for at := int64(0); at < st.Size; {
		start, err := unix.Seek(from, at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) { // a hole up to the end
			break
		}
		if err != nil {
			return c.span(ctx, to, from, at, st.Size-at) // the file system does not report holes
		}
		end, err := unix.Seek(from, start, unix.SEEK_HOLE)
		if err != nil {
			return err
		}
		end = min(end, st.Size)
		if start >= end {
			break
		}
		c.progress.add(start - at)
		if err := c.span(ctx, to, from, start, end-start); err != nil {
			return err
		}
		at = end
	}
	return retried(func() error { return unix.Ftruncate(to, st.Size) })
}

// span copies length bytes at an offset to the same offset.
func (c *content) span(ctx context.Context, to, from int, at, length int64) error {
	for end := at + length; at < end; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.noRange.Load() {
			return c.buffered(ctx, to, from, at, end)
		}
		in, out, n := at, at, 0
		err := retried(func() (err error) {
			n, err = unix.CopyFileRange(from, &in, to, &out, int(min(end-at, chunk)), 0)
			return err
		})
		switch {
		case err != nil && !unable(err):
			return err
		case err != nil:
			c.noRange.Store(!errors.Is(err, unix.EINVAL))
			return c.buffered(ctx, to, from, at, end)
		case n == 0: // the end, or a file system that wrongly reports the end
			return c.buffered(ctx, to, from, at, end)
		}
		at += int64(n)
		c.progress.add(int64(n))
	}
	return nil
}

// buffered copies by reading and writing.
func (c *content) buffered(ctx context.Context, to, from int, at, end int64) error {
	buf := make([]byte, min(end-at, bufferSize))
	for at < end {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := readAt(from, buf[:min(end-at, int64(len(buf)))], at)
		if err != nil {
			return err
		}
		if n == 0 {
			return errShort
		}
		if err := writeAt(to, buf[:n], at); err != nil {
			return err
		}
		at += int64(n)
		c.progress.add(int64(n))
	}
	return nil
}

func readAt(fd int, buf []byte, at int64) (n int, err error) {
	err = retried(func() (err error) {
		n, err = unix.Pread(fd, buf, at)
		return err
	})
	return n, err
}

func writeAt(fd int, buf []byte, at int64) error {
	for len(buf) > 0 {
		n := 0
		err := retried(func() (err error) {
			n, err = unix.Pwrite(fd, buf, at)
			return err
		})
		if err != nil {
			return err
		}
		buf, at = buf[n:], at+int64(n)
	}
	return nil
}
