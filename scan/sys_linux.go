package scan

import (
	"errors"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel makes the walk's system calls. All are relative to a directory descriptor and take
// NUL-terminated names, so nothing is copied or allocated.
type kernel struct {
	// blocking releases the scheduler's P during a call. This takes a tenth of the walk's time on a
	// warm cache, and is needed on file systems where a call can hang: network file systems and
	// FUSE.
	blocking bool
	// noOpenat2 is set if openat2(2) (Linux 5.6) is missing or forbidden by a sandbox.
	noOpenat2 atomic.Bool
}

// call makes a system call. Its second argument is a pointer, its third is a pointer or a number,
// and its fifth may be a pointer. Pointers are converted only in the call itself, because the stack
// into which they may point can move.
func (k *kernel) call(trap uintptr, fd int32, p2, p3 unsafe.Pointer, a3, a4 uintptr, p5 unsafe.Pointer) (uintptr, syscall.Errno) {
	for {
		var r uintptr
		var errno syscall.Errno
		if k.blocking {
			r, _, errno = syscall.Syscall6(trap, uintptr(fd), uintptr(p2), uintptr(p3)|a3, a4, uintptr(p5), 0)
		} else {
			r, _, errno = syscall.RawSyscall6(trap, uintptr(fd), uintptr(p2), uintptr(p3)|a3, a4, uintptr(p5), 0)
		}
		if errno != syscall.EINTR { // the runtime's own preemption signals
			return r, errno
		}
	}
}

// openFlags open a directory to read it. pathFlags open it only to reach its entries.
const (
	openFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	pathFlags = unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
)

// openDir opens the directory at a NUL-terminated path below dirfd. resolve contains RESOLVE_
// flags. They are ignored if openat2 is not available; then only the mount table shows mount
// points.
func (k *kernel) openDir(dirfd int32, path []byte, flags int, resolve uint64) (int32, syscall.Errno) {
	if !k.noOpenat2.Load() {
		how := unix.OpenHow{Flags: uint64(flags), Resolve: resolve}
		fd, errno := k.retryEMFILE(unix.SYS_OPENAT2, dirfd, &path[0], unsafe.Pointer(&how), 0, unsafe.Sizeof(how))
		if errno != syscall.ENOSYS && errno != syscall.EPERM {
			return fd, errno
		}
	}
	fd, errno := k.retryEMFILE(unix.SYS_OPENAT, dirfd, &path[0], nil, uintptr(flags), 0)
	if errno == 0 {
		k.noOpenat2.Store(true)
	}
	return fd, errno
}

// retryEMFILE repeats a call that opens a descriptor while no descriptor is available, for up to a
// second, because other workers close theirs all the time.
func (k *kernel) retryEMFILE(trap uintptr, dirfd int32, path *byte, p3 unsafe.Pointer, a3, a4 uintptr) (int32, syscall.Errno) {
	for wait := time.Millisecond; ; wait *= 2 {
		fd, errno := k.call(trap, dirfd, unsafe.Pointer(path), p3, a3, a4, nil)
		if (errno != syscall.EMFILE && errno != syscall.ENFILE) || wait > time.Second {
			return int32(fd), errno
		}
		time.Sleep(wait)
	}
}

func (k *kernel) close(fd int32) {
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(fd), 0, 0)
}

// getdents reads directory entries, getdents64(2). Only 0 means the end of the directory: a short
// read can be caused by a signal or by FUSE.
func (k *kernel) getdents(fd int32, buf []byte) (int, syscall.Errno) {
	n, errno := k.call(unix.SYS_GETDENTS64, fd, unsafe.Pointer(&buf[0]), nil, uintptr(len(buf)), 0, nil)
	return int(n), errno
}

// stat calls statx(2) for the NUL-terminated name, with the fields that Info needs.
func (k *kernel) stat(dirfd int32, name *byte, stx *unix.Statx_t) syscall.Errno {
	return k.statFor(dirfd, name, unix.STATX_BASIC_STATS, stx)
}

// statFor calls statx(2) for the fields in mask.
func (k *kernel) statFor(dirfd int32, name *byte, mask uintptr, stx *unix.Statx_t) syscall.Errno {
	const flags = unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT
	_, errno := k.call(unix.SYS_STATX, dirfd, unsafe.Pointer(name), nil, flags, mask, unsafe.Pointer(stx))
	return errno
}

// The types of file systems (statfs(2)) that golang.org/x/sys/unix does not define.
const (
	zfsMagic      = 0x2fc12fc1
	bcachefsMagic = 0xca451a4e
)

// isLocal reports whether path is on a local file system, where calls do not hang.
func isLocal(path string) bool {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return errors.Is(err, unix.ENOENT)
	}
	return isLocalType(st.Type)
}

// isLocalType reports whether a type of file system (statfs(2)) is a local one.
func isLocalType(fsType int64) bool {
	switch uint32(fsType) {
	case unix.EXT4_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.TMPFS_MAGIC,
		unix.RAMFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.SQUASHFS_MAGIC,
		zfsMagic, bcachefsMagic:
		return true
	}
	return false
}
