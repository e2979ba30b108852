package pattern

import (
	"strings"
	"unicode/utf8"
)

// Literal returns a directory's path as a pattern has it that goes on behind: with
// "/" or a pattern of what is in the directory, for blanks at the end of a pattern
// are cut off. Patterns are UTF-8, so that a byte which is not becomes '?', which
// matches any one byte.
func Literal(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteByte('?')
		case strings.ContainsRune(`*?[]{}\`, r):
			b.WriteByte('\\')
			fallthrough
		default:
			b.WriteString(path[i : i+size])
		}
		i += size
	}
	return b.String()
}
