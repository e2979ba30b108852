package trace

import (
	"strings"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// call says which arguments of a system call are paths, and what it does there.
type call struct {
	kind  callKind
	paths []pathArg
	// flags is the argument that holds AT_ flags or, of an open, its O_ flags; -1 for none.
	flags int8
}

// pathArg is a path among the arguments.
type pathArg struct {
	dir, path int8 // dir is the argument with the dirfd, -1 where it is the cwd
	op        Op
	// follow says that a symlink at the end is followed, where flags do not say
	// something else.
	follow bool
}

// callKind says what a call needs beyond reading its paths.
type callKind uint8

const (
	callNone      callKind = iota // not trapped
	callPaths                     // nothing else
	callOpen                      // O_ flags say what is done
	callOpenHow                   // struct open_how, in memory, does
	callExec                      // may be setuid, and changes what the thread is
	callMount                     // the source is a path only sometimes
	callSockaddr                  // struct sockaddr_un, in memory, has the path
	callSocket                    // socketcall(2): all arguments are in memory
	callNamespace                 // no path: other paths mean something else from now on
	callChroot                    // a path, and the same
	callRing                      // io_uring_setup(2)
)

// cwd is the dirfd of calls that have none.
const cwd = -1

// group are calls of the same shape.
type group struct {
	names string
	call
}

func lookup(path int8) []pathArg  { return []pathArg{{cwd, path, Lookup, true}} }
func lookupL(path int8) []pathArg { return []pathArg{{cwd, path, Lookup, false}} }
func change(op Op) []pathArg      { return []pathArg{{cwd, 0, op, false}} }
func at(op Op, follow bool) []pathArg {
	return []pathArg{{0, 1, op, follow}}
}

// groups are all calls that take a path, as of Linux 6.17, by their names in the
// kernel's tables; a name that an architecture does not have is none of its calls.
// Calls on descriptors are missing on purpose: the path was seen when it was opened.
func groups() []group {
	const none = -1
	both := func(a, b pathArg) []pathArg { return []pathArg{a, b} }
	return []group{
		{"stat access chdir statfs uselib swapon swapoff acct umount2 umount getxattr listxattr stat64 oldstat statfs64", call{callPaths, lookup(0), none}},
		{"lstat readlink lgetxattr llistxattr lstat64 oldlstat", call{callPaths, lookupL(0), none}},
		{"inotify_add_watch quotactl", call{callPaths, lookup(1), none}},
		{"chroot", call{callChroot, lookup(0), none}},
		{"pivot_root", call{callChroot, both(pathArg{cwd, 0, Lookup, true}, pathArg{cwd, 1, Lookup, true}), none}},
		{"mount", call{callMount, both(pathArg{cwd, 1, Lookup, true}, pathArg{cwd, 0, Lookup, true}), 3}},

		{"chmod chown truncate utime utimes setxattr removexattr truncate64 chown32", call{callPaths, []pathArg{{cwd, 0, Write, true}}, none}},
		{"lchown lsetxattr lremovexattr lchown32", call{callPaths, change(Write), none}},
		{"mkdir mknod", call{callPaths, change(Create), none}},
		{"rmdir unlink", call{callPaths, change(Delete), none}},
		{"rename", call{callPaths, both(pathArg{cwd, 0, Rename | Delete, false}, pathArg{cwd, 1, Rename | Create, false}), none}},
		{"link", call{callPaths, both(pathArg{cwd, 0, Lookup, false}, pathArg{cwd, 1, Create, false}), none}},
		{"symlink", call{callPaths, []pathArg{{cwd, 1, Create, false}}, none}},
		{"open", call{callOpen, []pathArg{{cwd, 0, 0, true}}, 1}},
		{"creat", call{callPaths, []pathArg{{cwd, 0, Create | Write, true}}, none}},
		{"execve", call{callExec, []pathArg{{cwd, 0, Exec, true}}, none}},

		{"statx open_tree open_tree_attr mount_setattr getxattrat listxattrat", call{callPaths, at(Lookup, true), 2}},
		{"newfstatat fstatat fstatat64 faccessat2", call{callPaths, at(Lookup, true), 3}},
		{"file_getattr", call{callPaths, at(Lookup, true), 4}},
		{"name_to_handle_at", call{callPaths, at(Lookup, false), 4}},
		{"faccessat fspick", call{callPaths, at(Lookup, true), none}},
		{"readlinkat", call{callPaths, at(Lookup, false), none}},
		{"fchmodat futimesat", call{callPaths, at(Write, true), none}},
		{"setxattrat removexattrat", call{callPaths, at(Write, true), 2}},
		{"fchmodat2 utimensat utimensat_time64", call{callPaths, at(Write, true), 3}},
		{"fchownat file_setattr", call{callPaths, at(Write, true), 4}},
		{"mkdirat mknodat", call{callPaths, at(Create, false), none}},
		{"unlinkat", call{callPaths, at(Delete, false), none}},
		{"renameat renameat2", call{callPaths, both(pathArg{0, 1, Rename | Delete, false}, pathArg{2, 3, Rename | Create, false}), none}},
		{"linkat", call{callPaths, both(pathArg{0, 1, Lookup, false}, pathArg{2, 3, Create, false}), 4}},
		{"move_mount", call{callPaths, both(pathArg{0, 1, Lookup, true}, pathArg{2, 3, Lookup, true}), none}},
		{"symlinkat", call{callPaths, []pathArg{{1, 2, Create, false}}, none}},
		{"openat", call{callOpen, []pathArg{{0, 1, 0, true}}, 2}},
		{"openat2", call{callOpenHow, []pathArg{{0, 1, 0, true}}, 2}},
		{"execveat", call{callExec, []pathArg{{0, 1, Exec, true}}, 4}},
		{"fanotify_mark", call{callPaths, []pathArg{{3, 4, Lookup, true}}, none}},

		{"bind", call{callSockaddr, []pathArg{{cwd, 1, Create, false}}, none}},
		{"connect", call{callSockaddr, []pathArg{{cwd, 1, Lookup, true}}, none}},
		{"socketcall", call{callSocket, nil, none}},
		{"unshare setns", call{callNamespace, nil, none}},
		{"io_uring_setup", call{callRing, nil, none}},
	}
}

// newer are calls that the tables of go-seccomp-bpf do not know yet; their numbers
// are the same everywhere.
var newer = map[string]int{"file_getattr": 468, "file_setattr": 469}

// abi is one way to call the kernel: numbers, and how arguments are passed.
type abi struct {
	id uint32 // AUDIT_ARCH_
	// narrow says that arguments have 32 bits, and a 64-bit one takes two.
	narrow bool
	calls  []call // by number
	names  []string
}

// call returns what is known of a number.
func (a *abi) call(nr int) *call {
	nr &^= x32Bit
	if nr < 0 || nr >= len(a.calls) {
		return &call{}
	}
	return &a.calls[nr]
}

// x32Bit marks the calls of the x32 ABI, which have the numbers and the arguments
// of x86-64, but for a few.
const x32Bit = 0x40000000

// x32Only are those few, by the name of the call that they are.
var x32Only = map[string]int{"execve": 520, "execveat": 545}

func newABI(info *arch.Info, narrow bool) *abi {
	a := &abi{id: uint32(info.ID), narrow: narrow}
	for _, g := range groups() {
		for name := range strings.FieldsSeq(g.names) {
			nr, ok := info.SyscallNames[name]
			if !ok {
				nr, ok = newer[name]
			}
			if !ok {
				continue
			}
			c := g.call
			if narrow && name == "fanotify_mark" { // the mask takes two arguments
				c.paths = []pathArg{{4, 5, Lookup, true}}
			}
			a.set(nr, name, c)
			if extra, ok := x32Only[name]; ok && info == arch.X86_64 {
				a.set(extra, name, c)
			}
		}
	}
	return a
}

func (a *abi) set(nr int, name string, c call) {
	if need := nr + 1; need > len(a.calls) {
		a.calls = append(a.calls, make([]call, need-len(a.calls))...)
		a.names = append(a.names, make([]string, need-len(a.names))...)
	}
	a.calls[nr], a.names[nr] = c, name
}

// abis returns the ways in which programs of this machine can call the kernel, its
// own first; nil where list-ephemeral does not know the machine's.
func abis(goarch string) []*abi {
	switch goarch {
	case "amd64":
		return []*abi{newABI(arch.X86_64, false), newABI(arch.I386, true)}
	case "arm64":
		return []*abi{newABI(arch.AARCH64, false), newABI(arch.ARM, true)}
	}
	return nil
}

// openOp returns what an open does that has such O_ flags.
func openOp(flags uint64) (op Op, follow bool) {
	follow = flags&unix.O_NOFOLLOW == 0
	if flags&(oPath|oTmpfile) != 0 { // the file has no name, and what is named is its directory
		return Lookup, follow
	}
	switch flags & unix.O_ACCMODE {
	case unix.O_RDONLY:
		op = Read
	case unix.O_WRONLY:
		op = Write
	default:
		op = Read | Write
	}
	if flags&unix.O_TRUNC != 0 {
		op |= Write
	}
	if flags&oCreate != 0 {
		op |= Create
	}
	if flags&unix.O_EXCL != 0 && flags&oCreate != 0 {
		follow = false
	}
	return op, follow
}

// The kernel's own values, which are the same on all architectures that Go runs on
// here.
const (
	oCreate  = 0x40
	oPath    = 0x200000
	oTmpfile = 0x400000 // without the O_DIRECTORY of O_TMPFILE
)
