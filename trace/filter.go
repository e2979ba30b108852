package trace

import (
	"fmt"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// One filter program covers all ABIs, because a 64-bit program may execute a 32-bit one or use int
// 0x80:
//
//	arch?  ── native ──→ number, without the x32 bit ──→ search tree ──→ verdict
//	       ── compat ──→ number ──→ search tree ──→ verdict
//	       ── other ───→ allowed
//
// The kernel caches which numbers are allowed with any arguments (Linux 5.11), so these calls cost
// nothing. Arguments are therefore checked for as few calls as possible.

// filterOptions configure a filter.
type filterOptions struct {
	// trap is the verdict for calls with paths.
	trap seccomp.Action
	// scope allows calls that it does not contain.
	scope Scope
	// allowRing traps io_uring_setup instead of making it fail with ENOSYS.
	allowRing bool
	// dumpable is the verdict for calls that make the memory of a process unreadable; zero allows
	// them.
	dumpable seccomp.Action
}

// The input of a filter, struct seccomp_data.
const (
	dataNumber   = 0
	dataArch     = 4
	dataWord     = 4
	refuseAsGone = seccomp.ActionErrno | seccomp.Action(unix.ENOSYS)
	// pretend makes a call return 0 without doing anything. The assembler of go-seccomp-bpf replaces
	// the errno 0 by EPERM, so a number that is no errno stands for it.
	pretend   = seccomp.ActionErrno | 0xffff
	returnsOK = uint32(seccomp.ActionErrno)
)

// newFilter assembles a filter for the ABIs, of which the first is the native one.
func newFilter(abis []*abi, opts filterOptions) ([]unix.SockFilter, error) {
	insts := []bpf.Instruction{bpf.LoadAbsolute{Off: dataArch, Size: dataWord}}
	for _, a := range abis {
		block, err := opts.block(a)
		if err != nil {
			return nil, err
		}
		insts = append(insts,
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: a.id, SkipTrue: 1},
			bpf.Jump{Skip: uint32(len(block))},
		)
		insts = append(insts, block...)
	}
	insts = append(insts, bpf.RetConstant{Val: uint32(seccomp.ActionAllow)})
	raw, err := bpf.Assemble(insts)
	if err != nil {
		return nil, fmt.Errorf("assemble the seccomp filter: %w", err)
	}
	filter := make([]unix.SockFilter, len(raw))
	for i, inst := range raw {
		filter[i] = unix.SockFilter{Code: inst.Op, Jt: inst.Jt, Jf: inst.Jf, K: inst.K}
	}
	return filter, nil
}

// verdict is the action of the filter for a call.
type verdict struct {
	nr     uint32
	action seccomp.Action
	// flags is the argument in which one of the bits of mask must be set, or -1.
	flags int8
	mask  uint32
	// atFlags is the argument with the AT_ flags of a stat, which is allowed if it is that of a
	// descriptor; or -1.
	atFlags int8
	only    []argValues
}

// writingFlags are the O_ flags of opens that can change something.
const writingFlags = unix.O_ACCMODE | unix.O_CREAT | unix.O_TRUNC

// verdicts returns the verdicts for all calls that are not simply allowed, sorted by number.
func (o filterOptions) verdicts(a *abi) []verdict {
	var list []verdict
	for nr := range a.calls {
		c := &a.calls[nr]
		v := verdict{nr: uint32(nr), action: o.trap, flags: -1, atFlags: -1, only: c.only}
		switch c.kind {
		case callNone:
			continue
		case callRing:
			if !o.allowRing {
				v.action = refuseAsGone
			}
		case callMount, callMove: // change the meaning of later paths
		case callPaths, callSockaddr, callRename:
			if !c.does(o.scope.ops()) {
				continue
			}
			if c.stat {
				v.atFlags = c.flags
			}
		case callDumpable:
			if v.action = o.dumpable; v.action == 0 {
				continue
			}
		case callOpen, callHandle:
			if o.scope == ScopeChanges {
				v.flags, v.mask = c.flags, writingFlags
			}
		case callClone:
			v.flags, v.mask = 0, unix.CLONE_NEWNS
		case callSocket:
			if o.scope != ScopeAll {
				continue // nearly always connect(2), and a bound socket is not a file to persist
			}
		case callOpenHow, callExec, callNamespace, callChroot, callPivot:
		}
		list = append(list, v)
	}
	return list
}

// does reports whether a call can do one of the operations on one of its paths.
func (c *call) does(ops Op) bool {
	for _, p := range c.paths {
		if p.op&ops != 0 {
			return true
		}
	}
	return false
}

// atCwd is AT_FDCWD in the low half of a register.
const atCwd = 0xffffff9c

// block assembles the part for one ABI, which begins by loading the number.
func (o filterOptions) block(a *abi) ([]bpf.Instruction, error) {
	list := o.verdicts(a)
	p := seccomp.NewProgram()
	allow := p.NewLabel()
	search(&p, list, allow)
	p.SetLabel(allow)
	p.Ret(seccomp.ActionAllow)
	tree, err := p.Assemble()
	if err != nil {
		return nil, fmt.Errorf("assemble the seccomp filter: %w", err)
	}
	for i := range tree {
		if tree[i] == (bpf.RetConstant{Val: uint32(pretend)}) {
			tree[i] = bpf.RetConstant{Val: returnsOK}
		}
	}
	head := []bpf.Instruction{bpf.LoadAbsolute{Off: dataNumber, Size: dataWord}}
	if !a.narrow {
		head = append(head, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: ^uint32(x32Bit)})
	}
	return append(head, tree...), nil
}

// search writes a binary search for the number in the verdicts.
func search(p *seccomp.Program, list []verdict, allow seccomp.Label) {
	if len(list) > 1 {
		half := len(list) / 2
		upper := p.NewLabel()
		p.JmpIfTrue(bpf.JumpGreaterOrEqual, list[half].nr, upper)
		search(p, list[:half], allow)
		p.SetLabel(upper)
		search(p, list[half:], allow)
		return
	}
	v := list[0]
	p.JmpIfTrue(bpf.JumpNotEqual, v.nr, allow)
	if v.atFlags >= 0 {
		// Since glibc 2.33, fstat(3) makes this call. In many programs it is more than half of all
		// calls (python: 1,081 of 1,900). The path is empty, but a filter cannot read it.
		trap := p.NewLabel()
		p.LdLo(uint32(v.atFlags))
		p.JmpIfTrue(bpf.JumpNotEqual, atEmptyPath, trap)
		p.LdLo(0)
		p.JmpIfTrue(bpf.JumpNotEqual, atCwd, allow)
		p.SetLabel(trap)
	}
	if v.flags >= 0 {
		p.LdLo(uint32(v.flags))
		p.JmpIfTrue(bpf.JumpBitsNotSet, v.mask, allow)
	}
	for _, only := range v.only {
		is := p.NewLabel()
		p.LdLo(uint32(only.arg))
		for _, value := range only.values {
			p.JmpIfTrue(bpf.JumpEqual, value, is)
		}
		p.Ret(seccomp.ActionAllow)
		p.SetLabel(is)
	}
	p.Ret(v.action)
}
