// Package octal reads the escapes of the kernel's tables, such as
// proc_pid_mountinfo(5).
package octal

import (
	"strconv"
	"strings"
)

// Unescape undoes the kernel's mangling of spaces, tabs, newlines, '#' and
// backslashes as \ooo (fs/seq_file.c, mangle_path).
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
