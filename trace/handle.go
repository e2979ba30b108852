package trace

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// handle is a file that was opened by its handle, open_by_handle_at(2). Its path is found after the
// run, because the file system of the handle may be one that the program serves.
type handle struct {
	mount  string // a path on its mount
	view   int
	number int32 // handle_type
	bytes  []byte
	op     Op
	// program is the number of the program, or 0.
	program uint16
}

// mostHandles is the maximum number of stored handles; of further ones the paths are not found.
// maxHandle is MAX_HANDLE_SZ.
const (
	mostHandles = 10_000
	maxHandle   = 128
)

// handle records a call of open_by_handle_at.
func (v *resolver) handle(c syscallArgs) {
	head, err := v.words(c.tid, c.arg(1), 2, 4)
	size := int(head[0])
	if err != nil || size == 0 || size > maxHandle || len(v.handles) == mostHandles {
		return // the call fails
	}
	base, err := v.base(c.tid, int64(int32(c.arg(0))))
	if err != nil || len(base) == 0 || base[0] != '/' {
		return
	}
	h := handle{mount: string(base), view: v.views.of(c.tid, &v.reader).id, number: int32(head[1]), bytes: make([]byte, size)}
	const headSize = 8
	if n, err := memory(c.tid, uintptr(c.arg(1))+headSize, h.bytes); err != nil || n < size {
		return
	}
	h.op, _ = openOp(c.arg(2))
	if v.who != nil {
		h.program = v.who.program(c.tid, &v.reader)
	}
	v.handles = append(v.handles, h)
}

// path returns the current path of the file, which requires CAP_DAC_READ_SEARCH, like the call.
func (h *handle) path(mount string) (string, bool) {
	at, err := unix.Open(mount, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", false
	}
	defer unix.Close(at)
	fd, err := unix.OpenByHandleAt(at, unix.NewFileHandle(h.number, h.bytes), oPath|unix.O_CLOEXEC)
	if err != nil {
		return "", false
	}
	defer unix.Close(fd)
	path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	return path, err == nil && path[0] == '/'
}
