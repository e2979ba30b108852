package trace

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// reader reads the memory of a thread that waits in a system call, and its links in /proc(5). It
// never accesses a file system that the thread could be serving (FUSE), because that access would
// wait for the thread forever.
//
// Its buffers are reused for each call, because nothing should be allocated while a program waits.
type reader struct {
	text [pathMax]byte // the last text read from memory
	name []byte        // the path of a link in /proc
	link [pathMax]byte // its target
}

const (
	pathMax  = 4096 // PATH_MAX, with the NUL
	pageSize = 4096 // the smallest page size: a read never crosses a page
	// firstRead is the size of the first read of a path. Nearly all paths are shorter.
	firstRead = 256
)

// errNoPath is returned if there is no path at the address of a call: the call fails with EFAULT or
// ENAMETOOLONG, or the memory has changed since.
var errNoPath = errors.New("no path at that address")

// memory reads from an address of a process, process_vm_readv(2), and returns the number of bytes
// read.
func memory(tid int, addr uintptr, into []byte) (int, error) {
	if vmReadRefused() {
		return memoryFile(tid, addr, into)
	}
	return vmRead(tid, addr, into)
}

// vmReadRefused reports whether process_vm_readv fails even for this process, as filters of containers
// make it.
var vmReadRefused = sync.OnceValue(func() bool {
	var from, into [1]byte
	_, err := vmRead(os.Getpid(), uintptr(unsafe.Pointer(&from)), into[:])
	return err != nil
})

// memoryFile reads from /proc/TID/mem (proc_pid_mem(5)), which costs three calls instead of one.
func memoryFile(tid int, addr uintptr, into []byte) (int, error) {
	fd, err := unix.Open("/proc/"+strconv.Itoa(tid)+"/mem", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	n, err := unix.Pread(fd, into, int64(addr))
	if errors.Is(err, unix.EIO) {
		return 0, unix.EFAULT // nothing is mapped there
	}
	return n, err
}

func vmRead(tid int, addr uintptr, into []byte) (int, error) {
	local := unix.Iovec{Base: &into[0]}
	local.SetLen(len(into))
	remote := unix.RemoteIovec{Base: addr, Len: len(into)}
	n, _, errno := unix.RawSyscall6(unix.SYS_PROCESS_VM_READV,
		uintptr(tid), uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// string reads the text up to the next NUL. The result is valid until the next call.
func (r *reader) string(tid int, addr uint64) ([]byte, error) {
	if addr == 0 {
		return nil, errNoPath
	}
	for have := 0; have < len(r.text); {
		want := firstRead
		if have > 0 {
			want = 2048
		}
		at := uintptr(addr) + uintptr(have)
		want = min(want, len(r.text)-have, pageSize-int(at%pageSize))
		n, err := memory(tid, at, r.text[have:have+want])
		if err != nil {
			if errors.Is(err, unix.EFAULT) {
				return nil, errNoPath
			}
			return nil, err
		}
		if end := bytes.IndexByte(r.text[have:have+n], 0); end >= 0 {
			return r.text[:have+end], nil
		}
		if n < want {
			return nil, errNoPath
		}
		have += n
	}
	return nil, errNoPath
}

// words reads numbers of size bytes. Both supported machines are little-endian.
func (r *reader) words(tid int, addr uint64, count, size int) ([6]uint64, error) {
	var words [6]uint64
	var buf [48]byte
	n, err := memory(tid, uintptr(addr), buf[:count*size])
	if err != nil {
		return words, err
	}
	if n < count*size {
		return words, errNoPath
	}
	for i := range count {
		for j := range size {
			words[i] |= uint64(buf[i*size+j]) << (8 * j)
		}
	}
	return words, nil
}

// readlink returns the target of /proc/TID/NAME. The result is valid until the next call.
func (r *reader) readlink(tid int, name ...string) ([]byte, error) {
	r.name = strconv.AppendInt(append(r.name[:0], "/proc/"...), int64(tid), 10)
	for _, part := range name {
		r.name = append(append(r.name, '/'), part...)
	}
	r.name = append(r.name, 0)
	at := unix.AT_FDCWD
	n, _, errno := unix.RawSyscall6(unix.SYS_READLINKAT, uintptr(at), uintptr(unsafe.Pointer(&r.name[0])),
		uintptr(unsafe.Pointer(&r.link[0])), uintptr(len(r.link)), 0, 0)
	if errno != 0 {
		return nil, errno
	}
	return r.link[:n], nil
}

// base returns the directory from which a relative path is resolved: the cwd of the thread (which
// may differ from that of its process), or the path of a descriptor.
func (r *reader) base(tid int, dirfd int64) ([]byte, error) {
	if int32(dirfd) == unix.AT_FDCWD {
		return r.readlink(tid, "cwd")
	}
	var digits [12]byte
	fd := strconv.AppendInt(digits[:0], int64(int32(dirfd)), 10)
	return r.readlink(tid, "fd", string(fd))
}
