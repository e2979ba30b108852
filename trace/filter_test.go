package trace

import (
	"encoding/binary"
	"slices"
	"testing"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// verdictOf runs a filter as the kernel would.
func verdictOf(t *testing.T, filter []unix.SockFilter, arch uint32, nr int, args [6]uint64) uint32 {
	t.Helper()
	insts := make([]bpf.Instruction, len(filter))
	for i, f := range filter {
		insts[i] = bpf.RawInstruction{Op: f.Code, Jt: f.Jt, Jf: f.Jf, K: f.K}.Disassemble()
	}
	vm, err := bpf.NewVM(insts)
	if err != nil {
		t.Fatal(err)
	}
	// struct seccomp_data, but with each word in the byte order of packets, which the
	// machine of x/net reads.
	data := make([]byte, 64)
	word := binary.BigEndian.PutUint32
	word(data[dataNumber:], uint32(nr))
	word(data[dataArch:], arch)
	for i, arg := range args {
		word(data[16+8*i:], uint32(arg))
		word(data[20+8*i:], uint32(arg>>32))
	}
	got, err := vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(got)
}

// TestFiltersAgreeWithTheTables runs the filters on each number of each architecture.
func TestFiltersAgreeWithTheTables(t *testing.T) {
	for _, goarch := range []string{"amd64", "arm64"} {
		all := abis(goarch)
		for _, opts := range []filterOptions{
			{trap: trapNotify},
			{trap: trapPtrace, allowRing: true},
			{trap: trapNotify, onlyWrites: true},
		} {
			filter, err := newFilter(all, opts)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range all {
				verdicts := map[int]verdict{}
				for _, v := range opts.verdicts(a) {
					verdicts[int(v.nr)] = v
				}
				for nr := -1; nr < 600; nr++ {
					checkVerdict(t, filter, a, nr, verdicts)
				}
			}
			const s390 = 0x80000016
			if got := verdictOf(t, filter, s390, 2, [6]uint64{}); got != uint32(seccomp.ActionAllow) {
				t.Errorf("a foreign architecture: %#x", got)
			}
		}
	}
}

func checkVerdict(t *testing.T, filter []unix.SockFilter, a *abi, nr int, verdicts map[int]verdict) {
	t.Helper()
	want := seccomp.ActionAllow
	v, trapped := verdicts[nr]
	if trapped {
		want = v.action
	}
	numbers := []int{nr}
	if a.id == uint32(arch.X86_64.ID) && nr >= 0 {
		numbers = append(numbers, nr|x32Bit)
	}
	for _, number := range numbers {
		var args [6]uint64
		if trapped && v.atFlags >= 0 {
			const fd, cwd, other = 5, 0xffffffffffffff9c, 0x100
			for _, tt := range []struct {
				dirfd, flags uint64
				want         seccomp.Action
			}{{fd, atEmptyPath, seccomp.ActionAllow}, {cwd, atEmptyPath, want}, {fd, atEmptyPath | other, want}, {fd, 0, want}} {
				args[0], args[v.atFlags] = tt.dirfd, tt.flags
				if got := verdictOf(t, filter, a.id, number, args); got != uint32(tt.want) {
					t.Errorf("%#x: call %d of %#x with flags %#x: %#x, want %#x", a.id, number, tt.dirfd, tt.flags, got, tt.want)
				}
			}
		}
		if trapped && v.flags >= 0 {
			if got := verdictOf(t, filter, a.id, number, args); got != uint32(seccomp.ActionAllow) {
				t.Errorf("%#x: call %d without flags: %#x", a.id, number, got)
			}
			for bit := range 32 {
				flag := uint64(1) << bit
				if v.mask&uint32(flag) == 0 {
					continue
				}
				args[v.flags] = flag | ^uint64(v.mask)
				if got := verdictOf(t, filter, a.id, number, args); got != uint32(want) {
					t.Errorf("%#x: call %d with flag %#x: %#x, want %#x", a.id, number, flag, got, want)
				}
			}
			continue
		}
		if got := verdictOf(t, filter, a.id, number, args); got != uint32(want) {
			t.Errorf("%#x: call %d: %#x, want %#x", a.id, number, got, want)
		}
	}
}

// TestTablesNameTheirCalls holds the tables against the numbers of x/sys, which come
// from the kernel's headers and not from go-seccomp-bpf.
func TestTablesNameTheirCalls(t *testing.T) {
	native := abis("amd64")[0]
	for nr, name := range map[int]string{
		2: "open", 257: "openat", 59: "execve", 520: "execve", 322: "execveat", 545: "execveat", 437: "openat2", 332: "statx",
		425: "io_uring_setup", 272: "unshare", 452: "fchmodat2", 468: "file_getattr", 301: "fanotify_mark",
	} {
		if native.names[nr] != name {
			t.Errorf("amd64: %d is %q, want %q", nr, native.names[nr], name)
		}
	}
	compat := abis("amd64")[1]
	for nr, name := range map[int]string{5: "open", 11: "execve", 102: "socketcall", 195: "stat64", 300: "fstatat64", 339: "fanotify_mark", 412: "utimensat_time64"} {
		if compat.names[nr] != name {
			t.Errorf("i386: %d is %q, want %q", nr, compat.names[nr], name)
		}
	}
	if got := compat.call(339).paths[0]; got.dir != 4 || got.path != 5 {
		t.Errorf("fanotify_mark of 32 bits: %+v", got)
	}
	arm := abis("arm64")[0]
	for nr, name := range map[int]string{56: "openat", 79: "fstatat", 221: "execve", 281: "execveat", 35: "unlinkat", 291: "statx"} {
		if arm.names[nr] != name {
			t.Errorf("arm64: %d is %q, want %q", nr, arm.names[nr], name)
		}
	}
	if slices.Contains(arm.names, "open") {
		t.Error("arm64 has an open")
	}
	if native.call(-5).kind != callNone || native.call(1<<20).kind != callNone {
		t.Error("numbers that are none have calls")
	}
	if abis("riscv64") != nil {
		t.Error("riscv64 is known")
	}
}
