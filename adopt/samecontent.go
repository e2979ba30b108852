package adopt

import (
	"bytes"
	"context"
	"errors"

	"golang.org/x/sys/unix"
)

// sameContent compares two files of the same size. Ranges that are holes in both are not read,
// because a sparse file may have 8 EiB of holes.
//
//	a    ####......####..........
//	b    ##......##.#............
//	read ======  ======
func (c *content) sameContent(ctx context.Context, a, b int, size int64) (bool, error) {
	bufs := [2][]byte{make([]byte, min(size, bufferSize)), make([]byte, min(size, bufferSize))}
	for at := int64(0); at < size; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		inA, err := dataAfter(a, at, size)
		if err != nil {
			return false, err
		}
		inB, err := dataAfter(b, at, size)
		if err != nil {
			return false, err
		}
		start, end := min(inA.start, inB.start), inA.end
		if inB.start < inA.start {
			end = inB.end
		}
		c.progress.add(start - at)
		if same, err := c.sameSpan(ctx, a, b, start, end, &bufs); err != nil || !same {
			return false, err
		}
		at = end
	}
	return true, nil
}

// span is a range of a file.
type span struct{ start, end int64 }

// dataAfter returns the next span at or after an offset that is not a hole. If there is none, it
// returns an empty span at the end. On a file system that does not report holes, everything counts
// as data.
func dataAfter(fd int, at, size int64) (span, error) {
	start, err := unix.Seek(fd, at, unix.SEEK_DATA)
	switch {
	case errors.Is(err, unix.ENXIO):
		return span{size, size}, nil
	case errors.Is(err, unix.EINVAL):
		return span{at, size}, nil
	case err != nil:
		return span{}, err
	}
	end, err := unix.Seek(fd, start, unix.SEEK_HOLE)
	if errors.Is(err, unix.ENXIO) { // it got shorter; reading it will show that
		return span{start, size}, nil
	}
	return span{min(start, size), min(end, size)}, err
}

// sameSpan compares a range of two files.
func (c *content) sameSpan(ctx context.Context, a, b int, at, end int64, bufs *[2][]byte) (bool, error) {
	for at < end {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n, err := readAt(a, bufs[0][:min(end-at, int64(len(bufs[0])))], at)
		if err != nil {
			return false, err
		}
		m, err := readAt(b, bufs[1][:n], at)
		if err != nil {
			return false, err
		}
		if n == 0 || m == 0 || !bytes.Equal(bufs[0][:m], bufs[1][:m]) {
			return false, nil
		}
		at += int64(m)
		c.progress.add(int64(m))
	}
	return true, nil
}
