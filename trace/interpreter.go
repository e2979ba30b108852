package trace

import (
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// interpreters returns the files that the kernel opens to execute a file: the program of a "#!"
// line, or the loader of an ELF file (PT_INTERP). It returns nil if the file cannot be read.
func interpreters(name string) []string {
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	head := make([]byte, 256) // BINPRM_BUF_SIZE: the kernel reads no more
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil
	}
	head = head[:n]
	var found string
	switch {
	case bytes.HasPrefix(head, []byte("#!")):
		line, _, _ := strings.Cut(string(head[2:]), "\n")
		fields := strings.Fields(line)
		if len(fields) > 0 {
			found = fields[0]
		}
	case bytes.HasPrefix(head, []byte(elf.ELFMAG)):
		found = loader(f)
	}
	if !strings.HasPrefix(found, "/") || strings.ContainsRune(found, 0) {
		return nil
	}
	return []string{found}
}

func loader(f *os.File) string {
	program, err := elf.NewFile(f)
	if err != nil {
		return ""
	}
	for _, p := range program.Progs {
		if p.Type != elf.PT_INTERP || p.Filesz > pathMax {
			continue
		}
		text := make([]byte, p.Filesz)
		if _, err := io.ReadFull(p.Open(), text); err != nil {
			return ""
		}
		return string(bytes.TrimRight(text, "\x00"))
	}
	return ""
}

// gainsRights reports whether a program gains privileges when executed: by setuid, setgid, or
// capabilities(7).
func gainsRights(name string, st unix.Statx_t) bool {
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return false
	}
	if st.Mode&(unix.S_ISUID|unix.S_ISGID) != 0 {
		return true
	}
	n, err := unix.Lgetxattr(name, "security.capability", nil)
	return err == nil && n > 0
}
