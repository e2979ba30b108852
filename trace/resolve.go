package trace

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// touch is one path of one call, made absolute during the call.
type touch struct {
	path   []byte // valid until the next call is read
	op     Op
	follow bool // a symlink in the last component is followed
	view   int  // the ID of the view to which path belongs
	// program is the number of the program that makes the call, or 0.
	program uint16
	inRoot  bool // path is resolved with the descriptor as its root, openat2(2)
	// exchange is set if a rename exchanges two names (RENAME_EXCHANGE).
	exchange bool
	// before is what the name was, if the call removes, renames or replaces it.
	before before
}

// resolver converts the arguments of a call to paths. It belongs to one goroutine.
type resolver struct {
	reader
	views   *views
	inspect *inspector
	drop    func(path []byte) bool
	// scope drops touches that it does not contain, which the filter cannot distinguish from others.
	scope Scope
	// out are the paths of the last call, bufs their buffers.
	out   []touch
	bufs  [2][]byte
	stats Stats
	// unread are programs whose paths could not be read. keptReadable are those that asked for that,
	// and were told that it is so.
	unread, keptReadable programs
	handles              []handle
	// who are the programs of the threads; nil if they are not recorded.
	who *who
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

// trapped reports whether a call is one that the filter traps for its path.
func (r *syscallArgs) trapped() bool {
	spec := r.abi.call(r.nr)
	for _, only := range spec.only {
		if !slices.Contains(only.values, uint32(r.arg(only.arg))) {
			return false
		}
	}
	return spec.kind != callNone && spec.kind != callDumpable
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
	case callRing:
		v.stats.Rings++
	case callDumpable:
		v.keptReadable.add(v.program(c.tid))
	case callHandle:
		v.handle(c)
	case callChroot:
		v.views.suspect()
		v.paths(c, spec)
	case callPivot:
		v.views.suspect()
		v.paths(c, spec)
		v.views.pivot(c.tid, &v.reader)
	case callMount, callMove:
		v.views.compare(c.tid, &v.reader)
		v.paths(c, spec)
		v.views.mounting(c.tid, &v.reader)
	case callExec:
		v.views.compare(c.tid, &v.reader)
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
				v.failed(c.tid, err)
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
		if p.path == onDescriptor {
			v.descriptor(c.tid, dirfd, touch{op: op})
			continue
		}
		exchange := spec.kind == callRename && flags&unix.RENAME_EXCHANGE != 0
		v.add(c, dirfd, c.arg(p.path), touch{op: op, follow: follow, inRoot: inRoot, exchange: exchange}, flags&atEmptyPath != 0)
	}
	if spec.kind == callExec {
		if v.who != nil {
			v.who.execute()
		}
		v.views.executed(c.tid, &v.reader)
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
		// futimens(3) is utimensat(2) on a descriptor, without a path.
		if int32(dirfd) != unix.AT_FDCWD && strings.HasPrefix(c.abi.names[c.nr&^x32Bit], "utimens") {
			v.descriptor(c.tid, dirfd, t)
		}
		return
	}
	text, err := v.string(c.tid, addr)
	if err != nil {
		v.failed(c.tid, err)
		return
	}
	if len(text) == 0 && (!emptyPath || t.op == Lookup) && c.abi.names[c.nr&^x32Bit] != "readlinkat" {
		return // it fails, or is on a descriptor whose path was already recorded
	}
	v.put(c.tid, dirfd, text, t)
}

// descriptor records a call on a descriptor, unless its file has no name (any more).
func (v *resolver) descriptor(tid int, fd int64, t touch) {
	target, err := v.base(tid, fd)
	if err != nil {
		v.failed(tid, err)
		return
	}
	if !bytes.HasSuffix(target, []byte(" (deleted)")) {
		v.put(tid, fd, nil, t)
	}
}

// put makes a path absolute and appends it to out.
func (v *resolver) put(tid int, dirfd int64, text []byte, t touch) {
	i := len(v.out)
	buf := v.bufs[i][:0]
	view := v.views.of(tid, &v.reader)
	if len(text) == 0 || text[0] != '/' || t.inRoot {
		base, err := v.base(tid, dirfd)
		if err != nil {
			v.failed(tid, err)
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
	if t.op&v.scope.ops() == 0 {
		return
	}
	if len(buf) >= pathMax { // no call finds it by this name
		v.stats.TooLong++
		return
	}
	t.path, t.view = buf, view.id
	if v.who != nil {
		t.program = v.who.program(tid, &v.reader)
	}
	if t.op&(Delete|Rename) != 0 && view.id == 0 {
		t.before = v.inspect.before(string(buf))
	}
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

// failed counts a path that could not be read. It ignores a missing path and a thread that has
// ended.
func (v *resolver) failed(tid int, err error) {
	switch {
	case errors.Is(err, errNoPath), errors.Is(err, unix.ESRCH), errors.Is(err, unix.ENOENT):
	case errors.Is(err, unix.ENAMETOOLONG):
		v.stats.TooLong++
	default:
		v.stats.Unreadable++
		v.unread.add(v.program(tid))
	}
}
