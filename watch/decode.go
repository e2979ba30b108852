package watch

import (
	"bytes"
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"
)

// errRecord is the error of bytes that are not records of the kernel.
var errRecord = errors.New("malformed fanotify event")

// The sizes of struct fanotify_event_metadata, fanotify_event_info_header and
// fanotify_event_info_fid up to the bytes of the handle: fanotify(7).
const (
	metadataSize = 24
	infoSize     = 4
	fidSize      = infoSize + 8 + 8
)

// record is one event as the kernel writes it. Its slices are parts of the buffer.
type record struct {
	mask uint64
	fd   int // the open file, or negative
	pid  int
	// pidfd is negative without a descriptor: FAN_NOPIDFD if the process has ended.
	pidfd int
	// fsid, handleType and handle identify the directory, and name is the entry in it. Without handle,
	// the event has no directory.
	fsid       [8]byte
	handleType int32
	handle     []byte
	name       []byte
}

// next cuts the first record off a buffer.
func next(buf []byte) (r record, rest []byte, err error) {
	r.pidfd, r.fd = unix.FAN_NOPIDFD, unix.FAN_NOFD
	if len(buf) < metadataSize {
		return r, nil, errRecord
	}
	length, head := int(binary.NativeEndian.Uint32(buf)), int(binary.NativeEndian.Uint16(buf[6:]))
	if length < metadataSize || length > len(buf) || head < metadataSize || head > length || buf[4] != unix.FANOTIFY_METADATA_VERSION {
		return r, nil, errRecord
	}
	r.mask = binary.NativeEndian.Uint64(buf[8:])
	r.fd = int(int32(binary.NativeEndian.Uint32(buf[16:])))
	r.pid = int(int32(binary.NativeEndian.Uint32(buf[20:])))
	infos, rest := buf[head:length], buf[length:]
	for len(infos) > 0 {
		if len(infos) < infoSize {
			return r, rest, errRecord
		}
		size := int(binary.NativeEndian.Uint16(infos[2:]))
		if size < infoSize || size > len(infos) {
			return r, rest, errRecord
		}
		if err := r.info(infos[:size]); err != nil {
			return r, rest, err
		}
		infos = infos[size:]
	}
	return r, rest, nil
}

// info reads one information record.
func (r *record) info(b []byte) error {
	switch b[0] {
	case unix.FAN_EVENT_INFO_TYPE_PIDFD:
		if len(b) < infoSize+4 {
			return errRecord
		}
		r.pidfd = int(int32(binary.NativeEndian.Uint32(b[infoSize:])))
	case unix.FAN_EVENT_INFO_TYPE_DFID_NAME:
		if len(b) < fidSize {
			return errRecord
		}
		copy(r.fsid[:], b[infoSize:])
		n := int(binary.NativeEndian.Uint32(b[infoSize+8:]))
		if n < 0 || n > len(b)-fidSize {
			return errRecord
		}
		r.handleType = int32(binary.NativeEndian.Uint32(b[infoSize+12:]))
		r.handle = b[fidSize : fidSize+n]
		r.name, _, _ = bytes.Cut(b[fidSize+n:], []byte{0})
	}
	return nil // other records have nothing that is needed
}

// op returns the operations of a mask.
func (r *record) op() (o Op) {
	if r.mask&unix.FAN_CREATE != 0 {
		o |= Create
	}
	if r.mask&unix.FAN_CLOSE_WRITE != 0 {
		o |= Write
	}
	if r.mask&unix.FAN_MOVED_TO != 0 {
		o |= Rename
	}
	return o
}

// close closes the descriptors that came with the event.
func (r *record) close() {
	for _, fd := range []int{r.fd, r.pidfd} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
