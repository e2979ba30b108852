package trace

import (
	"bytes"

	"golang.org/x/sys/unix"
)

// sockaddr records the path of a Unix socket, if it has one.
func (v *resolver) sockaddr(tid int, addr, size uint64, p pathArg) {
	const family = 2
	if size <= family || size > 4096 {
		return
	}
	head, err := v.words(tid, addr, 1, family)
	if err != nil || head[0] != unix.AF_UNIX {
		return // not the address of a Unix socket
	}
	n, err := memory(tid, uintptr(addr)+family, v.text[:min(size-family, unixPathMax)])
	if err != nil || n == 0 || v.text[0] == 0 { // empty, or an abstract name
		return
	}
	text := v.text[:n]
	if end := bytes.IndexByte(text, 0); end >= 0 {
		text = text[:end]
	}
	v.put(tid, unix.AT_FDCWD, text, touch{op: p.op, follow: p.follow})
}

// unixPathMax is the size of the path in struct sockaddr_un, unix(7).
const unixPathMax = 108

// The calls of socketcall(2) with a path.
const (
	sysBind    = 2
	sysConnect = 3
)

func (v *resolver) socketcall(c syscallArgs) {
	which := c.arg(0)
	if which != sysBind && which != sysConnect {
		return
	}
	args, err := v.words(c.tid, c.arg(1), 3, 4)
	if err != nil {
		v.failed(c.tid, err)
		return
	}
	p := pathArg{op: Create}
	if which == sysConnect {
		p = pathArg{op: Lookup, follow: true}
	}
	v.sockaddr(c.tid, args[1], args[2], p)
}
