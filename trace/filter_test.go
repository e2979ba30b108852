package trace

import (
	"encoding/binary"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// prototypes are the calls that take a path or change the meaning of paths, written by hand from
// section 2 of the manual pages: a group, a name, and the arguments. "path" is a path, "dir" the
// descriptor that it is relative to, and "flags" are the O_, AT_ or CLONE_ flags.
//
//	look    changes nothing at its paths
//	change  changes something
//	open    depends on its flags
//	stat    like look, but of a descriptor with AT_EMPTY_PATH
//	always  is needed to interpret other calls, or has its flags in memory
//	clone   like always, with CLONE_NEWNS
//	ioctl   like change, with requests that change attributes
//	prctl   with PR_SET_DUMPABLE and 0
const prototypes = `
look stat path buf
look lstat path buf
look stat64 path buf
look lstat64 path buf
look oldstat path buf
look oldlstat path buf
look access path mode
look chdir path
look statfs path buf
look statfs64 path size buf
look uselib path
look swapon path n
look swapoff path
look acct path
look umount path
look umount2 path n
look getxattr path name value size
look lgetxattr path name value size
look listxattr path list size
look llistxattr path list size
look readlink path buf size
look inotify_add_watch fd path mask
look quotactl cmd path id addr
always mount path path type flags data
look open_tree dir path flags
look open_tree_attr dir path flags attr size
look mount_setattr dir path flags attr size
look getxattrat dir path flags name args size
look listxattrat dir path flags list size
look faccessat dir path mode
look faccessat2 dir path mode flags
look fspick dir path n
look file_getattr dir path attr size flags
look name_to_handle_at dir path handle id flags
look readlinkat dir path buf size
always move_mount dir path dir path n
look fanotify_mark fd n mask dir path
look connect fd path size
look socketcall call args
stat newfstatat dir path buf flags
stat fstatat64 dir path buf flags
stat statx dir path flags mask buf
change chmod path mode
change chown path uid gid
change lchown path uid gid
change chown32 path uid gid
change lchown32 path uid gid
change truncate path size
change truncate64 path size
change utime path times
change utimes path times
change setxattr path name value size n
change lsetxattr path name value size n
change removexattr path name
change lremovexattr path name
change mkdir path mode
change mknod path mode dev
change rmdir path
change unlink path
change rename path path
change link path path
change symlink text path
change creat path mode
change fchmodat dir path mode
change fchmodat2 dir path mode flags
change fchownat dir path uid gid flags
change futimesat dir path times
change utimensat dir path times flags
change utimensat_time64 dir path times flags
change setxattrat dir path flags name args size
change removexattrat dir path flags name
change file_setattr dir path attr size flags
change mkdirat dir path mode
change mknodat dir path mode dev
change unlinkat dir path n
change renameat dir path dir path
change renameat2 dir path dir path n
change linkat dir path dir path flags
change symlinkat text dir path
change bind fd path size
change fchmod fd mode
change fchown fd uid gid
change fchown32 fd uid gid
change fsetxattr fd name value size n
change fremovexattr fd name
ioctl ioctl fd request data
prctl prctl option value
open open_by_handle_at mountfd handle flags
open open path flags mode
open openat dir path flags mode
always openat2 dir path how size
always execve path args env
always execveat dir path args env flags
always chroot path
always pivot_root path path
always unshare n
always setns fd n
clone clone flags stack
`

// prototype is a line of prototypes.
type prototype struct {
	group string
	flags int         // the argument, or -1
	paths map[int]int // maps the argument with the path to that with its directory, or cwd
}

func parsePrototypes() map[string]prototype {
	all := map[string]prototype{}
	for line := range strings.Lines(strings.TrimSpace(prototypes)) {
		fields := strings.Fields(line)
		p := prototype{group: fields[0], flags: -1, paths: map[int]int{}}
		args := fields[2:]
		for i, arg := range args {
			switch {
			case arg == "flags":
				p.flags = i
			case arg == "path" && i > 0 && args[i-1] == "dir":
				p.paths[i] = i - 1
			case arg == "path":
				p.paths[i] = cwd
			}
		}
		all[fields[1]] = p
	}
	return all
}

// numbers returns the calls of an architecture by number, from x/sys, whose tables are generated
// from the kernel's headers. The tables under test are from go-seccomp-bpf.
func numbers(t *testing.T, goarch string) map[int]string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(strings.TrimSpace(string(dir)), "unix", "zsysnum_linux_"+goarch+".go")
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := map[int]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		name, ok := strings.CutPrefix(spec.Names[0].Name, "SYS_")
		if nr, err := strconv.Atoi(spec.Values[0].(*ast.BasicLit).Value); ok && err == nil {
			names[nr] = strings.ToLower(name)
		}
		return true
	})
	return names
}

// machines are the ABIs of each supported architecture: their names in x/sys, and their AUDIT_ARCH_
// from linux/audit.h (EM_ of elf.h, 64-bit, little-endian).
var machines = map[string][]struct {
	goarch string
	audit  uint32
}{
	"amd64": {{"amd64", 62 | 0x80000000 | 0x40000000}, {"386", 3 | 0x40000000}},
	"arm64": {{"arm64", 183 | 0x80000000 | 0x40000000}, {"arm", 40 | 0x40000000}},
}

// vm runs a filter as the kernel does.
type vm struct {
	t *testing.T
	*bpf.VM
	arch uint32
}

func newVM(t *testing.T, filter []unix.SockFilter) *vm {
	t.Helper()
	insts := make([]bpf.Instruction, len(filter))
	for i, f := range filter {
		insts[i] = bpf.RawInstruction{Op: f.Code, Jt: f.Jt, Jf: f.Jf, K: f.K}.Disassemble()
	}
	machine, err := bpf.NewVM(insts)
	if err != nil {
		t.Fatal(err)
	}
	return &vm{t: t, VM: machine}
}

// verdict returns the result of the filter for a call with arguments by position.
func (m *vm) verdict(nr int, args map[int]uint64) uint32 {
	m.t.Helper()
	// struct seccomp_data, but with each word in network byte order, which the VM of x/net reads.
	data := make([]byte, 64)
	word := binary.BigEndian.PutUint32
	word(data[0:], uint32(nr))
	word(data[4:], m.arch)
	for i, arg := range args {
		word(data[16+8*i:], uint32(arg))
		word(data[20+8*i:], uint32(arg>>32))
	}
	got, err := m.Run(data)
	if err != nil {
		m.t.Fatal(err)
	}
	return uint32(got)
}

// From linux/seccomp.h and asm-generic/errno.h.
const (
	allows   = 0x7fff0000
	notifies = 0x7fc00000
	traces   = 0x7ff00000
	isENOSYS = 0x00050000 | 38
	isZero   = 0x00050000
)

// TestFiltersMatchPrototypes runs the filters on every call number of each architecture, with the
// relevant flags.
func TestFiltersMatchPrototypes(t *testing.T) {
	known := parsePrototypes()
	for goarch, abiList := range machines {
		all := abis(goarch)
		for _, tt := range []struct {
			name       string
			opts       filterOptions
			trap, ring uint32
			hides      uint32
		}{
			{"notify", filterOptions{trap: trapNotify, dumpable: trapNotify}, notifies, isENOSYS, notifies},
			{"ptrace, with io_uring", filterOptions{trap: trapPtrace, allowRing: true, dumpable: pretend}, traces, traces, isZero},
			{"opens", filterOptions{trap: trapNotify, scope: ScopeOpens}, notifies, isENOSYS, allows},
			{"changes", filterOptions{trap: trapNotify, scope: ScopeChanges}, notifies, isENOSYS, allows},
		} {
			filter, err := newFilter(all, tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			m := newVM(t, filter)
			for _, machine := range abiList {
				m.arch = machine.audit
				names := numbers(t, machine.goarch)
				for nr := -1; nr < 600; nr++ {
					name := names[nr]
					for _, c := range casesOf(known[name], name, tt.opts.scope, tt.trap, tt.ring, tt.hides) {
						for _, nr := range withX32(machine.goarch, nr) {
							if got := m.verdict(nr, c.args); got != c.want {
								t.Errorf("%s, %s: %d %s %x: %#x, want %#x", tt.name, machine.goarch, nr, name, c.args, got, c.want)
							}
						}
					}
				}
			}
			for _, nr := range []int{520, 545} { // execve and execveat of only x32, syscall_64.tbl
				m.arch = machines["amd64"][0].audit
				if got := m.verdict(nr|0x40000000, nil); goarch == "amd64" && got != tt.trap {
					t.Errorf("%s: x32 %d: got %#x", tt.name, nr, got)
				}
			}
			const s390 = 0x80000016
			if m.arch = s390; m.verdict(2, nil) != allows {
				t.Errorf("%s: a foreign architecture is not allowed", tt.name)
			}
		}
	}
}

// withX32 returns a number and its number in the x32 ABI.
func withX32(goarch string, nr int) []int {
	const x32Bit = 0x40000000
	switch {
	case goarch != "amd64" || nr < 0:
		return []int{nr}
	case nr == 520 || nr == 545: // not a number of x86-64
		return nil
	}
	return []int{nr, nr | x32Bit}
}

// filterCase is a call with arguments and the expected verdict.
type filterCase struct {
	args map[int]uint64
	want uint32
}

// casesOf returns the cases of one call, with the numeric values of the kernel.
func casesOf(p prototype, name string, scope Scope, trap, ring, hides uint32) []filterCase {
	const junk = 0xffffffff00000000 // the kernel ignores the upper half of flags
	flags := func(value uint64, want uint32) filterCase { return filterCase{map[int]uint64{p.flags: value}, want} }
	looked, read := trap, trap
	if scope != ScopeAll {
		looked = allows
	}
	if scope == ScopeChanges {
		read = allows
	}
	switch {
	case name == "io_uring_setup":
		return []filterCase{{nil, ring}}
	case p.group == "change", p.group == "always":
		return []filterCase{{nil, trap}, {map[int]uint64{0: ^uint64(0), 1: 1, 2: 0x1000, 3: 0x1000, 4: 0x1000}, trap}}
	case p.group == "look":
		return []filterCase{{nil, looked}, {map[int]uint64{0: 5, 2: 0x1000, 3: 0x1000, 4: 0x1000}, looked}}
	case p.group == "stat":
		const cwd, fd, emptyPath, noFollow = 0xffffffffffffff9c, 5, 0x1000, 0x100
		return []filterCase{
			{map[int]uint64{0: fd, p.flags: emptyPath}, allows},
			{map[int]uint64{0: cwd, p.flags: emptyPath}, looked},
			{map[int]uint64{0: fd, p.flags: emptyPath | noFollow}, looked},
			{map[int]uint64{0: fd}, looked},
		}
	case p.group == "open":
		const wronly, rdwr, creat, trunc, cloexec, directory = 1, 2, 0o100, 0o1000, 0o2000000, 0o200000
		return []filterCase{
			flags(0, read), flags(cloexec|directory, read), flags(junk|cloexec, read), flags(wronly, trap), flags(rdwr|cloexec, trap),
			flags(creat, trap), flags(trunc|junk, trap),
		}
	case p.group == "ioctl":
		request := func(value uint64, want uint32) filterCase { return filterCase{map[int]uint64{1: value}, want} }
		const tcgets = 0x5401
		return []filterCase{request(tcgets, allows), request(0x40086602, trap), request(0x40046602, trap), request(junk|0x401c5820, trap)}
	case p.group == "prctl":
		prctl := func(option, value uint64, want uint32) filterCase {
			return filterCase{map[int]uint64{0: option, 1: value}, want}
		}
		const setName, setDumpable = 15, 4
		return []filterCase{prctl(setName, 0, allows), prctl(setDumpable, 1, allows), prctl(setDumpable, 0, hides)}
	case p.group == "clone":
		const newNS, newUser, sigchld = 0x20000, 0x10000000, 17
		return []filterCase{flags(sigchld, allows), flags(newUser|junk, allows), flags(newNS|sigchld, trap), flags(newNS|newUser, trap)}
	}
	return []filterCase{{nil, allows}}
}
