package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
)

// The write-ahead log: a header, then frames, each a header and a page. Section 4 of the format.
const (
	logHeader     = 32
	frameHeader   = 24
	logMagic      = 0x377f0682 // the lowest bit says whether checksums are big-endian
	logVersion    = 3007000
	offLogPage    = 8
	offLogSalt    = 16
	offLogSum     = 24
	offFrameSize  = 4 // pages of the database after a commit; 0 for other frames
	offFrameSalt  = 8
	offFrameSum   = 16
	sizeOfSalt    = 8
	checkedHeader = 8 // bytes of the header of a frame that its checksum covers
)

// checksum is the sum of a log, which continues from frame to frame.
type checksum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

// add adds bytes, a multiple of 8.
func (c *checksum) add(content []byte) {
	for ; len(content) >= 8; content = content[8:] {
		c.s0 += c.order.Uint32(content) + c.s1
		c.s1 += c.order.Uint32(content[4:]) + c.s0
	}
}

// is reports whether a stored sum, which is big-endian in any case, is this one.
func (c *checksum) is(stored []byte) bool {
	return binary.BigEndian.Uint32(stored) == c.s0 && binary.BigEndian.Uint32(stored[4:]) == c.s1
}

// readLog finds the committed pages of the log. As SQLite does, it stops at the first frame that is
// not of this log or not complete, and a log without a valid header is an empty one.
func (d *DB) readLog() error {
	header := make([]byte, logHeader)
	if whole, err := d.logAt(header, 0); !whole {
		return err
	}
	order, size, ok := logOf(header)
	if !ok {
		return nil
	}
	sum := checksum{order: order}
	if sum.add(header[:offLogSum]); !sum.is(header[offLogSum:]) {
		return nil
	}
	pending := map[uint32]int64{}
	frame := make([]byte, frameHeader+size)
	for offset, n := int64(logHeader), 0; ; n++ {
		switch whole, err := d.logAt(frame, offset); {
		case !whole:
			return err
		case n == mostFrames:
			return fmt.Errorf("%w of %d pages in the log", ErrLimit, mostFrames)
		}
		sum.add(frame[:checkedHeader])
		sum.add(frame[frameHeader:])
		salt := string(frame[offFrameSalt : offFrameSalt+sizeOfSalt])
		if salt != string(header[offLogSalt:offLogSalt+sizeOfSalt]) || !sum.is(frame[offFrameSum:]) {
			return nil // it is of an earlier log
		}
		pending[binary.BigEndian.Uint32(frame)] = offset + frameHeader
		if binary.BigEndian.Uint32(frame[offFrameSize:]) != 0 {
			d.commit(pending, size)
			clear(pending)
		}
		offset += int64(len(frame))
	}
}

// commit makes pages of the log those of the database.
func (d *DB) commit(pages map[uint32]int64, pageSize int) {
	if d.frames == nil {
		d.frames, d.pageSize = map[uint32]int64{}, pageSize
	}
	maps.Copy(d.frames, pages)
}

// logAt fills a buffer from the log. whole is false at its end.
func (d *DB) logAt(buffer []byte, offset int64) (whole bool, err error) {
	if d.wal == nil {
		return false, nil
	}
	n, err := d.wal.ReadAt(buffer, offset)
	if n == len(buffer) || errors.Is(err, io.EOF) {
		return n == len(buffer), nil
	}
	return false, err
}

// logOf returns the byte order of the checksums and the size of pages of a log.
func logOf(header []byte) (order binary.ByteOrder, pageSize int, ok bool) {
	first := binary.BigEndian.Uint32(header)
	pageSize = pageSizeOf(binary.BigEndian.Uint32(header[offLogPage:]))
	if first&^1 != logMagic || binary.BigEndian.Uint32(header[4:]) != logVersion || pageSize == 0 {
		return nil, 0, false
	}
	if first&1 != 0 {
		return binary.BigEndian, pageSize, true
	}
	return binary.LittleEndian, pageSize, true
}
