package sqlite

import (
	"encoding/binary"
	"fmt"
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
	if d.wal == nil || readAt(d.wal, header, 0) != nil {
		return nil
	}
	order, size, ok := logOf(header)
	if !ok {
		return nil
	}
	sum := checksum{order: order}
	if sum.add(header[:offLogSum]); !sum.is(header[offLogSum:]) {
		return nil
	}
	committed, pending := map[uint32]int64{}, map[uint32]int64{}
	frame := make([]byte, frameHeader+size)
	for offset, n := int64(logHeader), 0; ; n++ {
		if err := readAt(d.wal, frame, offset); err != nil {
			break // usually the end
		}
		if n == mostFrames {
			return fmt.Errorf("%w of %d pages in the log", ErrLimit, mostFrames)
		}
		sum.add(frame[:checkedHeader])
		sum.add(frame[frameHeader:])
		salt := string(frame[offFrameSalt : offFrameSalt+sizeOfSalt])
		if salt != string(header[offLogSalt:offLogSalt+sizeOfSalt]) || !sum.is(frame[offFrameSum:]) {
			break // of an earlier log
		}
		pending[binary.BigEndian.Uint32(frame)] = offset + frameHeader
		if binary.BigEndian.Uint32(frame[offFrameSize:]) != 0 {
			for number, at := range pending {
				committed[number] = at
			}
			clear(pending)
		}
		offset += int64(len(frame))
	}
	if len(committed) > 0 {
		d.frames, d.pageSize = committed, size
	}
	return nil
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
