package scan

import (
	"bytes"
	"syscall"

	"golang.org/x/sys/unix"
)

// open opens a directory relative to its parent's descriptor, or by path if that was not kept. It
// returns -1 on failure.
func (k *worker) open(n *node) (int32, syscall.Errno) {
	if n.inUpper() {
		return k.openUpper(n)
	}
	flags, resolve := openFlags, uint64(unix.RESOLVE_NO_SYMLINKS)
	if !n.at.scanned() {
		flags = pathFlags
	}
	if k.base != nil {
		return k.openBelowBase(n, flags)
	}
	if n.parent != nil && n.parent.fd >= 0 && !n.parent.inUpper() {
		if !n.crossable() {
			resolve |= unix.RESOLVE_NO_XDEV
		}
		return opened(k.openDir(n.parent.fd, k.terminated(n.name), flags, resolve))
	}
	k.path = n.appendPath(k.path[:0])
	return k.openAbsolute(k.path, flags, resolve)
}

func (k *worker) terminated(name []byte) []byte {
	end := copy(k.name[:len(k.name)-1], name)
	k.name[end] = 0
	return k.name[:end+1]
}

// openAbsolute opens a directory by an absolute path, in pieces if the path is longer than PATH_MAX
// (4096 bytes with the NUL, path_resolution(7)).
func (k *worker) openAbsolute(path []byte, flags int, resolve uint64) (int32, syscall.Errno) {
	return k.openFrom(unix.AT_FDCWD, path, flags, resolve)
}

// openFrom is openAbsolute for a path below a directory, which it closes.
func (k *worker) openFrom(at int32, rest []byte, flags int, resolve uint64) (int32, syscall.Errno) {
	const longest = 4000
	for {
		piece, pieceFlags := rest, flags
		if len(rest) > longest {
			cut := bytes.LastIndexByte(rest[:longest], '/')
			piece, pieceFlags = rest[:cut], pathFlags
		}
		rest = rest[len(piece):]
		fd, errno := k.openDir(at, append(piece[:len(piece):len(piece)], 0), pieceFlags, resolve)
		if at >= 0 {
			k.close(at)
		}
		if errno != 0 {
			return -1, errno
		}
		if len(rest) == 0 {
			return fd, 0
		}
		at, rest = fd, rest[1:] // without its leading slash, it is relative
	}
}

// opened returns -1 instead of the descriptor after an error.
func opened(fd int32, errno syscall.Errno) (int32, syscall.Errno) {
	if errno != 0 {
		return -1, errno
	}
	return fd, 0
}
