package scan

import (
	"encoding/binary"
	"io/fs"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// infoSize is the length of the metadata in a record with tagInfo: size and
// seconds, then nanoseconds, uid and gid, then mode.
const infoSize = 2*8 + 3*4 + 2

// appendInfo appends the metadata in the format of records. size is Info.Size.
func appendInfo(run []byte, stx *unix.Statx_t, size int64) []byte {
	run = binary.LittleEndian.AppendUint64(run, uint64(size))
	run = binary.LittleEndian.AppendUint64(run, uint64(stx.Mtime.Sec))
	run = binary.LittleEndian.AppendUint32(run, stx.Mtime.Nsec)
	run = binary.LittleEndian.AppendUint32(run, stx.Uid)
	run = binary.LittleEndian.AppendUint32(run, stx.Gid)
	return binary.LittleEndian.AppendUint16(run, stx.Mode)
}

// decodeInfo decodes metadata written by appendInfo.
func decodeInfo(b []byte) Info {
	u64, u32 := binary.LittleEndian.Uint64, binary.LittleEndian.Uint32
	return Info{
		Size:    int64(u64(b)),
		ModTime: time.Unix(int64(u64(b[8:])), int64(u32(b[16:]))),
		UID:     u32(b[20:]),
		GID:     u32(b[24:]),
		Mode:    fileMode(uint32(binary.LittleEndian.Uint16(b[28:]))),
	}
}

// fileMode converts the kernel's st_mode (inode(7)) to a fs.FileMode.
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

// kindOf returns the kind for the type bits of st_mode.
func kindOf(mode uint16) Kind { return kindOfType(byte(mode >> 12)) }

// kindOfType returns the kind for a d_type, which is the type bits of st_mode shifted down
// (getdents64(2), inode(7)).
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
	case unix.DT_BLK:
		return KindBlock
	case unix.DT_CHR:
		return KindChar
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
	counts := newBlockCounts(time.Now())
	size := counts.size(&stx, func() (int64, error) {
		var st unix.Statfs_t
		err := unix.Statfs(path, &st)
		return st.Type, err
	})
	return kindOf(stx.Mode), decodeInfo(appendInfo(nil, &stx, size)), nil
}

// askKind returns the kind of an entry by statx(2), or KindUnknown if the entry has vanished.
func (k *worker) askKind(n *node, fd int32, name *byte) Kind {
	errno := k.stat(fd, name, &k.stx)
	switch errno {
	case 0:
		return kindOf(k.stx.Mode)
	case syscall.ENOENT, syscall.ENOTDIR:
	default:
		k.failEntry(n, "stat", unix.BytePtrToString(name), errno)
	}
	return KindUnknown
}
