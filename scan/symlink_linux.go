package scan

import (
	"bytes"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// hidden reports whether a symlink leads into the Nix store or into storage, directly or through
// other symlinks. /etc/fstab, for example, leads there through /etc/static.
func (k *worker) hidden(n *node, fd int32, f found, name []byte) bool {
	var buf [unix.PathMax]byte
	size, errno := k.readlink(fd, &k.buf[f.name], buf[:])
	if errno != 0 {
		if errno != syscall.ENOENT {
			k.failEntry(n, "readlink", string(name), errno)
		}
		return errno == syscall.ENOENT
	}
	k.path = n.appendPath(k.path[:0])
	dir := string(k.path)
	if k.policy.hidesLink(n.at, dir, string(name), string(buf[:size])) {
		return true
	}
	if n.at.overlay != noOverlay { // it leads on from the mount point
		link := append(append(append(k.path, '/'), name...), 0)
		return k.leadsToHidden(n, unix.AT_FDCWD, &link[0], string(name), buf[:])
	}
	return k.leadsToHidden(n, fd, &k.buf[f.name], string(name), buf[:])
}

// leadsToHidden resolves a symlink with an O_PATH descriptor, which does not open the target, and
// reports whether it ends in the Nix store or in storage.
func (k *worker) leadsToHidden(n *node, fd int32, name *byte, base string, buf []byte) bool {
	end, errno := k.retryEMFILE(unix.SYS_OPENAT, fd, name, nil, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errno != 0 { // dangling, or no permission: its own target has decided
		return false
	}
	defer k.close(end)
	link := strconv.AppendInt([]byte("/proc/self/fd/"), int64(end), 10)
	size, errno := k.readlink(unix.AT_FDCWD, &append(link, 0)[0], buf)
	return errno == 0 && bytes.HasPrefix(buf[:size], []byte("/")) && k.policy.hidesLink(n.at, string(n.appendPath(nil)), base, string(buf[:size]))
}

func (k *kernel) readlink(dirfd int32, name *byte, buf []byte) (int, syscall.Errno) {
	n, errno := k.call(unix.SYS_READLINKAT, dirfd, unsafe.Pointer(name), unsafe.Pointer(&buf[0]), 0, uintptr(len(buf)), nil)
	return int(n), errno
}
