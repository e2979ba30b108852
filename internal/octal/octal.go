// Package octal reads and writes octal numbers: file modes, and the escapes in tables of the kernel
// such as proc_pid_mountinfo(5).
package octal

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Unescape reverses the kernel's escaping of spaces, tabs, newlines, '#' and backslashes as \ooo
// (fs/seq_file.c, mangle_path).
func Unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if b, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				out = append(out, byte(b))
				i += 3
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

// Mode returns the permission, setuid, setgid and sticky bits in the format of chmod(1): "0755",
// "1777". It ignores the type bits.
func Mode(mode fs.FileMode) string {
	bits := uint32(mode.Perm())
	for _, special := range []struct {
		mode fs.FileMode
		bit  uint32
	}{{fs.ModeSetuid, 0o4000}, {fs.ModeSetgid, 0o2000}, {fs.ModeSticky, 0o1000}} {
		if mode&special.mode != 0 {
			bits |= special.bit
		}
	}
	return fmt.Sprintf("%04o", bits)
}
