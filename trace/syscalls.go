package trace

import (
	"runtime"
	"strings"
	"sync"

	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/sys/unix"
)

// call describes which arguments of a system call are paths, and which operations it does there.
type call struct {
	kind  callKind
	paths []pathArg
	// flags is the argument with the AT_ flags or, for an open, the O_ flags; -1 if there is none.
	flags int8
	// stat is set for calls that stat a path or, if the path is empty, a descriptor.
	stat bool
	// only limits the call to values of arguments: one of the values of each.
	only []argValues
}

// argValues are values of the low 32 bits of an argument.
type argValues struct {
	arg    int8
	values []uint32
}

// pathArg is an argument that is a path.
type pathArg struct {
	// dir is the argument with the dirfd, or cwd; path is that with the path, or onDescriptor if the
	// call is about the dirfd itself.
	dir, path int8
	op        Op
	// follow is set if a symlink in the last component is followed, unless flags change that.
	follow bool
}

// callKind is what is special about a call besides its paths.
type callKind uint8

const (
	callNone      callKind = iota // not trapped
	callPaths                     // only paths
	callOpen                      // the O_ flags determine the operation
	callOpenHow                   // struct open_how, in memory, determines it
	callExec                      // the program may be setuid; replaces the process
	callRename                    // the flags may request an exchange
	callMount                     // the source is not always a path
	callSockaddr                  // the path is in struct sockaddr_un, in memory
	callSocket                    // socketcall(2): all arguments are in memory
	callNamespace                 // no path, but changes the meaning of later paths
	callClone                     // clone(2), if it creates a mount namespace
	callChroot                    // a path, and changes the meaning of later paths
	callPivot                     // pivot_root(2): like chroot(2), for a whole namespace
	callMove                      // move_mount(2) and others that mount
	callRing                      // io_uring_setup(2)
	callDumpable                  // prctl(2), if it makes the memory of the process unreadable
	callHandle                    // open_by_handle_at(2): a file handle instead of a path
)

// cwd is the dirfd of calls without a dirfd argument.
const cwd = -1

// onDescriptor is the path of calls on a descriptor.
const onDescriptor = -1

// group is a set of calls with the same arguments.
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

// groups returns all calls that take a path, as of Linux 6.17, by their names in the kernel's
// tables. Names that an architecture does not have are ignored. Of calls on descriptors, only those
// are included that change a file which may be open only for reading. The path of others was
// recorded when it was opened. clone3(2) is not included, because every new thread calls it: that a
// process has its own mount namespace is found when it mounts or executes something (views.compare).
func groups() []group {
	const none = -1
	both := func(a, b pathArg) []pathArg { return []pathArg{a, b} }
	return []group{
		{"stat access chdir statfs uselib swapon swapoff acct umount2 umount getxattr listxattr stat64 oldstat statfs64", call{kind: callPaths, paths: lookup(0), flags: none}},
		{"lstat readlink lgetxattr llistxattr lstat64 oldlstat", call{kind: callPaths, paths: lookupL(0), flags: none}},
		{"inotify_add_watch quotactl", call{kind: callPaths, paths: lookup(1), flags: none}},
		{"chroot", call{kind: callChroot, paths: lookup(0), flags: none}},
		{"pivot_root", call{kind: callPivot, paths: both(pathArg{cwd, 0, Lookup, true}, pathArg{cwd, 1, Lookup, true}), flags: none}},
		{"mount", call{kind: callMount, paths: both(pathArg{cwd, 1, Lookup, true}, pathArg{cwd, 0, Lookup, true}), flags: 3}},

		{"chmod chown truncate utime utimes setxattr removexattr truncate64 chown32", call{kind: callPaths, paths: []pathArg{{cwd, 0, Write, true}}, flags: none}},
		{"lchown lsetxattr lremovexattr lchown32", call{kind: callPaths, paths: change(Write), flags: none}},
		{"mkdir mknod", call{kind: callPaths, paths: change(Create), flags: none}},
		{"rmdir unlink", call{kind: callPaths, paths: change(Delete), flags: none}},
		{"rename", call{kind: callPaths, paths: both(pathArg{cwd, 0, Rename | Delete, false}, pathArg{cwd, 1, Rename | Create, false}), flags: none}},
		{"link", call{kind: callPaths, paths: both(pathArg{cwd, 0, Lookup, false}, pathArg{cwd, 1, Create | linked, false}), flags: none}},
		{"symlink", call{kind: callPaths, paths: []pathArg{{cwd, 1, Create, false}}, flags: none}},
		{"open", call{kind: callOpen, paths: []pathArg{{cwd, 0, 0, true}}, flags: 1}},
		{"creat", call{kind: callPaths, paths: []pathArg{{cwd, 0, Create | Write, true}}, flags: none}},
		{"execve", call{kind: callExec, paths: []pathArg{{cwd, 0, Exec, true}}, flags: none}},

		{"statx", call{kind: callPaths, paths: at(Lookup, true), flags: 2, stat: true}},
		{"newfstatat fstatat fstatat64", call{kind: callPaths, paths: at(Lookup, true), flags: 3, stat: true}},
		{"open_tree open_tree_attr mount_setattr getxattrat listxattrat", call{kind: callPaths, paths: at(Lookup, true), flags: 2}},
		{"faccessat2", call{kind: callPaths, paths: at(Lookup, true), flags: 3}},
		{"file_getattr", call{kind: callPaths, paths: at(Lookup, true), flags: 4}},
		{"name_to_handle_at", call{kind: callPaths, paths: at(Lookup, false), flags: 4}},
		{"faccessat fspick", call{kind: callPaths, paths: at(Lookup, true), flags: none}},
		{"readlinkat", call{kind: callPaths, paths: at(Lookup, false), flags: none}},
		{"fchmodat futimesat", call{kind: callPaths, paths: at(Write, true), flags: none}},
		{"setxattrat removexattrat", call{kind: callPaths, paths: at(Write, true), flags: 2}},
		{"fchmodat2 utimensat utimensat_time64", call{kind: callPaths, paths: at(Write, true), flags: 3}},
		{"fchownat file_setattr", call{kind: callPaths, paths: at(Write, true), flags: 4}},
		{"fchmod fchown fchown32 fsetxattr fremovexattr", call{kind: callPaths, paths: []pathArg{{0, onDescriptor, Write, true}}, flags: none}},
		{"ioctl", call{kind: callPaths, paths: []pathArg{{0, onDescriptor, Write, true}}, flags: none, only: []argValues{{1, []uint32{fsSetFlags, fsSetFlags32, fsSetXattr}}}}},
		{"prctl", call{kind: callDumpable, flags: none, only: []argValues{{0, []uint32{unix.PR_SET_DUMPABLE}}, {1, []uint32{0}}}}},
		{"open_by_handle_at", call{kind: callHandle, flags: 2}},
		{"mkdirat mknodat", call{kind: callPaths, paths: at(Create, false), flags: none}},
		{"unlinkat", call{kind: callPaths, paths: at(Delete, false), flags: none}},
		{"renameat", call{kind: callPaths, paths: both(pathArg{0, 1, Rename | Delete, false}, pathArg{2, 3, Rename | Create, false}), flags: none}},
		{"renameat2", call{kind: callRename, paths: both(pathArg{0, 1, Rename | Delete, false}, pathArg{2, 3, Rename | Create, false}), flags: 4}},
		{"linkat", call{kind: callPaths, paths: both(pathArg{0, 1, Lookup, false}, pathArg{2, 3, Create | linked, false}), flags: 4}},
		{"move_mount", call{kind: callMove, paths: both(pathArg{0, 1, Lookup, true}, pathArg{2, 3, Lookup, true}), flags: none}},
		{"symlinkat", call{kind: callPaths, paths: []pathArg{{1, 2, Create, false}}, flags: none}},
		{"openat", call{kind: callOpen, paths: []pathArg{{0, 1, 0, true}}, flags: 2}},
		{"openat2", call{kind: callOpenHow, paths: []pathArg{{0, 1, 0, true}}, flags: 2}},
		{"execveat", call{kind: callExec, paths: []pathArg{{0, 1, Exec, true}}, flags: 4}},
		{"fanotify_mark", call{kind: callPaths, paths: []pathArg{{3, 4, Lookup, true}}, flags: none}},

		{"bind", call{kind: callSockaddr, paths: []pathArg{{cwd, 1, Create, false}}, flags: none}},
		{"connect", call{kind: callSockaddr, paths: []pathArg{{cwd, 1, Lookup, true}}, flags: none}},
		{"socketcall", call{kind: callSocket, paths: nil, flags: none}},
		{"unshare setns", call{kind: callNamespace, paths: nil, flags: none}},
		{"clone", call{kind: callClone, paths: nil, flags: 0}},
		{"io_uring_setup", call{kind: callRing, paths: nil, flags: none}},
	}
}

// The requests of ioctl(2) that change the attributes of a file (ioctl_iflags(2)), for 64-bit and
// 32-bit programs.
const (
	fsSetFlags   = 0x40086602 // FS_IOC_SETFLAGS
	fsSetFlags32 = 0x40046602
	fsSetXattr   = 0x401c5820 // FS_IOC_FSSETXATTR
)

// newer are calls that are not yet in the tables of go-seccomp-bpf. Their numbers are the same on
// all architectures.
var newer = map[string]int{"file_getattr": 468, "file_setattr": 469}

// abi is an ABI of the kernel: the numbers of calls, and how arguments are passed.
type abi struct {
	id uint32 // AUDIT_ARCH_
	// narrow is set if arguments have 32 bits, and a 64-bit value takes two.
	narrow bool
	calls  []call // by number
	names  []string
}

// call returns the call with a number.
func (a *abi) call(nr int) *call {
	nr &^= x32Bit
	if nr < 0 || nr >= len(a.calls) {
		return &call{}
	}
	return &a.calls[nr]
}

// x32Bit marks calls of the x32 ABI, which have the numbers and the arguments of x86-64, with a few
// exceptions.
const x32Bit = 0x40000000

// x32Only are the numbers of these exceptions, by the name of the call.
var x32Only = map[string]int{"execve": 520, "execveat": 545}

func newABI(info *arch.Info, narrow bool) *abi {
	a := &abi{id: uint32(info.ID), narrow: narrow}
	for _, g := range groups() {
		for name := range strings.FieldsSeq(g.names) {
			nr, ok := info.SyscallNames[name]
			if !ok {
				nr, ok = newer[name]
			}
			if !ok || !narrow && strings.HasSuffix(name, "_time64") { // only on 32-bit machines
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

// abis returns the ABIs of an architecture, the native one first, or nil if the architecture is not
// supported.
func abis(goarch string) []*abi {
	switch goarch {
	case "amd64":
		return []*abi{newABI(arch.X86_64, false), newABI(arch.I386, true)}
	case "arm64":
		return []*abi{newABI(arch.AARCH64, false), newABI(arch.ARM, true)}
	}
	return nil
}

// nativeABIs returns the ABIs of this machine. The tables are made once, on first use.
var nativeABIs = sync.OnceValue(func() []*abi { return abis(runtime.GOARCH) })

// openOp returns the operations of an open with the given O_ flags.
func openOp(flags uint64) (op Op, follow bool) {
	follow = flags&unix.O_NOFOLLOW == 0
	if flags&(oPath|oTmpfile) != 0 { // O_PATH only looks up; O_TMPFILE names the directory of an unnamed file
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

// The values of the kernel, which are the same on all supported architectures.
const (
	oCreate  = 0x40
	oPath    = 0x200000
	oTmpfile = 0x400000 // without the O_DIRECTORY of O_TMPFILE
)
