package scan

import (
	"bytes"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/DaRacci/list-ephemeral/internal/known"
)

// storesSymlink reports whether a symlink is stored, and with which tag. One that leads into the Nix
// store or into storage is not, directly or through other symlinks: /etc/fstab, for example, leads
// there through /etc/static. Of one that its class hides, Options.Hidden decides.
func (k *worker) storesSymlink(n *node, fd int32, f found, name []byte) (tag uint8, stored bool) {
	class, worth := k.classOfLink(n, fd, f, name)
	if class != ClassHidden {
		return f.tag, class == ClassCandidate
	}
	switch own, in := k.policy.step(n.at, name, KindSymlink); {
	case in.included(), own == ClassExcluded: // excludes come before classes
		return f.tag, true
	case k.opts.Hidden == HiddenCounted:
		k.counted[worth]++
	}
	return f.tag | tagShown, k.opts.Hidden == HiddenShown
}

// classOfLink returns what a symlink is by its target, and by what that leads to.
func (k *worker) classOfLink(n *node, fd int32, f found, name []byte) (Class, known.Class) {
	var buf [unix.PathMax]byte
	size, errno := k.readlink(fd, &k.buf[f.name], buf[:])
	switch errno {
	case 0:
	case syscall.ENOENT:
		return ClassLinked, known.ClassUnknown
	default:
		k.failEntry(n, "readlink", string(name), errno)
		return ClassCandidate, known.ClassUnknown
	}
	k.path = k.appendPath(k.path[:0], n)
	dir := string(k.path)
	class, worth := k.policy.linkClass(n.at, dir, string(name), string(buf[:size]))
	if class == ClassLinked || class == ClassHidden && k.opts.Hidden == HiddenSkipped || k.base != nil {
		return class, worth
	}
	from, link := fd, &k.buf[f.name]
	if n.at.overlay != noOverlay { // it leads on from the mount point
		from, link = unix.AT_FDCWD, &append(append(append(k.path, '/'), name...), 0)[0]
	}
	end, ok := k.endOfLink(from, link, buf[:])
	if !ok {
		return class, worth
	}
	if ends, worthOfEnd := k.policy.linkClass(n.at, dir, string(name), end); ends == ClassLinked || class == ClassCandidate {
		return ends, worthOfEnd
	}
	return class, worth
}

// endOfLink resolves a symlink with an O_PATH descriptor, which does not open the target. It fails
// if the symlink is dangling, or without permission.
func (k *worker) endOfLink(fd int32, name *byte, buf []byte) (string, bool) {
	end, errno := k.retryEMFILE(unix.SYS_OPENAT, fd, name, nil, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errno != 0 {
		return "", false
	}
	defer k.close(end)
	link := strconv.AppendInt([]byte("/proc/self/fd/"), int64(end), 10)
	size, errno := k.readlink(unix.AT_FDCWD, &append(link, 0)[0], buf)
	return string(buf[:size]), errno == 0 && bytes.HasPrefix(buf[:size], []byte("/"))
}

func (k *kernel) readlink(dirfd int32, name *byte, buf []byte) (int, syscall.Errno) {
	n, errno := k.call(unix.SYS_READLINKAT, dirfd, unsafe.Pointer(name), unsafe.Pointer(&buf[0]), 0, uintptr(len(buf)), nil)
	return int(n), errno
}
