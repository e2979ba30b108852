package probe

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// exitZero is "mov eax, 1; xor ebx, ebx; int 0x80": exit(0) by a 32-bit system call. The
// bytes mean the same in a 64-bit program.
var exitZero = []byte{0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80}

// askIA32 runs a 32-bit program, and a 64-bit program that makes a 32-bit system call. On kernels
// without CONFIG_IA32_EMULATION, or booted with ia32_emulation=0 (Linux 6.7), the first fails with
// ENOEXEC and the second is killed by SIGSEGV.
func askIA32() error {
	if runtime.GOARCH != "amd64" {
		return fmt.Errorf("the architecture is %s", runtime.GOARCH)
	}
	dir, err := os.MkdirTemp("", "probe")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for name, program := range map[string][]byte{"i386": program32(), "int-0x80": program64()} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, program, 0o700); err != nil {
			return err
		}
		if err := exec.Command(file).Run(); err != nil {
			return fmt.Errorf("run a program: %w", err)
		}
	}
	return nil
}

// base is the address at which the programs are loaded.
const base = 0x400000

// program32 returns an ELF file for the i386 that calls exitZero, elf(5).
func program32() []byte {
	const header, segment = 52, 32
	size := uint32(header + segment + len(exitZero))
	h := elf.Header32{
		Ident: ident(elf.ELFCLASS32), Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_386), Version: uint32(elf.EV_CURRENT),
		Entry: base + header + segment, Phoff: header, Ehsize: header, Phentsize: segment, Phnum: 1,
	}
	p := elf.Prog32{Type: uint32(elf.PT_LOAD), Vaddr: base, Filesz: size, Memsz: size, Flags: uint32(elf.PF_R | elf.PF_X), Align: 0x1000}
	return file(h, p)
}

// program64 returns an ELF file for x86-64 that calls exitZero.
func program64() []byte {
	const header, segment = 64, 56
	size := uint64(header + segment + len(exitZero))
	h := elf.Header64{
		Ident: ident(elf.ELFCLASS64), Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Entry: base + header + segment, Phoff: header, Ehsize: header, Phentsize: segment, Phnum: 1,
	}
	p := elf.Prog64{Type: uint32(elf.PT_LOAD), Vaddr: base, Filesz: size, Memsz: size, Flags: uint32(elf.PF_R | elf.PF_X), Align: 0x1000}
	return file(h, p)
}

func ident(class elf.Class) (id [elf.EI_NIDENT]byte) {
	copy(id[:], elf.ELFMAG)
	id[elf.EI_CLASS], id[elf.EI_DATA], id[elf.EI_VERSION] = byte(class), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)
	return id
}

func file(header, segment any) []byte {
	var b bytes.Buffer
	for _, part := range []any{header, segment, exitZero} {
		_ = binary.Write(&b, binary.LittleEndian, part) // writes to a Buffer do not fail
	}
	return b.Bytes()
}
