package scan

import (
	"encoding/binary"
	"math/bits"
)

// nameLength returns the length of the name in a linux_dirent64: 8 bytes inode, 8 bytes offset, 2
// bytes record length, 1 byte type, then the name, a NUL and padding to a multiple of 8
// (getdents64(2)). So the NUL is the first zero byte among the last 8 bytes, after the bytes in
// front of the name have been masked out.
func nameLength(dirent []byte) int {
	last := len(dirent) - 8
	w := binary.LittleEndian.Uint64(dirent[last:])
	if last < 19 {
		w |= 0xffffff // the last byte of the record's length, and the type
	}
	zeros := (w - 0x0101010101010101) & ^w & 0x8080808080808080
	return last + bits.TrailingZeros64(zeros)/8 - 19
}

func isDots(name []byte) bool {
	return name[0] == '.' && (len(name) == 1 || len(name) == 2 && name[1] == '.')
}
