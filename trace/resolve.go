package trace

import (
	"bytes"
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// touch is one path of one call, made absolute during the call.
type touch struct {
	path   []byte // valid until the next call is read
	op     Op
	follow bool // a symlink in the last component is followed
	view   int  // the ID of the view to which path belongs
	inRoot bool // path is resolved with the descriptor as its root, openat2(2)
}

// resolver converts the arguments of a call to paths. It belongs to one goroutine.
type resolver struct {
	reader
	views *views
	drop  func(path []byte) bool
	// onlyWrites drops touches that change nothing, which the filter cannot distinguish from
	// changes.
	onlyWrites bool
	// out are the paths of the last call, bufs their buffers.
	out   []touch
	bufs  [2][]byte
	stats Stats
}

// syscallArgs is one system call of a thread.
type syscallArgs struct {
	tid  int
	nr   int
	abi  *abi
	args [6]uint64
}

// arg returns an argument, truncated to 32 bits for 32-bit ABIs.
func (r *syscallArgs) arg(i int8) uint64 {
	if r.abi.narrow {
		return r.args[i] & 0xffffffff
	}
	return r.args[i]
}

// The AT_ flags that affect the path.
const (
	atSymlinkNoFollow = unix.AT_SYMLINK_NOFOLLOW
	atSymlinkFollow   = unix.AT_SYMLINK_FOLLOW
	atEmptyPath       = unix.AT_EMPTY_PATH
)

// resolve returns the paths of a call; they are valid until the next call. Paths that cannot be
// read are counted.
func (v *resolver) resolve(c syscallArgs) []touch {
	v.stats.Calls++
	v.out = v.out[:0]
	spec := c.abi.call(c.nr)
	switch spec.kind {
	case callSocket:
		v.socketcall(c)
	case callSockaddr:
		v.sockaddr(c.tid, c.arg(1), c.arg(2), spec.paths[0])
	case callNamespace:
		v.views.suspect()
	case callClone:
		if c.arg(spec.flags)&unix.CLONE_NEWNS != 0 {
			v.views.suspect()
		}
	case callClone3:
		if flags, err := v.words(c.tid, c.arg(0), 1, 8); err == nil && flags[0]&unix.CLONE_NEWNS != 0 {
			v.views.suspect()
		}
	case callRing:
		v.stats.Rings++
	case callChroot:
		v.views.suspect()
		v.paths(c, spec)
	default:
		v.paths(c, spec)
	}
	return v.out
}

func (v *resolver) paths(c syscallArgs, spec *call) {
	for i, p := range spec.paths {
		op, follow, inRoot := p.op, p.follow, false
		var flags uint64
		if spec.flags >= 0 && spec.kind != callOpenHow {
			flags = c.arg(spec.flags)
		}
		switch spec.kind {
		case callOpen:
			op, follow = openOp(flags)
			flags = 0
		case callOpenHow:
			how, err := v.words(c.tid, c.arg(spec.flags), 3, 8) // struct open_how
			if err != nil {
				v.failed(err)
				return
			}
			op, follow = openOp(how[0])
			inRoot = how[2]&unix.RESOLVE_IN_ROOT != 0
		case callMount:
			if i == 1 && !v.mountsPath(c, flags) {
				continue
			}
			flags = 0
		default:
		}
		if flags&atSymlinkNoFollow != 0 {
			follow = false
		}
		if flags&atSymlinkFollow != 0 {
			follow = true
		}
		dirfd := int64(unix.AT_FDCWD)
		if p.dir >= 0 {
			dirfd = int64(int32(c.arg(p.dir)))
		}
		v.add(c, dirfd, c.arg(p.path), touch{op: op, follow: follow, inRoot: inRoot}, flags&atEmptyPath != 0)
	}
	if spec.kind == callExec {
		v.views.look(c.tid, &v.reader)
	}
}

// mountsPath reports whether the source of a mount is a path.
func (v *resolver) mountsPath(c syscallArgs, flags uint64) bool {
	if flags&(unix.MS_BIND|unix.MS_MOVE) != 0 {
		return true
	}
	source, err := v.string(c.tid, c.arg(0))
	return err == nil && len(source) > 0 && source[0] == '/'
}

// add reads one path of a call.
func (v *resolver) add(c syscallArgs, dirfd int64, addr uint64, t touch, emptyPath bool) {
	if addr == 0 {
		return // futimens and other calls on the descriptor itself
	}
	text, err := v.string(c.tid, addr)
	if err != nil {
		v.failed(err)
		return
	}
	if len(text) == 0 && (!emptyPath || t.op == Lookup) && c.abi.names[c.nr&^x32Bit] != "readlinkat" {
		return // it fails, or is on a descriptor whose path was already recorded
	}
	v.put(c.tid, dirfd, text, t)
}

// put makes a path absolute and appends it to out.
func (v *resolver) put(tid int, dirfd int64, text []byte, t touch) {
	i := len(v.out)
	buf := v.bufs[i][:0]
	view := v.views.of(tid, &v.reader)
	if len(text) == 0 || text[0] != '/' || t.inRoot {
		base, err := v.base(tid, dirfd)
		if err != nil {
			v.failed(err)
			return
		}
		if len(base) == 0 || base[0] != '/' {
			return // a pipe, a socket, or a name such as net:[4026531992]
		}
		base, _ = bytes.CutSuffix(base, []byte(" (deleted)"))
		base = view.inside(base)
		buf = append(buf, base...)
		if len(text) > 0 {
			buf = append(append(buf, '/'), text...)
		}
	} else {
		buf = append(buf, view.prefix...)
		buf = append(buf, text...)
	}
	buf = clean(v.magic(tid, clean(buf), t.follow))
	v.bufs[i] = buf
	// ".." is resolved after the run.
	if len(buf) == 0 || v.drop != nil && view.id == 0 && !bytes.Contains(buf, []byte("/..")) && v.drop(buf) {
		return
	}
	if v.onlyWrites && t.op&(changing|Exec) == 0 {
		return
	}
	t.path, t.view = buf, view.id
	v.out = append(v.out, t)
}

// clean removes empty and "." components, in place. It keeps "..", whose meaning depends on
// symlinks.
func clean(path []byte) []byte {
	w := 0
	for i := 0; i < len(path); {
		if path[i] != '/' {
			path[w] = path[i]
			w, i = w+1, i+1
			continue
		}
		next := i + 1
		if next == len(path) || path[next] == '/' {
			i = next
			continue
		}
		if path[next] == '.' && (next+1 == len(path) || path[next+1] == '/') {
			i = next + 1
			continue
		}
		path[w] = '/'
		w, i = w+1, next
	}
	if w == 0 && len(path) > 0 {
		path[0], w = '/', 1
	}
	return path[:w]
}

var devLinks = map[string]string{"/dev/stdin": "0", "/dev/stdout": "1", "/dev/stderr": "2"}

// magic replaces a magic link of /proc at the start of a path with its target, because the target
// may be different after the run: /proc/self/fd/5, /dev/stdin, /proc/1/cwd/x. A link that is not
// followed is not replaced.
func (v *resolver) magic(tid int, path []byte, follow bool) []byte {
	if len(path) < len("/dev/fd") || path[1] != 'p' && path[1] != 'd' {
		return path
	}
	if fd, ok := devLinks[string(path)]; ok {
		if !follow {
			return path
		}
		return v.linked(tid, path, nil, "fd", fd)
	}
	rest, ok := bytes.CutPrefix(path, []byte("/dev/fd/"))
	if ok {
		return v.descriptor(tid, path, rest, follow)
	}
	rest, ok = bytes.CutPrefix(path, []byte("/proc/"))
	if !ok {
		return path
	}
	whose, rest, _ := bytes.Cut(rest, []byte("/"))
	switch {
	case string(whose) == "self" || string(whose) == "thread-self":
	default:
		n, err := strconv.Atoi(string(whose))
		if err != nil {
			return path
		}
		tid = n
	}
	if _, inner, ok := bytes.Cut(rest, []byte("task/")); ok && bytes.HasPrefix(rest, []byte("task/")) {
		whose, below, _ := bytes.Cut(inner, []byte("/"))
		if n, err := strconv.Atoi(string(whose)); err == nil {
			tid, rest = n, below
		}
	}
	link, below, deeper := bytes.Cut(rest, []byte("/"))
	switch string(link) {
	case "fd":
		return v.descriptor(tid, path, below, follow)
	case "cwd", "root", "exe":
		if !deeper && !follow {
			return path
		}
		return v.linked(tid, path, below, string(link))
	}
	return path
}

// descriptor resolves a path in …/fd/.
func (v *resolver) descriptor(tid int, path, rest []byte, follow bool) []byte {
	fd, below, deeper := bytes.Cut(rest, []byte("/"))
	if len(fd) == 0 || !deeper && !follow {
		return path
	}
	return v.linked(tid, path, below, "fd", string(fd))
}

// linked returns the target of a link, followed by below; nil if the target is not a path.
func (v *resolver) linked(tid int, path, below []byte, link ...string) []byte {
	to, err := v.readlink(tid, link...)
	if err != nil {
		return path
	}
	if len(to) == 0 || to[0] != '/' {
		return nil
	}
	to, _ = bytes.CutSuffix(to, []byte(" (deleted)"))
	whole := append([]byte(nil), to...)
	if len(below) > 0 {
		whole = append(append(whole, '/'), below...)
	}
	return whole
}

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
		v.failed(err)
		return
	}
	p := pathArg{op: Create}
	if which == sysConnect {
		p = pathArg{op: Lookup, follow: true}
	}
	v.sockaddr(c.tid, args[1], args[2], p)
}

// failed counts a path that could not be read. It ignores a missing path and a thread that has
// ended.
func (v *resolver) failed(err error) {
	if !errors.Is(err, errNoPath) && !errors.Is(err, unix.ESRCH) && !errors.Is(err, unix.ENOENT) {
		v.stats.Unreadable++
	}
}
