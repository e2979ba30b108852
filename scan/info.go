package scan

import (
	"encoding/binary"
	"io/fs"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// infoSize is the length of the metadata in a record with tagInfo: size,
// allocated, seconds, then nanoseconds, mode, uid and gid.
const infoSize = 3*8 + 4*4

// appendInfo appends the metadata in the form that records keep.
func appendInfo(run []byte, stx *unix.Statx_t) []byte {
	run = binary.LittleEndian.AppendUint64(run, stx.Size)
	run = binary.LittleEndian.AppendUint64(run, stx.Blocks*512) // statx(2): units of 512 bytes
	run = binary.LittleEndian.AppendUint64(run, uint64(stx.Mtime.Sec))
	run = binary.LittleEndian.AppendUint32(run, stx.Mtime.Nsec)
	run = binary.LittleEndian.AppendUint32(run, uint32(stx.Mode))
	run = binary.LittleEndian.AppendUint32(run, stx.Uid)
	return binary.LittleEndian.AppendUint32(run, stx.Gid)
}

// decodeInfo reads what appendInfo wrote.
func decodeInfo(b []byte) Info {
	u64, u32 := binary.LittleEndian.Uint64, binary.LittleEndian.Uint32
	return Info{
		Size:      int64(u64(b)),
		Allocated: int64(u64(b[8:])),
		ModTime:   time.Unix(int64(u64(b[16:])), int64(u32(b[24:]))),
		Mode:      fileMode(u32(b[28:])),
		UID:       u32(b[32:]),
		GID:       u32(b[36:]),
	}
}

// fileMode turns the kernel's st_mode into Go's, inode(7).
func fileMode(m uint32) fs.FileMode {
	mode := fs.FileMode(m & 0o777)
	switch m & unix.S_IFMT {
	case unix.S_IFDIR:
		mode |= fs.ModeDir
	case unix.S_IFLNK:
		mode |= fs.ModeSymlink
	case unix.S_IFIFO:
		mode |= fs.ModeNamedPipe
	case unix.S_IFSOCK:
		mode |= fs.ModeSocket
	case unix.S_IFBLK:
		mode |= fs.ModeDevice
	case unix.S_IFCHR:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	}
	if m&unix.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if m&unix.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if m&unix.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}

// kindOf returns the kind that st_mode's type bits say.
func kindOf(mode uint16) Kind { return kindOfType(byte(mode >> 12)) }

// kindOfType returns the kind for a d_type, which is st_mode's type bits shifted
// down (getdents64(2), inode(7)).
func kindOfType(dtype byte) Kind {
	switch dtype {
	case unix.DT_REG:
		return KindFile
	case unix.DT_DIR:
		return KindDir
	case unix.DT_LNK:
		return KindSymlink
	case unix.DT_SOCK:
		return KindSocket
	case unix.DT_FIFO:
		return KindPipe
	case unix.DT_CHR, unix.DT_BLK:
		return KindDevice
	}
	return KindUnknown
}

// Stat returns the kind and the metadata of one path, without following a
// symlink at its end.
func Stat(path string) (Kind, Info, error) {
	name, err := syscall.BytePtrFromString(path)
	if err != nil {
		return KindUnknown, Info{}, err
	}
	k, stx := kernel{blocking: true}, unix.Statx_t{}
	if errno := k.stat(unix.AT_FDCWD, name, &stx); errno != 0 {
		return KindUnknown, Info{}, PathError{Path: path, Op: "stat", Err: errno}
	}
	return kindOf(stx.Mode), decodeInfo(appendInfo(nil, &stx)), nil
}
